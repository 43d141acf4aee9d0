/// @file
/// The per-message secret numbers of ECDSA on P-256.
#pragma once

#include <memory>

#include "crypto/random.hpp"
#include "crypto/signatures/p256_scalar.hpp"

namespace mintage::crypto {

/// Each number is the first half of the SHA-512 of private key, digest and 32 random octets, drawn
/// again until it is above zero and below the order. It is as unpredictable as the generator. Where
/// a generator repeats itself (a machine that was copied while it ran), the number repeats for the
/// same digest only, which reveals nothing. Not thread-safe.
/// @see FIPS 186-5 App. A.3.2, RFC 6979 §3.6
class hedged_nonces {
 public:
  /// @param random outlives this object.
  explicit hedged_nonces(random_source& random);
  ~hedged_nonces();
  hedged_nonces(const hedged_nonces&) = delete;
  hedged_nonces& operator=(const hedged_nonces&) = delete;

  /// Sets `out`, which the caller wipes. @param private_key big-endian.
  /// @throws std::runtime_error when OpenSSL fails, or 16 numbers in a row are not below the order:
  ///         a chance of 2^-512.
  void draw(const bytes<32>& private_key, const digest& of, number256& out);

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace mintage::crypto
