#include <gtest/gtest.h>

#include "crypto/base64.hpp"
#include "oauth/authorization/authorization_response.hpp"
#include "oauth/authorization/continuation.hpp"
#include "oauth/authorization/page.hpp"
#include "oauth/denial_reasons.hpp"
#include "oauth/request/json_reader.hpp"
#include "tests/unit/oauth/authorization/samples.hpp"

namespace mintage::oauth {
namespace {

using test::issuer_options;
using test::now;

response_target target(std::string_view uri = "https://app.example/cb") {
  return {.redirect_uri = uri,
          .mode = response_mode::query,
          .state = "a b&c=\"<",
          .client_id = "app",
          .alg = crypto::jws_alg::rs256};
}

std::string location(std::string_view uri, const authorization_response& r) {
  auto out = std::string{};
  append_location(out, uri, r);
  return out;
}

TEST(append_location, carries_code_state_and_iss) {  // MINT-03, MCP-05
  const auto o = issuer_options();
  const auto r = authorization_response::success("mco_x", target(), o);
  EXPECT_EQ(location("https://app.example/cb", r),
            "https://app.example/cb?code=mco_x&state=a%20b%26c%3D%22%3C&"
            "iss=https%3A%2F%2Fas.example");
}

TEST(append_location, carries_iss_in_errors) {  // AUZ-02, MCP-05
  const auto o = issuer_options();
  auto to = target();
  to.state = {};
  const auto r = authorization_response::failure("access_denied", "no", to, o);
  EXPECT_EQ(location("https://app.example/cb", r),
            "https://app.example/cb?error=access_denied&error_description=no&"
            "iss=https%3A%2F%2Fas.example");
}

TEST(append_location, keeps_the_query_of_the_redirect_uri) {  // RFC 6749 §3.1.2
  auto r = authorization_response{};
  r.code = "x";
  EXPECT_EQ(location("https://a/cb?y=1", r), "https://a/cb?y=1&code=x");
  EXPECT_EQ(location("https://a/cb?", r), "https://a/cb?code=x");
  EXPECT_EQ(location("https://a/cb?y=1&", r), "https://a/cb?y=1&code=x");
  EXPECT_EQ(location("com.example.app:/cb", r), "com.example.app:/cb?code=x");
}

TEST(append_location, carries_a_jwt_alone) {  // JRM-01
  EXPECT_EQ(location("https://a/cb", authorization_response::signed_as("a.b-_.c")),
            "https://a/cb?response=a.b-_.c");
}

TEST(response_claims, name_issuer_client_and_end) {  // JRM-01, JARM §2.1
  const auto o = issuer_options();
  const auto good = authorization_response::success("mco_x", target(), o);
  EXPECT_EQ(response_claims(good, target(), o, now),
            R"({"iss":"https://as.example","aud":"app","exp":1800000120,"code":"mco_x",)"
            R"("state":"a b&c=\"<"})");
  const auto bad = authorization_response::failure("login_required", "none", target(), o);
  const auto claims = json_object::read(response_claims(bad, target(), o, now));
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->string("error"), "login_required");
  EXPECT_EQ(claims->string("error_description"), "none");
  EXPECT_FALSE(claims->has("code"));
}

TEST(page_header_fields, allow_no_script_and_the_style_of_the_pages) {  // AUZ-04
  const auto page = render_error_page(
      {errc::invalid_request, "x", "redirect_uri is not registered (NEG-257)"}, "id");
  const auto begin = page.find("<style>") + 7;
  const auto style = page.substr(begin, page.find("</style>") - begin);
  auto hash = crypto::base64url(crypto::bytes_view{crypto::sha256(std::string_view{style})});
  for (auto& c : hash) c = c == '-' ? '+' : c == '_' ? '/' : c;
  EXPECT_NE(page_header_fields.find("style-src 'sha256-" + hash + "='"), std::string_view::npos)
      << hash;
  for (const auto* must : {"Referrer-Policy: no-referrer\r\n", "default-src 'none'",
                           "frame-ancestors 'none'", "X-Frame-Options: DENY\r\n"}) {
    EXPECT_NE(page_header_fields.find(must), std::string_view::npos) << must;
  }
  EXPECT_EQ(page_header_fields.find("script"), std::string_view::npos);
  EXPECT_EQ(page_header_fields.find("unsafe"), std::string_view::npos);
  EXPECT_TRUE(page_header_fields.ends_with("\r\n"));
}

TEST(render_error_page, says_what_is_wrong_and_shows_nothing_of_the_request) {  // AUZ-02
  const auto page = render_error_page(
      {errc::invalid_request, "a <b> & 'c'", "redirect_uri is not registered (NEG-257)"}, "r-1");
  EXPECT_NE(page.find("a &lt;b&gt; &amp; &#39;c&#39;"), std::string::npos);
  EXPECT_NE(page.find("invalid_request"), std::string::npos);
  EXPECT_NE(page.find("r-1"), std::string::npos);
  EXPECT_NE(page.find("<html lang=\"en\">"), std::string::npos);
  EXPECT_EQ(page.find("NEG-257"), std::string::npos);  // reasons are internal (TOK-17)
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find(" style="), std::string::npos);
}

TEST(render_form_post, has_a_form_with_the_parameters) {  // AUZ-03, Form Post §2
  const auto o = issuer_options();
  const auto r = authorization_response::success("mco_x", target(), o);
  const auto page = render_form_post("https://app.example/cb?a=1&b=\"><script>", r);
  EXPECT_NE(page.find("<form method=\"post\" "
                      "action=\"https://app.example/cb?a=1&amp;b=&quot;&gt;&lt;script&gt;\">"),
            std::string::npos);
  EXPECT_NE(page.find("name=\"code\" value=\"mco_x\""), std::string::npos);
  EXPECT_NE(page.find("name=\"state\" value=\"a b&amp;c=&quot;&lt;\""), std::string::npos);
  EXPECT_NE(page.find("name=\"iss\" value=\"https://as.example\""), std::string::npos);
  EXPECT_NE(page.find("<button type=\"submit\""), std::string::npos);
  EXPECT_EQ(page.find("<script"), std::string::npos);
}

class continuations : public testing::Test {
 protected:
  continuation sample() const {
    return {.browser = {1, 2, 3},
            .expires = now + seconds{60},
            .redirect_uri = "https://app.example/cb",
            .is_form = true,
            .answer = authorization_response::success("mco_x", target(), options_)};
  }

  options options_ = issuer_options();
  url_seal seal_{crypto::digest{1}};
};

TEST_F(continuations, bring_back_the_answer) {  // AUZ-01
  const auto text = make_continuation(sample(), seal_, now);
  const auto opened = open_continuation(text, seal_, now + seconds{59});
  ASSERT_TRUE(opened);
  const auto& c = opened->get();
  EXPECT_EQ(c.browser, sample().browser);
  EXPECT_EQ(c.expires, sample().expires);
  EXPECT_EQ(c.redirect_uri, "https://app.example/cb");
  EXPECT_TRUE(c.is_form);
  EXPECT_EQ(c.answer.code, "mco_x");
  EXPECT_EQ(c.answer.state, target().state);
  EXPECT_EQ(c.answer.iss, "https://as.example");
  EXPECT_EQ(c.answer.error, "");
}

TEST_F(continuations, expire_and_cannot_be_altered) {
  const auto text = make_continuation(sample(), seal_, now);
  EXPECT_FALSE(open_continuation(text, seal_, now + seconds{60}));
  for (auto i = std::size_t{0}; i < text.size(); ++i) {
    auto changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(open_continuation(changed, seal_, now)) << i;
    EXPECT_FALSE(open_continuation(std::string_view{text}.substr(0, i), seal_, now)) << i;
  }
}

TEST_F(continuations, are_no_handles) {
  const auto as_handle = crypto::base64url(seal_.seal(sealed_kind::login_handle, "x", now));
  EXPECT_FALSE(open_continuation(as_handle, seal_, now));
  // Of that kind, but other octets.
  const auto empty = crypto::base64url(seal_.seal(sealed_kind::continuation, "", now));
  EXPECT_FALSE(open_continuation(empty, seal_, now));
}

TEST(find_continuation, takes_one_parameter) {
  EXPECT_EQ(find_continuation("with=abc"), "abc");
  EXPECT_EQ(find_continuation("x=1&with=abc&y"), "abc");
  EXPECT_FALSE(find_continuation(""));
  EXPECT_FALSE(find_continuation("with"));
  EXPECT_FALSE(find_continuation("swith=a"));
  EXPECT_FALSE(find_continuation("with=a&with=a"));
}

}  // namespace
}  // namespace mintage::oauth
