#include "tests/support/jwt_check.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <array>
#include <memory>
#include <stdexcept>

#include "crypto/base64.hpp"
#include "tests/support/admin_client.hpp"

namespace mintage::test {

namespace {

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using key_context = std::unique_ptr<EVP_PKEY_CTX, freed_by<EVP_PKEY_CTX_free>>;
using digest_context = std::unique_ptr<EVP_MD_CTX, freed_by<EVP_MD_CTX_free>>;
using number = std::unique_ptr<BIGNUM, freed_by<BN_free>>;
using builder = std::unique_ptr<OSSL_PARAM_BLD, freed_by<OSSL_PARAM_BLD_free>>;
using params = std::unique_ptr<OSSL_PARAM, freed_by<OSSL_PARAM_free>>;
using ecdsa_pair = std::unique_ptr<ECDSA_SIG, freed_by<ECDSA_SIG_free>>;

std::string decoded(std::string_view text) {
  auto out = crypto::base64url_decode(text);
  if (!out) throw std::runtime_error{"not strict base64url"};
  return *out;
}

const unsigned char* octets(const std::string& s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}

number big(const std::string& s) {
  return number{BN_bin2bn(octets(s), static_cast<int>(s.size()), nullptr)};
}

key_ptr key_from(const char* type, OSSL_PARAM_BLD* parts) {
  auto list = params{OSSL_PARAM_BLD_to_param(parts)};
  auto context = key_context{EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
  auto* out = static_cast<EVP_PKEY*>(nullptr);
  if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &out, EVP_PKEY_PUBLIC_KEY, list.get()) != 1) {
    throw std::runtime_error{"the JWK is not a public key"};
  }
  return key_ptr{out};
}

/// @param crv "P-256" or "P-384", and the octets of its coordinates.
key_ptr ec_key(const boost::json::object& jwk, const char* crv, std::size_t width) {
  auto point = "\x04" + decoded(text_of(jwk, "x")) + decoded(text_of(jwk, "y"));
  if (text_of(jwk, "kty") != "EC" || text_of(jwk, "crv") != crv || point.size() != 1 + 2 * width) {
    return {};
  }
  auto parts = builder{OSSL_PARAM_BLD_new()};
  OSSL_PARAM_BLD_push_utf8_string(parts.get(), OSSL_PKEY_PARAM_GROUP_NAME, crv, 0);
  OSSL_PARAM_BLD_push_octet_string(parts.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  return key_from("EC", parts.get());
}

key_ptr ed25519_key(const boost::json::object& jwk) {
  auto point = decoded(text_of(jwk, "x"));
  if (text_of(jwk, "kty") != "OKP" || text_of(jwk, "crv") != "Ed25519") return {};
  return key_ptr{
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets(point), point.size())};
}

key_ptr rsa_key(const boost::json::object& jwk) {
  auto n = big(decoded(text_of(jwk, "n")));
  auto e = big(decoded(text_of(jwk, "e")));
  auto parts = builder{OSSL_PARAM_BLD_new()};
  OSSL_PARAM_BLD_push_BN(parts.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(parts.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  return key_from("RSA", parts.get());
}

/// Converts R‖S of fixed width to the DER that OpenSSL reads (JWS-01); empty for any other width.
std::string to_der(const std::string& raw, std::size_t width) {
  if (raw.size() != 2 * width) return {};
  auto pair = ecdsa_pair{ECDSA_SIG_new()};
  ECDSA_SIG_set0(pair.get(), big(raw.substr(0, width)).release(), big(raw.substr(width)).release());
  auto* out = static_cast<unsigned char*>(nullptr);
  auto size = i2d_ECDSA_SIG(pair.get(), &out);
  auto der = std::string{reinterpret_cast<char*>(out), static_cast<std::size_t>(size)};
  OPENSSL_free(out);
  return der;
}

/// @param method null for Ed25519. @param is_pss PSS with a salt as long as the hash (JWS-04).
bool verifies(const key_ptr& key, const EVP_MD* method, const std::string& text,
              const std::string& signature, bool is_pss = false) {
  auto context = digest_context{EVP_MD_CTX_new()};
  auto* choices = static_cast<EVP_PKEY_CTX*>(nullptr);
  if (key == nullptr ||
      EVP_DigestVerifyInit(context.get(), &choices, method, nullptr, key.get()) != 1) {
    return false;
  }
  if (is_pss && (EVP_PKEY_CTX_set_rsa_padding(choices, RSA_PKCS1_PSS_PADDING) != 1 ||
                 EVP_PKEY_CTX_set_rsa_pss_saltlen(choices, 32) != 1)) {
    return false;
  }
  return EVP_DigestVerify(context.get(), octets(signature), signature.size(), octets(text),
                          text.size()) == 1;
}

}  // namespace

jwt read_jwt(std::string_view compact) {
  auto first = compact.find('.');
  auto last = compact.rfind('.');
  if (first == compact.npos || first == last ||
      compact.substr(first + 1, last - first - 1).find('.') != compact.npos) {
    throw std::runtime_error{"not three parts"};
  }
  auto out = jwt{};
  out.header = parse_object(decoded(compact.substr(0, first)));
  out.claims = parse_object(decoded(compact.substr(first + 1, last - first - 1)));
  out.signed_part = compact.substr(0, last);
  out.signature = decoded(compact.substr(last + 1));
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
  auto alg = text_of(token.header, "alg");
  if (found == nullptr || text_of(*found, "alg") != alg || text_of(*found, "use") != "sig") {
    return false;
  }
  const auto& text = token.signed_part;
  const auto& signature = token.signature;
  if (alg == "ES256")
    return verifies(ec_key(*found, "P-256", 32), EVP_sha256(), text, to_der(signature, 32));
  if (alg == "ES384")
    return verifies(ec_key(*found, "P-384", 48), EVP_sha384(), text, to_der(signature, 48));
  if (alg == "RS256") return verifies(rsa_key(*found), EVP_sha256(), text, signature);
  if (alg == "PS256") return verifies(rsa_key(*found), EVP_sha256(), text, signature, true);
  if (alg == "EdDSA") return verifies(ed25519_key(*found), nullptr, text, signature);
  return false;
}

std::string left_half_hash(std::string_view access_token, std::string_view alg) {
  const auto* method = alg == "ES384" ? EVP_sha384() : alg == "EdDSA" ? EVP_sha512() : EVP_sha256();
  auto whole = std::array<unsigned char, EVP_MAX_MD_SIZE>{};
  auto size = 0U;
  EVP_Digest(access_token.data(), access_token.size(), whole.data(), &size, method, nullptr);
  return crypto::base64url(crypto::bytes_view{whole}.first(size / 2));
}

}  // namespace mintage::test
