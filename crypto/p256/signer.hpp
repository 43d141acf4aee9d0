/// @file
/// ECDSA on P-256 with SHA-256 for batches of digests. @see FIPS 186-5 §6.4, RFC 7518 §3.4
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "crypto/key.hpp"
#include "crypto/p256/montgomery.hpp"
#include "crypto/random.hpp"

namespace mintage::crypto {

/// The prime of the curve's field and the order of its base point. @see SP 800-186 §3.2.1.3
inline constexpr auto p256_prime =
    number256{{0xffffffffffffffff, 0x00000000ffffffff, 0x0000000000000000, 0xffffffff00000001}};
inline constexpr auto p256_order =
    number256{{0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff, 0xffffffff00000000}};

/// The per-message secret number: SHA-512 of key, digest and 32 random octets, modulo the order. It
/// is as unpredictable as the generator. Where a generator repeats itself (a machine that was
/// copied while it ran), the number repeats for the same digest only, which reveals nothing.
/// @see FIPS 186-5 App. A.3.1, RFC 6979 §3.6
class hedged_nonces {
 public:
  /// @param private_key big-endian. @param random outlives this object.
  hedged_nonces(const bytes<32>& private_key, random_source& random);
  ~hedged_nonces();
  hedged_nonces(const hedged_nonces&) = delete;
  hedged_nonces& operator=(const hedged_nonces&) = delete;

  /// @returns a number above zero and below the order.
  [[nodiscard]] number256 operator()(const digest& of);

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// Signs with one key. OpenSSL multiplies the base point. The two inversions of each signature,
/// half of what OpenSSL takes for one, are made here by division steps (crypto/p256/divsteps.hpp)
/// and shared by a batch. The time depends on no secret, apart from words that are all zero, for
/// which OpenSSL's numbers are shorter. Not thread-safe: each signer actor has its own.
class p256_signer {
 public:
  /// Returns the nonce of a digest: above zero, below the order, never the same for two digests.
  using nonce_rule = std::function<number256(const digest&)>;

  /// Signs two texts as a self test and lets OpenSSL verify them.
  /// @param rule set by tests with known answers only. Also called for the two texts.
  /// @throws std::runtime_error when `key` is not for ES256, or a signature of the self test is
  /// wrong.
  explicit p256_signer(const signing_key& key, nonce_rule rule = {});
  ~p256_signer();
  p256_signer(const p256_signer&) = delete;
  p256_signer& operator=(const p256_signer&) = delete;

  /// Sets `signatures[i]` to R‖S of `digests[i]` (JWS-01). Takes any number of digests; up to 32
  /// share their inversions.
  /// @pre `signatures` has room for as many. @throws std::runtime_error when OpenSSL fails.
  void sign(std::span<const digest> digests, std::span<bytes<64>> signatures);

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace mintage::crypto
