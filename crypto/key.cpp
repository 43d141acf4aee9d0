#include "crypto/key.hpp"

#include <array>
#include <limits>
#include <vector>

#include <openssl/core_names.h>

#include "crypto/base64.hpp"
#include "crypto/digest.hpp"
#include "crypto/openssl.hpp"

namespace mintage::crypto {

namespace {

/// The names of a curve in OpenSSL and in JWK.
struct curve {
  std::string_view group;
  std::string_view crv;
  int coordinate_size;
};
constexpr auto p256 = curve{"prime256v1", "P-256", 32};
constexpr auto p384 = curve{"secp384r1", "P-384", 48};

/// @returns null when the algorithm is not ECDSA.
const curve* curve_of(jws_alg alg) noexcept {
  if (alg == jws_alg::es256) return &p256;
  return alg == jws_alg::es384 ? &p384 : nullptr;
}

bignum_ptr number_of(const EVP_PKEY* key, const char* parameter) {
  BIGNUM* number = nullptr;
  require(EVP_PKEY_get_bn_param(key, parameter, &number) == 1, "EVP_PKEY_get_bn_param");
  return bignum_ptr{number};
}

/// A coordinate in its fixed width. @see RFC 7518 §6.2.1.2
std::string encoded_coordinate(const EVP_PKEY* key, const char* parameter, const curve& c) {
  auto octets = std::vector<std::uint8_t>(static_cast<std::size_t>(c.coordinate_size));
  require(BN_bn2binpad(number_of(key, parameter).get(), octets.data(), c.coordinate_size) ==
              c.coordinate_size,
          "BN_bn2binpad");
  return base64url(octets);
}

/// An RSA number without leading zero octets. @see RFC 7518 §6.3.1
std::string encoded_number(const EVP_PKEY* key, const char* parameter) {
  const auto number = number_of(key, parameter);
  auto octets = std::vector<std::uint8_t>(static_cast<std::size_t>(BN_num_bytes(number.get())));
  BN_bn2bin(number.get(), octets.data());
  return base64url(octets);
}

bool is_on(const EVP_PKEY* key, const curve& c) {
  auto name = std::array<char, 64>{};
  auto size = std::size_t{0};
  return EVP_PKEY_is_a(key, "EC") == 1 &&
         EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) == 1 &&
         std::string_view{name.data(), size} == c.group;
}

std::vector<std::uint64_t> words_of(const EVP_PKEY* key) {
  auto words = std::vector<std::uint64_t>{};
  if (EVP_PKEY_is_a(key, "RSA") == 1) {
    const auto bits = EVP_PKEY_get_bits(key);
    if (bits % 64 != 0 || BN_is_word(number_of(key, OSSL_PKEY_PARAM_RSA_E).get(), 65537) != 1)
      return words;
    words.resize(static_cast<std::size_t>(bits) / 64);
    write_words(number_of(key, OSSL_PKEY_PARAM_RSA_N).get(), words);
  } else if (is_on(key, p256)) {
    words.resize(8);
    write_words(number_of(key, OSSL_PKEY_PARAM_EC_PUB_X).get(), std::span{words}.first<4>());
    write_words(number_of(key, OSSL_PKEY_PARAM_EC_PUB_Y).get(), std::span{words}.last<4>());
  }
  return words;
}

/// The public key of Ed25519. @see RFC 8037 §2
std::string encoded_ed25519(const EVP_PKEY* key) {
  auto octets = bytes<32>{};
  auto size = octets.size();
  require(EVP_PKEY_get_raw_public_key(key, octets.data(), &size) == 1 && size == octets.size(),
          "EVP_PKEY_get_raw_public_key");
  return base64url(octets);
}

bool is_sound_rsa(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA") != 1) return false;
  const auto bits = EVP_PKEY_get_bits(key);
  if (bits < 2048 || bits > 8192) return false;
  const auto exponent = number_of(key, OSSL_PKEY_PARAM_RSA_E);
  return BN_is_odd(exponent.get()) == 1 && BN_num_bits(exponent.get()) <= 32 &&
         BN_get_word(exponent.get()) >= 65537;
}

/// Whether the key is of the type and size that `alg` wants: the algorithm is a property of the key
/// (JWS-03).
bool is_for(jws_alg alg, const EVP_PKEY* key) {
  if (const auto* c = curve_of(alg)) return is_on(key, *c);
  return alg == jws_alg::eddsa ? EVP_PKEY_is_a(key, "ED25519") == 1 : is_sound_rsa(key);
}

/// Whether the private part belongs to the public one.
bool is_pair(EVP_PKEY* key) {
  const auto context = pkey_ctx_ptr{EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr)};
  require(context != nullptr, "EVP_PKEY_CTX_new_from_pkey");
  return EVP_PKEY_pairwise_check(context.get()) == 1;
}

pkey_ptr parse_pkcs8(std::string_view der) {
  if (der.size() > static_cast<std::size_t>(std::numeric_limits<long>::max())) return nullptr;
  const auto octets = as_bytes(der);
  const auto* at = octets.data();
  const auto info =
      pkcs8_ptr{d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(octets.size()))};
  if (info == nullptr || at != octets.data() + octets.size()) return nullptr;
  return pkey_ptr{EVP_PKCS82PKEY(info.get())};
}

/// A key that has the public part of `pair` alone.
pkey_ptr public_copy(const EVP_PKEY* pair) {
  unsigned char* der = nullptr;
  const auto size = i2d_PUBKEY(pair, &der);
  require(size > 0, "i2d_PUBKEY");
  const unsigned char* at = der;
  auto copy = pkey_ptr{d2i_PUBKEY(nullptr, &at, size)};
  OPENSSL_free(der);
  require(copy != nullptr, "d2i_PUBKEY");
  return copy;
}

}  // namespace

std::string_view to_string(jws_alg alg) noexcept {
  switch (alg) {
    case jws_alg::es256:
      return "ES256";
    case jws_alg::rs256:
      return "RS256";
    case jws_alg::es384:
      return "ES384";
    case jws_alg::ps256:
      return "PS256";
    case jws_alg::eddsa:
      return "EdDSA";
  }
  return {};
}

std::optional<jws_alg> parse_jws_alg(std::string_view text) noexcept {
  for (const auto alg : jws_algs) {
    if (text == to_string(alg)) return alg;
  }
  return std::nullopt;
}

public_key::public_key(jws_alg alg, const evp_pkey_st* pair)
    : alg_{alg}, key_{public_copy(pair)}, words_{words_of(key_.get())} {
  if (const auto* c = curve_of(alg)) {
    const auto x = encoded_coordinate(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X, *c);
    const auto y = encoded_coordinate(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y, *c);
    kid_ = ec_thumbprint(c->crv, x, y);
    jwk_.append(R"({"kty":"EC","crv":")").append(c->crv);
    jwk_.append(R"(","x":")").append(x).append(R"(","y":")").append(y);
  } else if (alg == jws_alg::eddsa) {
    const auto x = encoded_ed25519(key_.get());
    kid_ = ed25519_thumbprint(x);
    jwk_.append(R"({"kty":"OKP","crv":"Ed25519","x":")").append(x);
  } else {
    const auto n = encoded_number(key_.get(), OSSL_PKEY_PARAM_RSA_N);
    const auto e = encoded_number(key_.get(), OSSL_PKEY_PARAM_RSA_E);
    kid_ = rsa_thumbprint(n, e);
    jwk_.append(R"({"kty":"RSA","n":")").append(n).append(R"(","e":")").append(e);
  }
  jwk_.append(R"(","kid":")").append(kid_).append(R"(","use":"sig","alg":")");
  jwk_.append(to_string(alg)).append(R"("})");
}

signing_key::signing_key(jws_alg alg, std::shared_ptr<evp_pkey_st> key)
    : key_{std::move(key)}, public_{alg, key_.get()} {}

signing_key signing_key::generate(jws_alg alg) {
  const auto make = [alg] {
    if (const auto* c = curve_of(alg)) {
      return EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", c->group.data());
    }
    if (alg == jws_alg::eddsa) return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    return EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048});
  };
  auto key = pkey_ptr{make()};
  require(key != nullptr, "EVP_PKEY_Q_keygen");
  return signing_key{alg, std::move(key)};
}

std::optional<signing_key> signing_key::load(jws_alg alg, std::string_view der) {
  auto key = parse_pkcs8(der);
  if (key == nullptr || !is_for(alg, key.get()) || !is_pair(key.get())) {
    ERR_clear_error();
    return std::nullopt;
  }
  return signing_key{alg, std::move(key)};
}

secret_string signing_key::private_der() const {
  const auto info = pkcs8_ptr{EVP_PKEY2PKCS8(key_.get())};
  require(info != nullptr, "EVP_PKEY2PKCS8");
  const auto size = i2d_PKCS8_PRIV_KEY_INFO(info.get(), nullptr);
  require(size > 0, "i2d_PKCS8_PRIV_KEY_INFO");
  auto der = std::string(static_cast<std::size_t>(size), '\0');
  auto* at = reinterpret_cast<unsigned char*>(der.data());
  require(i2d_PKCS8_PRIV_KEY_INFO(info.get(), &at) == size, "i2d_PKCS8_PRIV_KEY_INFO");
  return secret_string{std::move(der)};
}

// The required members in lexicographic order, without white space (RFC 7638 §3.2, §3.3).

std::string ec_thumbprint(std::string_view crv, std::string_view x, std::string_view y) {
  auto canonical = std::string{R"({"crv":")"};
  canonical.append(crv).append(R"(","kty":"EC","x":")").append(x);
  canonical.append(R"(","y":")").append(y).append(R"("})");
  return base64url(sha256(canonical));
}

std::string ed25519_thumbprint(std::string_view x) {
  auto canonical = std::string{R"({"crv":"Ed25519","kty":"OKP","x":")"};
  canonical.append(x).append(R"("})");
  return base64url(sha256(canonical));
}

std::string rsa_thumbprint(std::string_view n, std::string_view e) {
  auto canonical = std::string{R"({"e":")"};
  canonical.append(e).append(R"(","kty":"RSA","n":")").append(n).append(R"("})");
  return base64url(sha256(canonical));
}

}  // namespace mintage::crypto
