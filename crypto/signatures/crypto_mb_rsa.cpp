#include "crypto/signatures/crypto_mb_rsa.hpp"

#include <algorithm>
#include <cassert>

#include <openssl/core_names.h>

#include "crypto/openssl.hpp"

namespace mintage::crypto {

namespace {

using secret_bignum_ptr = std::unique_ptr<BIGNUM, freed_by<BN_clear_free>>;

/// The DER in front of a SHA-256 digest. @see RFC 8017 §9.2
constexpr auto digest_info = bytes<19>{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                       0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};

/// EMSA-PKCS1-v1_5. @see RFC 8017 §9.2
void encode(bytes_view hashed, std::span<std::uint8_t> out) {
  assert(hashed.size() == 32);
  const auto tail = out.last(digest_info.size() + hashed.size());
  std::ranges::fill(out, 0xff);
  out[0] = 0;
  out[1] = 1;
  out[out.size() - tail.size() - 1] = 0;
  std::ranges::copy(digest_info, tail.begin());
  std::ranges::copy(hashed, tail.begin() + digest_info.size());
}

std::uint64_t word_at(bytes_view big_endian, std::size_t word) noexcept {
  auto out = std::uint64_t{0};
  const auto octets = big_endian.subspan(big_endian.size() - 8 * (word + 1), 8);
  for (const auto octet : octets) out = out << 8 | octet;
  return out;
}

/// Compares public numbers of the same length.
bool is_below(bytes_view big_endian, std::span<const std::uint64_t> words) noexcept {
  for (auto i = words.size(); i-- != 0;) {
    const auto word = word_at(big_endian, i);
    if (word != words[i]) return word < words[i];
  }
  return false;
}

constexpr auto names = std::array<const char*, rsa_secret::numbers_count>{
    OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2, OSSL_PKEY_PARAM_RSA_EXPONENT1,
    OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1};

using secret_numbers = std::array<secret_bignum_ptr, names.size()>;

/// @returns whether the key gives its numbers out.
bool read(const EVP_PKEY* key, secret_numbers& numbers) {
  for (auto i = std::size_t{0}; i < names.size(); ++i) {
    BIGNUM* number = nullptr;
    if (EVP_PKEY_get_bn_param(key, names[i], &number) != 1) {
      ERR_clear_error();
      return false;
    }
    numbers[i].reset(number);
  }
  return true;
}

}  // namespace

rsa_secret::rsa_secret(const signing_key& key, std::size_t size_index)
    : public_{key.public_part()}, size_index_{size_index} {}

rsa_secret::~rsa_secret() {
  OPENSSL_cleanse(words_.data(), words_.size() * sizeof(std::uint64_t));
}

std::unique_ptr<rsa_secret> rsa_secret::of(const signing_key& key) {
  if (key.alg() != jws_alg::rs256) return nullptr;
  const auto index = rsa_lanes::size_index_of(key.public_part());
  auto numbers = secret_numbers{};
  if (!index || !read(key.native(), numbers)) return nullptr;
  const auto half = rsa_lane_sizes[*index] / 2;
  // crypto_mb wants two primes of half the size each, which excludes keys with more primes.
  if (BN_num_bits(numbers[0].get()) != half || BN_num_bits(numbers[1].get()) != half)
    return nullptr;
  auto made = std::unique_ptr<rsa_secret>{new rsa_secret{key, *index}};
  const auto size = static_cast<std::size_t>(half) / 64;
  made->words_.resize(numbers_count * size);
  for (auto i = std::size_t{0}; i < numbers_count; ++i)
    write_words(numbers[i].get(), std::span{made->words_}.subspan(i * size, size));
  return made;
}

std::optional<std::size_t> rsa_lanes::size_index_of(const public_key& key) noexcept {
  if (key.alg() != jws_alg::rs256) return std::nullopt;
  for (auto i = std::size_t{0}; i < rsa_lane_sizes.size(); ++i)
    if (key.words().size() * 64 == static_cast<std::size_t>(rsa_lane_sizes[i])) return i;
  return std::nullopt;
}

bool rsa_lanes::has_range(const public_key& key, bytes_view signature) noexcept {
  return signature.size() == key.words().size() * 8 && is_below(signature, key.words());
}

std::uint8_t* rsa_lanes::scratch_for(const crypto_mb_functions::rsa_method* method) {
  const auto size = static_cast<std::size_t>(call_.rsa_scratch_size(method));
  scratch_.resize(std::max(scratch_.size(), (size + sizeof(block) - 1) / sizeof(block)));
  return scratch_.front().octets.data();
}

std::array<bool, lanes_count> rsa_lanes::matches(crypto_mb_functions::octets_in in,
                                                 const lanes<const std::uint64_t>& moduli,
                                                 std::size_t count, int bits) {
  const auto size = static_cast<std::size_t>(bits) / 8;
  const auto* const method = call_.rsa_public(bits);
  auto out = lanes<std::uint8_t>{};
  for (auto i = std::size_t{0}; i < count; ++i) out[i] = opened_[i].data();
  const auto status =
      call_.rsa_public_65537(in, out.data(), moduli.data(), bits, method, scratch_for(method));
  auto found = std::array<bool, lanes_count>{};
  for (auto i = std::size_t{0}; i < count; ++i)
    found[i] =
        crypto_mb_functions::of_lane(status, i) == crypto_mb_functions::ok &&
        std::ranges::equal(std::span{opened_[i]}.first(size), std::span{expected_[i]}.first(size));
  return found;
}

bool rsa_lanes::sign(std::span<const rsa_sign_lane> some) {
  const auto bits = rsa_lane_sizes[some.front().key->size_index()];
  const auto* const method = call_.rsa_private(bits);
  auto in = lanes<const std::uint8_t>{};
  auto out = lanes<std::uint8_t>{};
  auto made = lanes<const std::uint8_t>{};
  auto moduli = lanes<const std::uint64_t>{};
  auto numbers = std::array<lanes<const std::uint64_t>, rsa_secret::numbers_count>{};
  for (auto i = std::size_t{0}; i < some.size(); ++i) {
    const auto& lane = some[i];
    encode(lane.hashed, std::span{expected_[i]}.first(lane.signature.size()));
    in[i] = expected_[i].data();
    made[i] = out[i] = lane.signature.data();
    moduli[i] = lane.key->public_part().words().data();
    for (auto n = std::size_t{0}; n < numbers.size(); ++n) numbers[n][i] = lane.key->number(n);
  }
  auto* const scratch = scratch_for(method);
  const auto status = call_.rsa_private_crt(in.data(), out.data(), numbers[0].data(),
                                            numbers[1].data(), numbers[2].data(), numbers[3].data(),
                                            numbers[4].data(), bits, method, scratch);
  OPENSSL_cleanse(scratch, scratch_.size() * sizeof(block));
  const auto right = matches(made.data(), moduli, some.size(), bits);
  for (auto i = std::size_t{0}; i < some.size(); ++i)
    if (crypto_mb_functions::of_lane(status, i) != crypto_mb_functions::ok || !right[i])
      return false;
  return true;
}

void rsa_lanes::verify(std::span<verify_job* const> some) {
  const auto bits = rsa_lane_sizes[*size_index_of(*some.front()->key)];
  const auto size = static_cast<std::size_t>(bits) / 8;
  auto in = lanes<const std::uint8_t>{};
  auto moduli = lanes<const std::uint64_t>{};
  for (auto i = std::size_t{0}; i < some.size(); ++i) {
    encode(some[i]->message, std::span{expected_[i]}.first(size));
    in[i] = some[i]->signature.data();
    moduli[i] = some[i]->key->words().data();
  }
  const auto right = matches(in.data(), moduli, some.size(), bits);
  for (auto i = std::size_t{0}; i < some.size(); ++i) some[i]->is_valid = right[i];
}

}  // namespace mintage::crypto
