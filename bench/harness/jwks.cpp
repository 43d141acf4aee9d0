#include "bench/harness/jwks.hpp"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <boost/json.hpp>
#include <map>
#include <stdexcept>
#include <string>

#include "crypto/base64.hpp"

namespace mintage::bench {
namespace {

namespace json = boost::json;

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* p) const noexcept {
    Free(p);
  }
};
template <class T, auto Free>
using owned = std::unique_ptr<T, freed_by<Free>>;
using key_ptr = owned<EVP_PKEY, EVP_PKEY_free>;
using number = owned<BIGNUM, BN_free>;

std::string text_of(const json::object& o, const char* name) {
  const auto* found = o.if_contains(name);
  return found != nullptr && found->is_string() ? std::string{found->as_string().c_str()}
                                                : std::string{};
}

const unsigned char* octets(std::string_view s) noexcept {
  return reinterpret_cast<const unsigned char*>(s.data());
}

number big(std::string_view s) {
  return number{BN_bin2bn(octets(s), static_cast<int>(s.size()), nullptr)};
}

/// @returns null when the parts are not a valid key.
key_ptr make_key(const char* type, OSSL_PARAM_BLD* parts) {
  const auto list = owned<OSSL_PARAM, OSSL_PARAM_free>{OSSL_PARAM_BLD_to_param(parts)};
  const auto context =
      owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>{EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
  auto* out = static_cast<EVP_PKEY*>(nullptr);
  if (EVP_PKEY_fromdata_init(context.get()) != 1) return {};
  if (EVP_PKEY_fromdata(context.get(), &out, EVP_PKEY_PUBLIC_KEY, list.get()) != 1) return {};
  return key_ptr{out};
}

key_ptr read_key(const json::object& jwk, std::string& alg) {
  const auto parts = owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>{OSSL_PARAM_BLD_new()};
  const auto kty = text_of(jwk, "kty");
  if (kty == "EC" && text_of(jwk, "crv") == "P-256") {
    const auto x = crypto::base64url_decode(text_of(jwk, "x"));
    const auto y = crypto::base64url_decode(text_of(jwk, "y"));
    if (!x || !y) return {};
    const auto point = "\x04" + *x + *y;
    alg = "ES256";
    OSSL_PARAM_BLD_push_utf8_string(parts.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
    OSSL_PARAM_BLD_push_octet_string(parts.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                     point.size());
    return make_key("EC", parts.get());
  }
  if (kty == "RSA") {
    const auto n = crypto::base64url_decode(text_of(jwk, "n"));
    const auto e = crypto::base64url_decode(text_of(jwk, "e"));
    if (!n || !e) return {};
    const auto modulus = big(*n);
    const auto exponent = big(*e);
    alg = "RS256";
    OSSL_PARAM_BLD_push_BN(parts.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
    OSSL_PARAM_BLD_push_BN(parts.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
    return make_key("RSA", parts.get());
  }
  return {};
}

/// Converts R‖S of fixed width to the DER that OpenSSL reads; empty for any other width.
std::string to_der(std::string_view raw) {
  if (raw.size() != 64) return {};
  const auto pair = owned<ECDSA_SIG, ECDSA_SIG_free>{ECDSA_SIG_new()};
  ECDSA_SIG_set0(pair.get(), big(raw.substr(0, 32)).release(), big(raw.substr(32)).release());
  auto out = std::string(static_cast<std::size_t>(i2d_ECDSA_SIG(pair.get(), nullptr)), '\0');
  auto* to = reinterpret_cast<unsigned char*>(out.data());
  i2d_ECDSA_SIG(pair.get(), &to);
  return out;
}

}  // namespace

struct jwks::impl {
  struct entry {
    std::string alg;
    key_ptr key;
  };
  std::map<std::string, entry> by_kid;
};

jwks::jwks(std::string_view text) : impl_{std::make_unique<impl>()} {
  auto error = boost::system::error_code{};
  const auto root = json::parse(json::string_view{text.data(), text.size()}, error);
  const auto* object = error ? nullptr : root.if_object();
  const auto* keys = object == nullptr ? nullptr : object->if_contains("keys");
  if (keys == nullptr || !keys->is_array()) throw std::runtime_error{"not a JWK set"};
  for (const auto& each : keys->get_array()) {
    if (!each.is_object()) continue;
    auto alg = std::string{};
    if (auto key = read_key(each.get_object(), alg)) {
      impl_->by_kid.emplace(text_of(each.get_object(), "kid"), impl::entry{alg, std::move(key)});
    }
  }
}
jwks::~jwks() = default;
jwks::jwks(jwks&&) noexcept = default;

bool jwks::verifies(std::string_view compact) const {
  const auto first = compact.find('.');
  const auto last = compact.rfind('.');
  if (first == compact.npos || first == last) return false;
  const auto header_text = crypto::base64url_decode(compact.substr(0, first));
  auto signature = crypto::base64url_decode(compact.substr(last + 1));
  if (!header_text || !signature) return false;
  auto error = boost::system::error_code{};
  const auto header = json::parse(*header_text, error);
  if (error || !header.is_object()) return false;
  const auto found = impl_->by_kid.find(text_of(header.get_object(), "kid"));
  if (found == impl_->by_kid.end()) return false;
  const auto& [alg, key] = found->second;
  if (alg != text_of(header.get_object(), "alg")) return false;
  if (alg == "ES256") *signature = to_der(*signature);
  const auto text = compact.substr(0, last);
  const auto context = owned<EVP_MD_CTX, EVP_MD_CTX_free>{EVP_MD_CTX_new()};
  return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), octets(*signature), signature->size(), octets(text),
                          text.size()) == 1;
}

}  // namespace mintage::bench
