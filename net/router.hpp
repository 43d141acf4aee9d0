/// @file
/// The endpoint of a path. Exact octets, without the query.
#pragma once

#include <cstdint>
#include <string_view>

#include "oauth/endpoints.hpp"

namespace mintage::net {

/// @returns nothing for an unknown path.
[[nodiscard]] std::optional<oauth::endpoint> find_public(const oauth::endpoint_paths& paths,
                                                         std::string_view path) noexcept;

enum class admin_endpoint : std::uint8_t {
  unknown,
  livez,
  readyz,
  metrics,
  clients,
  client,
  secrets,  ///< of a client
  secret,
  keys,
  key_rotation,
  key,
  codes,
  resources,
  resource,
  revoke_subject,
  end_session,
  clock_confirmation,
  reload,
  backups,
  seal,
  seal_rotation,
  seal_retirement,
  refusals,
  refusal,
  authorization,
  authorization_accept,
  authorization_deny,
  registration_tokens,
  registration_token,
  logout,
  logout_accept,
  logout_deny,
};
struct admin_target {
  admin_endpoint endpoint = admin_endpoint::unknown;
  /// Whether only a holder of an admin token may learn more: everything below /admin.
  bool is_guarded = false;
  /// The name in the path, percent-encoded: the id of a client, key or request, a resource's
  /// identifier, a subject, a session, a handle.
  std::string_view id;
  /// Number of a secret in the path.
  std::uint32_t number = 0;
};
[[nodiscard]] admin_target find_admin(std::string_view path) noexcept;

/// Whether If-None-Match contains this entity tag. @see RFC 9110 §13.1.2
[[nodiscard]] bool names_etag(std::string_view if_none_match, std::string_view etag) noexcept;

}  // namespace mintage::net
