/// @file
/// The kinds of stored secrets: how a server keeps what a client proves itself with. (CAU-12)
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "crypto/bcrypt.hpp"
#include "crypto/password.hpp"
#include "crypto/pbkdf2.hpp"
#include "oauth/table.hpp"

namespace mintage::oauth {

enum class secret_kind : std::uint8_t {
  hmac,
  argon2id,
  argon2i,
  bcrypt,
  pbkdf2_sha256,
  pbkdf2_sha512,
  sealed
};

struct secret_kind_row {
  secret_kind id;
  /// The name in messages and documents.
  std::string_view name;
  /// The number in the records of clients. On the disk: DO NOT CHANGE, never reuse one.
  std::uint32_t record_number;
  /// What hashes of the kind begin with; empty texts are none.
  std::array<std::string_view, 3> prefixes;
  /// Checks form and cost of a hash. Null when the kind is no slow hash: it has neither prefix nor
  /// cost.
  crypto::hash_fault (*fault)(std::string_view encoded);
  /// Compares a hash with a secret: up to a second, for hashers only. Null when the kind is no slow
  /// hash.
  bool (*verify)(std::string_view encoded, std::string_view secret);
};

/// One row per kind. HMAC under the pepper is what secrets have that the server generated, or that
/// were right once. Sealed ones can be read again, because their client's method needs the text
/// (sealed_secret.hpp). The others wait for the first time that they are right.
constexpr auto secret_kinds = std::array{
    secret_kind_row{secret_kind::hmac, "hmac", 0, {}, nullptr, nullptr},
    secret_kind_row{secret_kind::argon2id,
                    "argon2id",
                    1,
                    {"$argon2id$"},
                    crypto::argon2id_fault,
                    crypto::argon2id_verify},
    secret_kind_row{secret_kind::argon2i,
                    "argon2i",
                    2,
                    {"$argon2i$"},
                    crypto::argon2i_fault,
                    crypto::argon2i_verify},
    secret_kind_row{secret_kind::bcrypt,
                    "bcrypt",
                    3,
                    {"$2b$", "$2a$", "$2y$"},
                    crypto::bcrypt_fault,
                    crypto::bcrypt_verify},
    secret_kind_row{secret_kind::pbkdf2_sha256,
                    "pbkdf2-sha256",
                    4,
                    {"$pbkdf2-sha256$"},
                    crypto::pbkdf2_sha256_fault,
                    crypto::pbkdf2_sha256_verify},
    secret_kind_row{secret_kind::pbkdf2_sha512,
                    "pbkdf2-sha512",
                    5,
                    {"$pbkdf2-sha512$"},
                    crypto::pbkdf2_sha512_fault,
                    crypto::pbkdf2_sha512_verify},
    secret_kind_row{secret_kind::sealed, "sealed", 6, {}, nullptr, nullptr},
};
static_assert(is_in_order(secret_kinds));

/// Whether a comparison takes a hasher.
[[nodiscard]] constexpr bool is_slow(secret_kind k) noexcept {
  return row_of(secret_kinds, k).verify != nullptr;
}

/// The kind of a hash by its prefix. @returns null for none.
[[nodiscard]] constexpr const secret_kind_row* kind_of_hash(std::string_view encoded) noexcept {
  for (const auto& row : secret_kinds) {
    if (std::ranges::any_of(row.prefixes, [encoded](std::string_view prefix) {
          return !prefix.empty() && encoded.starts_with(prefix);
        }))
      return &row;
  }
  return nullptr;
}

}  // namespace mintage::oauth
