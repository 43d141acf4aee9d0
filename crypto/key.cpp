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

constexpr auto p256_name = std::string_view{"prime256v1"};
constexpr auto p256_coordinate_size = 32;

bignum_ptr number_of(const EVP_PKEY* key, const char* parameter) {
  BIGNUM* number = nullptr;
  require(EVP_PKEY_get_bn_param(key, parameter, &number) == 1, "EVP_PKEY_get_bn_param");
  return bignum_ptr{number};
}

/// A coordinate of P-256: fixed width, RFC 7518 §6.2.1.2.
std::string encoded_coordinate(const EVP_PKEY* key, const char* parameter) {
  auto octets = bytes<p256_coordinate_size>{};
  require(BN_bn2binpad(number_of(key, parameter).get(), octets.data(), p256_coordinate_size) ==
              p256_coordinate_size,
          "BN_bn2binpad");
  return base64url(octets);
}

/// A number of RSA: no zero octet in front, RFC 7518 §6.3.1.
std::string encoded_number(const EVP_PKEY* key, const char* parameter) {
  const auto number = number_of(key, parameter);
  auto octets = std::vector<std::uint8_t>(static_cast<std::size_t>(BN_num_bytes(number.get())));
  BN_bn2bin(number.get(), octets.data());
  return base64url(octets);
}

bool is_p256(const EVP_PKEY* key) {
  auto name = std::array<char, 64>{};
  auto size = std::size_t{0};
  return EVP_PKEY_is_a(key, "EC") == 1 &&
         EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) == 1 &&
         std::string_view{name.data(), size} == p256_name;
}

bool is_sound_rsa(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA") != 1) return false;
  const auto bits = EVP_PKEY_get_bits(key);
  if (bits < 2048 || bits > 8192) return false;
  const auto exponent = number_of(key, OSSL_PKEY_PARAM_RSA_E);
  return BN_is_odd(exponent.get()) == 1 && BN_num_bits(exponent.get()) <= 32 &&
         BN_get_word(exponent.get()) >= 65537;
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

}  // namespace

std::string_view to_string(jws_alg alg) noexcept {
  return alg == jws_alg::es256 ? "ES256" : "RS256";
}

std::optional<jws_alg> parse_jws_alg(std::string_view text) noexcept {
  for (const auto alg : {jws_alg::es256, jws_alg::rs256}) {
    if (text == to_string(alg)) return alg;
  }
  return std::nullopt;
}

signing_key::signing_key(jws_alg alg, std::shared_ptr<evp_pkey_st> key)
    : alg_{alg}, key_{std::move(key)} {
  auto members = std::string{};
  if (alg == jws_alg::es256) {
    const auto x = encoded_coordinate(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X);
    const auto y = encoded_coordinate(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y);
    kid_ = ec_p256_thumbprint(x, y);
    members = R"({"kty":"EC","crv":"P-256","x":")" + x + R"(","y":")" + y;
  } else {
    const auto n = encoded_number(key_.get(), OSSL_PKEY_PARAM_RSA_N);
    const auto e = encoded_number(key_.get(), OSSL_PKEY_PARAM_RSA_E);
    kid_ = rsa_thumbprint(n, e);
    members = R"({"kty":"RSA","n":")" + n + R"(","e":")" + e;
  }
  public_jwk_ = members + R"(","kid":")" + kid_ + R"(","use":"sig","alg":")";
  public_jwk_.append(to_string(alg)).append(R"("})");
}

signing_key signing_key::generate(jws_alg alg) {
  auto key = pkey_ptr{alg == jws_alg::es256
                          ? EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", p256_name.data())
                          : EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048})};
  require(key != nullptr, "EVP_PKEY_Q_keygen");
  return signing_key{alg, std::move(key)};
}

std::optional<signing_key> signing_key::load(jws_alg alg, std::string_view der) {
  auto key = parse_pkcs8(der);
  const auto fits = key != nullptr &&
                    (alg == jws_alg::es256 ? is_p256(key.get()) : is_sound_rsa(key.get())) &&
                    is_pair(key.get());
  if (!fits) {
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

std::string ec_p256_thumbprint(std::string_view x, std::string_view y) {
  // The required members in lexicographic order, no white space (RFC 7638 §3.2, §3.3).
  auto canonical = std::string{R"({"crv":"P-256","kty":"EC","x":")"};
  canonical.append(x).append(R"(","y":")").append(y).append(R"("})");
  return base64url(sha256(canonical));
}

std::string rsa_thumbprint(std::string_view n, std::string_view e) {
  auto canonical = std::string{R"({"e":")"};
  canonical.append(e).append(R"(","kty":"RSA","n":")").append(n).append(R"("})");
  return base64url(sha256(canonical));
}

}  // namespace mintage::crypto
