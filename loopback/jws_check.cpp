#include "loopback/jws_check.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <boost/json.hpp>
#include <memory>
#include <stdexcept>

#include "crypto/base64.hpp"
#include "loopback/certificate_authority.hpp"

namespace mintage::loopback {
namespace {

namespace json = boost::json;

using number = std::unique_ptr<BIGNUM, freed<BN_free>>;
using key_parts = std::unique_ptr<OSSL_PARAM_BLD, freed<OSSL_PARAM_BLD_free>>;

std::string decoded(std::string_view text) {
  auto out = crypto::base64url_decode(text);
  if (!out) throw std::runtime_error{"not strict base64url"};
  return std::move(*out);
}

const unsigned char* octets(std::string_view s) noexcept {
  return reinterpret_cast<const unsigned char*>(s.data());
}

number big(std::string_view s) {
  return number{BN_bin2bn(octets(s), static_cast<int>(s.size()), nullptr)};
}

evp_key_ptr key_from(const char* type, OSSL_PARAM_BLD* parts) {
  const auto list =
      std::unique_ptr<OSSL_PARAM, freed<OSSL_PARAM_free>>{OSSL_PARAM_BLD_to_param(parts)};
  const auto context = std::unique_ptr<EVP_PKEY_CTX, freed<EVP_PKEY_CTX_free>>{
      EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
  auto* out = static_cast<EVP_PKEY*>(nullptr);
  if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &out, EVP_PKEY_PUBLIC_KEY, list.get()) != 1) {
    throw std::runtime_error{"the JWK is not a public key"};
  }
  return evp_key_ptr{out};
}

/// @param crv "P-256" or "P-384". @param width octets of a coordinate. @returns null of another
/// kind.
evp_key_ptr ec_key(const json::object& jwk, const char* crv, std::size_t width) {
  if (text_of(jwk, "kty") != "EC" || text_of(jwk, "crv") != crv) return {};
  const auto point = "\x04" + decoded(text_of(jwk, "x")) + decoded(text_of(jwk, "y"));
  if (point.size() != 1 + 2 * width) return {};
  const auto parts = key_parts{OSSL_PARAM_BLD_new()};
  OSSL_PARAM_BLD_push_utf8_string(parts.get(), OSSL_PKEY_PARAM_GROUP_NAME, crv, 0);
  OSSL_PARAM_BLD_push_octet_string(parts.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  return key_from("EC", parts.get());
}

evp_key_ptr ed25519_key(const json::object& jwk) {
  if (text_of(jwk, "kty") != "OKP" || text_of(jwk, "crv") != "Ed25519") return {};
  const auto point = decoded(text_of(jwk, "x"));
  return evp_key_ptr{
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets(point), point.size())};
}

evp_key_ptr rsa_key(const json::object& jwk) {
  if (text_of(jwk, "kty") != "RSA") return {};
  const auto n = big(decoded(text_of(jwk, "n")));
  const auto e = big(decoded(text_of(jwk, "e")));
  const auto parts = key_parts{OSSL_PARAM_BLD_new()};
  OSSL_PARAM_BLD_push_BN(parts.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(parts.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  return key_from("RSA", parts.get());
}

/// R‖S of fixed width to the DER that OpenSSL reads (JWS-01); empty for any other width.
std::string to_der(std::string_view raw, std::size_t width) {
  if (raw.size() != 2 * width) return {};
  const auto pair = std::unique_ptr<ECDSA_SIG, freed<ECDSA_SIG_free>>{ECDSA_SIG_new()};
  ECDSA_SIG_set0(pair.get(), big(raw.substr(0, width)).release(), big(raw.substr(width)).release());
  auto out = std::string(static_cast<std::size_t>(i2d_ECDSA_SIG(pair.get(), nullptr)), '\0');
  auto* to = reinterpret_cast<unsigned char*>(out.data());
  i2d_ECDSA_SIG(pair.get(), &to);
  return out;
}

/// @param method null for Ed25519. @param is_pss with a salt as long as the hash (JWS-04).
bool verifies(const evp_key_ptr& key, const EVP_MD* method, std::string_view text,
              std::string_view signature, bool is_pss = false) {
  const auto context = std::unique_ptr<EVP_MD_CTX, freed<EVP_MD_CTX_free>>{EVP_MD_CTX_new()};
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

std::string text_of(const json::object& o, std::string_view name) {
  const auto* found = o.if_contains(json::string_view{name.data(), name.size()});
  return found != nullptr && found->is_string() ? std::string{found->get_string().c_str()}
                                                : std::string{};
}

compact_jws read_jws(std::string_view compact) {
  const auto first = compact.find('.');
  const auto last = compact.rfind('.');
  if (first == compact.npos || first == last ||
      compact.substr(first + 1, last - first - 1).find('.') != compact.npos) {
    throw std::runtime_error{"not three parts"};
  }
  auto error = boost::system::error_code{};
  auto header = json::parse(decoded(compact.substr(0, first)), error);
  if (error || !header.is_object()) throw std::runtime_error{"the header is not a JSON object"};
  return {std::move(header.get_object()), decoded(compact.substr(first + 1, last - first - 1)),
          std::string{compact.substr(0, last)}, decoded(compact.substr(last + 1))};
}

bool is_signed_by(const compact_jws& token, const json::object& jwk) {
  const auto alg = text_of(token.header, "alg");
  const auto& text = token.signed_part;
  const auto& signature = token.signature;
  if (alg == "ES256")
    return verifies(ec_key(jwk, "P-256", 32), EVP_sha256(), text, to_der(signature, 32));
  if (alg == "ES384")
    return verifies(ec_key(jwk, "P-384", 48), EVP_sha384(), text, to_der(signature, 48));
  if (alg == "RS256") return verifies(rsa_key(jwk), EVP_sha256(), text, signature);
  if (alg == "PS256") return verifies(rsa_key(jwk), EVP_sha256(), text, signature, true);
  if (alg == "EdDSA") return verifies(ed25519_key(jwk), nullptr, text, signature);
  return false;
}

}  // namespace mintage::loopback
