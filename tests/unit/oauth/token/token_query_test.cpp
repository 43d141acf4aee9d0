#include "oauth/token/token_query.hpp"

#include <functional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/base64.hpp"
#include "crypto/jws.hpp"
#include "oauth/token/claims.hpp"
#include "tests/unit/oauth/counting_random.hpp"

namespace mintage::oauth {
namespace {

using how = presented_credentials::how;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

constexpr auto form_type = std::string_view{"application/x-www-form-urlencoded"};

/// A request with the octets that a parsed one points into.
struct sample {
  std::string body = "token=mat_x";
  std::optional<std::string> authorization = std::nullopt;
  std::string query = "";
  std::string accept = "";
  std::optional<std::string> content_type = std::string{form_type};

  [[nodiscard]] token_query_head head() const {
    return {.content_type = content_type,
            .authorization = authorization,
            .query = query,
            .accept = accept};
  }
  result<token_query_request> parse(query_purpose purpose = query_purpose::introspect) {
    auto octets = authorization ? std::span<char>{*authorization} : std::span<char>{};
    return parse_token_query(purpose, head(), octets, body);
  }
  result<token_query_request> parse_userinfo(bool is_post) {
    return parse_userinfo_request(head(), is_post, body);
  }
};

sample with_body(std::string body) {
  auto s = sample{};
  s.body = std::move(body);
  return s;
}

TEST(parse_token_query, refuses_by_the_rows_of_the_token_endpoint) {  // NEG-186
  struct row {
    std::string_view name;
    sample request;
  };
  auto rows = std::vector<row>{};
  rows.push_back({"no token", with_body("token_type_hint=access_token")});
  rows.push_back({"empty token", with_body("token=")});
  rows.push_back({"token twice", with_body("token=a&token=b")});
  rows.push_back({"hint twice", with_body("token=a&token_type_hint=b&token_type_hint=c")});
  rows.push_back({"broken escape", with_body("token=%4")});
  rows.push_back({"two mechanisms", with_body("token=a&client_secret=s")});
  rows.back().request.authorization = "Basic YTpi";
  rows.push_back({"token in the query", sample{}});
  rows.back().request.query = "token=a";
  rows.push_back({"no content type", sample{}});
  rows.back().request.content_type.reset();
  rows.push_back({"JSON", sample{}});
  rows.back().request.content_type = "application/json";
  for (auto& r : rows) {
    const auto parsed = r.request.parse();
    ASSERT_FALSE(parsed) << r.name;
    EXPECT_EQ(parsed.error().code, errc::invalid_request) << r.name;
  }
}

TEST(parse_token_query, leaves_missing_credentials_to_authentication) {  // NEG-184, ERR-03
  auto nobody = sample{};
  EXPECT_EQ(nobody.parse()->who.presented, how::nothing);
  auto broken = sample{};
  broken.authorization = "Basic !";
  EXPECT_EQ(broken.parse()->who.presented, how::broken_header);
}

TEST(parse_token_query, takes_token_and_credentials) {
  auto by_header = with_body("token=a%2Eb&token_type_hint=whatever");
  by_header.authorization = "Basic Y2xpOnNlYw==";
  const auto basic = by_header.parse(query_purpose::revoke);
  ASSERT_TRUE(basic);
  EXPECT_EQ(basic->purpose, query_purpose::revoke);
  EXPECT_EQ(basic->token, "a.b");
  EXPECT_EQ(basic->who.presented, how::basic);
  EXPECT_EQ(basic->who.id, "cli");
  EXPECT_EQ(basic->who.secret, "sec");
  auto by_body = with_body("token=a&client_id=cli&client_secret=sec");
  const auto post = by_body.parse();
  EXPECT_EQ(post->who.presented, how::post);
  auto by_id = with_body("token=a&client_id=cli");
  EXPECT_EQ(by_id.parse()->who.presented, how::id_only);
}

TEST(parse_token_query, sees_who_wants_a_jwt) {  // INT-03
  struct row {
    std::string_view accept;
    bool wants_jwt;
  };
  for (const auto& r :
       {row{"", false}, row{"application/json", false}, row{"*/*", false},
        row{"application/token-introspection+jwt", true},
        row{"application/json, Application/Token-Introspection+JWT", true},
        row{"application/json, Application/Token-Introspection+JWT;q=0.9", false},
        row{"application/json;q=0.8, application/token-introspection+jwt;q=0.9", true},
        row{"application/json;q=0, application/token-introspection+jwt;q=0.001", true},
        row{"application/token-introspection+jwt;q=0", false},
        row{"application/token-introspection+jwt; Q=0.000", false},
        row{"application/token-introspection+jwt;q=0, */*", false},
        row{"application/token-introspection+jwt;q=0.5, */*;q=0.8", false},
        row{"*/*;q=0.8, application/*;q=0.1, application/token-introspection+jwt;q=0.5", true},
        row{"application/token-introspection+jwt;x=1;q=0.5, application/json;q=0.4", true},
        row{"application/token-introspection+jwt;q=2", false},
        row{"application/token-introspection+jwt;q=", false},
        row{"application/token-introspection+jwtx", false}}) {
    auto s = sample{};
    s.accept = r.accept;
    EXPECT_EQ(s.parse()->wants_jwt, r.wants_jwt) << r.accept;
    EXPECT_FALSE(s.parse(query_purpose::revoke)->wants_jwt);
  }
}

TEST(parse_userinfo_request, wants_one_bearer_token) {  // NEG-190, NEG-191, NEG-193, UIN-01
  struct row {
    std::string_view name;
    std::optional<std::string> authorization;
    std::string body;
    std::string query;
    bool is_post;
    errc expected;
  };
  for (const auto& r :
       {row{"nothing", {}, "", "", false, errc::invalid_token},
        row{"in the query (NEG-190)", {}, "", "access_token=a", false, errc::invalid_token},
        row{"in the query of a POST", {}, "x=1", "access_token=a", true, errc::invalid_token},
        row{"in the body of a GET", {}, "access_token=a", "", false, errc::invalid_token},
        row{"two ways (NEG-191)", "Bearer a", "access_token=a", "", true, errc::invalid_request},
        row{"two ways", "Basic YTpi", "access_token=a", "", true, errc::invalid_request},
        row{"twice", {}, "access_token=a&access_token=a", "", true, errc::invalid_request},
        row{"broken body", {}, "access_token=%4", "", true, errc::invalid_request},
        row{"Basic", "Basic YTpi", "", "", false, errc::invalid_token},
        row{"another scheme", "Digest a", "", "", false, errc::invalid_token},
        row{"no token", "Bearer ", "", "", false, errc::invalid_token},
        row{"no space", "Bearera", "", "", false, errc::invalid_token},
        row{"two tokens", "Bearer a b", "", "", false, errc::invalid_token},
        row{"no b64token", "Bearer a\"b", "", "", false, errc::invalid_token},
        row{"padding alone", "Bearer ==", "", "", false, errc::invalid_token}}) {
    auto s = with_body(r.body);
    s.authorization = r.authorization;
    s.query = r.query;
    const auto parsed = s.parse_userinfo(r.is_post);
    ASSERT_FALSE(parsed) << r.name;
    EXPECT_EQ(parsed.error().code, r.expected) << r.name;
    // A bare challenge has no description.
    EXPECT_EQ(parsed.error().description.empty(), r.expected == errc::invalid_token) << r.name;
  }
}

TEST(parse_userinfo_request, takes_the_token_from_header_or_form) {
  for (const auto* scheme : {"Bearer ", "bearer ", "BEARER  "}) {
    auto s = with_body("");
    s.authorization = std::string{scheme} + "a.b-c_d~e+f/g==";
    EXPECT_EQ(s.parse_userinfo(false)->token, "a.b-c_d~e+f/g==");
    EXPECT_EQ(s.parse_userinfo(true)->token, "a.b-c_d~e+f/g==");
  }
  auto form = with_body("access_token=a.b");
  EXPECT_EQ(form.parse_userinfo(true)->token, "a.b");
  auto json = with_body(R"({"access_token":"a"})");
  json.content_type = "application/json";
  json.authorization = "Bearer a";
  EXPECT_EQ(json.parse_userinfo(true)->token, "a");
}

TEST(find_token, tells_the_kinds_apart) {  // NEG-194
  auto random = test::counting_random{};
  auto hash = crypto::sha256_hasher{};
  const auto now = instant{1'800'000'000'000ms};
  const auto rules = options{};
  const auto key = crypto::signing_key::generate(crypto::jws_alg::es256);
  auto ring = key_ring{};
  ring.keys.push_back({key, key_state::active, now});
  auto g = grant{};
  g.who.client_id = "client";
  g.who.sub = "person";
  auto claims = std::string{};
  append_access_token_claims(claims, g, {}, make_jti(g, random), now, rules);
  const auto as = [&](std::string_view typ) {
    auto out = std::string{};
    crypto::jws_signer{key}.append_compact(out, crypto::jose_header(key, typ), claims);
    return out;
  };
  const auto kind = [&](std::string_view text) { return find_token(text, ring, hash).index(); };
  const auto refresh = refresh_keys{crypto::sha256("k"), 1}.make(g, 0);
  EXPECT_EQ(kind("unknown"), 0U);
  EXPECT_EQ(kind(as("JWT")), 0U) << "an ID token";
  EXPECT_EQ(kind(refresh.substr(0, 75)), 0U);
  EXPECT_EQ(kind(refresh), 1U);
  EXPECT_EQ(kind(make_opaque_token(slot{1}, random).reveal()), 2U);
  EXPECT_EQ(kind(as("at+jwt")), 3U);
  const auto text = as("at+jwt");
  const auto found = find_token(text, ring, hash);
  EXPECT_EQ(accept_jwt(std::get<unverified_jwt>(found), now, rules).index(), 3U);
  EXPECT_EQ(accept_jwt(std::get<unverified_jwt>(found), now + 1h, rules).index(), 0U) << "expired";
}

/// A live access token of a family, and a registry that knows its client.
class found_tokens : public testing::Test {
 protected:
  found_tokens() {
    auto c = client{};
    c.id = "client";
    c.incarnation = 7;
    c.issued_at = now - 60s;
    auto r = resource{};
    r.as.identifier = "https://api.example.com";
    r.resource_servers = {"api"};
    known = client_registry{{c}, {r}};
    auto& g = token.family.emplace();
    g.who.client_id = "client";
    g.who.incarnation = 7;
    g.who.sub = "person";
    g.who.scope = "openid read";
    g.who.minted = g.who.auth_time = g.created = now - 30s;
    g.absolute_expiry = now + 2h;
    g.idle_expiry = now + 1h;
    token.access = describe(g, {}, now, rules);
    token.access->audience = {"https://api.example.com"};
    token.access->jti = "jti";
  }
  [[nodiscard]] bool alive() const { return is_alive(token, known, cut, now); }
  void make_refresh_token() { token.access.reset(); }
  void make_own_token() {
    token.access->sub = "client";
    token.access->family.reset();
    token.access->incarnation = 0;
    token.family.reset();
  }
  [[nodiscard]] std::string shown_to(std::string_view caller) const {
    return render_introspection(token, alive(), caller, known, rules);
  }

  instant now{1'800'000'000'000ms};
  options rules;
  client_registry known;
  cutoffs cut;
  found_token token;
};

TEST_F(found_tokens, die_of_each_of_their_ends) {
  struct row {
    std::string_view name;
    std::function<void()> change;
  };
  const auto deaths = {row{"denied", [this] { token.is_denied = true; }},
                       row{"expired", [this] { now = token.access->expires; }},
                       row{"no family", [this] { token.family.reset(); }},
                       row{"family revoked", [this] { token.family->revoked_at = now; }},
                       row{"subject cut off", [this] { cut.subject = now; }},
                       row{"session cut off", [this] { cut.session = now; }},
                       row{"epoch raised", [this] { cut.epoch = token.access->issued; }},
                       row{"client made again", [this] { token.family->who.incarnation = 8; }},
                       row{"client removed", [this] { known = client_registry{}; }}};
  for (const auto& r : deaths) {
    const auto before = std::tuple{token, now, cut, known};
    ASSERT_TRUE(alive());
    r.change();
    EXPECT_FALSE(alive()) << r.name;
    EXPECT_EQ(shown_to("client"), R"({"active":false})") << r.name;
    std::tie(token, now, cut, known) = before;
  }
}

TEST_F(found_tokens, of_a_client_itself_need_its_client_only) {  // CCG-01
  make_own_token();
  EXPECT_TRUE(alive());
  cut.subject = now;
  EXPECT_TRUE(alive());
  token.access->issued = now - 61s;
  EXPECT_FALSE(alive()) << "issued before the client was made";
}

TEST_F(found_tokens, that_refresh_die_idle_or_old) {  // RFT-10
  make_refresh_token();
  EXPECT_TRUE(alive());
  now = token.family->idle_expiry;
  EXPECT_FALSE(alive());
  token.family->idle_expiry = now + 2h;
  EXPECT_TRUE(alive());
  now = token.family->absolute_expiry;
  EXPECT_FALSE(alive());
}

TEST_F(found_tokens, are_shown_to_their_client_and_its_resource_servers) {  // NEG-185, INT-02
  EXPECT_THAT(shown_to("client"), HasSubstr(R"("active":true)"));
  EXPECT_EQ(shown_to("api"), shown_to("client"));
  EXPECT_EQ(shown_to("other"), R"({"active":false})");
  make_refresh_token();
  EXPECT_THAT(shown_to("client"), HasSubstr(R"("active":true)"));
  EXPECT_EQ(shown_to("api"), R"({"active":false})") << "refresh tokens: their client only";
}

TEST_F(found_tokens, show_the_members_of_the_rule) {  // INT-02
  token.access->acr = "gold";
  EXPECT_EQ(shown_to("client"),
            R"({"active":true,"scope":"openid read","client_id":"client","token_type":"Bearer",)"
            R"("exp":1800000600,"iat":1800000000,"sub":"person","aud":"https://api.example.com",)"
            R"("iss":"http://127.0.0.1:9080","jti":"jti","acr":"gold","auth_time":1799999970})");
  token.family->who.username = "Jane \"J\"";
  EXPECT_THAT(shown_to("client"),
              HasSubstr(R"("client_id":"client","username":"Jane \"J\"","token_type")"));
  token.access->audience = {"https://a", "https://b"};
  EXPECT_THAT(shown_to("client"), HasSubstr(R"("aud":["https://a","https://b"])"));
  token.access->audience.clear();
  EXPECT_THAT(shown_to("client"), HasSubstr(R"("aud":"http://127.0.0.1:9080/userinfo")"));
  make_refresh_token();
  EXPECT_THAT(shown_to("client"), Not(HasSubstr("token_type")));
  EXPECT_THAT(shown_to("client"), HasSubstr(R"("username":"Jane)"));
}

TEST_F(found_tokens, show_what_they_are_bound_to) {  // DPO-12, MTL-01
  token.access->bound_to.x5t = crypto::digest{};
  EXPECT_THAT(shown_to("client"), HasSubstr(R"("token_type":"Bearer")"));
  EXPECT_THAT(shown_to("client"),
              HasSubstr(R"("auth_time":1799999970,"cnf":{"x5t#S256":"AAAAAAAA)"));
  token.access->bound_to.jkt = crypto::digest{};
  EXPECT_THAT(shown_to("api"), HasSubstr(R"("token_type":"DPoP")"));
  EXPECT_THAT(shown_to("api"), HasSubstr(R"("cnf":{"jkt":"AAAAAAAA)"));
  token.family->bound_to.jkt = crypto::digest{};
  make_refresh_token();
  EXPECT_THAT(shown_to("client"), HasSubstr(R"("cnf":{"jkt":"AAAAAAAA)"));
}

TEST_F(found_tokens, show_the_claims_of_client_and_resource) {
  auto c = *known.find("client");
  c.access_token_claims = {{"tenant", R"("t1")"}, {"tier", "1"}};
  auto r = *known.find_resource("https://api.example.com");
  r.access_token_claims = {{"tier", "2"}};
  known = client_registry{{c}, {r}};
  for (const auto* caller : {"client", "api"}) {
    EXPECT_THAT(shown_to(caller),
                testing::EndsWith(R"("auth_time":1799999970,"tier":2,"tenant":"t1"})"));
  }
  EXPECT_EQ(shown_to("other"), R"({"active":false})");
  token.access->audience.clear();
  EXPECT_THAT(shown_to("client"), testing::EndsWith(R"(,"tenant":"t1","tier":1})"));
  make_refresh_token();
  EXPECT_THAT(shown_to("client"), Not(HasSubstr("tenant")));
}

TEST_F(found_tokens, are_wrapped_for_a_signed_answer) {  // INT-03
  EXPECT_EQ(introspection_claims(R"({"active":false})", "api", now, rules),
            R"({"iss":"http://127.0.0.1:9080","aud":"api","iat":1800000000,)"
            R"("token_introspection":{"active":false}})");
}

TEST_F(found_tokens, tell_of_the_person) {  // UIN-03
  auto g = *token.family;
  EXPECT_EQ(render_userinfo(g, false, rules), R"({"sub":"person"})");
  g.who.pairwise_sub = "pair";
  g.who.claims = R"({"name":"Jane","address":{"country":"DE"}})";
  EXPECT_EQ(render_userinfo(g, false, rules),
            R"({"sub":"pair","name":"Jane","address":{"country":"DE"}})");
  EXPECT_EQ(render_userinfo(g, true, rules),
            R"({"iss":"http://127.0.0.1:9080","aud":"client","sub":"pair","name":"Jane",)"
            R"("address":{"country":"DE"}})");
}

}  // namespace
}  // namespace mintage::oauth
