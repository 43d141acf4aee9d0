// RP-initiated logout over HTTP: browser, login page, application. (LGO-02, AUZ-04, NEG-260)
#include <gmock/gmock.h>

#include "crypto/jws.hpp"
#include "tests/http/authorization/journey.hpp"

namespace mintage::test {
namespace {

using testing::HasSubstr;

class end_session : public authorization {
 protected:
  static constexpr std::string_view back = "https://client.example/bye?x=1";

  /// A client that may send browsers to `back`, and an ID token of session s1.
  static void SetUpTestSuite() {
    authorization::SetUpTestSuite();
    app_ = std::make_unique<party>(make_party(
        admin(),
        {{"client_name", "App"}, {"post_logout_redirect_uris", boost::json::array{back}}}));
    id_token_ = here().log_in(*app_, {{"sid", "s1"}}).id;
  }
  static void TearDownTestSuite() {
    app_.reset();
    authorization::TearDownTestSuite();
  }

  static const party& app() { return *app_; }
  static const std::string& id_token() { return id_token_; }
  static std::string target(const field_list& form) { return "/end_session?" + form_text(form); }
  static field_list whole() {
    return {{"id_token_hint", id_token()},
            {"post_logout_redirect_uri", std::string{back}},
            {"state", "a b&c"},
            {"ui_locales", "de en"}};
  }
  /// The handle that the login page gets; checks the redirect.
  static std::string handle_in(const http_answer& got) {
    EXPECT_EQ(got.status, 303U) << got.octets;
    EXPECT_EQ(got.field("Referrer-Policy"), "no-referrer");
    EXPECT_EQ(got.field("Cache-Control"), "no-store");
    EXPECT_TRUE(got.field("Location").starts_with(std::string{logout_url} + "?request=l."));
    return parameter_of(got.field("Location"), "request");
  }
  /// The calls of the login page. `path` is "" or "/accept" or "/deny".
  static http_answer ask(const std::string& handle, const std::string& path = {}) {
    const auto at = "/admin/logouts/" + handle + path;
    return path.empty() ? admin().call("GET", at) : admin().call("POST", at);
  }
  static boost::json::object read(const http_answer& got) {
    EXPECT_EQ(got.status, 200U) << got.octets;
    return parse_object(got.body);
  }
  /// Where the browser goes after an accepted logout.
  static std::string way_back(const std::string& handle) {
    return target_of(text_of(read(ask(handle, "/accept")), "redirect_to"));
  }

 private:
  static std::unique_ptr<party> app_;
  static std::string id_token_;
};
std::unique_ptr<party> end_session::app_;
std::string end_session::id_token_;

TEST_F(end_session, leads_from_the_application_to_the_login_page_and_back) {
  for (const auto is_post : {false, true}) {
    auto b = new_browser();
    const auto handle =
        handle_in(is_post ? b.post("/end_session", whole()) : b.get(target(whole())));
    const auto asked = read(ask(handle));
    EXPECT_EQ(text_of(asked.at("client").as_object(), "client_id"), app().id);
    EXPECT_EQ(text_of(asked, "sid"), "s1");
    EXPECT_EQ(text_of(asked, "hint_sub"), "alice");
    EXPECT_EQ(text_of(asked, "redirect_host"), "client.example");
    EXPECT_FALSE(asked.at("confirm").as_bool());
    const auto to = way_back(handle);
    EXPECT_TRUE(to.starts_with("/authorize/continue?with=")) << to;
    const auto there = b.get(to);
    EXPECT_EQ(there.status, 303U);
    EXPECT_EQ(there.field("Location"), std::string{back} + "&state=a%20b%26c");
    EXPECT_EQ(there.field("Referrer-Policy"), "no-referrer");
    EXPECT_FALSE(read(ask(handle, "/deny")).contains("redirect_to"));
  }
}

TEST_F(end_session, must_be_confirmed_without_an_id_token_of_the_session) {
  auto b = new_browser();
  for (const auto& form : {field_list{}, field_list{{"client_id", app().id}},
                           field_list{{"id_token_hint", here().log_in(app()).id}}}) {
    const auto asked = read(ask(handle_in(b.get(target(form)))));
    EXPECT_TRUE(asked.at("confirm").as_bool());
    EXPECT_FALSE(asked.contains("sid"));
    EXPECT_FALSE(asked.contains("redirect_host"));
  }
  // Nobody says where the browser may go.
  EXPECT_EQ(ask(handle_in(b.get("/end_session")), "/accept").body, "{}");
}

// LGO-02: as years after a login. Nobody can tell whether it is genuine.
TEST_F(end_session, must_be_confirmed_when_the_key_of_the_id_token_is_gone) {
  const auto gone = crypto::signing_key::generate(crypto::jws_alg::es256);
  const auto token_for = [&](const std::string& audience) {
    auto out = std::string{};
    crypto::jws_signer{gone}.append_compact(
        out, crypto::jose_header(gone, "JWT"),
        boost::json::serialize(boost::json::object{{"iss", issuer},
                                                   {"sub", "alice"},
                                                   {"aud", audience},
                                                   {"sid", "s1"},
                                                   {"exp", 1'700'000'000}}));
    return out;
  };
  auto form = whole();
  form.front().second = token_for(app().id);
  auto b = new_browser();
  const auto handle = handle_in(b.get(target(form)));
  const auto asked = read(ask(handle));
  EXPECT_TRUE(asked.at("confirm").as_bool());
  EXPECT_FALSE(asked.contains("sid"));
  EXPECT_FALSE(asked.contains("hint_sub"));
  EXPECT_EQ(b.get(way_back(handle)).field("Location"), std::string{back} + "&state=a%20b%26c");
  form.front().second = token_for(client().id);
  expect_local_page(b.get(target(form)));  // the address is not one of that client
}

// NEG-260
TEST_F(end_session, shows_a_local_page_for_what_is_not_right) {
  auto b = new_browser();
  const auto uri = std::string{back};
  const auto other_hint = here().log_in(client(), {{"sid", "s2"}}).id;
  for (const auto& form :
       {field_list{{"id_token_hint", id_token()}, {"post_logout_redirect_uri", uri + "/"}},
        field_list{{"id_token_hint", id_token()},
                   {"post_logout_redirect_uri", "https://evil.example/"}},
        field_list{{"post_logout_redirect_uri", uri}},
        field_list{{"client_id", client().id}, {"post_logout_redirect_uri", uri}},
        field_list{{"id_token_hint", other_hint}, {"post_logout_redirect_uri", uri}},
        field_list{{"id_token_hint", id_token()}, {"client_id", client().id}},
        field_list{{"id_token_hint", id_token().substr(0, id_token().size() - 8) + "AAAAAAAA"}},
        field_list{{"id_token_hint", here().log_in(app()).access}},
        field_list{{"id_token_hint", "x"}}, field_list{{"client_id", "nobody"}},
        field_list{{"state", "1"}, {"state", "2"}}}) {
    expect_local_page(b.get(target(form)));
    expect_local_page(b.post("/end_session", form));
    EXPECT_EQ(b.cookie(), "");
  }
  static_cast<void>(take_refused_ids(here().server.port()));
}

// A logout that an attacker began is accepted by nobody but a person who confirms it, and leads
// nowhere: the browser is not the one that began.
TEST_F(end_session, handles_cannot_be_swapped_between_browsers) {
  auto attacker = new_browser();
  auto victim = new_browser();
  static_cast<void>(handle_in(victim.get(target(whole()))));
  const auto to = way_back(handle_in(attacker.get(target(whole()))));
  expect_local_page(victim.get(to));
  expect_local_page(new_browser().get(to));
  EXPECT_EQ(attacker.get(to).status, 303U);
}

TEST_F(end_session, is_no_open_redirector) {
  auto b = new_browser();
  const auto handle = handle_in(b.get(target(whole())));
  const auto to = way_back(handle);
  expect_local_page(b.get(to.substr(0, to.size() - 4) + "AAAA"));
  expect_local_page(b.get("/authorize/continue?with=" + handle.substr(2)));
  // The application may have lost the address meanwhile.
  const auto register_uris = [&](const boost::json::array& uris) {
    const auto body =
        boost::json::serialize(boost::json::object{{"post_logout_redirect_uris", uris}});
    EXPECT_EQ(admin().call("PATCH", "/admin/clients/" + app().id, body).status, 200U);
  };
  register_uris({"https://client.example/other"});
  EXPECT_EQ(ask(handle, "/accept").body, "{}");
  register_uris({back});
  EXPECT_EQ(way_back(handle).substr(0, 20), to.substr(0, 20));
}

TEST_F(end_session, uses_the_cookie_of_a_login) {
  auto b = new_browser();
  const auto login = begin(b, authorization_form(client()));
  const auto before = b.cookie();
  const auto logout = handle_in(b.get(target(whole())));
  EXPECT_EQ(b.cookie(), before);
  EXPECT_EQ(b.get(way_back(logout)).status, 303U);
  EXPECT_EQ(b.get(target_of(accept(login))).status, 303U);
}

TEST_F(end_session, has_handles_of_its_own) {
  auto b = new_browser();
  const auto login = begin(b, authorization_form(client()));
  const auto logout = handle_in(b.get("/end_session"));
  for (const auto& other : {login, logout + "A", logout.substr(2), std::string{"x"}}) {
    for (const auto* path : {"", "/accept", "/deny"}) {
      const auto got = ask(other, path);
      EXPECT_EQ(got.status, 404U) << other << path;
      EXPECT_THAT(got.body, HasSubstr("unknown_request"));
    }
  }
  EXPECT_EQ(authorization::ask(logout).status, 404U);
}

// The login page has the mint token.
TEST_F(end_session, is_answered_with_the_mint_token_too) {
  auto page = admin_client{here().server.admin_port(), here().server.mint_token()};
  auto b = new_browser();
  const auto at = "/admin/logouts/" + handle_in(b.get("/end_session"));
  EXPECT_EQ(page.call("GET", at).status, 200U);
  EXPECT_EQ(page.call("POST", at + "/accept", "{}").status, 200U);
  EXPECT_EQ(page.call("POST", at + "/deny").status, 200U);
  EXPECT_EQ(page.call("POST", at).status, 405U);
}

TEST_F(end_session, is_announced_where_it_is) {
  const auto document = [](browser b) {
    return parse_object(b.get("/.well-known/openid-configuration").body);
  };
  EXPECT_EQ(text_of(document(new_browser()), "end_session_endpoint"),
            std::string{issuer} + "/end_session");
  auto without = stage{};
  EXPECT_FALSE(document(browser{without.server.port()}).contains("end_session_endpoint"));
  EXPECT_EQ(browser{without.server.port()}.get("/end_session").status, 404U);
}

}  // namespace
}  // namespace mintage::test
