/// @file
/// Who computes signatures: one interface for OpenSSL and for crypto_mb.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string_view>

#include "crypto/key.hpp"

namespace mintage::crypto {

/// The index of a row of `backend_names`.
enum class backend_kind : std::uint8_t {
  /// One signature at a time, all algorithms; always there.
  openssl,
  /// Eight ES256 or RS256 signatures at a time (crypto_mb_backend.hpp); the rest by OpenSSL.
  crypto_mb
};
/// The names in configuration, logs and metrics.
inline constexpr auto backend_names = std::to_array<std::string_view>({"openssl", "crypto_mb"});
[[nodiscard]] constexpr std::string_view to_string(backend_kind k) noexcept {
  return backend_names[static_cast<std::size_t>(k)];
}

/// A backend found that it made a signature that does not verify, or crypto_mb refused its input.
/// The outputs of the batch are zero.
class wrong_signature : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A private key in the form that its backend signs with. Wiped when it is destroyed.
class prepared_key {
 public:
  prepared_key() = default;
  prepared_key(const prepared_key&) = delete;
  prepared_key& operator=(const prepared_key&) = delete;
  virtual ~prepared_key() = default;
};

/// Size in octets of a JWS signature by this key.
[[nodiscard]] inline std::size_t signature_size(const public_key& key) noexcept {
  return key.signature_size();
}
/// The longest signature of any key that `signing_key` accepts: RSA with 8192 bits (JWS-03).
inline constexpr auto signature_max = std::size_t{1024};

/// One signature to make.
struct sign_job {
  /// Made by the backend that signs.
  prepared_key* key = nullptr;
  /// The digest by `hash_of` the key's algorithm; for EdDSA the text.
  bytes_view message;
  /// As JWS has it: R‖S for ECDSA (JWS-01). Exactly `signature_size` octets.
  std::span<std::uint8_t> signature;
};

/// One signature to verify.
struct verify_job {
  const public_key* key = nullptr;
  /// As in `sign_job`.
  bytes_view message;
  bytes_view signature;
  /// The result.
  bool is_valid = false;
};

/// How well a batch filled the lanes of vector instructions.
struct lane_use {
  std::size_t calls = 0;  ///< of a function that signs in eight lanes
  std::size_t lanes = 0;  ///< that had a signature to make, in these calls
};

/// Signs and verifies batches, whose keys and algorithms may differ. Not thread-safe: each actor
/// has its own.
class signature_backend {
 public:
  signature_backend() = default;
  signature_backend(const signature_backend&) = delete;
  signature_backend& operator=(const signature_backend&) = delete;
  virtual ~signature_backend() = default;

  /// @throws wrong_signature when a self test with the key fails; std::runtime_error when OpenSSL
  ///         cannot use the key.
  [[nodiscard]] virtual std::unique_ptr<prepared_key> prepare(const signing_key& key) = 0;

  /// Sets the `signature` of each job.
  /// @throws wrong_signature; std::runtime_error when OpenSSL fails. No signature of the batch may
  ///         be used then.
  virtual lane_use sign(std::span<const sign_job> batch) = 0;

  /// Sets `is_valid` of each job, by the algorithm of its key and no other (JWS-03).
  virtual void verify(std::span<verify_job> batch) = 0;
};

}  // namespace mintage::crypto
