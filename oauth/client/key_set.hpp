/// @file
/// The public keys of a client: its `jwks`, by value or fetched from its `jwks_uri`. (JWS-05,
/// CAU-10)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "crypto/jwk.hpp"
#include "crypto/key.hpp"

namespace mintage::oauth {

/// Keys of one set at most (CAU-11).
inline constexpr auto most_keys = std::size_t{50};
/// Keys that are tried for one signature at most (JWS-05).
inline constexpr auto most_candidates = std::size_t{4};

/// The keys that may have made one signature. They are those of a key set, which must outlive them.
class key_candidates {
 public:
  [[nodiscard]] const crypto::public_key* const* begin() const noexcept { return keys_.data(); }
  [[nodiscard]] const crypto::public_key* const* end() const noexcept {
    return keys_.data() + size_;
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

 private:
  friend class key_set;
  std::array<const crypto::public_key*, most_candidates> keys_{};
  std::size_t size_ = 0;
};

/// An immutable set of public keys. Thread-safe. Shared by `std::shared_ptr<const key_set>`.
class key_set {
 public:
  /// Where a set comes from, which decides how strictly it is read.
  enum class origin : std::uint8_t {
    registered,  ///< sent by an operator, who can correct it: every key must be sound
    fetched      ///< from a jwks_uri: keys that cannot be used are left out
  };

  /// Reads a JWK set: `{"keys":[…]}` with at most 50 keys, without repeated members.
  ///
  /// A registered set: every key must be sound (crypto/jwk.hpp) and every `kid` there once. A key
  /// for encryption is never a candidate, and left out when its kind is not known here. A fetched
  /// set: keys that are not sound, also private ones, are left out, and a `kid` may repeat.
  /// @returns the set, or a sentence that names the fault, such as `keys[3].kid must be …`.
  [[nodiscard]] static tl::expected<key_set, std::string> read(std::string_view jwks,
                                                               origin from = origin::registered);

  /// The keys that a signature by `alg` may be of: kty, crv, `use`, `key_ops` and `alg` fit; with a
  /// `kid` only those with the same one. At most the first four (JWS-05).
  [[nodiscard]] key_candidates candidates(crypto::jws_alg alg,
                                          std::optional<std::string_view> kid) const noexcept;
  /// Whether a key has this `kid`, whatever it is for. If none has, a fetched set may be old.
  [[nodiscard]] bool has_kid(std::string_view kid) const noexcept;
  /// Whether a key has this RFC 7638 thumbprint, whatever it is for.
  [[nodiscard]] bool has_thumbprint(const crypto::digest& thumbprint) const noexcept;
  /// Whether any key can verify a signature by `alg`.
  [[nodiscard]] bool has_key_for(crypto::jws_alg alg) const noexcept;

  /// The number of keys that were kept.
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  /// The number of keys that were left out.
  [[nodiscard]] std::size_t left_out() const noexcept { return left_out_; }
  [[nodiscard]] bool can_verify() const noexcept;

 private:
  friend class key_set_reader;
  struct entry {
    crypto::jwk key;
    /// The key for each algorithm that it may be used with.
    std::vector<crypto::public_key> for_algs;
  };
  std::vector<entry> entries_;
  std::size_t left_out_ = 0;
};

using key_set_ptr = std::shared_ptr<const key_set>;
/// The set of a record. @returns null when it is not sound.
[[nodiscard]] key_set_ptr read_registered_keys(std::string_view jwks);

}  // namespace mintage::oauth
