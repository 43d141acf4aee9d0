/// @file
/// The answer to a question about a token, once all is known of it. (INT-02, INT-03, REV-01,
/// UIN-01, UIN-03)
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
/// Claims that a signer makes the compact JWS of, which is then the body.
struct claims_to_sign {
  std::string claims;
  crypto::jws_alg alg = crypto::jws_alg::rs256;
};
using query_answer = std::variant<plain_answer, claims_to_sign, denial>;

/// Answers a question for which nothing has to be written.
/// @param caller who asks; not read for userinfo.
/// @param found as far as it is known: nothing at all of an unknown token, which is not alive.
/// @returns for userinfo: invalid_token for a dead token, insufficient_scope without `openid`,
///          invalid_token again where userinfo is not in the audience (ATK-02). For
///          a revocation: a plain answer, since an unknown token is as good as revoked (REV-01).
[[nodiscard]] query_answer answer_query(const token_query_request& request,
                                        const client_facts& caller, const found_token& found,
                                        bool alive, const client_registry& known, instant now,
                                        const options& o);

}  // namespace mintage::oauth
