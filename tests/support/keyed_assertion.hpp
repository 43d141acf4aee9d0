/// @file
/// Assertions under a client secret (client_secret_jwt).
#pragma once

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <string>
#include <string_view>

#include "crypto/base64.hpp"
#include "oauth/client/assertion_alg.hpp"
#include "tests/support/test_clients.hpp"

namespace mintage::test {

/// An HMAC by OpenSSL, which the server's own code has no part in.
[[nodiscard]] inline std::string hmac(crypto::sha2 which, std::string_view key,
                                      std::string_view text) {
  const auto* const hash = which == crypto::sha2::sha256   ? EVP_sha256()
                           : which == crypto::sha2::sha384 ? EVP_sha384()
                                                           : EVP_sha512();
  auto out = std::array<unsigned char, EVP_MAX_MD_SIZE>{};
  auto size = 0U;
  HMAC(hash, key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data(), &size);
  return {reinterpret_cast<const char*>(out.data()), size};
}

/// An assertion under a client secret.
[[nodiscard]] inline std::string keyed(const oauth::assertion_alg_row& alg, const party& who,
                                       std::string_view secret) {
  const auto text =
      crypto::base64url(boost::json::serialize(boost::json::object{{"alg", alg.name}})) + '.' +
      crypto::base64url(boost::json::serialize(assertion_claims(who.id)));
  return text + '.' + crypto::base64url(hmac(alg.hash, secret, text));
}

}  // namespace mintage::test
