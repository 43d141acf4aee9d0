// Tokens that are bound to a client certificate. (MTL-01, MTL-02, UIN-02; PROTOCOL.md §11 I)
#include <gtest/gtest.h>

#include "tests/http/mtls/certificate_stage.hpp"
#include "tests/support/jwt_check.hpp"

namespace mintage::test {
namespace {

/// `cnf["x5t#S256"]` of a JSON object; empty when there is none.
std::string bound_to(const boost::json::object& claims) {
  const auto* cnf = claims.if_contains("cnf");
  return cnf == nullptr ? std::string{} : text_of(cnf->as_object(), "x5t#S256");
}

class bound_token : public testing::Test {
 protected:
  /// A registered client whose access tokens must be bound.
  party add(boost::json::object with) {
    with["tls_client_certificate_bound_access_tokens"] = true;
    return s.add(with);
  }
  [[nodiscard]] tokens log_in(const party& who, const pem_pair& own) {
    auto body = mint_body(who);
    body["scope"] = "openid profile offline_access";
    const auto got = s.redeem_with(&own, who, s.admin.mint(body));
    EXPECT_EQ(got.status, 200U) << got.octets;
    return tokens_in(got);
  }
  [[nodiscard]] http_answer send(const pem_pair* own, const token_call& call) const {
    if (own == nullptr) return send_over(&test_side(), s.server.port(), call);
    const auto side = presenting(*own);
    return send_over(&side, s.server.port(), call);
  }

  certificate_stage s;
};

TEST_F(bound_token, has_the_thumbprint_of_the_certificate_MTL_01) {
  const auto who = add(tls_client());
  const auto got = log_in(who, s.api);
  const auto thumbprint = thumbprint_of(s.api.certificate);
  EXPECT_EQ(bound_to(read_jwt(got.access).claims), thumbprint);
  const auto asked = send(&s.api, question("/introspect", who, got.access));
  EXPECT_EQ(bound_to(parse_object(asked.body)), thumbprint) << asked.body;
  EXPECT_EQ(text_of(parse_object(asked.body), "token_type"), "Bearer");
}

TEST_F(bound_token, needs_a_certificate_however_the_client_authenticates_NEG_182) {
  for (const auto* method : {"client_secret_post", "none"}) {
    auto metadata = boost::json::object{{"token_endpoint_auth_method", method},
                                        {"tls_client_certificate_bound_access_tokens", true}};
    if (std::string_view{method} == "none") metadata["require_pkce"] = true;
    const auto who = make_party(s.admin, metadata);
    const auto code = s.mint(who);
    const auto call = redemption(who, code);
    check_answer(send(nullptr, call), call, invalid_request);
    const auto got = send(&s.self, call);
    ASSERT_EQ(got.status, 200U) << got.octets;
    EXPECT_EQ(bound_to(read_jwt(tokens_in(got).access).claims), thumbprint_of(s.self.certificate));
  }
}

TEST_F(bound_token, is_not_made_for_a_client_without_the_flag_DPO_14) {
  const auto who = s.add(tls_client());
  EXPECT_EQ(bound_to(read_jwt(log_in(who, s.api).access).claims), "");
}

TEST_F(bound_token, reads_userinfo_over_a_connection_with_its_certificate_alone_UIN_02) {
  const auto got = log_in(add(tls_client()), s.api);
  EXPECT_EQ(send(&s.api, userinfo(got.access)).status, 200U);
  for (const auto* own : {static_cast<const pem_pair*>(nullptr), &std::as_const(s.other)}) {
    const auto refused = send(own, userinfo(got.access));
    EXPECT_EQ(refused.status, 401U);
    EXPECT_NE(refused.field("WWW-Authenticate").find("invalid_token"), std::string::npos);
  }
}

TEST_F(bound_token, of_a_confidential_client_follows_its_certificate_at_a_refresh_MTL_02) {
  const auto who = add(tls_client());
  const auto first = log_in(who, s.api);
  const auto renewed = s.authority.issue(
      s.folder.path(), "renewed",
      certificate_wish{.subject = {{"C", "DE"}, {"O", "Example"}, {"CN", "api"}}});
  const auto got = send(&renewed, refresh(who, first.refresh));
  ASSERT_EQ(got.status, 200U) << got.octets;
  EXPECT_EQ(bound_to(read_jwt(tokens_in(got).access).claims), thumbprint_of(renewed.certificate));
}

TEST_F(bound_token, of_a_public_client_binds_its_refresh_token_too_RFT_08) {
  auto who = make_party(s.admin, {{"token_endpoint_auth_method", "none"},
                                  {"require_pkce", true},
                                  {"tls_client_certificate_bound_access_tokens", true}});
  const auto first = log_in(who, s.self);
  const auto call = refresh(who, first.refresh);
  check_answer(send(&s.other, call), call, invalid_grant);
  check_answer(send(nullptr, call), call, invalid_request);
  EXPECT_EQ(send(&s.self, call).status, 200U);
}

}  // namespace
}  // namespace mintage::test
