#include "oauth/admin/minting.hpp"

#include <gtest/gtest.h>

namespace mintage::oauth {
namespace {

constexpr auto now = instant{milliseconds{1'700'000'000'900}};
constexpr auto now_date = std::int64_t{1'700'000'000};
constexpr auto challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";  // KAT-01

client make_record(std::string id, void (*change)(client&) = nullptr) {
  auto c = client{};
  c.id = std::move(id);
  c.incarnation = 7;
  c.redirect_uris = {"https://app.example/cb"};
  c.scopes = {"openid", "offline_access", "api", "mail"};
  c.allowed_resources = {"https://mail.example", "https://api.example", "https://gone.example"};
  if (change != nullptr) change(c);
  return c;
}

const client_registry& clients() {
  static const auto all = client_registry{
      {
          make_record("app"),
          make_record("optout", [](client& c) { c.require_pkce = false; }),
          make_record("two", [](client& c) { c.redirect_uris.emplace_back("https://b.example/"); }),
          make_record("native", [](client& c) { c.redirect_uris = {"http://127.0.0.1/cb"}; }),
          make_record("public",
                      [](client& c) {
                        c.method = auth_method::none;
                        c.require_pkce =
                            false;  // cannot be registered; the rule of PKC-01 holds all the same
                      }),
          make_record("suspended", [](client& c) { c.status = client_status::suspended; }),
          make_record("refresher", [](client& c) { c.grant_types = {grant_type::refresh_token}; }),
          make_record("fapi", [](client& c) { c.own_profile = c.profile = client_profile::fapi2; }),
          make_record("misfit", [](client& c) { c.profile = client_profile::fapi2; }),
          make_record("paired",
                      [](client& c) {
                        c.subjects = subject_type::pairwise;
                        c.sector = "app.example";
                      }),
      },
      {
          {.as = {.identifier = "https://api.example"}, .scopes = {"api"}, .resource_servers = {}},
          {.as = {.identifier = "https://mail.example"},
           .scopes = {"mail"},
           .resource_servers = {}},
      }};
  return all;
}

mint_request good_request() {
  auto r = mint_request{};
  r.client_id = "app";
  r.redirect_uri = "https://app.example/cb";
  r.scope = "openid";
  r.sub = "alice";
  r.auth_time = now_date - 10;
  r.code_challenge = challenge;
  r.code_challenge_method = "S256";
  return r;
}

admin_result<authorization_code> mint(mint_request r) {
  auto key = crypto::digest{};
  for (auto i = std::uint8_t{0}; i < key.size(); ++i) key[i] = i;
  return check_mint(clients(), std::move(r), now, {}, key);
}

struct refused_row {
  const char* field;  ///< what the description begins with
  errc code;
  void (*change)(mint_request&);
};

void expect_refused(std::initializer_list<refused_row> rows) {
  for (const auto& row : rows) {
    auto r = good_request();
    row.change(r);
    const auto result = mint(std::move(r));
    ASSERT_FALSE(result) << row.field;
    EXPECT_EQ(result.error().code, row.code) << result.error().description;
    EXPECT_TRUE(result.error().description.starts_with(std::string{row.field} + " "))
        << row.field << ": " << result.error().description;
  }
}

TEST(check_mint, names_a_required_field_that_is_missing) {  // MINT-01
  expect_refused({
      {"client_id", errc::invalid_request, [](auto& r) { r.client_id.clear(); }},
      {"redirect_uri", errc::invalid_request,
       [](auto& r) { r.client_id = "two", r.redirect_uri.clear(); }},
      {"scope", errc::invalid_request, [](auto& r) { r.scope.clear(); }},
      {"sub", errc::invalid_request, [](auto& r) { r.sub.clear(); }},
      {"auth_time", errc::invalid_request, [](auto& r) { r.auth_time.reset(); }},
  });
}

TEST(check_mint, refuses_clients_that_may_have_no_code) {  // MINT-01
  expect_refused({
      {"client_id", errc::invalid_client, [](auto& r) { r.client_id = "nobody"; }},
      {"client_id", errc::invalid_client, [](auto& r) { r.client_id = "suspended"; }},
      {"client_id", errc::invalid_request, [](auto& r) { r.client_id = "refresher"; }},
  });
}

TEST(check_mint, refuses_redirect_uris_that_differ_by_one_octet) {  // MINT-01, COD-02
  expect_refused({
      {"redirect_uri", errc::invalid_request, [](auto& r) { r.redirect_uri += '/'; }},
      {"redirect_uri", errc::invalid_request, [](auto& r) { r.redirect_uri[0] = 'H'; }},
      {"redirect_uri", errc::invalid_request, [](auto& r) { r.redirect_uri += "?x"; }},
  });
}

TEST(check_mint, binds_the_code_to_a_dpop_key) {  // COD-09
  auto r = good_request();
  EXPECT_FALSE(mint(r)->dpop_jkt);
  r.dpop_jkt = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
  EXPECT_EQ(mint(std::move(r))->dpop_jkt,
            read_thumbprint("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"));
  expect_refused({
      {"dpop_jkt", errc::invalid_request, [](auto& m) { m.dpop_jkt = ""; }},
      {"dpop_jkt", errc::invalid_request, [](auto& m) { m.dpop_jkt = "0ZcOCORZNYy"; }},
  });
}

TEST(check_mint, takes_the_only_redirect_uri_for_none) {  // RFC 6749 §3.1.2.3
  auto r = good_request();
  EXPECT_FALSE(mint(r)->is_uri_implied);
  r.redirect_uri.clear();
  const auto code = mint(std::move(r)).value();
  EXPECT_TRUE(code.is_uri_implied);
  EXPECT_EQ(code.redirect_uri, "https://app.example/cb");
}

TEST(check_mint, takes_any_port_of_a_loopback_redirect_uri) {  // RFC 8252 §7.3
  auto r = good_request();
  r.client_id = "native";
  r.redirect_uri = "http://127.0.0.1:51004/cb";
  EXPECT_EQ(mint(std::move(r))->redirect_uri, "http://127.0.0.1:51004/cb");
}

TEST(check_mint, holds_the_rules_of_pkce) {  // PKC-01, PKC-02
  expect_refused({
      {"code_challenge", errc::invalid_request,  // confidential, PKCE required
       [](auto& r) { r.code_challenge.reset(), r.code_challenge_method.reset(); }},
      {"code_challenge", errc::invalid_request,  // NEG-131
       [](auto& r) {
         r.client_id = "public";
         r.code_challenge.reset(), r.code_challenge_method.reset();
       }},
      {"code_challenge_method", errc::invalid_request,  // NEG-130
       [](auto& r) { r.code_challenge_method.reset(); }},
      {"code_challenge_method", errc::invalid_request,
       [](auto& r) { r.code_challenge_method = "plain"; }},
      {"code_challenge_method", errc::invalid_request,
       [](auto& r) { r.code_challenge_method = "s256"; }},
      {"code_challenge_method", errc::invalid_request,
       [](auto& r) { r.client_id = "optout", r.code_challenge.reset(); }},
      {"code_challenge", errc::invalid_request, [](auto& r) { r.code_challenge = ""; }},
      {"code_challenge", errc::invalid_request,
       [](auto& r) { r.client_id = "optout", r.code_challenge = ""; }},
      {"code_challenge", errc::invalid_request, [](auto& r) { r.code_challenge->pop_back(); }},
      {"code_challenge", errc::invalid_request, [](auto& r) { *r.code_challenge += 'A'; }},
      {"code_challenge", errc::invalid_request, [](auto& r) { r.code_challenge->front() = '+'; }},
  });
}

TEST(check_mint, refuses_scope_outside_the_clients) {  // MINT-01
  expect_refused({
      {"scope", errc::invalid_scope, [](auto& r) { r.scope = "openid admin"; }},
      {"scope", errc::invalid_scope, [](auto& r) { r.scope = "openid\tapi"; }},
      {"scope", errc::invalid_scope, [](auto& r) { r.scope = " "; }},
      {"scope", errc::invalid_scope, [](auto& r) { r.scope = "open\"id"; }},
  });
}

TEST(check_mint, refuses_impossible_logins) {  // MINT-02
  expect_refused({
      {"sub", errc::invalid_request, [](auto& r) { r.sub = std::string(256, 'x'); }},
      {"sub", errc::invalid_request, [](auto& r) { r.sub = "\xc3\xa4"; }},
      {"auth_time", errc::invalid_request, [](auto& r) { r.auth_time = -1; }},
      {"auth_time", errc::invalid_request, [](auto& r) { r.auth_time = now_date + 31; }},
      {"auth_time", errc::invalid_request, [](auto& r) { r.auth_time = INT64_MAX; }},
      {"nonce", errc::invalid_request, [](auto& r) { r.nonce = std::string(1025, 'x'); }},
      {"nonce", errc::invalid_request, [](auto& r) { r.nonce = "a\nb"; }},
      {"acr", errc::invalid_request, [](auto& r) { r.acr = std::string(257, 'x'); }},
      {"acr", errc::invalid_request, [](auto& r) { r.acr = "\xff"; }},
      {"sid", errc::invalid_request, [](auto& r) { r.sid = std::string(257, 'x'); }},
      {"sid", errc::invalid_request, [](auto& r) { r.sid = "\x7f"; }},
      {"username", errc::invalid_request, [](auto& r) { r.username = std::string(257, 'x'); }},
      {"username", errc::invalid_request, [](auto& r) { r.username = "a\n"; }},
      {"amr", errc::invalid_request, [](auto& r) { r.amr.assign(17, "x"); }},
      {"amr", errc::invalid_request,
       [](auto& r) {
         r.amr = {"pwd", ""};
       }},
      {"amr", errc::invalid_request, [](auto& r) { r.amr = {std::string(65, 'x')}; }},
      {"amr", errc::invalid_request, [](auto& r) { r.amr = {"\t"}; }},
      {"claims", errc::invalid_request, [](auto& r) { r.claims = "{" + std::string(65536, ' '); }},
      {"claims", errc::invalid_request, [](auto& r) { r.claims = "[]"; }},
      {"ttl", errc::invalid_request, [](auto& r) { r.ttl = 0; }},
      {"ttl", errc::invalid_request, [](auto& r) { r.ttl = 601; }},
      {"ttl", errc::invalid_request, [](auto& r) { r.ttl = -1; }},
  });
}

TEST(check_mint, takes_every_ascii_subject_up_to_255) {  // Core §2
  auto all = std::string{};
  for (auto c = 0; c < 0x80; ++c) all += static_cast<char>(c);
  for (const auto& sub : {std::string{" "}, std::string{"auth0|a b@c"}, std::string(255, 'x'), all,
                          std::string(1, '\0')}) {
    auto r = good_request();
    r.sub = sub;
    const auto code = mint(std::move(r));
    ASSERT_TRUE(code) << sub;
    EXPECT_EQ(code->who.sub, sub);
  }
}

TEST(check_mint, takes_claims_up_to_the_limit) {
  auto r = good_request();
  r.claims = R"({"groups":")" + std::string(65536 - 13, 'g') + "\"}";
  ASSERT_EQ(r.claims.size(), 65536U);
  EXPECT_TRUE(mint(std::move(r)));
}

TEST(check_mint, takes_spaces_too_many_in_a_scope) {
  auto r = good_request();
  r.scope = "  openid   api ";
  EXPECT_EQ(mint(std::move(r))->who.scope, "openid api");
}

TEST(check_mint, refuses_the_subject_of_a_client) {  // CCG-01
  expect_refused({
      {"sub", errc::invalid_request, [](auto& r) { r.sub = "app"; }},
      {"sub", errc::invalid_request, [](auto& r) { r.sub = "public"; }},
  });
}

TEST(check_mint, refuses_an_essential_acr_that_was_not_met) {  // MINT-02
  expect_refused({
      {"acr", errc::invalid_request, [](auto& r) { r.essential_acr = {"gold"}; }},
      {"acr", errc::invalid_request,
       [](auto& r) {
         r.acr = "silver";
         r.essential_acr = {"gold", "Silver"};
       }},
  });
  auto r = good_request();
  r.acr = "silver";
  r.essential_acr = {"gold", "silver"};
  EXPECT_TRUE(mint(r));
}

TEST(check_mint, refuses_resources_that_the_client_may_not_have) {  // ATK-02, ATK-03
  expect_refused({
      {"resource", errc::invalid_target, [](auto& r) { r.resources = {"https://gone.example"}; }},
      {"resource", errc::invalid_target, [](auto& r) { r.resources = {""}; }},
      {"resource", errc::invalid_request,
       [](auto& r) { r.resources.assign(9, "https://api.example"); }},
      {"scope", errc::invalid_scope, [](auto& r) { r.scope = "openid api mail"; }},
      {"claims", errc::invalid_request,
       [](auto& r) { r.id_token_claims = "{" + std::string(65536, ' '); }},
  });
}

TEST(check_mint, grants_the_resources_named_or_those_of_the_scope) {  // ATK-02
  auto r = good_request();
  EXPECT_TRUE(mint(r)->who.targets.empty());
  r.scope = "openid api";
  ASSERT_EQ(mint(r)->who.targets.size(), 2u);
  EXPECT_EQ(mint(r)->who.targets[0].identifier, "https://api.example");
  EXPECT_EQ(mint(r)->who.targets[1].identifier, "http://127.0.0.1:9080/userinfo");
  r.resources = {"https://mail.example"};
  ASSERT_EQ(mint(r)->who.targets.size(), 1u);
  EXPECT_EQ(mint(r)->who.targets[0].identifier, "https://mail.example");
}

TEST(check_mint, names_the_person_by_sector_to_a_pairwise_client) {  // §3.3
  auto r = good_request();
  EXPECT_EQ(mint(r)->who.pairwise_sub, "");
  r.client_id = "paired";
  const auto code = mint(r);
  ASSERT_TRUE(code);
  EXPECT_EQ(code->who.sub, "alice");
  // Computed with Python's hmac.
  EXPECT_EQ(code->who.pairwise_sub, "JnMwQy7JBXUREefDmNpMV-Bp2vgY3k5VyfNkdl_3Bro");
}

TEST(pairwise_subject, depends_on_key_sector_and_person) {
  const auto key = crypto::digest{1};
  const auto one = pairwise_subject(key, "h", "alice");
  EXPECT_EQ(one.size(), 43u);
  EXPECT_EQ(pairwise_subject(key, "h", "alice"), one);
  EXPECT_NE(pairwise_subject(crypto::digest{2}, "h", "alice"), one);
  EXPECT_NE(pairwise_subject(key, "i", "alice"), one);
  EXPECT_NE(pairwise_subject(key, "h", "alicf"), one);
  EXPECT_NE(pairwise_subject(key, "ha", "lice"), one);
}

TEST(check_mint, repeats_no_value) {
  auto r = good_request();
  r.redirect_uri = "https://evil.example/";
  EXPECT_EQ(mint(r).error().description, "redirect_uri is not registered for this client");
}

TEST(check_mint, makes_the_record_of_a_good_request) {
  auto r = good_request();
  r.scope = "api openid api";
  r.nonce = std::string(1024, 'n');
  r.acr = "silver";
  r.amr.assign(16, std::string(64, 'x'));
  r.sid = "s";
  r.username = "al\xc3\xa9";
  r.claims = R"({"a":1} )";
  r.id_token_claims = R"({"b":1})";
  r.auth_time = now_date + 30;
  r.ttl = 600;
  const auto code = mint(r);
  ASSERT_TRUE(code) << code.error().description;
  EXPECT_EQ(code->who.client_id, "app");
  EXPECT_EQ(code->who.incarnation, 7u);
  EXPECT_EQ(code->who.sub, "alice");
  EXPECT_EQ(code->who.scope, "api openid");
  EXPECT_EQ(code->who.nonce, r.nonce);
  EXPECT_EQ(code->who.acr, "silver");
  EXPECT_EQ(code->who.amr, r.amr);
  EXPECT_EQ(code->who.sid, "s");
  EXPECT_EQ(code->who.username, r.username);
  EXPECT_EQ(code->who.claims, r.claims);
  EXPECT_EQ(code->who.id_token_claims, r.id_token_claims);
  EXPECT_EQ(code->who.minted, now);
  EXPECT_EQ(numeric_date(code->who.auth_time), now_date + 30);
  EXPECT_EQ(code->redirect_uri, r.redirect_uri);
  EXPECT_EQ(code->challenge, challenge);
  EXPECT_EQ(code->expires, now + seconds{600});
}

TEST(check_mint, takes_defaults_and_a_client_that_opted_out_of_pkce) {
  auto r = good_request();
  r.client_id = "optout";
  r.code_challenge.reset();
  r.code_challenge_method.reset();
  r.scope = "api";  // need not have openid
  r.auth_time = 0;
  const auto code = mint(r);
  ASSERT_TRUE(code) << code.error().description;
  EXPECT_EQ(code->challenge, "");
  EXPECT_EQ(code->expires, now + options{}.code_ttl);
}

TEST(check_mint, gives_codes_of_fapi_clients_a_minute_at_most) {  // FAP-05
  auto r = good_request();
  r.client_id = "fapi";
  for (const auto& [asked, given] : {std::pair{600, 60}, std::pair{61, 60}, std::pair{20, 20}}) {
    r.ttl = asked;
    EXPECT_EQ(mint(r).value().expires, now + seconds{given});
  }
}

TEST(check_mint, refuses_clients_that_do_not_meet_the_profile_of_the_server) {  // FAP-01
  auto r = good_request();
  r.client_id = "misfit";
  const auto got = mint(r);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, errc::invalid_client);
  EXPECT_EQ(got.error().description,
            "client_id belongs to a client that does not meet the profile fapi2");
}

}  // namespace
}  // namespace mintage::oauth
