/// @file
/// SHA-2, HMAC-SHA-256, HKDF and the constant-time comparison.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "crypto/bytes.hpp"

namespace mintage::crypto {

/// Compares in a time that depends on the lengths only.
[[nodiscard]] bool constant_time_equal(bytes_view a, bytes_view b) noexcept;
[[nodiscard]] bool constant_time_equal(std::string_view a, std::string_view b) noexcept;

/// SHA-256 with a long-lived context, which costs a quarter of the one-shot function (see
/// docs/PERFORMANCE.md). Not thread-safe: one per actor.
class sha256_hasher {
 public:
  sha256_hasher();
  ~sha256_hasher();
  sha256_hasher(sha256_hasher&&) noexcept;
  sha256_hasher& operator=(sha256_hasher&&) noexcept;

  [[nodiscard]] digest operator()(bytes_view data);
  [[nodiscard]] digest operator()(std::string_view data) { return (*this)(as_bytes(data)); }

  /// Hashes input in pieces: `begin`, any number of `add`, `end`.
  void begin();
  void add(bytes_view data);
  [[nodiscard]] digest end();

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// The members of SHA-2 that JWS algorithms name. @see RFC 7518 §3.1
enum class sha2 : std::uint8_t { sha256, sha384, sha512 };
inline constexpr auto sha2s = std::array{sha2::sha256, sha2::sha384, sha2::sha512};
/// Octets of a hash.
[[nodiscard]] constexpr std::size_t size_of(sha2 which) noexcept {
  return std::size_t{32} + std::size_t{16} * static_cast<std::size_t>(which);
}

/// Any SHA-2 function with a long-lived context. Not thread-safe: one per actor.
class sha2_hasher {
 public:
  explicit sha2_hasher(sha2 which);
  ~sha2_hasher();
  sha2_hasher(sha2_hasher&&) noexcept;
  sha2_hasher& operator=(sha2_hasher&&) noexcept;

  /// @returns 32, 48 or 64 octets that this object owns; valid until the next call.
  [[nodiscard]] bytes_view operator()(std::string_view data);

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// One-shot SHA-256, for code that is not on the path of a request. Thread-safe.
[[nodiscard]] digest sha256(bytes_view data);
[[nodiscard]] inline digest sha256(std::string_view data) {
  return sha256(as_bytes(data));
}

/// Whether `mac` is the HMAC of `text` under `key`. The time does not depend on where they differ.
/// For texts of others; our own MACs are those of `hmac_sha256`. Thread-safe.
/// @param key not empty. @see RFC 2104
[[nodiscard]] bool is_hmac(sha2 which, std::string_view key, std::string_view text,
                           std::string_view mac);

/// HMAC-SHA-256 under one key with a long-lived context. Not thread-safe: one per actor.
class hmac_sha256 {
 public:
  /// @param key 16 octets or more; copied into the context.
  explicit hmac_sha256(bytes_view key);
  ~hmac_sha256();
  hmac_sha256(hmac_sha256&&) noexcept;
  hmac_sha256& operator=(hmac_sha256&&) noexcept;

  [[nodiscard]] digest operator()(bytes_view data);
  [[nodiscard]] digest operator()(std::string_view data) { return (*this)(as_bytes(data)); }

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// HKDF-SHA-256, extract and expand with an empty salt. Thread-safe.
/// @param info names the purpose of the derived key, e.g. "mintage/seal/1".
/// @see RFC 5869
[[nodiscard]] digest hkdf_sha256(bytes_view master, std::string_view info);

}  // namespace mintage::crypto
