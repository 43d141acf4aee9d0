/// @file
/// The answer to a question about a token whose state is known. (INT-02, INT-03, REV-01, UIN-01,
/// UIN-03)
#pragma once

#include <string>
#include <variant>

#include "oauth/client/client.hpp"
#include "oauth/token/token_query.hpp"

namespace mintage::oauth {

/// The body of a 200: JSON, or empty for a revocation.
struct plain_answer {
  std::string body;
};
/// Claims for a signer; the compact JWS of them is the body.
struct claims_to_sign {
  std::string claims;
  crypto::jws_alg alg = crypto::jws_alg::rs256;
};
using query_answer = std::variant<plain_answer, claims_to_sign, denial>;

/// Answers a question that needs no write.
/// @param caller the authenticated client; not used for userinfo.
/// @param shown the keys that the request has proved; for userinfo alone.
/// @param found as far as known; empty for an unknown token, which is not valid.
/// @returns for userinfo: invalid_token for an invalid token, insufficient_scope without `openid`,
///          and invalid_token when userinfo is not in the audience (ATK-02) or the token is bound
///          to a key that was not shown (UIN-02). For a revocation: a
///          plain answer, since an unknown token counts as revoked (REV-01).
[[nodiscard]] query_answer answer_query(const token_query_request& request,
                                        const client_facts& caller, const confirmation& shown,
                                        const found_token& found, bool alive,
                                        const client_registry& known, instant now,
                                        const options& o);

}  // namespace mintage::oauth
