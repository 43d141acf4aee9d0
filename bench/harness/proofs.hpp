/// @file
/// JWTs that a client proves itself with: assertions (RFC 7523 §2.2) and DPoP proofs (RFC 9449 §4).
/// They are signed before a round, so that they cost the load nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/key.hpp"

namespace mintage::bench {

/// What the requests of a client carry besides their value.
enum class proof_kind : std::uint8_t {
  none,
  assertion,  ///< `private_key_jwt`
  dpop        ///< a proof in the DPoP header field
};

/// An ES256 key and what it signs. Copies share the key. Not thread-safe.
class proof_maker {
 public:
  /// @param issuer audience of assertions. @param token_url `htu` of proofs. @param key for ES256;
  ///        nothing = draws one.
  proof_maker(proof_kind kind, std::string issuer, std::string token_url,
              std::optional<crypto::signing_key> key = {});
  ~proof_maker();
  proof_maker(const proof_maker&) = delete;
  proof_maker& operator=(const proof_maker&) = delete;

  [[nodiscard]] proof_kind kind() const noexcept { return kind_; }
  /// The public key as a JWK set.
  [[nodiscard]] std::string jwks() const;
  /// As many JWTs as of now, each with a `jti` of its own. Good for a minute.
  [[nodiscard]] std::vector<std::string> make(std::string_view client_id, std::size_t count);

 private:
  struct impl;
  proof_kind kind_;
  std::unique_ptr<impl> impl_;
};

}  // namespace mintage::bench
