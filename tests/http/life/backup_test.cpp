// mintage backup, verify-backup and restore: a server is copied while it serves, and comes back
// without anything that was consumed since.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <ctime>
#include <filesystem>
#include <thread>

#include "tests/support/test_clients.hpp"

namespace mintage::test {

namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class backup : public testing::Test {
 protected:
  /// Runs a command of a config and a directory.
  [[nodiscard]] ended run(const std::string& command, const fs::path& directory) {
    return run_program({command, "--config", s_.server.config_file().string(), directory.string()});
  }
  [[nodiscard]] ended back_up() {
    return run_program({"backup", "--config", s_.server.config_file().string(), "--admin",
                        "http://127.0.0.1:" + std::to_string(s_.server.admin_port()),
                        made_.string()});
  }
  /// The number of a metric without labels. Fails the test when there is none.
  [[nodiscard]] double metric(const std::string& name) {
    const auto page = s_.admin.call("GET", "/metrics").body;
    const auto at = page.find("\n" + name + " ");
    EXPECT_NE(at, page.npos) << name;
    return at == page.npos ? -1 : std::stod(page.substr(at + name.size() + 2));
  }
  [[nodiscard]] std::string body_for(const fs::path& directory) const {
    return boost::json::serialize(boost::json::object{{"directory", directory.string()}});
  }

  stage s_;
  fs::path made_ = s_.server.file("backups/first");
};

TEST_F(backup, of_a_server_under_load_is_restored_without_what_was_consumed) {  // NEG-212
  auto body = mint_body(s_.c1);
  body["ttl"] = 600;
  const auto redeemed_later = s_.admin.mint(body);
  const auto live = s_.admin.mint(body);
  const auto tokens = s_.log_in_offline(s_.c1);

  auto stop = std::atomic<bool>{false};
  auto logins = std::atomic<int>{0};
  auto load = std::thread{[&, who = s_.c1] {
    auto admin = admin_client{s_.server.admin_port(), s_.server.mint_token()};
    while (!stop) {
      const auto code = admin.mint(mint_body(who));
      EXPECT_EQ(s_.redeem(who, code).status, 200U);
      ++logins;
    }
  }};
  while (logins < 20) std::this_thread::yield();
  const auto done = back_up();
  const auto after = logins + 20;
  while (logins < after) std::this_thread::yield();
  stop = true;
  load.join();
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("The backup " + made_.string() + " is made"));
  EXPECT_THAT(done.out, HasSubstr("holds no key files"));

  EXPECT_EQ(s_.redeem(s_.c1, redeemed_later).status, 200U);
  const auto checked = run("verify-backup", made_);
  EXPECT_EQ(checked.code, 0) << checked.err << checked.out;
  EXPECT_THAT(checked.out, HasSubstr("Every record can be read"));
  EXPECT_THAT(checked.out, HasSubstr("mintage.seal fits"));

  const auto refused = run("restore", made_);
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("there is a database at " + s_.server.file("db").string()));

  s_.server.kill();
  fs::rename(s_.server.file("db"), s_.server.file("lost"));
  const auto restored = run("restore", made_);
  EXPECT_EQ(restored.code, 0) << restored.err;
  EXPECT_THAT(restored.out, HasSubstr("Void from now on"));
  EXPECT_THAT(restored.out, HasSubstr("client " + s_.c1.id));
  s_.server.start();
  s_.reconnect();
  s_.expect_dead(s_.c1, redeemed_later);
  s_.expect_dead(s_.c1, live);
  const auto refreshed = refresh(s_.c1, tokens.refresh).send_to(s_.server.port());
  EXPECT_EQ(refreshed.status, 400U);
  EXPECT_THAT(refreshed.body, HasSubstr("invalid_grant"));
  s_.expect_live(s_.c1, s_.mint(s_.c1));
  EXPECT_THAT(s_.server.log(), HasSubstr("backup made"));
}

TEST_F(backup, holds_no_secret_and_is_readable_by_the_server_alone) {
  ASSERT_EQ(back_up().code, 0);
  const auto secrets =
      std::vector<std::string>{read_file(s_.server.file("mintage.seal")), s_.server.admin_token(),
                               s_.server.mint_token(), s_.c1.secret};
  for (const auto& entry : fs::recursive_directory_iterator{s_.server.file("backups")}) {
    const auto others =
        entry.status().permissions() & (fs::perms::group_all | fs::perms::others_all);
    EXPECT_EQ(others, fs::perms::none) << entry.path();
    if (!entry.is_regular_file()) continue;
    EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr("key")));
    const auto content = read_file(entry.path());
    for (const auto& secret : secrets) {
      ASSERT_GT(secret.size(), 20U);
      EXPECT_EQ(content.find(secret.substr(0, 40)), content.npos) << entry.path();
    }
  }
}

TEST_F(backup, that_cannot_be_made_is_refused_with_the_reason) {
  auto refusal = [&](std::string_view json) {
    return s_.admin.call("POST", "/admin/backups", json);
  };
  EXPECT_EQ(refusal(R"({"directory":"relative"})").status, 400U);
  EXPECT_EQ(refusal(R"({"directory":"/a\u0000b"})").status, 400U);
  EXPECT_EQ(refusal("{}").status, 400U);
  EXPECT_EQ(refusal(body_for(s_.server.file("db/inside"))).status, 400U);
  const auto made = refusal(body_for(made_));
  EXPECT_EQ(made.status, 201U);
  const auto answer = parse_object(made.body);
  EXPECT_EQ(text_of(answer, "directory"), made_.string());
  EXPECT_GT(answer.at("octets").to_number<int>(), 0);

  const auto again = back_up();
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.err, HasSubstr(made_.string() + " exists already"));
  EXPECT_EQ(run("verify-backup", made_).code, 0);
}

TEST_F(backup, is_told_by_metrics_also_after_a_restart) {
  constexpr auto last = "mintage_backup_last_success_timestamp_seconds";
  constexpr auto failed = "mintage_backup_last_failure_timestamp_seconds";
  EXPECT_EQ(metric(last), 0);
  EXPECT_EQ(metric(failed), 0);
  const auto begun = static_cast<double>(std::time(nullptr));
  ASSERT_EQ(back_up().code, 0);
  const auto made = metric(last);
  EXPECT_GE(made, begun);
  EXPECT_LE(made, static_cast<double>(std::time(nullptr)) + 1);
  EXPECT_EQ(metric("mintage_backup_failures_total"), 0);
  EXPECT_EQ(back_up().code, 1);
  EXPECT_EQ(metric("mintage_backup_failures_total"), 1);
  EXPECT_GT(metric(failed), made);
  s_.server.kill();
  s_.server.start();
  s_.reconnect();
  EXPECT_EQ(metric(last), made);
  EXPECT_EQ(metric(failed), 0);
}

TEST_F(backup, of_which_the_seal_key_is_not_here_is_not_restored) {
  ASSERT_EQ(back_up().code, 0);
  ASSERT_EQ(s_.server.stop(), 0);
  fs::rename(s_.server.file("db"), s_.server.file("lost"));
  const auto key = read_file(s_.server.file("mintage.seal"));
  fs::remove(s_.server.file("mintage.seal"));
  const auto missing = run("verify-backup", made_);
  EXPECT_EQ(missing.code, 1);
  EXPECT_THAT(missing.out, HasSubstr("There is no seal key"));

  s_.server.start();  // makes another key
  ASSERT_EQ(s_.server.stop(), 0);
  fs::remove_all(s_.server.file("db"));
  const auto other = run("restore", made_);
  EXPECT_EQ(other.code, 1);
  EXPECT_THAT(other.out, HasSubstr("is not the one of this backup"));
  EXPECT_FALSE(fs::exists(s_.server.file("db")));

  fs::remove(s_.server.file("mintage.seal"));
  write_file(s_.server.file("mintage.seal"), key);
  fs::permissions(s_.server.file("mintage.seal"), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(run("restore", made_).code, 0);
  s_.server.start();
  s_.reconnect();
  s_.expect_live(s_.c1, s_.mint(s_.c1));
}

TEST_F(backup, that_root_restores_into_a_folder_of_the_server_belongs_to_the_server) {
  if (::geteuid() != 0) GTEST_SKIP() << "is for root alone";
  constexpr auto user = uid_t{65534};
  const auto give = [&](const fs::path& to) {
    ASSERT_EQ(::chown(to.c_str(), user, user), 0) << to;
  };
  ASSERT_EQ(back_up().code, 0);
  ASSERT_EQ(s_.server.stop(), 0);
  const auto place = s_.server.file("db");
  fs::rename(place, s_.server.file("lost"));
  fs::create_directory(place);
  give(place);
  give(made_);
  for (const auto& entry : fs::recursive_directory_iterator{made_}) give(entry);
  fs::permissions(made_.parent_path(), fs::perms{0755});
  fs::permissions(place.parent_path(), fs::perms{0755});
  const auto done = run("restore", made_);
  ASSERT_EQ(done.code, 0) << done.err;
  auto files = 0;
  for (const auto& entry : fs::recursive_directory_iterator{place}) {
    struct stat about {};
    ASSERT_EQ(::lstat(entry.path().c_str(), &about), 0);
    EXPECT_EQ(about.st_uid, user) << entry;
    ++files;
  }
  EXPECT_GT(files, 3);
}

TEST(a_backup_of_memory, is_refused) {
  auto s = stage{settings{{"storage.engine", toml_string("memory")}}};
  const auto refused = s.admin.call("POST", "/admin/backups", R"({"directory":"/tmp/nowhere"})");
  EXPECT_EQ(refused.status, 400U);
  EXPECT_THAT(refused.body, HasSubstr("no database files"));
}

}  // namespace

}  // namespace mintage::test
