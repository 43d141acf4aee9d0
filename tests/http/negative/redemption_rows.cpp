// Part E: code redemption.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "tests/http/negative/row.hpp"
#include "tests/support/database.hpp"

namespace mintage::test {

namespace {

using namespace std::chrono_literals;

/// Another verifier of the right form.
constexpr auto other_verifier = "xBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

row redirect(std::string variant, std::string uri, party_of who = &world::c1) {
  return bent(
      "NEG-108", std::move(variant), invalid_grant, after::live,
      [uri](world&, token_call& c) { c.set("redirect_uri", uri); }, who);
}

/// A redemption by `thief`, authenticated, of another client's code.
token_call foreign(const party& thief, std::string_view code) {
  return redemption(thief, code);
}

void foreign_code(world& w) {
  auto code = w.mint(w.c1);
  auto call = foreign(w.c2, code);
  check_answer(call.send_to(w.server.port()), call, invalid_grant);
  w.expect_live(w.c1, code);
}

/// COD-05: presentation by another client counts as a failure, so ten of them revoke the code.
void foreign_code_counts(world& w) {
  auto code = w.mint(w.c1);
  for (auto i = 0; i < 10; ++i) {
    auto call = foreign(w.c2, code);
    check_answer(call.send_to(w.server.port()), call, invalid_grant);
  }
  w.expect_dead(w.c1, code);
}

void expired_code(world& w) {
  auto body = mint_body(w.c1);
  body["ttl"] = 1;
  auto code = w.admin.mint(body);
  std::this_thread::sleep_for(1100ms);
  w.expect_dead(w.c1, code);
}

/// Redeems, calls `again`, stops the server and checks whether the family is revoked.
void replay(bool revoked, std::chrono::milliseconds wait,
            const std::function<void(stage&, const party&, const std::string&)>& again) {
  auto own = stage{};
  auto who = own.c1;
  who.pkce = true;
  auto code = own.mint(who);
  auto first = own.redeem(who, code);
  ASSERT_EQ(first.status, 200U) << first.octets;
  std::this_thread::sleep_for(wait);
  again(own, who, code);
  EXPECT_EQ(own.server.stop(), 0);
  auto token = text_of(parse_object(first.body), "access_token");
  EXPECT_EQ(is_revoked(own.server.file("db"), token), revoked);
}

void valid_replay(world&) {
  replay(true, 1s, [](stage& s, const party& who, auto& code) { s.expect_dead(who, code); });
}

/// A native client listens on a port of its own each time, and its replay may name another, or
/// leave out redirect_uri. @see RFC 8252 §7.3
void native_replay(const std::function<void(token_call&)>& bend) {
  auto own = stage{};
  auto who = make_party(own.admin, {{"token_endpoint_auth_method", "none"},
                                    {"require_pkce", true},
                                    {"redirect_uris", {"http://127.0.0.1/cb"}}});
  who.redirect_uri = "http://127.0.0.1:51004/cb";
  const auto code = own.mint(who);
  const auto first = own.redeem(who, code);
  ASSERT_EQ(first.status, 200U) << first.octets;
  std::this_thread::sleep_for(1s);
  auto again = redemption(who, code);
  bend(again);
  check_answer(again.send_to(own.server.port()), again, invalid_grant);
  EXPECT_EQ(own.server.stop(), 0);
  EXPECT_TRUE(is_revoked(own.server.file("db"), tokens_in(first).access));
}

/// The second redemption is long after the window: the family's access token is revoked too.
void late_replay(world& w) {
  const auto code = w.mint(w.c1);
  const auto first = w.redeem(w.c1, code);
  ASSERT_EQ(first.status, 200U) << first.octets;
  const auto access = tokens_in(first).access;
  EXPECT_EQ(userinfo(access).send_to(w.server.port()).status, 200U);
  std::this_thread::sleep_for(600ms);
  w.expect_dead(w.c1, code);
  EXPECT_EQ(userinfo(access).send_to(w.server.port()).status, 401U);
}

/// The code is void; a login after the cutoff is valid.
void subject_is_revoked(world& w) {
  auto login = mint_body(w.c1);
  login["sub"] = "mallory";
  const auto code = w.admin.mint(login);
  EXPECT_EQ(w.admin.call("POST", "/admin/subjects/mallory/revoke").status, 204U);
  w.expect_dead(w.c1, code);
  std::this_thread::sleep_for(2ms);  // the cutoff also voids what is minted in its own millisecond
  EXPECT_EQ(w.redeem(w.c1, w.admin.mint(login)).status, 200U);
}

/// COD-02, OAuth 2.1 §4.1.3: PKCE and one registered URI make up for it.
void without_redirect_uri(world& w) {
  auto call = redemption(w.c1_pkce, w.mint(w.c1_pkce)).drop("redirect_uri");
  EXPECT_EQ(call.send_to(w.server.port()).status, 200U);
}

void resource_outside_the_grant(world& w) {
  auto login = mint_body(w.c1);
  login["resource"] = api_identifier;
  const auto code = w.admin.mint(login);
  for (const auto target : {other_identifier, std::string_view{"https://unknown.example"}}) {
    auto call = redemption(w.c1, code).add("resource", target);
    check_answer(call.send_to(w.server.port()), call, invalid_target);
  }
  w.expect_live(w.c1, code);
}

/// COD-07, with a window that is long enough on any machine.
void double_submit(world&) {
  auto own = stage{{{"tokens.code_dup_window", toml_string("5s")}}};
  auto code = own.mint(own.c1);
  auto first = own.redeem(own.c1, code);
  own.expect_dead(own.c1, code);
  EXPECT_EQ(own.server.stop(), 0);
  EXPECT_FALSE(
      is_revoked(own.server.file("db"), text_of(parse_object(first.body), "access_token")));
}

void replay_with_wrong_secret(world&) {
  replay(false, 300ms, [](stage& s, const party& who, auto& code) {
    auto call = redemption(who, code).basic(who.id, "wrong-secret-marker");
    check_answer(call.send_to(s.server.port()), call, invalid_client_401);
  });
}

void replay_with_wrong_verifier(world&) {
  replay(false, 300ms, [](stage& s, const party& who, auto& code) {
    auto call = redemption(who, code).set("code_verifier", other_verifier);
    check_answer(call.send_to(s.server.port()), call, invalid_grant);
  });
}

void replay_by_another_client(world&) {
  replay(false, 300ms, [](stage& s, const party&, auto& code) {
    auto thief = make_party(s.admin);
    thief.pkce = true;
    auto call = foreign(thief, code);
    check_answer(call.send_to(s.server.port()), call, invalid_grant);
  });
}

void fifty_at_once(world&) {
  auto own = stage{{{"tokens.code_dup_window", toml_string("5s")}}};
  auto call = redemption(own.c1, own.mint(own.c1));
  auto wires = std::vector<connection>{};
  for (auto i = 0; i < 50; ++i) wires.emplace_back(own.server.port());
  for (auto& wire : wires) wire.send(call.render());
  auto token = std::string{};
  auto successes = 0;
  for (auto& wire : wires) {
    auto got = wire.receive();
    check_answer(got, call, got.status == 200 ? success : invalid_grant);
    if (got.status != 200) continue;
    ++successes;
    token = text_of(parse_object(got.body), "access_token");
  }
  EXPECT_EQ(successes, 1);
  EXPECT_EQ(own.server.stop(), 0);
  EXPECT_FALSE(is_revoked(own.server.file("db"), token));
}

void wrong_verifiers(world& w, int count, bool revokes) {
  auto code = w.mint(w.c1_pkce);
  for (auto i = 0; i < count; ++i) {
    auto call = redemption(w.c1_pkce, code).set("code_verifier", other_verifier);
    check_answer(call.send_to(w.server.port()), call, invalid_grant);
  }
  revokes ? w.expect_dead(w.c1_pkce, code) : w.expect_live(w.c1_pkce, code);
}

void scope_is_no_parameter(world& w) {
  auto call = redemption(w.c1, w.mint(w.c1)).add("scope", "admin");
  auto got = call.send_to(w.server.port());
  check_answer(got, call, success);
  EXPECT_EQ(text_of(parse_object(got.body), "scope"), "openid profile");
  w.expect_dead(w.c1, call.parameter("code"));
}

char other_case(char c) {
  if (c >= 'a' && c <= 'z') return static_cast<char>(c - 'a' + 'A');
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  return c;
}

/// Presents the code with character `at` replaced.
row altered(std::string variant, std::size_t at, bool only_case) {
  return bent("NEG-122", std::move(variant), invalid_grant, after::live,
              [=](world&, token_call& c) {
                auto code = c.parameter("code");
                auto& octet = code.at(at);
                octet = only_case ? other_case(octet) : octet == 'x' ? 'y' : 'x';
                if (code == c.parameter("code")) code.at(at) = 'x';
                c.set("code", code);
              });
}

/// TOK-21: unknown, malformed, foreign, mismatched and consumed codes look the same.
void one_body_for_all(world& w) {
  auto unknown = redemption(w.c1, "mco_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
  auto odd = redemption(w.c1, "no-code-at-all");
  auto code = w.mint(w.c1);
  auto wrong_uri = redemption(w.c1, code).set("redirect_uri", "https://client.example/other");
  auto stolen = foreign(w.c2, code);
  auto body = unknown.send_to(w.server.port()).body;
  for (auto& call : {odd, wrong_uri, stolen}) {
    EXPECT_EQ(call.send_to(w.server.port()).body, body);
  }
  w.expect_live(w.c1, code);
  EXPECT_EQ(w.redeem(w.c1, code).body, body);
}

}  // namespace

std::vector<row> rows_of_redemption() {
  return {
      bent("NEG-105", "", invalid_grant, after::live,
           [](world&, token_call& c) {
             c.set("code", "mco_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
           }),
      bent("NEG-105", "other_form", invalid_grant, after::live,
           [](world&, token_call& c) { c.set("code", "SplxlOBeZQQYbYS6WxSbIA"); }),
      {"NEG-105", "one_body_for_all", one_body_for_all},
      {"NEG-106", "", foreign_code},
      {"NEG-106", "counts", foreign_code_counts},
      bent("NEG-107", "", invalid_request, after::live,
           [](world&, token_call& c) { c.drop("redirect_uri"); }),
      {"NEG-107", "with_pkce", without_redirect_uri},
      redirect("other_case", "https://client.example/CB"),
      redirect("host_case", "https://Client.example/cb"),
      redirect("trailing_slash", "https://client.example/cb/"),
      redirect("extra_query", "https://client.example/cb?a=1"),
      redirect("loopback_port", "http://127.0.0.1:8081/cb", &world::loopback),
      {"NEG-109", "", expired_code},
      {"NEG-110", "", valid_replay},
      {"NEG-110", "within_the_window", double_submit},
      {"NEG-110", "native_without_uri",
       [](world&) { native_replay([](token_call& c) { c.drop("redirect_uri"); }); }},
      {"NEG-110", "native_with_another_port",
       [](world&) {
         native_replay([](token_call& c) { c.set("redirect_uri", "http://127.0.0.1:51005/cb"); });
       }},
      {"NEG-111", "", late_replay},
      {"NEG-112", "", replay_with_wrong_secret},
      {"NEG-113", "", replay_with_wrong_verifier},
      {"NEG-114", "", replay_by_another_client},
      {"NEG-115", "", fifty_at_once},
      {"NEG-116", "", [](world& w) { wrong_verifiers(w, 1, false); }},
      {"NEG-116", "nine", [](world& w) { wrong_verifiers(w, 9, false); }},
      {"NEG-117", "", [](world& w) { wrong_verifiers(w, 10, true); }},
      {"NEG-118", "", subject_is_revoked},
      {"NEG-119", "", resource_outside_the_grant},
      {"NEG-120", "", scope_is_no_parameter},
      altered("prefix", 0, false),
      altered("slot", 5, false),
      altered("first", 6, false),
      altered("last", 48, false),
      altered("case", 20, true),
  };
}

}  // namespace mintage::test
