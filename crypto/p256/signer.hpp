/// @file
/// ECDSA on P-256 with SHA-256 for many digests at once. @see FIPS 186-5 §6.4, RFC 7518 §3.4
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "crypto/key.hpp"
#include "crypto/p256/montgomery.hpp"
#include "crypto/random.hpp"

namespace mintage::crypto {

/// The field of the curve and the order of its base point. @see SP 800-186 §3.2.1.3
inline constexpr auto p256_prime =
    number256{{0xffffffffffffffff, 0x00000000ffffffff, 0x0000000000000000, 0xffffffff00000001}};
inline constexpr auto p256_order =
    number256{{0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff, 0xffffffff00000000}};

/// The per-message secret number: the SHA-512 of key, digest and 32 random octets, modulo the
/// order. So it is as good as the generator, and where that ever repeats itself (a machine that was
/// copied while it ran) it is the same only for the same digest, which gives nothing away.
/// @see FIPS 186-5 App. A.3.1, RFC 6979 §3.6
class hedged_nonces {
 public:
  /// @param private_key big-endian. @param random outlives this object.
  hedged_nonces(const bytes<32>& private_key, random_source& random);
  ~hedged_nonces();
  hedged_nonces(const hedged_nonces&) = delete;
  hedged_nonces& operator=(const hedged_nonces&) = delete;

  /// @returns less than the order, and not zero.
  [[nodiscard]] number256 operator()(const digest& of);

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// Signs with one key. OpenSSL multiplies the base point, and every signature's two inversions,
/// half of what OpenSSL needs for it, are made here: by division steps (crypto/p256/divsteps.hpp),
/// and once for a batch. In time that no secret shows in, down to words that are all zero, where
/// OpenSSL's numbers are shorter. Not thread-safe: each signer actor has its own.
class p256_signer {
 public:
  /// Draws the nonce for a digest: less than the order, not zero, never the same for two digests.
  using nonce_rule = std::function<number256(const digest&)>;

  /// Signs two texts at once and lets OpenSSL verify them.
  /// @param rule known answers have their own; others leave it out. Called for those texts too.
  /// @throws std::runtime_error when `key` is not for ES256, or those signatures are wrong.
  explicit p256_signer(const signing_key& key, nonce_rule rule = {});
  ~p256_signer();
  p256_signer(const p256_signer&) = delete;
  p256_signer& operator=(const p256_signer&) = delete;

  /// Sets `signatures[i]` to R‖S of `digests[i]` (JWS-01). Any number; up to 32 share inversions.
  /// @pre there is room for as many. @throws std::runtime_error when OpenSSL fails.
  void sign(std::span<const digest> digests, std::span<bytes<64>> signatures);

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace mintage::crypto
