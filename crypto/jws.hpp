/// @file
/// Making and checking compact JWS. @see RFC 7515
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>

#include "crypto/digest.hpp"
#include "crypto/key.hpp"

namespace mintage::crypto {

/// A JWS to make: where it is appended, and its two first parts.
struct jws_draft {
  std::string* out;
  /// base64url of the JOSE header; it is the same for every token of one kind and key, so callers
  /// keep it (see `jose_header`).
  std::string_view encoded_header;
  /// The claims as JSON octets, not yet encoded.
  std::string_view payload;
};

/// Signs with one key through long-lived contexts. ES256 signatures that are made together cost
/// less than one by one (see p256_signer). Not thread-safe: each signer actor has its own.
class jws_signer {
 public:
  explicit jws_signer(signing_key key);
  ~jws_signer();
  jws_signer(jws_signer&&) noexcept;
  jws_signer& operator=(jws_signer&&) noexcept;

  [[nodiscard]] const signing_key& key() const noexcept;

  /// Appends `header.payload.signature` to the `out` of each.
  /// ECDSA signatures are raw R‖S of fixed width, never DER (JWS-01); PS256 has a salt as long as
  /// its hash (JWS-04).
  /// @pre each has an `out` of its own.
  /// @throws std::runtime_error when OpenSSL fails; no `out` is of use then: some have their JWS,
  ///         some a part of it, some nothing.
  void append_compact(std::span<const jws_draft> drafts);
  void append_compact(std::string& out, std::string_view encoded_header, std::string_view payload) {
    append_compact(std::array{jws_draft{&out, encoded_header, payload}});
  }

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
