#include "oauth/admin/tokens.hpp"

#include "oauth/request/text.hpp"

namespace mintage::oauth {
namespace {

/// The token of an Authorization value whose scheme is Bearer, or empty.
std::string_view bearer_token(std::string_view authorization) noexcept {
  constexpr auto scheme = std::string_view{"bearer"};
  if (!equals_lower(authorization.substr(0, scheme.size()), scheme)) return {};
  authorization.remove_prefix(scheme.size());
  const auto start = authorization.find_first_not_of(' ');
  if (start == 0 || start == authorization.npos) return {};
  return authorization.substr(start);
}

}  // namespace

admin_role role_of(std::string_view authorization, const admin_tokens& tokens) {
  const auto token = bearer_token(authorization);
  if (token.empty()) return admin_role::nobody;
  const auto presented = crypto::sha256(token);
  const auto matches = [&](const crypto::digest& stored) {
    // A role without a token has the digest of zeros, which no presented token may match.
    return crypto::constant_time_equal(presented, stored) &&
           !crypto::constant_time_equal(stored, crypto::digest{});
  };
  const auto is_admin = matches(tokens.admin);
  const auto is_minter = matches(tokens.minter);
  if (is_admin) return admin_role::admin;
  return is_minter ? admin_role::minter : admin_role::nobody;
}

}  // namespace mintage::oauth
