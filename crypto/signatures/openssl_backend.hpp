/// @file
/// Signatures by OpenSSL.
#pragma once

#include "crypto/signatures/backend.hpp"

namespace mintage::crypto {

/// Verifies by OpenSSL. The signature must have its exact length, and a PS256 signature its exact
/// salt length (JWS-04). Thread-safe.
/// @param message as in `sign_job`.
[[nodiscard]] bool verify_by_openssl(const public_key& key, bytes_view message,
                                     bytes_view signature);

/// Signs one by one, with a long-lived context for each key.
class openssl_backend final : public signature_backend {
 public:
  [[nodiscard]] std::unique_ptr<prepared_key> prepare(const signing_key& key) override;
  lane_use sign(std::span<const sign_job> batch) override;
  void verify(std::span<verify_job> batch) override;
};

}  // namespace mintage::crypto
