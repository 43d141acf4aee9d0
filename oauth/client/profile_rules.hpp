/// @file
/// What the profile FAPI 2.0 demands of a client's registration. (FAP-01, FAP-02, FAP-04, FAP-09)
#pragma once

#include "oauth/admin/error.hpp"
#include "oauth/client/client.hpp"

namespace mintage::oauth {

/// Whether clients of FAPI 2.0 may authenticate by it: by a private key or a certificate (FAP-01).
[[nodiscard]] constexpr bool is_for_fapi(auth_method m) noexcept {
  const auto proof = proof_of(m);
  return proof == client_proof::key || proof == client_proof::certificate;
}
/// Whether FAPI 2.0 allows a signature by it (FAP-09). @see FAPI 2.0 Security Profile §5.4.1
[[nodiscard]] constexpr bool is_for_fapi(crypto::jws_alg alg) noexcept {
  using enum crypto::jws_alg;
  return alg == es256 || alg == ps256 || alg == eddsa;
}

/// Checks that an active client meets the profile that it is held to. A suspended one is checked
/// when it is resumed, so that each can be suspended.
/// @returns invalid_request naming the first member that does not fit.
[[nodiscard]] complaint check_profile(const client& c);

/// Whether an active client meets the profile of the server. Its own was checked when it was
/// registered, so false is said only of a registration that is older than the server's profile.
[[nodiscard]] inline bool meets_profile(const client& c) {
  return c.profile == c.own_profile || !check_profile(c);
}

}  // namespace mintage::oauth
