/// @file
/// The secrets of a client: rules for imported ones, and rotation. (CAU-12)
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/random.hpp"
#include "crypto/secret.hpp"
#include "oauth/admin/error.hpp"
#include "oauth/client/client.hpp"

namespace mintage::oauth {

/// @returns invalid_request naming the field, or nothing. 0 means never; else at most the year
///          9999.
[[nodiscard]] complaint check_secret_expiry(std::optional<std::int64_t> date);
/// @returns invalid_request naming the field, or nothing: 1 to 256 octets of printable UTF-8.
[[nodiscard]] complaint check_chosen_secret(const crypto::secret_string& chosen);
/// @returns invalid_request naming the field, or nothing when a secret with this hash, which
/// another
///          server stored, can be imported: its kind is known, its form right and its cost bounded.
[[nodiscard]] complaint check_secret_hash(const crypto::secret_string& hash);
/// The secret with this hash, without a number. @pre check_secret_hash has no complaint.
[[nodiscard]] stored_secret foreign_secret(const crypto::secret_string& hash,
                                           std::optional<std::int64_t> expires_at);
/// Warnings for the operator about a secret that may be imported, a sentence each: it is short, or
/// not ASCII.
[[nodiscard]] std::vector<std::string> secret_warnings(const crypto::secret_string& chosen);

/// The complaint about both members at once.
constexpr auto secret_or_hash = "client_secret and client_secret_hash exclude each other";

/// The complaint about a hash of a secret whose text the method needs.
constexpr auto hash_for_text_method =
    "client_secret_hash does not do for client_secret_jwt, which needs client_secret itself";

/// `client_secret_expires_at` as an instant; nothing when it was not sent or is 0 (never).
[[nodiscard]] std::optional<instant> secret_expiry(std::optional<std::int64_t> date) noexcept;

/// Body of POST /admin/clients/{id}/secrets.
struct secret_request {
  std::optional<crypto::secret_string> client_secret;  ///< nothing = one is generated
  /// In place of `client_secret`: its hash, as another server stored it.
  std::optional<crypto::secret_string> client_secret_hash;
  std::optional<std::int64_t> client_secret_expires_at;  ///< NumericDate, 0 = never
};
/// Number of live secrets of one client at most: the one in use, and its successor during a
/// rotation.
constexpr std::size_t max_live_secrets = 2;
/// Checks that a client may get such a secret.
/// @returns nothing when it may; invalid_request for a public client, a bad secret or a bad time;
///          conflict when `max_live_secrets` are live.
[[nodiscard]] complaint check_secret(const client& c, const secret_request& r, instant now);
/// A changed copy with one secret more. Expired secrets are dropped. The number of the secret is
/// the version of the record that it came with, so numbers grow and are never reused.
/// @returns conflict when `max_live_secrets` are live.
[[nodiscard]] admin_result<client> with_secret(const client& before, stored_secret added,
                                               instant now);
/// A changed copy without that secret.
/// @returns not_found for an unknown number; conflict when the client could not authenticate any
///          more.
[[nodiscard]] admin_result<client> without_secret(const client& before, std::uint32_t number,
                                                  instant now);

/// A generated secret: `mcs_` and 43 base64url characters (256 random bits), or 86 characters where
/// the method makes HMACs with it, which takes as many octets as its longest hash has.
[[nodiscard]] crypto::secret_string make_client_secret(
    crypto::random_source& random, auth_method method = auth_method::client_secret_basic);

}  // namespace mintage::oauth
