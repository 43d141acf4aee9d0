// mintage apply and export: clients and resources as files.
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "tests/http/cli/fixture.hpp"
#include "tests/http/cli/terminal.hpp"

namespace mintage::test {

namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr auto drift = 2;

/// Files of the test in a folder of their own, and a server that others of this program share.
struct apply_command : command_line {
  /// Writes a file. @returns its path.
  std::string put(const std::string& name, std::string_view text) {
    std::filesystem::create_directories((folder.path() / name).parent_path());
    write_file(folder.path() / name, std::string{text});
    return (folder.path() / name).string();
  }
  std::string secret(const std::string& name, std::string_view text) {
    const auto path = put(name, text);
    std::filesystem::permissions(path, std::filesystem::perms::owner_read);
    return path;
  }
  ended apply(arguments more = {}) {
    auto words = arguments{"apply", "-f", folder.path().string()};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
  static boost::json::object shown(const std::string& id) {
    return run_json({"client", "show", id});
  }
  static std::string text(const boost::json::object& of, std::string_view member) {
    const auto* found = of.if_contains(member);
    return found == nullptr ? "" : boost::json::serialize(*found);
  }

  temporary_folder folder;
};

constexpr auto shop = R"(
[[client]]
client_id = "apply-shop"
client_secret_file = "shop.secret"
client_name = "Shop"
redirect_uris = ["https://shop.example/cb"]
require_pkce = false
scope = "openid profile"
dpop_bound_access_tokens = false
access_token_ttl = 300
)";

TEST_F(apply_command, makes_what_the_files_say_and_then_changes_nothing) {
  secret("shop.secret", "apply-secret-of-the-shop-0123456789\n");
  put("shop.toml", shop);
  put("more/api.toml", R"(
[[resource]]
identifier = "https://apply-api.example"
scopes = ["apply.read"]
)");
  const auto told = apply({"--diff"});
  EXPECT_EQ(told.code, drift) << told.err;
  EXPECT_THAT(told.out, AllOf(HasSubstr("+ client \"apply-shop\"\n"),
                              HasSubstr("+ resource \"https://apply-api.example\"\n"),
                              HasSubstr("2 to add, 0 to change, 0 to remove")));
  EXPECT_EQ(run({"client", "show", "apply-shop"}).code, 1);

  const auto done = apply();
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out, Not(HasSubstr("apply-secret")));
  auto who = party{};
  who.id = "apply-shop";
  who.redirect_uri = "https://shop.example/cb";
  EXPECT_TRUE(works(who, "apply-secret-of-the-shop-0123456789"));
  EXPECT_EQ(text(shown("apply-shop"), "access_token_ttl"), "300");

  const auto before = shown("apply-shop");
  for (const auto& more : {arguments{}, arguments{"--diff"}}) {
    const auto again = apply(more);
    EXPECT_EQ(again.code, 0) << again.err;
    EXPECT_THAT(again.out, HasSubstr("0 to add, 0 to change, 0 to remove, 2 unchanged"));
  }
  EXPECT_EQ(shown("apply-shop"), before);
}

TEST_F(apply_command, takes_away_what_the_file_no_longer_says) {
  put("a.toml", R"([[client]]
client_id = "apply-less"
token_endpoint_auth_method = "none"
redirect_uris = ["https://less.example/cb", "https://less.example/other"]
grant_types = ["authorization_code", "refresh_token"]
scope = "openid a b"
access_token_ttl = 60
default_max_age = 300
dpop_bound_access_tokens = true
backchannel_logout_uri = "https://less.example/logout"
backchannel_logout_session_required = true
post_logout_redirect_uris = ["https://less.example/bye"]
client_uri = "https://less.example/"
jwks = { keys = [{ kty = "OKP", crv = "Ed25519", x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }] }
[client.access_token_claims]
tenant = "t1"
more = { list = [1, 2.5, true] }
)");
  auto done = apply();
  ASSERT_EQ(done.code, 0) << done.err;
  auto now = shown("apply-less");
  EXPECT_EQ(text(now, "access_token_claims"), R"({"more":{"list":[1,2.5E0,true]},"tenant":"t1"})");
  EXPECT_TRUE(now.contains("jwks"));

  put("a.toml", R"([[client]]
client_id = "apply-less"
token_endpoint_auth_method = "none"
redirect_uris = ["https://less.example/cb"]
)");
  EXPECT_EQ(apply({"--diff"}).code, drift);
  done = apply();
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr(R"(scope: "openid a b" -> "openid")"));
  now = shown("apply-less");
  for (const auto* gone : {"access_token_ttl", "default_max_age", "backchannel_logout_uri", "jwks",
                           "post_logout_redirect_uris", "client_uri", "access_token_claims"}) {
    EXPECT_FALSE(now.contains(gone)) << gone;
  }
  EXPECT_EQ(text(now, "dpop_bound_access_tokens"), "false");
  EXPECT_EQ(text(now, "redirect_uris"), R"(["https://less.example/cb"])");
  EXPECT_EQ(apply({"--diff"}).code, 0);
}

TEST_F(apply_command, leaves_the_status_to_the_operator_unless_the_file_says_it) {
  secret("shop.secret", "apply-secret-of-the-shop-0123456789");
  auto file = std::string{shop};
  file.replace(file.find("apply-shop"), 10, "apply-held");
  put("a.toml", file);
  ASSERT_EQ(apply().code, 0);
  ASSERT_EQ(run({"client", "suspend", "apply-held"}).code, 0);
  EXPECT_EQ(apply({"--diff"}).code, 0);
  ASSERT_EQ(apply().code, 0);
  EXPECT_EQ(text(shown("apply-held"), "status"), R"("suspended")");
  put("a.toml", file + "status = \"active\"\n");
  EXPECT_EQ(apply({"--diff"}).code, drift);
  ASSERT_EQ(apply().code, 0);
  EXPECT_EQ(text(shown("apply-held"), "status"), R"("active")");
}

TEST_F(apply_command, names_file_line_and_member_of_every_mistake) {
  put("bad.toml", R"([[client]]
client_id = "apply-bad"
redirect_uris = "https://one.example/cb"
client_nam = "x"
client_secret = "do-not-show-me"

[[client]]
client_id = "apply-worse"
redirect_uris = ["/relative"]
client_secret_env = "SECRET"

[[clients]]
client_id = "x"
)");
  const auto done = apply({"--diff"});
  EXPECT_EQ(done.code, 1);
  EXPECT_EQ(done.out, "");
  EXPECT_THAT(done.err, AllOf(HasSubstr("bad.toml:3: redirect_uris: must be an array of strings"),
                              HasSubstr("bad.toml:4: client_nam: is unknown"),
                              HasSubstr("bad.toml:5: client_secret: must not be in a file"),
                              HasSubstr("bad.toml:9: redirect_uris: redirect_uris[0] must"),
                              HasSubstr("bad.toml:12: clients: is unknown")));
  EXPECT_THAT(done.err, Not(HasSubstr("do-not-show-me")));
  put("bad.toml", "[[client]]\nclient_id = \n");
  EXPECT_THAT(apply({"--diff"}).err, HasSubstr("bad.toml:2: is not TOML"));
  put("bad.toml", "client_id = \"x\"\n");
  EXPECT_THAT(apply({"--diff"}).err, HasSubstr("bad.toml:1: client_id: must be a list of tables"));
}

TEST_F(apply_command, ends_with_1_when_it_cannot_know_the_difference) {
  put("a.toml",
      "[[client]]\nclient_id = \"x\"\ntoken_endpoint_auth_method = \"none\"\n"
      "redirect_uris = [\"https://x.example/\"]\n");
  const auto file = folder.path().string();
  EXPECT_EQ(run_program({"apply", "-f", file, "--diff"}).code, 1);
  EXPECT_EQ(run_program({"apply", "-f", file, "--diff", "--admin", "http://127.0.0.1:1",
                         "--token-file", stage_->server.file("admin.token").string()})
                .code,
            1);
  EXPECT_EQ(run({"apply", "-f", (folder.path() / "none").string()}).code, 1);
}

TEST_F(apply_command, asks_for_a_secret_only_when_the_client_is_made) {
  const auto file =
      "[[client]]\nclient_id = \"apply-poor\"\nredirect_uris = [\"https://p.example/\"]\n";
  put("a.toml", file);
  const auto poor = apply();
  EXPECT_EQ(poor.code, 1);
  EXPECT_THAT(poor.err, HasSubstr("needs client_secret_file, client_secret_env or"));
  put("a.toml", file + std::string{"client_secret_env = \"APPLY_SECRET\"\n"});
  EXPECT_THAT(apply().err, HasSubstr("APPLY_SECRET is not set"));
  {
    const auto set = environment{"APPLY_SECRET", "secret-from-the-environment-012345"};
    EXPECT_EQ(apply().code, 0);
  }
  EXPECT_EQ(apply().code, 0);
}

TEST_F(apply_command, prunes_what_is_in_no_file_when_it_is_told_twice) {
  // A server of its own: everything on the shared one would go.
  auto own = stage{};
  const auto access =
      arguments{"--admin", "http://127.0.0.1:" + std::to_string(own.server.admin_port()),
                "--token-file", own.server.file("admin.token").string()};
  const auto run_here = [&](arguments words) {
    words.insert(words.end(), access.begin(), access.end());
    return run_program(words);
  };
  put("a.toml",
      "[[client]]\nclient_id = \"kept\"\ntoken_endpoint_auth_method = \"none\"\n"
      "redirect_uris = [\"https://x.example/\"]\n");
  put("b.toml", "[[resource]]\nidentifier = \"https://gone.example\"\nscopes = [\"gone\"]\n");
  const auto from = arguments{"apply", "-f", folder.path().string()};
  const auto with = [&](arguments more) {
    auto words = from;
    words.insert(words.end(), more.begin(), more.end());
    return run_here(words);
  };
  ASSERT_EQ(with({}).code, 0);
  std::filesystem::remove(folder.path() / "b.toml");
  const auto kept = with({});
  EXPECT_EQ(kept.code, 0);
  EXPECT_THAT(kept.out, HasSubstr("resource \"https://gone.example\" is in no file, and stays"));
  EXPECT_EQ(with({"--diff"}).code, 0);
  EXPECT_EQ(with({"--diff", "--prune"}).code, drift);
  const auto unasked = with({"--prune"});
  EXPECT_EQ(unasked.code, 1);
  EXPECT_THAT(unasked.err, HasSubstr("--yes"));
  EXPECT_THAT(run_here({"export"}).out, HasSubstr("https://gone.example"));
  EXPECT_EQ(with({"--prune", "--yes"}).code, 0);
  EXPECT_THAT(run_here({"export"}).out,
              AllOf(HasSubstr("client_id = \"kept\""), Not(HasSubstr("gone.example"))));
  EXPECT_EQ(with({"--diff", "--prune"}).code, 0);
}

TEST_F(apply_command, moves_a_scope_between_resources_in_any_order) {
  const auto write = [this](std::string_view first, std::string_view second) {
    put("a.toml", "[[resource]]\nidentifier = \"https://move-1.example\"\nscopes = [" +
                      std::string{first} +
                      "]\n[[resource]]\nidentifier = \"https://move-2.example\"" + "\nscopes = [" +
                      std::string{second} + "]\n");
  };
  write("\"move.a\"", "\"move.b\"");
  ASSERT_EQ(apply().code, 0);
  write("\"move.a\", \"move.b\"", "");
  EXPECT_EQ(apply().code, 0);
  EXPECT_EQ(apply({"--diff"}).code, 0);
  write("\"move.c\"", "\"move.c\"");
  EXPECT_THAT(apply().err, HasSubstr("points to another resource already"));
}

TEST_F(apply_command, runs_twice_at_once) {
  for (auto i = 0; i < 8; ++i) {
    put("c" + std::to_string(i) + ".toml",
        "[[client]]\nclient_id = \"twice-" + std::to_string(i) +
            "\"\ntoken_endpoint_auth_method = \"none\"\nredirect_uris = "
            "[\"https://x.example/\"]\n");
  }
  const auto words = with_access({"apply", "-f", folder.path().string()});
  auto first = terminal_process{words};
  auto second = terminal_process{words};
  EXPECT_EQ(first.wait(), 0) << first.screen();
  EXPECT_EQ(second.wait(), 0) << second.screen();
  EXPECT_EQ(apply({"--diff"}).code, 0);
}

TEST_F(apply_command, reads_what_export_has_written) {
  secret("shop.secret", "apply-secret-of-the-shop-0123456789");
  auto file = std::string{shop};
  file.replace(file.find("apply-shop"), 10, "a/../b %'c");
  put("a.toml", file);
  ASSERT_EQ(run({"apply", "-f", folder.path().string()}).code, 1);  // no spaces in an id
  file.replace(file.find("a/../b %'c"), 10, "../a/\\\\b%'c");
  put("a.toml", file +
                    "subject_type = \"pairwise\"\n"
                    "sector_identifier_uri = \"https://sector.example/x\"\n"
                    "[[client]]\nclient_id = \"exp-keys\"\n"
                    "token_endpoint_auth_method = \"private_key_jwt\"\n"
                    "grant_types = [\"client_credentials\"]\nassertion_aud_mode = \"strict\"\n"
                    "jwks_uri = \"https://keys.example/jwks\"\n"
                    "[[client]]\nclient_id = \"exp-tls\"\n"
                    "token_endpoint_auth_method = \"tls_client_auth\"\n"
                    "grant_types = [\"client_credentials\"]\n"
                    "tls_client_auth_san_dns = \"tls.example\"\n");
  const auto made = apply();
  ASSERT_EQ(made.code, 0) << made.err;
  const auto to = folder.path() / "exported";
  const auto done = run({"export", to.string()});
  ASSERT_EQ(done.code, 0) << done.err;
  const auto same = run({"apply", "-f", to.string(), "--diff", "--prune"});
  EXPECT_EQ(same.code, 0) << same.out << same.err;
  const auto written = read_file(to / "client-%2E.%2Fa%2F%5Cb%25%27c.toml");
  EXPECT_EQ(written,
            "[[client]]\nclient_id = \"../a/\\\\b%'c\"\n"
            "# To make it on another server, name its secret: client_secret_file = \"...\"\n"
            "client_name = \"Shop\"\n"
            "token_endpoint_auth_method = \"client_secret_basic\"\n"
            "redirect_uris = [\"https://shop.example/cb\"]\n"
            "scope = \"openid profile\"\n"
            "require_pkce = false\n"
            "subject_type = \"pairwise\"\n"
            "sector_identifier_uri = \"https://sector.example/\"\n"
            "access_token_ttl = 300\n");
  EXPECT_THAT(run({"export", to.string()}).err, HasSubstr("is not empty"));
  put("exported/client-exp-tls.toml",
      "[[client]]\nclient_id = \"exp-tls\"\n"
      "token_endpoint_auth_method = \"none\"\n"
      "redirect_uris = [\"https://x.example/\"]\n");
  const auto fixed = run({"apply", "-f", to.string()});
  EXPECT_EQ(fixed.code, 1);
  EXPECT_THAT(fixed.err, HasSubstr("token_endpoint_auth_method cannot be changed"));
}

TEST_F(apply_command, leaves_clients_that_registered_themselves_alone) {
  auto own = stage{settings{{"registration.mode", toml_string("open")}}};
  auto joined = connection{own.server.port()};
  const auto body = std::string{R"({"redirect_uris":["http://127.0.0.1/cb"],)"} +
                    R"("token_endpoint_auth_method":"none","application_type":"native"})";
  auto wire = connection{own.server.port()};
  wire.send("POST /register HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" +
            ("Content-Length: " + std::to_string(body.size())) + "\r\n\r\n" + body);
  const auto answer = wire.receive();
  ASSERT_EQ(answer.status, 201U) << answer.body;
  const auto id = text_of(parse_object(answer.body), "client_id");
  put("a.toml", "[[resource]]\nidentifier = \"https://only.example\"\n");
  auto words = arguments{"apply", "-f", folder.path().string(), "--diff", "--prune"};
  const auto access =
      arguments{"--admin", "http://127.0.0.1:" + std::to_string(own.server.admin_port()),
                "--token-file", own.server.file("admin.token").string()};
  words.insert(words.end(), access.begin(), access.end());
  EXPECT_THAT(run_program(words).out, Not(HasSubstr(id)));
  words = arguments{"export"};
  words.insert(words.end(), access.begin(), access.end());
  const auto exported = run_program(words);
  EXPECT_THAT(exported.out, Not(HasSubstr(id)));
  EXPECT_THAT(exported.err, HasSubstr("1 clients that registered themselves are left out"));
}

}  // namespace

}  // namespace mintage::test
