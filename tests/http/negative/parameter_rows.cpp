// Part B: parameters.
#include <gtest/gtest.h>

#include "tests/http/negative/row.hpp"
#include "tests/support/jwt_check.hpp"

namespace mintage::test {

namespace {

constexpr auto unknown_code = "mco_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

row parameter(std::string id, std::string variant, const expected& want, std::string_view name,
              std::string_view value) {
  return bent(std::move(id), std::move(variant), want, after::live,
              [name, value](world&, token_call& c) { c.set(name, value); });
}

/// Octets that no encoder produces, after a valid body.
row appended(std::string id, std::string variant, std::string_view octets) {
  return bent(
      std::move(id), std::move(variant), invalid_request, after::live,
      [octets](world&, token_call& c) { c.body = form_text(c.form) + std::string{octets}; });
}

row filled_up_to(std::string variant, std::size_t count, const expected& want, after state) {
  return bent("NEG-041", std::move(variant), want, state, [count](world&, token_call& c) {
    while (c.form.size() < count) c.add("p" + std::to_string(c.form.size()), "1");
  });
}

void wrong_secret(world& w, token_call& c) {
  c.basic(w.c1.id, "wrong-secret-marker");
}

void two_resources(world& w) {
  auto login = mint_body(w.c1);
  login["resource"] = {api_identifier, other_identifier};
  auto call = redemption(w.c1, w.admin.mint(login));
  call.add("resource", other_identifier).add("resource", api_identifier);
  const auto got = call.send_to(w.server.port());
  check_answer(got, call, success);
  const auto claims = read_jwt(tokens_in(got).access).claims;
  EXPECT_EQ(claims.at("aud").as_array().size(), 2U) << got.body;
}

}  // namespace

std::vector<row> rows_of_parameters() {
  return {
      bent("NEG-027", "", invalid_request, after::live,
           [](world&, token_call& c) { c.drop("grant_type"); }),
      parameter("NEG-028", "", invalid_request, "grant_type", ""),
      parameter("NEG-029", "", unsupported_grant_type, "grant_type", "Authorization_Code"),
      parameter("NEG-030", "", unsupported_grant_type, "grant_type", "password"),
      parameter("NEG-031", "implicit", unsupported_grant_type, "grant_type", "implicit"),
      bent("NEG-031", "urn", unsupported_grant_type, after::live,
           [](world&, token_call& c) {
             c.set("grant_type", "urn:example:grant-marker");
             c.markers.emplace_back("grant-marker");
           }),
      bent("NEG-032", "", invalid_request, after::live,
           [](world&, token_call& c) { c.add("grant_type", "authorization_code"); }),
      bent("NEG-033", "", invalid_request, after::live,
           [](world&, token_call& c) { c.add("code", c.parameter("code")); }),
      bent("NEG-034", "", invalid_request, after::live,
           [](world&, token_call& c) {
             auto code = c.parameter("code");
             c.set("code", "").add("code", code);
           }),
      bent("NEG-035", "", invalid_request, after::live,
           [](world& w, token_call& c) { c.add("client_id", w.c1.id).add("client_id", w.c1.id); }),
      {"NEG-036", "", two_resources},
      bent("NEG-037", "", success, after::dead,
           [](world&, token_call& c) { c.add("foo", "1").add("foo", "2"); }),
      appended("NEG-038", "", "&state=%zz"),
      appended("NEG-038", "cut_off", "&state=%4"),
      appended("NEG-039", "", "&state=a%00b"),
      appended("NEG-040", "", "&state=%ff"),
      appended("NEG-040", "overlong", "&state=%c0%af"),
      appended("NEG-040", "surrogate", "&state=%ed%a0%80"),
      filled_up_to("", 65, invalid_request, after::live),
      filled_up_to("one_less", 64, success, after::dead),
      bent("NEG-042", "", invalid_request, after::live,
           [](world&, token_call& c) { c.set("code", std::string(5000, 'c')); }),
      bent("NEG-043", "", invalid_request, after::live,
           [](world& w, token_call& c) {
             c.drop("grant_type");
             wrong_secret(w, c);
           }),
      bent("NEG-044", "", unsupported_grant_type, after::live,
           [](world& w, token_call& c) {
             c.set("grant_type", "password");
             wrong_secret(w, c);
           }),
      bent("NEG-045", "", invalid_request, after::live,
           [](world& w, token_call& c) {
             c.drop("code");
             wrong_secret(w, c);
           }),
      bent("NEG-046", "", invalid_client_401, after::live,
           [](world& w, token_call& c) {
             c.set("code", unknown_code);
             wrong_secret(w, c);
           }),
      bent("NEG-047", "", unauthorized_client, after::live,
           [](world& w, token_call& c) {
             c.set("code", unknown_code).basic(w.no_code_grant.id, w.no_code_grant.secret);
           }),
  };
}

}  // namespace mintage::test
