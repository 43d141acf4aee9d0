// From the browser to tokens. (AUZ-01 to AUZ-04, MINT-01 to MINT-03, PAR-01, PAR-02, JRM-01)
#include <gtest/gtest.h>

#include "tests/http/authorization/journey.hpp"
#include "tests/support/jwt_check.hpp"

namespace mintage::test {
namespace {

namespace json = boost::json;

/// Redeems the code of a redirect to the client. @returns the answer of /token.
http_answer redeem(const stage& at, const party& who, const std::string& location) {
  return at.redeem(who, parameter_of(location, "code"));
}

TEST_F(authorization, AUZ_01_a_login_leads_from_the_browser_to_tokens) {
  auto b = new_browser();
  const auto handle = begin(b, authorization_form(client()));
  EXPECT_TRUE(handle.starts_with("h."));
  EXPECT_FALSE(b.cookie().empty());

  const auto shown = ask(handle);
  ASSERT_EQ(shown.status, 200U) << shown.octets;
  const auto request = parse_object(shown.body);
  EXPECT_EQ(text_of(request.at("client").as_object(), "client_id"), client().id);
  EXPECT_EQ(text_of(request.at("client").as_object(), "client_name"), "An <app>");
  EXPECT_EQ(text_of(request, "redirect_host"), "client.example");
  EXPECT_EQ(text_of(request, "scope"), "openid profile");
  EXPECT_EQ(text_of(request, "pkce"), "S256");
  EXPECT_EQ(request.at("interactive"), true);
  EXPECT_EQ(request.at("pushed"), false);

  const auto way_back = accept(handle);
  ASSERT_TRUE(way_back.starts_with(std::string{issuer} + "/authorize/continue?with=")) << way_back;
  const auto sent_on = b.get(target_of(way_back));
  EXPECT_EQ(sent_on.status, 303U) << sent_on.octets;
  const auto location = sent_on.field("Location");
  EXPECT_TRUE(location.starts_with(client().redirect_uri + "?")) << location;
  EXPECT_EQ(parameter_of(location, "state"), "s t&te=1");
  EXPECT_EQ(parameter_of(location, "iss"), issuer);  // MINT-03, MCP-05

  const auto got = redeem(here(), client(), location);
  ASSERT_EQ(got.status, 200U) << got.octets;
  const auto id = read_jwt(tokens_in(got).id).claims;
  EXPECT_EQ(text_of(id, "sub"), "alice");
  EXPECT_EQ(text_of(id, "nonce"), "n-0S6_WzA2Mj");
}

}  // namespace
}  // namespace mintage::test
