// TLS of the whole program: config, reload by SIGHUP, log and metrics, the command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "tests/support/eventually.hpp"
#include "tests/support/secure_ports.hpp"
#include "tests/support/test_clients.hpp"

namespace mintage::test {

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

settings tls_settings(const pem_pair& pair) {
  auto out = settings{};
  for (const auto* section : {"http.tls.", "admin.tls."}) {
    out[std::string{section} + "certificate"] = toml_string(pair.certificate.string());
    out[std::string{section} + "key"] = toml_string(pair.key.string());
  }
  return out;
}

class whole_program_over_tls : public testing::Test {
 protected:
  temporary_folder folder;
  pem_pair pair = test_authority().issue(folder.path(), "first", key_kind::p256);
  std::filesystem::path ca = test_authority().write(folder.path());

  void replace_pair(const std::string& name) const {
    const auto fresh = test_authority().issue(folder.path(), name, key_kind::p256);
    std::filesystem::rename(fresh.certificate, pair.certificate);
    std::filesystem::rename(fresh.key, pair.key);
  }
  /// The common name in the certificate that a new connection gets.
  static std::string name_at(std::uint16_t port) { return connection{port}.server_name(); }
};

TEST_F(whole_program_over_tls, exchanges_codes_and_resumes_no_plain_connection_TOK_02) {
  auto s = stage{tls_settings(pair)};
  const auto code = s.mint(s.c1);
  s.expect_live(s.c1, code);
  set_secure(s.server.port(), false);
  auto plain = connection{s.server.port()};
  plain.send("GET /jwks HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(plain.ends());
  EXPECT_EQ(s.server.stop(), 0);
}

TEST_F(whole_program_over_tls, takes_a_new_certificate_on_SIGHUP_without_dropping_a_connection) {
  auto s = stage{tls_settings(pair)};
  auto open = connection{s.server.port()};
  open.send("GET /jwks HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(open.receive().status, 200U);
  replace_pair("renewed");
  s.server.hang_up();
  eventually([&] { return name_at(s.server.port()) == "renewed"; });
  eventually([&] { return name_at(s.server.admin_port()) == "renewed"; });
  EXPECT_EQ(open.server_name(), "first");
  open.send("GET /jwks HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(open.receive().status, 200U);
  EXPECT_EQ(s.server.stop(), 0);
  EXPECT_THAT(s.server.log(), HasSubstr("certificate in use"));
  EXPECT_THAT(s.server.log(), HasSubstr(pair.certificate.string()));
}

TEST_F(whole_program_over_tls, refuses_a_bad_reload_loudly_and_goes_on_as_before) {
  auto s = stage{tls_settings(pair)};
  std::filesystem::permissions(pair.key, std::filesystem::perms{0644});
  s.server.hang_up();
  eventually([&] { return s.server.log().find("certificate not reloaded") != std::string::npos; });
  EXPECT_THAT(s.server.log(), HasSubstr(pair.key.string() + ": holds a private key and must be "
                                                            "accessible by its owner only"));
  EXPECT_EQ(name_at(s.server.port()), "first");
  s.expect_live(s.c1, s.mint(s.c1));
  EXPECT_EQ(s.server.stop(), 0);
}

TEST_F(whole_program_over_tls, finds_bad_files_before_it_starts_and_in_check) {
  auto s = server_process{tls_settings(pair)};
  const auto config = s.config_file().string();
  EXPECT_EQ(run_program({"check", "--config", config}).code, 0);
  std::filesystem::permissions(pair.key, std::filesystem::perms{0640});
  for (const auto* command : {"check", "serve"}) {
    const auto done = run_program({command, "--config", config});
    EXPECT_EQ(done.code, 2);
    EXPECT_THAT(done.err, HasSubstr("http.tls.key: " + pair.key.string()));
    EXPECT_THAT(done.err, HasSubstr("admin.tls.key: " + pair.key.string()));
    EXPECT_THAT(done.err, testing::StartsWith(config + ":"));
  }
}

TEST_F(whole_program_over_tls, counts_failed_handshakes_and_tells_of_them_at_debug_only) {
  for (const auto* level : {"info", "debug"}) {
    auto with = tls_settings(pair);
    with["log.level"] = toml_string(level);
    auto s = stage{with};
    set_secure(s.server.port(), false);
    auto plain = connection{s.server.port()};
    plain.send("GET /jwks HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(plain.ends());
    constexpr auto reason = "plain HTTP was sent where TLS is spoken";
    const auto line = std::string{"mintage_refused_total{reason=\""} + reason + "\"} 1";
    eventually(
        [&] { return s.admin.call("GET", "/metrics").body.find(line) != std::string::npos; });
    EXPECT_EQ(s.server.stop(), 0);
    const auto is_told = s.server.log().find(reason) != std::string::npos;
    EXPECT_EQ(is_told, std::string_view{level} == "debug");
  }
}

class command_line_over_tls : public whole_program_over_tls {
 protected:
  ended list(const std::string& url, const std::string& trusted) {
    auto words = std::vector<std::string>{
        "client", "list", "--admin", url, "--token-file", s.server.file("admin.token").string()};
    if (!trusted.empty()) {
      words.emplace_back("--ca");
      words.push_back(trusted);
    }
    return run_program(words);
  }
  [[nodiscard]] std::string url(const std::string& host) const {
    return "https://" + host + ":" + std::to_string(s.server.admin_port());
  }
  stage s{tls_settings(pair)};
};

TEST_F(command_line_over_tls, trusts_the_authority_it_is_given) {
  for (const auto* host : {"127.0.0.1", "localhost"}) {
    const auto done = list(url(host), ca.string());
    EXPECT_EQ(done.code, 0) << done.err;
    EXPECT_THAT(done.out, HasSubstr(s.c1.id));
  }
}

TEST_F(command_line_over_tls, trusts_the_certificate_that_the_config_of_the_server_names) {
  s.server.configure(
      {{"admin.listen", toml_string("127.0.0.1:" + std::to_string(s.server.admin_port()))}});
  const auto done = run_program({"client", "list", "--config", s.server.config_file().string()});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr(s.c1.id));
}

TEST_F(command_line_over_tls, sends_no_token_to_a_server_that_it_cannot_verify) {
  const auto other = certificate_authority{};
  auto elsewhere = temporary_folder{};
  const auto wrong = other.write(elsewhere.path()).string();
  for (const auto& done : {list(url("127.0.0.1"), ""), list(url("127.0.0.1"), wrong)}) {
    EXPECT_EQ(done.code, 1);
    EXPECT_THAT(done.err, HasSubstr("cannot be trusted: "));
    EXPECT_EQ(done.out, "");
  }
  const auto plain = list("http://127.0.0.1:" + std::to_string(s.server.admin_port()), "");
  EXPECT_EQ(plain.code, 1);
  const auto absent = list(url("127.0.0.1"), (elsewhere.path() / "absent").string());
  EXPECT_EQ(absent.code, 1);
  EXPECT_THAT(absent.err, HasSubstr("absent: holds no certificates"));
}

TEST_F(command_line_over_tls, sends_no_token_to_a_server_of_another_name) {
  const auto other = test_authority().issue(folder.path(), "first", key_kind::p256,
                                            "DNS:other.example,IP:127.0.0.2");
  ASSERT_EQ(other.certificate, pair.certificate);
  s.server.hang_up();
  const auto is_in_use = [&] {
    return list(url("127.0.0.1"), ca.string()).err.find("IP address mismatch") != std::string::npos;
  };
  eventually(is_in_use);
  const auto by_name = list(url("localhost"), ca.string());
  EXPECT_EQ(by_name.code, 1);
  EXPECT_THAT(by_name.err, HasSubstr("hostname mismatch"));
}

}  // namespace

}  // namespace mintage::test
