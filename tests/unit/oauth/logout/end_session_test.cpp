#include "oauth/logout/end_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/jws.hpp"
#include "oauth/authorization/id_token_hint.hpp"
#include "oauth/request/json_reader.hpp"

namespace mintage::oauth {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr auto now = instant{milliseconds{1'800'000'000'000}};
constexpr auto back = std::string_view{"https://app.example/bye?x=1"};

class end_session : public testing::Test {
 protected:
  end_session() {
    o.issuer = "https://id.example.com";
    o.logout_url = "https://login.example.com/logout";
    ring.keys.push_back({.key = crypto::signing_key::generate(crypto::jws_alg::es256)});
    app.id = "app";
    app.name = "An \"app\"";
    app.post_logout_redirect_uris = {"https://app.example/", std::string{back}};
    auto other = client{};
    other.id = "other";
    auto gone = client{};
    gone.id = "gone";
    gone.status = client_status::suspended;
    known = client_registry{{app, other, gone}};
  }

  static std::string sign(const crypto::signing_key& key, const std::string& claims,
                          std::string_view typ = "JWT") {
    auto out = std::string{};
    crypto::jws_signer{key}.append_compact(out, crypto::jose_header(key, typ), claims);
    return out;
  }
  /// The claims of an ID token that has expired long ago.
  static std::string claims(const std::string& aud = R"("app")",
                            const std::string& iss = "https://id.example.com") {
    return R"({"iss":")" + iss + R"(","sub":"alice","aud":)" + aud +
           R"(,"exp":1700000000,"iat":1699999000,"sid":"s1"})";
  }
  /// What a token says of its session; nothing when it is refused.
  [[nodiscard]] std::optional<logout_hint> hinted(const std::string& token,
                                                  std::string_view client_id = {}) const {
    const auto jwt = read_id_token_hint(ring, token);
    if (!jwt) return std::nullopt;
    auto hint = read_logout_hint(*jwt, client_id, o);
    return hint ? std::optional{*hint} : std::nullopt;
  }
  [[nodiscard]] std::optional<logout_hint> hinted_by(const std::string& text,
                                                     std::string_view client_id = {}) const {
    return hinted(sign(ring.keys[0].key, text), client_id);
  }
  static logout_parameters asking(std::string_view client_id, std::string_view back_to = {}) {
    auto out = logout_parameters{};
    out.client_id = client_id;
    out.post_logout_redirect_uri = back_to;
    return out;
  }
  [[nodiscard]] result<logout_request> check(const logout_parameters& asked,
                                             const std::optional<logout_hint>& hint = {}) {
    return check_logout(asked, hint, known, now, o, hash);
  }
  [[nodiscard]] std::string fault_of(const logout_parameters& asked,
                                     const std::optional<logout_hint>& hint = {}) {
    const auto r = check(asked, hint);
    return r ? "" : std::string{r.error().reason.text()};
  }

  options o;
  key_ring ring;
  client app;
  client_registry known;
  crypto::sha256_hasher hash;
  url_seal seal{crypto::sha256("key")};
};

TEST(read_logout_query, takes_each_parameter_once) {
  auto query = std::string{
      "id_token_hint=a.b.c&client_id=app&state=x%20y&ui_locales=de+en&other=1&other=2&"
      "logout_hint=&post_logout_redirect_uri=https%3A%2F%2Fapp.example%2F"};
  const auto got = read_logout_query(query).value();
  EXPECT_EQ(got.id_token_hint, "a.b.c");
  EXPECT_EQ(got.client_id, "app");
  EXPECT_EQ(got.state, "x y");
  EXPECT_EQ(got.ui_locales, "de en");
  EXPECT_EQ(got.logout_hint, "");
  EXPECT_EQ(got.post_logout_redirect_uri, "https://app.example/");
  for (auto bad :
       {std::string{"state=1&state=2"}, std::string{"state=%zz"}, "state=" + std::string(513, 'x'),
        "client_id=" + std::string(256, 'x'), "post_logout_redirect_uri=" + std::string(4097, 'x')})
    EXPECT_FALSE(read_logout_query(bad)) << bad;
}

TEST(read_logout_form, needs_a_form) {
  auto body = std::string{"state=x"};
  EXPECT_TRUE(read_logout_form("application/x-www-form-urlencoded", body));
  EXPECT_FALSE(read_logout_form("application/json", body));
  EXPECT_FALSE(read_logout_form(std::nullopt, body));
}

// NEG-260: an expired hint is accepted.
TEST_F(end_session, takes_an_expired_id_token_of_its_own) {
  const auto hint = hinted_by(claims());
  ASSERT_TRUE(hint);
  EXPECT_EQ(hint->client_id, "app");
  EXPECT_EQ(hint->sub, "alice");
  EXPECT_EQ(hint->sid, "s1");
}

// NEG-260: of another issuer, for another client.
TEST_F(end_session, refuses_other_hints) {
  EXPECT_FALSE(hinted_by(claims(R"("app")", "https://evil.example")));
  EXPECT_FALSE(hinted_by(claims(), "other"));
  EXPECT_FALSE(hinted_by(claims(R"(["app","other"])")));  // nobody says for which of them
  EXPECT_EQ(hinted_by(claims(R"(["app","other"])"), "other")->client_id, "other");
  EXPECT_TRUE(hinted_by(claims(R"(["app"])")));
  EXPECT_FALSE(hinted_by(claims("[]")));
  EXPECT_FALSE(hinted_by(R"({"iss":"https://id.example.com","aud":"app"})"));
  // An access token, a logout token, a key that is not this server's.
  EXPECT_FALSE(hinted(sign(ring.keys[0].key, claims(), "at+jwt")));
  EXPECT_FALSE(hinted(sign(ring.keys[0].key, claims(), "logout+jwt")));
  EXPECT_FALSE(hinted(sign(crypto::signing_key::generate(crypto::jws_alg::es256), claims())));
}

// LGO-02: nobody can verify it any more, so the person is asked.
TEST_F(end_session, takes_the_client_alone_of_a_token_whose_key_is_gone) {
  const auto gone = crypto::signing_key::generate(crypto::jws_alg::es256);
  const auto read = [&](const std::string& token, std::string_view client_id = {}) {
    return read_outdated_hint(ring, token, client_id, o);
  };
  const auto hint = read(sign(gone, claims()));
  ASSERT_TRUE(hint);
  EXPECT_EQ(hint->client_id, "app");
  EXPECT_EQ(hint->sub + hint->sid, "");
  EXPECT_TRUE(check(asking({}, back), hint)->needs_confirmation());
  EXPECT_EQ(fault_of(asking({}, "https://evil.example/"), hint),
            "post_logout_redirect_uri is not registered");
  EXPECT_EQ(read(sign(gone, claims(R"(["app","other"])")), "other")->client_id, "other");
  // Something else is wrong with these.
  EXPECT_FALSE(read(sign(ring.keys[0].key, claims())));
  EXPECT_FALSE(read(sign(gone, claims(R"("app")", "https://evil.example"))));
  EXPECT_FALSE(read(sign(gone, claims()), "other"));
  EXPECT_FALSE(read(sign(gone, claims(), "at+jwt")));
  EXPECT_FALSE(read("a.b.c"));
  EXPECT_FALSE(read(""));
}

// NEG-260: an unregistered redirect URI is followed by nobody.
TEST_F(end_session, knows_where_browsers_may_go) {
  const auto why = "post_logout_redirect_uri is not registered";
  const auto hint = hinted_by(claims());
  for (const auto* uri : {"https://app.example/bye", "https://app.example/bye?x=1&y=2",
                          "https://app.example/bye?x=1/", "https://evil.example/", "/bye"}) {
    EXPECT_EQ(fault_of(asking({}, uri), hint), why) << uri;
  }
  EXPECT_EQ(fault_of(asking({}, back)), why);  // nobody says whose it is
  EXPECT_EQ(fault_of(asking("other", back)), why);
  EXPECT_EQ(fault_of(asking("app", back)), "");
  EXPECT_EQ(fault_of(asking({}, back), hint), "");
  EXPECT_EQ(fault_of(asking({})), "");
}

TEST_F(end_session, knows_active_clients_alone) {
  const auto why = "logout request of an unknown client";
  EXPECT_EQ(fault_of(asking("nobody")), why);
  EXPECT_EQ(fault_of(asking("gone")), why);
  EXPECT_EQ(fault_of(asking({}), hinted_by(claims(R"("gone")"))), why);
}

TEST_F(end_session, seals_what_the_login_page_gets) {
  auto asked = asking({}, back);
  asked.state = "a \"b\" & c";
  asked.logout_hint = "hint";
  asked.ui_locales = "de en";
  auto r = check(asked, hinted_by(claims())).value();
  r.browser = {1, 2, 3};
  const auto handle = make_logout_handle(r, seal, now);
  EXPECT_THAT(handle, Not(HasSubstr("alice")));
  const auto opened = open_logout_handle(handle, seal, now);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->client_id, "app");
  EXPECT_EQ(opened->sub, "alice");
  EXPECT_EQ(opened->sid, "s1");
  EXPECT_EQ(opened->state, r.state);
  EXPECT_EQ(opened->hint, "hint");
  EXPECT_EQ(opened->ui_locales, "de en");
  EXPECT_EQ(opened->browser, r.browser);
  EXPECT_EQ(opened->requested, now);
  EXPECT_EQ(redirect_uri_of(*opened, &app, hash), back);

  EXPECT_TRUE(open_logout_handle(handle, seal, now + o.request_ttl - seconds{1}));
  EXPECT_FALSE(open_logout_handle(handle, seal, now + o.request_ttl));
  auto other_seal = url_seal{crypto::sha256("another")};
  EXPECT_FALSE(open_logout_handle(handle, other_seal, now));
  EXPECT_FALSE(open_logout_handle("h" + handle.substr(1), seal, now));
  EXPECT_FALSE(open_logout_handle("", seal, now));
  for (auto i = std::size_t{0}; i + 1 < handle.size(); ++i) {
    auto changed = handle;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(open_logout_handle(changed, seal, now)) << i;
  }
}

TEST_F(end_session, has_short_handles) {
  const auto long_text = [](std::size_t size) { return std::string(size, 'x'); };
  const auto text = long_text(512);
  auto asked = asking("app", back);
  asked.state = text;
  asked.logout_hint = asked.ui_locales = std::string_view{text}.substr(256);
  auto r = check(asked).value();
  r.client_id = r.sub = r.sid = long_text(255);
  EXPECT_LE(make_logout_handle(r, seal, now).size(), 2560U);
}

TEST_F(end_session, tells_the_login_page_what_is_asked) {
  auto asked = asking({}, back);
  asked.logout_hint = "al";
  asked.ui_locales = "de  en";
  const auto r = check(asked, hinted_by(claims())).value();
  EXPECT_EQ(describe(r, &app, back),
            R"({"client":{"client_id":"app","client_name":"An \"app\""},)"
            R"("redirect_host":"app.example","confirm":false,"sid":"s1","hint_sub":"alice",)"
            R"("logout_hint":"al","ui_locales":["de","en"],)"
            R"("requested_at":1800000000,"expires_at":1800000600})");
  // Without the session of a hint the page must ask.
  EXPECT_EQ(describe(check(asking({})).value(), nullptr, {}),
            R"({"confirm":true,"requested_at":1800000000,"expires_at":1800000600})");
  EXPECT_TRUE(check(asking("app")).value().needs_confirmation());
}

TEST_F(end_session, leads_to_what_the_client_still_has) {
  const auto r = check(asking("app", back)).value();
  EXPECT_EQ(redirect_uri_of(r, client_of(r, known), hash), back);
  app.post_logout_redirect_uris.pop_back();
  EXPECT_EQ(redirect_uri_of(r, &app, hash), "");
  EXPECT_EQ(redirect_uri_of(r, nullptr, hash), "");
  EXPECT_EQ(redirect_uri_of(check(asking("app")).value(), client_of(r, known), hash), "");
}

TEST_F(end_session, leads_to_the_login_page) {
  EXPECT_EQ(logout_page_url("abc", o), "https://login.example.com/logout?request=abc");
  o.logout_url += "?lang=de";
  EXPECT_EQ(logout_page_url("abc", o), "https://login.example.com/logout?lang=de&request=abc");
}

}  // namespace
}  // namespace mintage::oauth
