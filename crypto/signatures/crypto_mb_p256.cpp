#include "crypto/signatures/crypto_mb_p256.hpp"

#include <openssl/core_names.h>

#include "crypto/openssl.hpp"

namespace mintage::crypto {

namespace {

using secret_bignum_ptr = std::unique_ptr<BIGNUM, freed_by<BN_clear_free>>;

/// @pre `hashed` has 32 octets.
number256 number_of(bytes_view hashed) noexcept {
  return reduced_digest(hashed.first<32>());
}

/// The digests of some lanes, below the order.
class lane_digests {
 public:
  void set(std::size_t lane, bytes_view hashed) {
    write_big_endian(number_of(hashed), octets_[lane]);
    pointers_[lane] = octets_[lane].data();
  }
  [[nodiscard]] crypto_mb_functions::octets_in get() const noexcept { return pointers_.data(); }

 private:
  std::array<digest, lanes_count> octets_{};
  lanes<const std::uint8_t> pointers_{};
};

}  // namespace

std::unique_ptr<p256_secret> p256_secret_of(const signing_key& key) {
  if (key.alg() != jws_alg::es256) return nullptr;
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key.native(), OSSL_PKEY_PARAM_PRIV_KEY, &number) != 1) {
    ERR_clear_error();
    return nullptr;
  }
  const auto owner = secret_bignum_ptr{number};
  auto made = std::make_unique<p256_secret>();
  auto& octets = made->value.octets;
  require(BN_bn2binpad(number, octets.data(), static_cast<int>(octets.size())) == 32,
          "BN_bn2binpad");
  made->value.words = from_big_endian(octets);
  return made;
}

bool is_for_p256_lanes(bytes_view hashed) noexcept {
  return hashed.size() == 32 && number_of(hashed) != number256{};
}

bool sign_p256_lanes(const crypto_mb_functions& call, std::span<const p256_sign_lane> some) {
  auto digests = lane_digests{};
  auto r = lanes<std::uint8_t>{};
  auto s = lanes<std::uint8_t>{};
  auto nonces = lanes<const std::uint64_t>{};
  auto keys = lanes<const std::uint64_t>{};
  for (auto i = std::size_t{0}; i < some.size(); ++i) {
    digests.set(i, some[i].hashed);
    r[i] = some[i].signature.data();
    s[i] = r[i] + 32;
    nonces[i] = some[i].nonce->words.data();
    keys[i] = some[i].key->value.words.words.data();
  }
  const auto status =
      call.p256_sign(r.data(), s.data(), digests.get(), nonces.data(), keys.data(), nullptr);
  for (auto i = std::size_t{0}; i < some.size(); ++i)
    if (crypto_mb_functions::of_lane(status, i) != crypto_mb_functions::ok) return false;
  return true;
}

bool has_p256_range(bytes_view signature) noexcept {
  return signature.size() == 64 && is_p256_scalar(from_big_endian(signature.first<32>())) &&
         is_p256_scalar(from_big_endian(signature.last<32>()));
}

void verify_p256_lanes(const crypto_mb_functions& call, std::span<verify_job* const> some) {
  auto digests = lane_digests{};
  auto r = lanes<const std::uint8_t>{};
  auto s = lanes<const std::uint8_t>{};
  auto x = lanes<const std::uint64_t>{};
  auto y = lanes<const std::uint64_t>{};
  for (auto i = std::size_t{0}; i < some.size(); ++i) {
    digests.set(i, some[i]->message);
    r[i] = some[i]->signature.data();
    s[i] = r[i] + 32;
    x[i] = some[i]->key->words().data();
    y[i] = x[i] + 4;
  }
  const auto status =
      call.p256_verify(r.data(), s.data(), digests.get(), x.data(), y.data(), nullptr, nullptr);
  for (auto i = std::size_t{0}; i < some.size(); ++i)
    some[i]->is_valid = crypto_mb_functions::of_lane(status, i) == crypto_mb_functions::ok;
}

}  // namespace mintage::crypto
