#include "tests/support/jwt_check.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

#include "crypto/base64.hpp"
#include "tests/support/admin_client.hpp"

namespace mintage::test {

jwt read_jwt(std::string_view compact) {
  auto out = jwt{loopback::read_jws(compact), {}};
  out.claims = parse_object(out.payload);
  return out;
}

bool is_signed_by(const jwt& token, const boost::json::object& jwks) {
  auto* found = static_cast<const boost::json::object*>(nullptr);
  for (auto& each : jwks.at("keys").as_array()) {
    auto& jwk = each.as_object();
    if (text_of(jwk, "kid") != text_of(token.header, "kid")) continue;
    if (found != nullptr) throw std::runtime_error{"two keys of one kid"};
    found = &jwk;
  }
  return found != nullptr && text_of(*found, "alg") == text_of(token.header, "alg") &&
         text_of(*found, "use") == "sig" && loopback::is_signed_by(token, *found);
}

std::string left_half_hash(std::string_view access_token, std::string_view alg) {
  const auto* method = alg == "ES384" ? EVP_sha384() : alg == "EdDSA" ? EVP_sha512() : EVP_sha256();
  auto whole = std::array<unsigned char, EVP_MAX_MD_SIZE>{};
  auto size = 0U;
  EVP_Digest(access_token.data(), access_token.size(), whole.data(), &size, method, nullptr);
  return crypto::base64url(crypto::bytes_view{whole}.first(size / 2));
}

}  // namespace mintage::test
