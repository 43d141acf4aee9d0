/// @file
/// Logout tokens: what tells a client that a session has ended. (LGO-01, LGO-04)
/// @see OIDC Back-Channel Logout 1.0 §2.4
#pragma once

#include <string>
#include <string_view>

#include "oauth/options.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

/// What one client is to be told. It is stored until it was told, and a token is made of it for
/// each try.
struct logout_notice {
  std::string client_id;
  /// As the client's ID tokens name the person.
  std::string sub;
  std::string sid;
  /// The same in each try.
  std::string jti;
  instant created;
  friend bool operator==(const logout_notice&, const logout_notice&) = default;
};

/// `typ` of the header.
constexpr auto logout_token_type = std::string_view{"logout+jwt"};
/// From the try to `exp`.
constexpr auto logout_token_life = seconds{120};

/// Appends the claims of a logout token: `sub` and `sid` both, and never a nonce.
void append_logout_claims(std::string& out, const logout_notice& n, instant now, const options& o);

/// The form that is posted: `logout_token=…`. @see Back-Channel Logout §2.5
[[nodiscard]] std::string logout_form(std::string_view token);

}  // namespace mintage::oauth
