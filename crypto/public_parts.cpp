#include "crypto/public_parts.hpp"

#include <algorithm>
#include <bit>

#include <openssl/core_names.h>
#include <openssl/ec.h>

#include "crypto/base64.hpp"
#include "crypto/signatures/p256_scalar.hpp"

namespace mintage::crypto {

namespace {

using group_ptr = std::unique_ptr<EC_GROUP, freed_by<EC_GROUP_free>>;
using point_ptr = std::unique_ptr<EC_POINT, freed_by<EC_POINT_free>>;

/// Made once per curve, since that costs more than a signature.
const EC_GROUP* group_of(key_kind curve) {
  static const auto groups = [] {
    auto made = std::array<group_ptr, key_kinds.size()>{};
    for (const auto& row : key_kinds) {
      if (!is_ec(row.id)) continue;
      auto& group = made[static_cast<std::size_t>(row.id)];
      group.reset(EC_GROUP_new_by_curve_name(OBJ_sn2nid(row.group)));
      require(group != nullptr, "EC_GROUP_new_by_curve_name");
    }
    return made;
  }();
  return groups[static_cast<std::size_t>(curve)].get();
}

/// The uncompressed form. @see SEC 1 §2.3.3
std::string point_octets(const public_numbers& numbers) {
  return '\x04' + numbers.first + numbers.second;
}

std::string octets_of(const EVP_PKEY* key, const char* parameter, std::size_t width) {
  BIGNUM* found = nullptr;
  require(EVP_PKEY_get_bn_param(key, parameter, &found) == 1, "EVP_PKEY_get_bn_param");
  const auto number = bignum_ptr{found};
  if (width == 0) width = static_cast<std::size_t>(BN_num_bytes(found));
  auto octets = std::string(width, '\0');
  require(BN_bn2binpad(found, reinterpret_cast<unsigned char*>(octets.data()),
                       static_cast<int>(width)) == static_cast<int>(width),
          "BN_bn2binpad");
  return octets;
}

std::uint64_t last_word(std::string_view big_endian) noexcept {
  auto word = std::uint64_t{0};
  for (const auto octet : big_endian) word = word << 8 | static_cast<std::uint8_t>(octet);
  return word;
}

std::vector<std::uint64_t> words_of(std::string_view big_endian) {
  auto words = std::vector<std::uint64_t>(big_endian.size() / 8);
  for (auto i = std::size_t{0}; i < words.size(); ++i)
    words[i] = last_word(big_endian.substr(big_endian.size() - 8 * (i + 1), 8));
  return words;
}

std::vector<std::uint64_t> lane_words(key_kind kind, const public_numbers& numbers) {
  if (kind == key_kind::p256) {
    auto words = words_of(numbers.first);
    const auto y = words_of(numbers.second);
    words.insert(words.end(), y.begin(), y.end());
    return words;
  }
  const auto has_all_bits = [](std::string_view n) {
    return n.size() % 8 == 0 && (static_cast<std::uint8_t>(n.front()) & 0x80) != 0;
  };
  if (kind != key_kind::rsa || last_word(numbers.second) != 65537 || !has_all_bits(numbers.first))
    return {};
  return words_of(numbers.first);
}

/// A key of OpenSSL with these parameters. @returns null when OpenSSL refuses them.
pkey_ptr made_of(const char* type, std::span<OSSL_PARAM> parameters) {
  const auto context = pkey_ctx_ptr{EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
  require(context != nullptr, "EVP_PKEY_CTX_new_from_name");
  require(EVP_PKEY_fromdata_init(context.get()) == 1, "EVP_PKEY_fromdata_init");
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.data()) != 1)
    return nullptr;
  return pkey_ptr{key};
}

pkey_ptr make_ec(const key_kind_row& row, const public_numbers& numbers) {
  auto group = std::string{row.group};
  auto point = point_octets(numbers);
  auto parameters = std::array{
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size()),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
      OSSL_PARAM_construct_end()};
  return made_of("EC", parameters);
}

pkey_ptr make_rsa(const public_numbers& numbers) {
  static_assert(std::endian::native == std::endian::little);
  auto n = std::string{numbers.first.rbegin(), numbers.first.rend()};
  auto e = std::string{numbers.second.rbegin(), numbers.second.rend()};
  const auto number = [](const char* name, std::string& octets) {
    return OSSL_PARAM_construct_BN(name, reinterpret_cast<unsigned char*>(octets.data()),
                                   octets.size());
  };
  auto parameters = std::array{number(OSSL_PKEY_PARAM_RSA_N, n), number(OSSL_PKEY_PARAM_RSA_E, e),
                               OSSL_PARAM_construct_end()};
  return made_of("RSA", parameters);
}

pkey_ptr make_native(key_kind kind, const public_numbers& numbers) {
  if (is_ec(kind)) return make_ec(row_of(kind), numbers);
  if (kind == key_kind::rsa) return make_rsa(numbers);
  const auto octets = as_bytes(numbers.first);
  return pkey_ptr{
      EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, octets.data(), octets.size())};
}

}  // namespace

key_kind kind_of(jws_alg alg) noexcept {
  switch (alg) {
    case jws_alg::es256:
      return key_kind::p256;
    case jws_alg::es384:
      return key_kind::p384;
    case jws_alg::es512:
      return key_kind::p521;
    case jws_alg::eddsa:
      return key_kind::ed25519;
    case jws_alg::rs256:
    case jws_alg::rs384:
    case jws_alg::rs512:
    case jws_alg::ps256:
    case jws_alg::ps384:
    case jws_alg::ps512:
      break;
  }
  return key_kind::rsa;
}

public_numbers numbers_of(key_kind kind, const EVP_PKEY* key) {
  const auto width = row_of(kind).width;
  if (is_ec(kind))
    return {octets_of(key, OSSL_PKEY_PARAM_EC_PUB_X, width),
            octets_of(key, OSSL_PKEY_PARAM_EC_PUB_Y, width)};
  if (kind == key_kind::rsa)
    return {octets_of(key, OSSL_PKEY_PARAM_RSA_N, 0), octets_of(key, OSSL_PKEY_PARAM_RSA_E, 0)};
  auto octets = bytes<32>{};
  auto size = octets.size();
  require(EVP_PKEY_get_raw_public_key(key, octets.data(), &size) == 1 && size == octets.size(),
          "EVP_PKEY_get_raw_public_key");
  return {std::string{as_chars(octets)}, {}};
}

bool is_point(key_kind curve, const public_numbers& numbers) {
  const auto width = row_of(curve).width;
  if (numbers.first.size() != width || numbers.second.size() != width) return false;
  const auto* group = group_of(curve);
  const auto point = point_ptr{EC_POINT_new(group)};
  require(point != nullptr, "EC_POINT_new");
  const auto text = point_octets(numbers);
  const auto octets = as_bytes(text);
  const auto is_on_it =
      EC_POINT_oct2point(group, point.get(), octets.data(), octets.size(), nullptr) == 1;
  ERR_clear_error();
  return is_on_it;
}

bool is_sound_modulus(std::string_view n) noexcept {
  constexpr auto shortest = std::size_t{2048 / 8};
  constexpr auto longest = std::size_t{8192 / 8};
  if (n.size() < shortest || n.size() > longest) return false;
  const auto first = static_cast<std::uint8_t>(n.front());
  return first != 0 && (n.size() > shortest || (first & 0x80) != 0) && (n.back() & 1) != 0;
}

bool is_sound_exponent(std::string_view e) noexcept {
  return !e.empty() && e.size() <= 4 && e.front() != 0 && (e.back() & 1) != 0 &&
         last_word(e) >= 65537;
}

std::string thumbprint_members(key_kind kind, std::string_view first, std::string_view second) {
  const auto& row = row_of(kind);
  auto out = std::string{};
  out.reserve(first.size() + second.size() + 64);
  if (kind == key_kind::rsa) {
    out.append(R"({"e":")").append(second).append(R"(","kty":"RSA","n":")").append(first);
    return out.append(R"("})");
  }
  out.append(R"({"crv":")").append(row.crv).append(R"(","kty":")").append(row.kty);
  out.append(R"(","x":")").append(first);
  if (is_ec(kind)) out.append(R"(","y":")").append(second);
  return out.append(R"("})");
}

public_parts::public_parts(key_kind k, public_numbers n)
    : kind{k},
      numbers{std::move(n)},
      jwk{thumbprint_members(k, base64url(numbers.first), base64url(numbers.second))},
      thumbprint{sha256(jwk)},
      kid{base64url(thumbprint)},
      words{lane_words(k, numbers)} {}

EVP_PKEY* public_parts::native_key() const {
  std::call_once(is_made_, [this] {
    native_ = make_native(kind, numbers);
    ERR_clear_error();
  });
  return native_.get();
}

}  // namespace mintage::crypto
