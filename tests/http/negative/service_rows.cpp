// Part H: client_credentials, NEG-151 to NEG-153.
#include <gtest/gtest.h>

#include "tests/http/negative/row.hpp"
#include "tests/support/jwt_check.hpp"

namespace mintage::test {

namespace {

row refused_service(std::string id, std::string variant, party_of who, std::string_view scope,
                    const expected& want) {
  auto run = [who, scope, want](world& w) {
    auto call = client_credentials(w.*who);
    if (!scope.empty()) call.add("scope", scope);
    check_answer(call.send_to(w.server.port()), call, want);
  };
  return {std::move(id), std::move(variant), run};
}

void no_more_than_an_access_token(world& w) {
  auto call = client_credentials(w.service);
  const auto got = call.send_to(w.server.port());
  check_answer(got, call, success);
  const auto issued = tokens_in(got);
  EXPECT_EQ(issued.refresh, "");
  EXPECT_EQ(issued.id, "");
  EXPECT_EQ(issued.scope, "read");
  const auto token = read_jwt(issued.access);
  EXPECT_EQ(text_of(token.header, "typ"), "at+jwt");
  EXPECT_EQ(text_of(token.claims, "sub"), w.service.id);
  EXPECT_EQ(text_of(token.claims, "client_id"), w.service.id);
  EXPECT_EQ(text_of(token.claims, "aud"), api_identifier);
  EXPECT_FALSE(token.claims.contains("auth_time"));
}

/// CCG-01: the subject of a person must not equal a client id.
void subject_that_is_a_client(world& w) {
  auto body = mint_body(w.c1);
  body["sub"] = w.service.id;
  const auto got = w.admin.call("POST", "/admin/codes", boost::json::serialize(body));
  EXPECT_EQ(got.status, 400U) << got.octets;
}

}  // namespace

std::vector<row> rows_of_service() {
  return {
      refused_service("NEG-151", "", &world::open, "", unauthorized_client),
      refused_service("NEG-151", "not_registered", &world::c1, "", unauthorized_client),
      refused_service("NEG-152", "openid", &world::service, "read openid", invalid_scope),
      refused_service("NEG-152", "offline_access", &world::service, "offline_access",
                      invalid_scope),
      refused_service("NEG-152", "unknown", &world::service, "read admin", invalid_scope),
      {"NEG-153", "", no_more_than_an_access_token},
      {"NEG-153", "subject", subject_that_is_a_client},
  };
}

}  // namespace mintage::test
