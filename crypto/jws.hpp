/// @file
/// Making and checking compact JWS. @see RFC 7515
#pragma once

#include <memory>
#include <string>

#include "crypto/digest.hpp"
#include "crypto/key.hpp"

namespace mintage::crypto {

/// Signs with one key through one long-lived context (15 µs for ES256 instead of 17).
/// Not thread-safe: each signer actor has its own.
class jws_signer {
 public:
  explicit jws_signer(signing_key key);
  ~jws_signer();
  jws_signer(jws_signer&&) noexcept;
  jws_signer& operator=(jws_signer&&) noexcept;

  [[nodiscard]] const signing_key& key() const noexcept;

  /// Appends `header.payload.signature` to `out`.
  /// @param encoded_header base64url of the JOSE header; it is the same for every token of one kind
  ///        and key, so callers keep it (see `jose_header`).
  /// @param payload the claims as JSON octets, not yet encoded.
  /// ECDSA signatures are raw R‖S of fixed width, never DER (JWS-01); PS256 has a salt as long as
  /// its hash (JWS-04).
  /// @throws std::runtime_error when OpenSSL fails; `out` then ends in a part of the JWS.
  void append_compact(std::string& out, std::string_view encoded_header, std::string_view payload);

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// base64url of `{"alg":…,"typ":…,"kid":…}`; `typ` is left out when empty.
[[nodiscard]] std::string jose_header(const signing_key& key, std::string_view typ);

/// Whether the public part of `key` verifies `signature` of `text`, as the algorithm of the key
/// wants it and no other (JWS-03): of its exact length, PS256 with its exact salt (JWS-04).
/// Thread-safe.
[[nodiscard]] bool verify_signature(const signing_key& key, std::string_view text,
                                    std::string_view signature);

/// Checks the signature of a compact JWS with the public part of `key`; looks at no header
/// parameter (oauth::verify_own does). Thread-safe.
[[nodiscard]] bool verify_compact(const signing_key& key, std::string_view compact);

}  // namespace mintage::crypto
