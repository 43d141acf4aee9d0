/// @file
/// The methods of client authentication that a client can be registered for. (CAU-01)
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "oauth/endpoints.hpp"
#include "oauth/table.hpp"

namespace mintage::oauth {

/// The kind of credentials in a request, whatever the client is registered for.
enum class presentation : std::uint8_t {
  nothing,  ///< not even a client_id: P15 invalid_client (ERR-03)
  id_only,  ///< client_id in the body: a public client, or a confidential one without its secret
  basic,    ///< Authorization: Basic, well formed
  broken_header,  ///< an Authorization value that is not decodable Basic (ERR-02, CAU-04)
  post,           ///< client_id and client_secret in the body
  assertion,      ///< client_assertion and its type in the body (CAU-06)
};

/// How a client proves its identity.
enum class client_proof : std::uint8_t {
  none,        ///< nothing: a public client
  secret,      ///< a shared secret (CAU-12)
  key,         ///< a private key, whose public one is in its JWK set
  certificate  ///< a client certificate, whose key was proven when it was received (CAU-14)
};

/// In the order of documents and messages.
enum class auth_method : std::uint8_t {
  client_secret_basic,
  client_secret_post,
  client_secret_jwt,
  private_key_jwt,
  tls_client_auth,
  self_signed_tls_client_auth,
  none
};

struct auth_method_row {
  auth_method id;
  /// The name in client metadata and discovery. @see RFC 7591 §2
  std::string_view name;
  /// The number in the records of clients. On the disk: DO NOT CHANGE, never reuse one.
  std::uint32_t record_number;
  /// The presentation of a request by such a client.
  presentation presented;
  client_proof proof;
  /// The endpoints that accept the method. A client cannot be registered for one that none accepts.
  std::span<const endpoint> endpoints;
  /// Whether the server must know the text of the secret, which it then seals and does not hash.
  bool needs_secret_text = false;
  /// What must be possible with client certificates for it to be announced.
  certificate_use needs = certificate_use::none;
};

namespace detail {
constexpr auto all_client_endpoints = std::array{
    endpoint::token, endpoint::introspection, endpoint::revocation, endpoint::pushed_authorization};
// The callers of introspection must authenticate (INT-01).
constexpr auto public_client_endpoints =
    std::array{endpoint::token, endpoint::revocation, endpoint::pushed_authorization};
}  // namespace detail

constexpr auto auth_methods = std::array{
    auth_method_row{auth_method::client_secret_basic, "client_secret_basic", 1, presentation::basic,
                    client_proof::secret, detail::all_client_endpoints},
    auth_method_row{auth_method::client_secret_post, "client_secret_post", 2, presentation::post,
                    client_proof::secret, detail::all_client_endpoints},
    auth_method_row{auth_method::client_secret_jwt, "client_secret_jwt", 4, presentation::assertion,
                    client_proof::secret, detail::all_client_endpoints, true},
    auth_method_row{auth_method::private_key_jwt, "private_key_jwt", 3, presentation::assertion,
                    client_proof::key, detail::all_client_endpoints},
    auth_method_row{.id = auth_method::tls_client_auth,
                    .name = "tls_client_auth",
                    .record_number = 5,
                    .presented = presentation::id_only,
                    .proof = client_proof::certificate,
                    .endpoints = detail::all_client_endpoints,
                    .needs = certificate_use::checked},
    auth_method_row{.id = auth_method::self_signed_tls_client_auth,
                    .name = "self_signed_tls_client_auth",
                    .record_number = 6,
                    .presented = presentation::id_only,
                    .proof = client_proof::certificate,
                    .endpoints = detail::all_client_endpoints,
                    .needs = certificate_use::unchecked},
    auth_method_row{auth_method::none, "none", 0, presentation::id_only, client_proof::none,
                    detail::public_client_endpoints},
};
static_assert(is_in_order(auth_methods));

[[nodiscard]] constexpr client_proof proof_of(auth_method m) noexcept {
  return row_of(auth_methods, m).proof;
}
[[nodiscard]] constexpr std::string_view to_string(auth_method m) noexcept {
  return row_of(auth_methods, m).name;
}
[[nodiscard]] constexpr bool is_allowed_at(auth_method m, endpoint e) noexcept {
  const auto where = row_of(auth_methods, m).endpoints;
  return std::ranges::find(where, e) != where.end();
}

}  // namespace mintage::oauth
