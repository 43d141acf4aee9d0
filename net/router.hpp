/// @file
/// Which endpoint a path names. Exact octets, without the query.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "oauth/endpoints.hpp"

namespace mintage::net {

/// @returns nothing for a path of no endpoint.
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
};
struct admin_target {
  admin_endpoint endpoint = admin_endpoint::unknown;
  /// Whether only the holder of an admin token may know more: all below /admin.
  bool is_guarded = false;
  /// What is named in the path, percent-encoded: the id of a client or a key, a resource's
  /// identifier, a subject, a session.
  std::string_view id;
  /// Of a secret in the path.
  std::uint32_t number = 0;
};
[[nodiscard]] admin_target find_admin(std::string_view path) noexcept;

/// @returns nothing when an escape is broken. @see RFC 3986 §2.1
[[nodiscard]] std::optional<std::string> decode_percent(std::string_view text);

/// Whether If-None-Match names this entity tag. @see RFC 9110 §13.1.2
[[nodiscard]] bool names_etag(std::string_view if_none_match, std::string_view etag) noexcept;

}  // namespace mintage::net
