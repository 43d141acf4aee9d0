/// @file
/// Signing and verification of compact JWS. @see RFC 7515
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>

#include "crypto/digest.hpp"
#include "crypto/key.hpp"
#include "crypto/signatures/backend.hpp"

namespace mintage::crypto {

/// A JWS to sign: its first two parts, and the string that the result is appended to.
struct jws_draft {
  std::string* out;
  /// base64url of the JOSE header. It is the same for all tokens of one kind and key, so callers
  /// cache it (see `jose_header`).
  std::string_view encoded_header;
  /// The claims as JSON octets, not yet encoded.
  std::string_view payload;
};

/// Signs with one key through a backend and its long-lived contexts. What one batch costs, the
/// backend says (crypto/signatures/). Not thread-safe: each signer actor has its own.
class jws_signer {
 public:
  /// Signs by OpenSSL.
  explicit jws_signer(signing_key key);
  /// @throws what `signature_backend::prepare` throws.
  jws_signer(signing_key key, std::unique_ptr<signature_backend> with);
  ~jws_signer();
  jws_signer(jws_signer&&) noexcept;
  jws_signer& operator=(jws_signer&&) noexcept;

  [[nodiscard]] const signing_key& key() const noexcept;

  /// Appends `header.payload.signature` to the `out` of each draft. ECDSA signatures are raw R‖S of
  /// fixed width, never DER (JWS-01). The salt of PS256 is as long as its hash (JWS-04).
  /// @pre no two drafts share an `out`.
  /// @throws wrong_signature, or std::runtime_error when OpenSSL fails. Every `out` is unusable
  ///         then: it may hold a part of a JWS, or nothing new.
  lane_use append_compact(std::span<const jws_draft> drafts);
  void append_compact(std::string& out, std::string_view encoded_header, std::string_view payload) {
    append_compact(std::array{jws_draft{&out, encoded_header, payload}});
  }

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// base64url of `{"alg":…,"typ":…,"kid":…}`; without `typ` when that is empty.
[[nodiscard]] std::string jose_header(const signing_key& key, std::string_view typ);

/// Verifies `signature` of `text` by the algorithm of the key and no other (JWS-03). The signature
/// must have its exact length, and a PS256 signature its exact salt length (JWS-04). Thread-safe.
[[nodiscard]] bool verify_signature(const public_key& key, std::string_view text,
                                    std::string_view signature);

/// A signature that a batch verifies. The views must outlive the call.
struct jws_check {
  const public_key* key = nullptr;
  std::string_view text;
  std::string_view signature;
  /// The result.
  bool is_valid = false;
};

/// Verifies batches of signatures, whose keys and algorithms may differ, through a backend: those
/// of one batch may cost less than single ones. Not thread-safe: each actor has its own.
class jws_verifier {
 public:
  explicit jws_verifier(std::unique_ptr<signature_backend> with);
  ~jws_verifier();
  jws_verifier(jws_verifier&&) noexcept;
  jws_verifier& operator=(jws_verifier&&) noexcept;

  /// Sets `is_valid` of each, as `verify_signature` decides.
  void verify(std::span<jws_check> batch);

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// Checks the signature of a compact JWS; looks at no header parameter
/// (oauth/token/jwt_verifier.hpp does). Thread-safe.
[[nodiscard]] bool verify_compact(const public_key& key, std::string_view compact);

}  // namespace mintage::crypto
