/// @file
/// A client's DPoP key, and proofs of its possession.
#pragma once

#include <string>
#include <string_view>

#include "crypto/base64.hpp"
#include "crypto/digest.hpp"
#include "crypto/jws.hpp"

namespace mintage::test {

class dpop_key {
 public:
  explicit dpop_key(crypto::jws_alg alg = crypto::jws_alg::es256)
      : key_{crypto::signing_key::generate(alg)}, signer_{key_} {}

  [[nodiscard]] const crypto::signing_key& pair() const { return key_; }
  /// The RFC 7638 thumbprint in base64url, as `cnf.jkt` has it.
  [[nodiscard]] const std::string& jkt() const { return key_.kid(); }
  /// The public key as a JSON object.
  [[nodiscard]] const std::string& jwk() const { return key_.public_part().jwk(); }
  /// The JOSE header of its proofs.
  [[nodiscard]] std::string header() const {
    return R"({"typ":"dpop+jwt","alg":")" + std::string{crypto::to_string(key_.alg())} +
           R"(","jwk":)" + jwk() + '}';
  }
  /// Signs any header and claims with this key.
  [[nodiscard]] std::string sign(std::string_view jose_header, std::string_view claims) {
    auto out = std::string{};
    signer_.append_compact(out, crypto::base64url(jose_header), claims);
    return out;
  }
  [[nodiscard]] std::string sign(std::string_view claims) { return sign(header(), claims); }

 private:
  crypto::signing_key key_;
  crypto::jws_signer signer_;
};

/// The value of `ath` for an access token.
[[nodiscard]] inline std::string ath_of(std::string_view access_token) {
  return crypto::base64url(crypto::sha256(access_token));
}

}  // namespace mintage::test
