// Secrets on the command line: their sources, and the second one during a rotation.
#include <filesystem>

#include "tests/http/cli/fixture.hpp"
#include "tests/http/cli/terminal.hpp"

namespace mintage::test {

namespace {

using testing::HasSubstr;
using testing::Not;

constexpr auto chosen = "chosen-secret-0123456789";

struct secrets : command_line {
  static arguments import(const std::string& id, arguments how) {
    auto words = arguments{"client",
                           "add",
                           "--id",
                           id,
                           "--scope",
                           "openid profile",
                           "--no-pkce",
                           "--redirect-uri",
                           "https://client.example/cb"};
    words.insert(words.end(), how.begin(), how.end());
    return words;
  }
  static party imported(const std::string& id) {
    auto who = party{};
    who.id = id;
    return who;
  }
  static std::filesystem::path secret_file(std::filesystem::perms mode) {
    const auto file = stage_->server.file("client.secret");
    write_file(file, std::string{chosen} + "\nsecond line\n");
    std::filesystem::permissions(file, mode);
    return file;
  }
};
constexpr auto owner_only = std::filesystem::perms::owner_read;

TEST_F(secrets, are_no_arguments) {
  for (const auto& words :
       {arguments{"client", "add", "--id", "a", "--secret", chosen},
        arguments{"client", "add", "--id", "a", "--client-secret", chosen},
        arguments{"client", "add", "--id", "a", "--import", chosen},
        arguments{"client", "add", "--id", "a", chosen}, arguments{"client", "secret", "a", chosen},
        arguments{"client", "secret", "a", "--import", chosen}}) {
    EXPECT_EQ(run(words).code, 2) << testing::PrintToString(words);
  }
}

TEST_F(secrets, are_not_asked_for_without_a_terminal) {
  expect_failure(run(import("no-terminal", {"--import"})), 2, "--secret-file");
}

TEST_F(secrets, are_refused_from_files_that_others_may_read) {
  const auto open = secret_file(owner_only | std::filesystem::perms::group_read);
  const auto done = run(import("open-file", {"--secret-file", open.string()}));
  expect_failure(done, 1, "owner only");
  EXPECT_THAT(done.err, Not(HasSubstr(chosen)));
  expect_failure(run(import("no-file", {"--secret-file", open.string() + ".absent"})), 1,
                 "no such file");
  expect_failure(run(import("no-variable", {"--secret-env", "MINTAGE_TEST_ABSENT"})), 2,
                 "MINTAGE_TEST_ABSENT");
}

TEST_F(secrets, come_from_a_file_or_the_environment) {
  const auto by_file = run(import("by-file", {"--secret-file", secret_file(owner_only).string()}));
  EXPECT_EQ(by_file.code, 0) << by_file.err;
  const auto with = environment{"MINTAGE_TEST_SECRET", chosen};
  const auto by_environment = run(import("by-env", {"--secret-env", "MINTAGE_TEST_SECRET"}));
  EXPECT_EQ(by_environment.code, 0) << by_environment.err;
  for (const auto& done : {by_file, by_environment}) {
    EXPECT_THAT(done.out + done.err, Not(HasSubstr(chosen))) << "an imported one is not shown";
  }
  EXPECT_TRUE(works(imported("by-file"), chosen));
  EXPECT_TRUE(works(imported("by-env"), chosen));
}

TEST_F(secrets, come_as_hashes_of_other_servers_from_a_file) {
  // Of `chosen`.
  constexpr auto hash = "$2b$04$abcdefghijklmnopqrstuudSiQdDgVtB5Cz08FnuFJqp8j22yZBW2";
  const auto file = stage_->server.file("client.bcrypt");
  const auto import_file = [&](const std::string& id, const std::string& text) {
    std::filesystem::remove(file);
    write_file(file, text);
    std::filesystem::permissions(file, owner_only);
    return run(import(id, {"--secret-hash-file", file.string()}));
  };
  const auto done = import_file("by-hash", std::string{hash} + "\r\n");
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out + done.err, Not(HasSubstr(hash)));
  EXPECT_TRUE(works(imported("by-hash"), chosen));
  const auto costly = import_file("costly", std::string{hash}.replace(4, 2, "31") + "\n");
  expect_failure(costly, 1, "client_secret_hash must have a bcrypt cost of 4 to 14");
  EXPECT_EQ(run({"client", "secret", "by-hash", "--end", "1", "--secret-hash-file", "x"}).code, 2);
  EXPECT_EQ(run(import("both", {"--secret-file", "x", "--secret-hash-file", "x"})).code, 2);
}

TEST_F(secrets, are_asked_for_on_a_terminal_without_echo) {
  auto program = terminal_process{with_access(import("by-prompt", {"--import"}))};
  program.await("Client secret: ");
  EXPECT_FALSE(program.echoes());
  EXPECT_THAT(program.command_line(), HasSubstr("by-prompt"));
  program.type(std::string{chosen} + "\n");
  program.await("again: ");
  EXPECT_FALSE(program.echoes());
  program.type(std::string{chosen} + "\n");
  program.await("by-prompt");
  EXPECT_THAT(program.command_line(), Not(HasSubstr(chosen)));
  EXPECT_EQ(program.wait(), 0) << program.screen();
  EXPECT_TRUE(program.echoes());
  EXPECT_THAT(program.screen(), Not(HasSubstr(chosen)));
  EXPECT_TRUE(works(imported("by-prompt"), chosen));
}

TEST_F(secrets, must_be_entered_twice_alike) {
  auto program = terminal_process{with_access(import("mistyped", {"--import"}))};
  program.await("Client secret: ");
  program.type(std::string{chosen} + "\n");
  program.await("again: ");
  program.type(std::string{chosen} + "x\n");
  EXPECT_EQ(program.wait(), 1);
  EXPECT_THAT(program.screen(), HasSubstr("not the same"));
  EXPECT_TRUE(program.echoes());
}

TEST_F(secrets, leave_the_terminal_as_it_was_when_interrupted) {
  auto program = terminal_process{with_access(import("interrupted", {"--import"}))};
  program.await("Client secret: ");
  program.type("half\x03");
  EXPECT_EQ(program.wait(), 128 + SIGINT) << program.screen();
  EXPECT_TRUE(program.echoes());
}

TEST_F(secrets, can_be_two_during_a_rotation) {  // NEG-070
  const auto who = add_client();
  expect_failure(run({"client", "secret", who.id, "--end", "1"}), 1, "last secret");
  const auto added = run_json({"client", "secret", who.id});
  const auto second = text_of(added, "client_secret");
  EXPECT_NE(second, who.secret);
  EXPECT_TRUE(works(who, who.secret));
  EXPECT_TRUE(works(who, second));
  expect_failure(run({"client", "secret", who.id}), 1, "two secrets");
  expect_failure(run({"client", "secret", who.id, "--end", "999"}), 1, "no such secret");

  const auto done = run({"client", "secret", who.id, "--end", "1"});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_FALSE(works(who, who.secret));
  EXPECT_TRUE(works(who, second));
  const auto number = std::to_string(added.at("number").to_number<int>());
  EXPECT_THAT(run({"client", "show", who.id}).out, HasSubstr("number " + number));
}

TEST_F(secrets, can_be_two_where_one_is_imported) {
  const auto who = add_client();
  const auto done = run({"client", "secret", who.id, "--secret-file",
                         secret_file(owner_only).string(), "--secret-expires-at", "4000000000"});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("2096-10-02"));
  EXPECT_TRUE(works(who, who.secret));
  EXPECT_TRUE(works(who, chosen));
}

}  // namespace

}  // namespace mintage::test
