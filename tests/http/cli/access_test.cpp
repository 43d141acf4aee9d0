// Server, token and exit code of the management commands; the commands for codes and keys.
#include <filesystem>

#include "tests/http/cli/fixture.hpp"

namespace mintage::test {

namespace {

using testing::HasSubstr;

struct access_of_commands : command_line {
  static std::string token_file() { return stage_->server.file("admin.token").string(); }
  /// A config in the server's folder that names its actual TCP port.
  static std::string config_with_port() {
    const auto listen = "127.0.0.1:" + std::to_string(stage_->server.admin_port());
    const auto file = stage_->server.file("operator.toml");
    write_file(file, render({{"issuer", toml_string(issuer)},
                             {"admin.listen", toml_string(listen)},
                             {"admin.token_file", toml_string("admin.token")},
                             {"admin.mint_token_file", toml_string("mint.token")}}));
    return file.string();
  }
  static arguments mint(arguments more = {}) {
    auto words = arguments{"code",  "mint",  "--client",       stage_->c1.id,
                           "--sub", "alice", "--redirect-uri", stage_->c1.redirect_uri};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
};
using access_test = access_of_commands;

TEST_F(access_test, wrong_usage_is_2) {
  for (const auto& words :
       {arguments{}, arguments{"client"}, arguments{"code"}, arguments{"keys"},
        arguments{"client", "frobnicate"}, arguments{"client", "show"},
        arguments{"client", "list", "--nonsense"}, arguments{"client", "secret", "a", "--end", "x"},
        arguments{"client", "secret", "a", "--end", "1", "--import"},
        arguments{"client", "add", "--public", "--auth-method", "client_secret_basic"},
        arguments{"client", "add", "--secret-file", "a", "--secret-env", "b"},
        arguments{"code", "mint", "--client", "a"}}) {
    EXPECT_EQ(run_program(words).code, 2) << testing::PrintToString(words);
  }
  expect_failure(run_program({"client", "list"}), 2, "--config");
  expect_failure(run_program({"client", "list", "--config", "/nonexistent/mintage.toml"}), 2,
                 "mintage.toml");
  expect_failure(run_program({"client", "list", "--config", stage_->server.config_file().string()}),
                 2, "--admin");
  for (const auto* url :
       {"https://127.0.0.1", "https://a b:1", "https://::1:1", "127.0.0.1:1", "http://127.0.0.1",
        "http://127.0.0.1:0", "http://127.0.0.1:1/admin", "http://[::1]"}) {
    expect_failure(run_program({"keys", "list", "--admin", url, "--token-file", token_file()}), 2,
                   "http://ADDRESS:PORT");
  }
}

TEST_F(access_test, healthcheck_is_0_when_the_server_is_ready_and_1_when_not) {
  for (const auto& more : {arguments{}, arguments{"--live"}}) {
    auto words = arguments{"healthcheck", "--config", config_with_port()};
    words.insert(words.end(), more.begin(), more.end());
    const auto done = run_program(words);
    EXPECT_EQ(done.code, 0) << done.err;
    EXPECT_EQ(done.out + done.err, "");
  }
  expect_failure(run_program({"healthcheck"}), 2, "--config");
  expect_failure(run_program({"healthcheck", "--config", "/nonexistent.toml"}), 2, "nonexistent");
  // The public listener is no admin listener; nothing listens on port 1.
  const auto asks = [](std::uint16_t port, std::string_view told) {
    const auto file = stage_->server.file("health.toml");
    write_file(file, render({{"health.listen", toml_string("0.0.0.0:" + std::to_string(port))}}));
    expect_failure(run_program({"healthcheck", "--config", file.string()}), 1, told);
  };
  asks(stage_->server.port(), "not ready: /readyz answers 404");
  asks(1, "no answer from the server at 127.0.0.1 port 1");
}

TEST_F(access_test, the_token_goes_to_no_other_machine) {
  expect_failure(run_program({"keys", "list", "--admin", "http://192.0.2.1:9081", "--token-file",
                              token_file()}),
                 2, "loopback");
}

TEST_F(access_test, the_unreachable_and_the_refused_are_1) {
  // The public listener, which has no admin interface.
  const auto other = "http://127.0.0.1:" + std::to_string(stage_->server.port());
  expect_failure(run_program({"keys", "list", "--admin", other, "--token-file", token_file()}), 1,
                 "404");
  expect_failure(
      run_program({"keys", "list", "--admin", "http://127.0.0.1:1", "--token-file", token_file()}),
      1, "no answer");
  expect_failure(run_program({"keys", "list", "--admin", url(), "--token-file",
                              stage_->server.file("absent").string()}),
                 1, "no such file");
  const auto wrong = stage_->server.file("wrong.token");
  write_file(wrong, "mad_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n");
  std::filesystem::permissions(wrong, std::filesystem::perms::owner_read);
  expect_failure(run_program({"keys", "list", "--admin", url(), "--token-file", wrong.string()}), 1,
                 "401");
  // The minter's token may only mint.
  const auto minter = stage_->server.file("mint.token").string();
  expect_failure(run_program({"keys", "list", "--admin", url(), "--token-file", minter}), 1, "403");
}

TEST_F(access_test, address_and_token_come_from_the_servers_config) {
  const auto config = config_with_port();
  EXPECT_EQ(run_program({"keys", "list", "--config", config}).code, 0);
  const auto with = environment{"MINTAGE_CONFIG", config};
  EXPECT_EQ(run_program({"client", "list"}).code, 0);
  EXPECT_EQ(run_program(mint()).code, 0);
  // Options override the config.
  expect_failure(run_program({"client", "list", "--admin", "http://127.0.0.1:1"}), 1, "no answer");
}

TEST_F(access_test, minting_from_a_config_shows_the_minters_token) {
  const auto config = config_with_port();
  const auto admin_token = stage_->server.file("admin.token");
  const auto aside = stage_->server.file("admin.token.aside");
  std::filesystem::rename(admin_token, aside);
  const auto minted = run_program([&] {
    auto words = mint();
    words.insert(words.end(), {"--config", config});
    return words;
  }());
  std::filesystem::rename(aside, admin_token);
  EXPECT_EQ(minted.code, 0) << minted.err;
}

TEST_F(access_test, a_minted_code_is_printed_alone_and_can_be_traded) {
  const auto done = run(mint({"--scope", "openid profile", "--nonce", "n-1"}));
  ASSERT_EQ(done.code, 0) << done.err;
  ASSERT_EQ(lines_of(done.out).size(), 1U) << done.out;
  stage_->expect_live(stage_->c1, lines_of(done.out).front());
}

TEST_F(access_test, a_code_takes_every_member_of_the_call) {
  const auto minted = run_json(mint({"--scope", "openid", "--auth-time", "1700000000",
                                     "--nonce", "n",      "--acr",       "2",
                                     "--amr",   "pwd",    "--amr",       "otp",
                                     "--sid",   "s",      "--claims",    R"({"tier":"gold"})",
                                     "--ttl",   "7",      "--challenge", std::string{challenge}}));
  EXPECT_EQ(minted.at("expires_in"), 7);
  auto call = redemption(stage_->c1, text_of(minted, "code"));
  call.add("code_verifier", verifier);
  EXPECT_EQ(call.send_to(stage_->server.port()).status, 200U);
  expect_failure(run(mint({"--claims", "{"})), 2, "--claims");
  expect_failure(run(mint({"--claims", "[]"})), 1, "claims");
  expect_failure(run(mint({"--ttl", "601"})), 1, "ttl");
  expect_failure(run(mint({"--scope", "admin"})), 1, "scope");
}

TEST_F(access_test, keys_are_listed) {
  const auto keys = run_json({"keys", "list"}).at("keys").as_array();
  ASSERT_EQ(keys.size(), 2U);
  const auto shown = run({"keys", "list"});
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_EQ(lines_of(shown.out).size(), 3U) << shown.out;
  for (const auto& each : keys) {
    EXPECT_THAT(shown.out, HasSubstr(text_of(each.as_object(), "kid")));
  }
}

}  // namespace

}  // namespace mintage::test
