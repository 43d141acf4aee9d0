/// @file
/// The public keys of a server, for the verification of its tokens.
#pragma once

#include <memory>
#include <string_view>

namespace mintage::bench {

class jwks {
 public:
  /// @param json a JWK set (RFC 7517 §5). Keys other than P-256 and RSA are ignored.
  /// @throws std::runtime_error when it is not a JWK set.
  explicit jwks(std::string_view json);
  ~jwks();
  jwks(jwks&&) noexcept;

  /// Whether `compact` is a JWS, ES256 or RS256, by the key that its header names, and that key
  /// fits its `alg`.
  [[nodiscard]] bool verifies(std::string_view compact) const;

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace mintage::bench
