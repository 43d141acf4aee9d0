/// @file
/// Signatures by crypto_mb, eight at a time.
#pragma once

#include <functional>
#include <memory>

#include "crypto/signatures/backend.hpp"
#include "crypto/signatures/p256_scalar.hpp"

namespace mintage::crypto {

class crypto_mb;

/// Signs and verifies ES256, and RS256 with moduli of 2048, 3072 or 4096 bits and the exponent
/// 65537, eight at a time. A call costs the same for one lane as for eight, so what is left of a
/// batch goes to OpenSSL when it is less than `fewest_lanes`; so do the other keys, and the digests
/// that are a multiple of the curve's order.
///
/// An RS256 signature made by the Chinese Remainder Theorem with one wrong half gives the private
/// key away. Each is therefore verified before `sign` returns.
/// @see D. Boneh, R. DeMillo, R. Lipton, On the Importance of Checking Cryptographic Protocols for
///      Faults, 1997
class crypto_mb_backend final : public signature_backend {
 public:
  /// From this many on a call costs less than OpenSSL's signatures or verifications; RSA's private
  /// operation gains less than the others (docs/PERFORMANCE.md).
  static constexpr auto fewest_lanes = std::size_t{3};
  static constexpr auto fewest_rsa_lanes = std::size_t{4};

  /// Sets the nonce of a digest: above zero, below the order, never the same for two digests.
  using nonce_rule =
      std::function<void(const bytes<32>& private_key, const digest& of, number256&)>;

  /// @param rule set by tests with known answers only; else hedged_nonces.hpp.
  explicit crypto_mb_backend(std::shared_ptr<const crypto_mb> library, nonce_rule rule = {});
  ~crypto_mb_backend() override;

  /// Signs with the key in all lanes and lets OpenSSL verify.
  [[nodiscard]] std::unique_ptr<prepared_key> prepare(const signing_key& key) override;
  lane_use sign(std::span<const sign_job> batch) override;
  void verify(std::span<verify_job> batch) override;

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace mintage::crypto
