// Starts that the server must refuse, and their errors.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "tests/support/test_clients.hpp"

namespace mintage::test {

namespace {

namespace fs = std::filesystem;

ended serve(const fs::path& config) {
  return run_program({"serve", "--config", config.string()});
}

std::size_t lines_in(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(a_second_server, on_the_same_database_says_so_and_harms_nothing) {
  auto s = stage{};
  auto code = s.mint(s.c1);
  auto second = serve(s.server.config_file());
  EXPECT_NE(second.code, 0);
  EXPECT_LT(second.code, 128) << "ended by a signal";
  EXPECT_NE(second.err.find(s.server.file("db").string()), std::string::npos) << second.err;
  EXPECT_EQ(second.out, "");
  s.expect_live(s.c1, code);
  EXPECT_EQ(s.server.stop(), 0);
}

TEST(an_occupied_port, is_named_with_its_key) {
  auto s = stage{};
  struct {
    const char* table;
    std::uint16_t port;
  } const rows[] = {{"http", s.server.port()}, {"admin", s.server.admin_port()}};
  for (auto& row : rows) {
    auto address = "127.0.0.1:" + std::to_string(row.port);
    auto changes = settings{};
    changes[std::string{row.table} + ".listen"] = toml_string(address);
    auto own = server_process{changes};
    auto got = serve(own.config_file());
    EXPECT_NE(got.code, 0);
    EXPECT_LT(got.code, 128);
    EXPECT_NE(got.err.find(std::string{row.table} + ".listen"), std::string::npos) << got.err;
    EXPECT_NE(got.err.find(address), std::string::npos) << got.err;
  }
  s.expect_live(s.c1, s.mint(s.c1));
}

/// Runs a server, removes its seal key by `spoil`, checks that it refuses to start, and restores
/// the key.
void without_its_seal_key(const std::function<void(const fs::path&)>& spoil) {
  auto s = stage{};
  auto body = mint_body(s.c1);
  body["ttl"] = 600;
  auto code = s.admin.mint(body);
  auto tokens = s.server.admin_token();
  EXPECT_EQ(s.server.stop(), 0);
  auto file = s.server.file("mintage.seal");
  auto kept = s.server.file("kept.seal");
  fs::copy_file(file, kept);
  spoil(file);
  auto spoilt = fs::exists(file) ? read_file(file) : std::string{"none"};
  auto got = serve(s.server.config_file());
  EXPECT_NE(got.code, 0);
  EXPECT_LT(got.code, 128);
  EXPECT_NE(got.err.find("seal"), std::string::npos) << got.err;
  EXPECT_EQ(got.out, "");
  EXPECT_EQ(fs::exists(file) ? read_file(file) : std::string{"none"}, spoilt)
      << "the key file was replaced";
  EXPECT_EQ(s.server.admin_token(), tokens);
  fs::rename(kept, file);
  s.server.start();
  s.reconnect();
  s.expect_live(s.c1, code);
  EXPECT_EQ(s.server.stop(), 0);
}

TEST(a_seal_key, that_is_missing_is_never_made_anew_for_an_existing_database) {
  without_its_seal_key([](auto& file) { fs::remove(file); });
}

TEST(a_seal_key, of_another_server_is_refused) {
  auto other = server_process{};
  other.start();
  EXPECT_EQ(other.stop(), 0);
  auto key = read_file(other.file("mintage.seal"));
  without_its_seal_key([&](auto& file) { write_file(file, key); });
}

TEST(a_seal_key, that_is_cut_off_is_refused) {
  without_its_seal_key([](auto& file) { fs::resize_file(file, 5); });
  without_its_seal_key([](auto& file) { fs::resize_file(file, 0); });
}

class a_config : public testing::Test {
 protected:
  fs::path write(std::string_view text) {
    write_file(folder_.path() / "bad.toml", text);
    return folder_.path() / "bad.toml";
  }
  temporary_folder folder_;
};

TEST_F(a_config, with_mistakes_is_answered_with_all_of_them_and_code_2) {
  auto file = write(
      "issuer = \"http://idp.example.com\"\n"  // 1: http, not loopback
      "[http]\n"
      "listen = \"127.0.0.1:0\"\n"
      "max_in_flight = 0\n"          // 4
      "header_timeout = \"soon\"\n"  // 5
      "max_conections = 5\n"         // 6
      "[tokens]\n"
      "code_ttl = \"601s\"\n"  // 8
      "[storage]\n"
      "engine = \"mysql\"\n");  // 10
  struct {
    unsigned line;
    const char* key;
  } const mistakes[] = {{1, "issuer"},
                        {4, "http.max_in_flight"},
                        {5, "http.header_timeout"},
                        {6, "http.max_conections"},
                        {8, "tokens.code_ttl"},
                        {10, "storage.engine"}};
  for (auto* command : {"serve", "check"}) {
    auto got = run_program({command, "--config", file.string()});
    EXPECT_EQ(got.code, 2) << got.err;
    EXPECT_EQ(got.out, "");
    EXPECT_EQ(lines_in(got.err), std::size(mistakes)) << got.err;
    for (auto& each : mistakes) {
      auto begin = file.string() + ":" + std::to_string(each.line) + ": " + each.key + ": ";
      EXPECT_NE(got.err.find(begin), std::string::npos) << begin << "\n" << got.err;
    }
  }
  auto left = std::distance(fs::directory_iterator{folder_.path()}, fs::directory_iterator{});
  EXPECT_EQ(left, 1) << "something was made";
}

TEST_F(a_config, with_a_syntax_error_names_its_line) {
  auto file = write("issuer = \"http://127.0.0.1:9080\"\n[http\n");
  auto got = serve(file);
  EXPECT_EQ(got.code, 2);
  EXPECT_NE(got.err.find(file.string() + ":2"), std::string::npos) << got.err;
}

TEST_F(a_config, that_is_missing_is_named) {
  auto got = serve(folder_.path() / "nowhere.toml");
  EXPECT_EQ(got.code, 2) << got.err;
  EXPECT_NE(got.err.find("nowhere.toml"), std::string::npos) << got.err;
}

TEST_F(a_config, refuses_an_admin_listener_on_the_network_without_tls) {
  auto file = write("[admin]\nlisten = \"0.0.0.0:9081\"\n");
  auto got = run_program({"check", "--config", file.string()});
  EXPECT_EQ(got.code, 2);
  EXPECT_NE(got.err.find("admin.listen"), std::string::npos) << got.err;
}

TEST_F(a_config, that_wants_openssl_alone_gets_it_everywhere) {
  auto file = write("[keys]\nsignature_backend = \"openssl\"\n");
  auto got = run_program({"check", "--config", file.string()});
  EXPECT_EQ(got.code, 0) << got.err;
  EXPECT_NE(got.out.find("# Signatures by openssl: chosen by keys.signature_backend\n"),
            std::string::npos)
      << got.out;
}

TEST_F(a_config, without_an_authorization_endpoint_has_a_warning) {  // RFC 8414 §2
  const auto odd = write("[tokens]\ncode_ttl = \"30s\"\n");
  const auto warned = run_program({"check", "--config", odd.string()});
  EXPECT_EQ(warned.code, 0);
  EXPECT_NE(warned.err.find("warning: discovery.authorization_endpoint: "), std::string::npos)
      << warned.err;
  const auto whole =
      write("[discovery]\nauthorization_endpoint = \"https://login.example.com/\"\n");
  const auto quiet = run_program({"check", "--config", whole.string()});
  EXPECT_EQ(quiet.code, 0) << quiet.err;
  EXPECT_EQ(quiet.err, "");
}

TEST_F(a_config, that_is_right_is_printed_with_all_effective_values_and_reads_back_the_same) {
  auto file = write("[tokens]\ncode_ttl = \"30s\"\n");
  auto first = run_program({"check", "--config", file.string()});
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_NE(first.out.find("code_ttl = \"30s\""), std::string::npos) << first.out;
  EXPECT_NE(first.out.find("max_in_flight"), std::string::npos) << first.out;
  EXPECT_NE(first.out.find("\n# Signatures by "), std::string::npos) << first.out;
  write_file(file, first.out);
  auto second = run_program({"check", "--config", file.string()});
  EXPECT_EQ(second.code, 0) << second.err;
  EXPECT_EQ(second.out, first.out);
}

TEST(a_command_line, that_is_wrong_starts_nothing) {
  for (auto& arguments : {std::vector<std::string>{"serve"}, {"sreve", "--config", "x"}}) {
    auto got = run_program(arguments);
    EXPECT_NE(got.code, 0);
    EXPECT_LT(got.code, 128);
    EXPECT_NE(got.err, "");
  }
}

}  // namespace

}  // namespace mintage::test
