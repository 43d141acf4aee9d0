/// @file
/// The public keys of a server, to verify the signatures of its tokens.
#pragma once

#include <memory>
#include <string_view>

namespace mintage::bench {

class jwks {
 public:
  /// @param json a JWK set (RFC 7517 §5); keys that are neither P-256 nor RSA are left out.
  /// @throws std::runtime_error when it is no JWK set.
  explicit jwks(std::string_view json);
  ~jwks();
  jwks(jwks&&) noexcept;

  /// Whether `compact` is a JWS by the key its header names: ES256 or RS256, and of the kind that
  /// its `alg` says.
  [[nodiscard]] bool verifies(std::string_view compact) const;

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace mintage::bench
