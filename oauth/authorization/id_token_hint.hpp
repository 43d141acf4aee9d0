/// @file
/// `id_token_hint`: an ID token of this server that says who is expected to log in. (MINT-02,
/// LGO-02) @see OpenID Connect Core §3.1.2.1
#pragma once

#include <string>
#include <string_view>

#include "oauth/options.hpp"
#include "oauth/token/jwt_verifier.hpp"
#include "oauth/token/key_ring.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

/// A hint whose form and key are right; crypto::jws_verifier verifies the signature.
/// @param ring outlives the result. @returns views of `compact`; invalid_request.
[[nodiscard]] result<unverified_jwt> read_id_token_hint(const key_ring& ring,
                                                        std::string_view compact);

struct hinted_login {
  std::string sub;
  /// Empty when the token has none.
  std::string sid;
};
/// Reads the claims: `iss` is this server, `aud` has the client. An expired one is accepted,
/// because sessions live longer than ID tokens.
/// @pre the signature was verified. @returns invalid_request.
[[nodiscard]] result<hinted_login> read_hinted_login(const unverified_jwt& hint,
                                                     std::string_view client_id, const options& o);

[[nodiscard]] denial wrong_hint_signature() noexcept;

}  // namespace mintage::oauth
