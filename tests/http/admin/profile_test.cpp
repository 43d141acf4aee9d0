// A server that holds all of its clients to FAPI 2.0.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "tests/support/dpop_key.hpp"
#include "tests/support/proof_claims.hpp"
#include "tests/support/test_clients.hpp"

namespace mintage::test {
namespace {

using boost::json::object;
using testing::HasSubstr;
using testing::Not;

object for_fapi() {
  return {{"id_token_signed_response_alg", "ES256"}, {"require_pkce", true}};
}

http_answer redeem_with(stage& s, const party& who, const std::string& code, dpop_key* by) {
  auto call = redemption(who, code);
  if (by != nullptr) call.header("DPoP", proof_by(*by));
  return call.send_to(s.server.port());
}

TEST(profile_of_the_server, holds_old_and_new_clients_to_fapi) {  // FAP-01 to FAP-05, FP2-01
  auto s = stage{};
  const auto key = std::make_shared<const client_key>(crypto::jws_alg::es256);
  auto fitting = make_signing_party(s.admin, key, for_fapi());
  fitting.pkce = true;
  const auto& misfit = s.c1;
  const auto grant = s.log_in_offline(misfit);
  EXPECT_EQ(s.server.stop(), 0);
  s.server.configure({{"profile", R"("fapi2")"}});
  s.server.start();
  s.reconnect();
  EXPECT_THAT(s.server.log(), HasSubstr("do not meet the profile of this server"));

  // A client of secrets: neither codes nor answers, until it is changed.
  const auto unminted =
      s.admin.call("POST", "/admin/codes", boost::json::serialize(mint_body(misfit)));
  EXPECT_EQ(unminted.status, 400U);
  EXPECT_THAT(unminted.body, HasSubstr("does not meet the profile fapi2"));
  const auto refused = refresh(misfit, grant.refresh);
  const auto got = refused.send_to(s.server.port());
  check_answer(got, refused, invalid_client_401);
  const auto why = s.admin.call("GET", "/admin/refusals/" + got.field("X-Request-Id"));
  EXPECT_EQ(text_of(parse_object(why.body), "rule"), "FAP-01");
  EXPECT_EQ(text_of(parse_object(why.body), "setting"), "profile");

  // One of keys: its tokens must be bound, its codes live a minute at most, and a second use
  // revokes at once.
  auto proof = dpop_key{};
  const auto code = s.mint(fitting);
  EXPECT_THAT(redeem_with(s, fitting, code, nullptr).body, HasSubstr("invalid_dpop_proof"));
  const auto bound = redeem_with(s, fitting, code, &proof);
  ASSERT_EQ(bound.status, 200U) << bound.octets;
  EXPECT_EQ(text_of(parse_object(bound.body), "token_type"), "DPoP");
  EXPECT_TRUE(s.introspect(fitting, tokens_in(bound).access).at("active").as_bool());
  EXPECT_EQ(redeem_with(s, fitting, code, &proof).status, 400U);
  EXPECT_FALSE(s.introspect(fitting, tokens_in(bound).access).at("active").as_bool());

  // Registration of what cannot meet it.
  for (const auto* method : {"client_secret_basic", "client_secret_jwt", "none"}) {
    auto metadata = client_metadata();
    metadata["token_endpoint_auth_method"] = method;
    metadata["require_pkce"] = true;
    const auto answer = s.admin.call("POST", "/admin/clients", boost::json::serialize(metadata));
    EXPECT_EQ(answer.status, 400U) << method;
    EXPECT_THAT(answer.body, HasSubstr("which this server holds all clients to")) << method;
  }

  auto document = userinfo("");
  document.target = "/.well-known/openid-configuration";
  const auto metadata = document.drop_header("Authorization").send_to(s.server.port()).body;
  EXPECT_THAT(metadata,
              HasSubstr(R"("token_endpoint_auth_methods_supported":["private_key_jwt"])"));
  EXPECT_THAT(metadata, Not(HasSubstr("RS256")));
  EXPECT_EQ(s.server.stop(), 0);
}

}  // namespace
}  // namespace mintage::test
