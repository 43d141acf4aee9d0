/// @file
/// Resources: the APIs that access tokens are for, and which of them a grant covers. (ATK-02,
/// ATK-03, RFC 8707)
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/key.hpp"
#include "oauth/options.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

class client_registry;
struct client;

enum class token_format : std::uint8_t { jwt, opaque };
[[nodiscard]] constexpr std::string_view to_string(token_format f) noexcept {
  return f == token_format::jwt ? "jwt" : "opaque";
}

/// What a token is issued for: a resource, as stored in a grant.
struct target {
  /// The `aud` value.
  std::string identifier;
  token_format format = token_format::jwt;
  /// Signature algorithm of its JWT access tokens (ATK-04).
  crypto::jws_alg alg = crypto::jws_alg::es256;
  friend bool operator==(const target&, const target&) = default;
};

/// A claim that the operator adds to access tokens.
struct static_claim {
  /// 1..128 letters, digits and `_:./-`, so that JSON needs no escape; not a name that the server
  /// sets.
  std::string name;
  /// Any JSON value, compact.
  std::string value;
  friend bool operator==(const static_claim&, const static_claim&) = default;
};

/// A registered resource. Key: its identifier.
struct resource {
  /// Absolute URI without fragment; at most 2048 octets.
  target as;
  /// Scope tokens that refer to this resource when the request names none. Each belongs to one
  /// resource only.
  std::vector<std::string> scopes;
  /// Clients that may introspect tokens for this resource: its resource servers (INT-02).
  std::vector<std::string> resource_servers;
  /// Claims of every JWT access token for it.
  std::vector<static_claim> access_token_claims{};
  /// Fields of the stored record that a newer version knows; written again with it.
  std::string newer_fields{};
};

/// Whether `text` may identify a resource: an absolute URI without fragment and without `*`, at
/// most 2048 octets (ATK-03).
[[nodiscard]] bool is_resource_identifier(std::string_view text) noexcept;

/// Whether a request that names `asked` means the resource with that identifier: scheme and
/// authority are compared in lower case, the rest octet for octet, and an origin with a slash is
/// the origin (MCP-06). @see RFC 3986 §6.2.2.1, §6.2.3
[[nodiscard]] bool is_same_resource(std::string_view identifier, std::string_view asked) noexcept;

/// The targets of a grant with that scope: the resources that the request names; else the one that
/// the scope tokens refer to, and userinfo if `openid` is granted; else none, which means userinfo
/// only (ATK-02).
/// @param requested values of `resource`. Each must be registered and allowed for the client, or be
///        userinfo's when `openid` is granted. The targets have the registered spelling. A token
///        for userinfo and others has the format and the algorithm of the others.
/// @returns invalid_target, also when the targets differ in format or algorithm, and when the
///          client's profile forbids the algorithm (FAP-09); invalid_scope when the scope refers to
///          different resources.
[[nodiscard]] result<std::vector<target>> choose_targets(
    const client_registry& known, const client& c, std::string_view scope,
    std::span<const std::string_view> requested, const options& o);

/// The targets of `granted` that the request names; all when it names none (COD-10, RFT-12).
/// A grant without targets is for the userinfo endpoint, which may be named (ATK-02).
/// @returns invalid_target when it names one that was not granted.
[[nodiscard]] result<std::vector<target>> narrow_targets(
    const std::vector<target>& granted, std::span<const std::string_view> requested,
    const options& o);

}  // namespace mintage::oauth
