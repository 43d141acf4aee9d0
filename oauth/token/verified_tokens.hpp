/// @file
/// Tokens whose signature was verified a moment ago.
#pragma once

#include <cstddef>
#include <cstring>
#include <vector>

#include "crypto/bytes.hpp"

namespace mintage::oauth {

/// Remembers the SHA-256 of verified compact JWS in a table of fixed size, where a newer one takes
/// the place of an older one. Only the signature is remembered: form, key, claims and revocation
/// are checked each time, so a token that expires, is revoked or whose key is removed is refused at
/// once. Not thread-safe.
class verified_tokens {
 public:
  /// @param places 32 octets each; at least one.
  explicit verified_tokens(std::size_t places) : places_(places) {}

  [[nodiscard]] bool has(const crypto::digest& token) const {
    return places_[place_of(token)] == token;
  }
  void add(const crypto::digest& token) { places_[place_of(token)] = token; }

 private:
  [[nodiscard]] std::size_t place_of(const crypto::digest& token) const noexcept {
    auto start = std::size_t{0};
    std::memcpy(&start, token.data(), sizeof(start));
    return start % places_.size();
  }
  /// An unused place is all zeros, which is no token's hash.
  std::vector<crypto::digest> places_;
};

}  // namespace mintage::oauth
