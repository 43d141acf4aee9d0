#include "crypto/key.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "crypto/base64.hpp"
#include "crypto/digest.hpp"
#include "crypto/openssl.hpp"
#include "crypto/public_parts.hpp"

namespace mintage::crypto {

namespace {

bool is_on(const EVP_PKEY* key, const key_kind_row& curve) {
  auto name = std::array<char, 64>{};
  auto size = std::size_t{0};
  return EVP_PKEY_is_a(key, "EC") == 1 &&
         EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) == 1 &&
         std::string_view{name.data(), size} == curve.group;
}

bool is_sound_rsa(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA") != 1) return false;
  const auto numbers = numbers_of(key_kind::rsa, key);
  return is_sound_modulus(numbers.first) && is_sound_exponent(numbers.second);
}

/// Whether the key is of the type and size that `alg` wants: the algorithm is a property of the key
/// (JWS-03).
bool is_for(jws_alg alg, const EVP_PKEY* key) {
  const auto kind = kind_of(alg);
  if (is_ec(kind)) return is_on(key, row_of(kind));
  return kind == key_kind::ed25519 ? EVP_PKEY_is_a(key, "ED25519") == 1 : is_sound_rsa(key);
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

/// What is published of a signing key.
std::shared_ptr<const public_parts> published_parts(jws_alg alg, const EVP_PKEY* pair) {
  const auto kind = kind_of(alg);
  const auto& row = row_of(kind);
  auto parts = std::make_shared<public_parts>(kind, numbers_of(kind, pair));
  const auto first = base64url(parts->numbers.first);
  const auto second = base64url(parts->numbers.second);
  auto jwk = std::string{R"({"kty":")"};
  jwk.append(row.kty);
  if (kind == key_kind::rsa) {
    jwk.append(R"(","n":")").append(first).append(R"(","e":")").append(second);
  } else {
    jwk.append(R"(","crv":")").append(row.crv).append(R"(","x":")").append(first);
    if (is_ec(kind)) jwk.append(R"(","y":")").append(second);
  }
  jwk.append(R"(","kid":")").append(parts->kid).append(R"(","use":"sig","alg":")");
  jwk.append(to_string(alg)).append(R"("})");
  parts->jwk = std::move(jwk);
  return parts;
}

consteval bool are_in_order() {
  for (auto i = std::size_t{0}; i < verified_algs.size(); ++i)
    if (static_cast<std::size_t>(verified_algs[i].id) != i) return false;
  for (auto i = std::size_t{0}; i < key_kinds.size(); ++i)
    if (static_cast<std::size_t>(key_kinds[i].id) != i) return false;
  return true;
}
static_assert(are_in_order());

}  // namespace

std::optional<jws_alg> parse_jws_alg(std::string_view text) noexcept {
  if (text == "Ed25519") return jws_alg::eddsa;
  for (const auto& row : verified_algs) {
    if (text == row.name) return row.id;
  }
  return std::nullopt;
}

std::optional<jws_alg> parse_signing_alg(std::string_view text) noexcept {
  for (const auto alg : jws_algs) {
    if (text == to_string(alg)) return alg;
  }
  return std::nullopt;
}

const std::string& public_key::kid() const noexcept {
  return parts_->kid;
}
const std::string& public_key::jwk() const noexcept {
  return parts_->jwk;
}
std::size_t public_key::signature_size() const noexcept {
  const auto& first = parts_->numbers.first;
  return parts_->kind == key_kind::rsa ? first.size() : 2 * first.size();
}
evp_pkey_st* public_key::native() const {
  return parts_->native_key();
}
std::span<const std::uint64_t> public_key::words() const noexcept {
  return parts_->words;
}

signing_key::signing_key(jws_alg alg, std::shared_ptr<evp_pkey_st> key)
    : key_{std::move(key)}, public_{alg, published_parts(alg, key_.get())} {}

signing_key signing_key::generate(jws_alg alg) {
  const auto make = [alg] {
    const auto kind = kind_of(alg);
    if (is_ec(kind)) return EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", row_of(kind).group);
    if (kind == key_kind::ed25519) return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
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

std::string ec_thumbprint(std::string_view crv, std::string_view x, std::string_view y) {
  const auto curve = std::ranges::find(key_kinds, crv, &key_kind_row::crv);
  return base64url(sha256(thumbprint_members(curve->id, x, y)));
}

std::string ed25519_thumbprint(std::string_view x) {
  return base64url(sha256(thumbprint_members(key_kind::ed25519, x, {})));
}

std::string rsa_thumbprint(std::string_view n, std::string_view e) {
  return base64url(sha256(thumbprint_members(key_kind::rsa, n, e)));
}

}  // namespace mintage::crypto
