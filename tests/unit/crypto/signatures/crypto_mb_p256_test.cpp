#include "crypto/signatures/crypto_mb_p256.hpp"

#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include "crypto/digest.hpp"
#include "crypto/openssl.hpp"
#include "tests/unit/crypto/signatures/backends.hpp"

namespace mintage::crypto {
namespace {

/// R of a nonce by OpenSSL: the product's x modulo the order.
class r_by_openssl {
 public:
  number256 operator()(const number256& nonce) {
    auto octets = bytes<32>{};
    write_big_endian(nonce, octets);
    const auto k = bignum_ptr{BN_bin2bn(octets.data(), 32, nullptr)};
    const auto x = bignum_ptr{BN_new()};
    EXPECT_EQ(EC_POINT_mul(group_.get(), point_.get(), k.get(), nullptr, nullptr, nullptr), 1);
    EXPECT_EQ(
        EC_POINT_get_affine_coordinates(group_.get(), point_.get(), x.get(), nullptr, nullptr), 1);
    EXPECT_EQ(BN_bn2binpad(x.get(), octets.data(), 32), 32);
    return reduced_digest(octets);
  }

 private:
  std::unique_ptr<EC_GROUP, freed_by<EC_GROUP_free>> group_{
      EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)};
  std::unique_ptr<EC_POINT, freed_by<EC_POINT_free>> point_{EC_POINT_new(group_.get())};
};

struct key_pair {
  signing_key key;
  std::unique_ptr<p256_secret> secret;
  explicit key_pair(signing_key k) : key{std::move(k)}, secret{p256_secret_of(key)} {}
};

class crypto_mb_p256 : public needs_crypto_mb {
 protected:
  /// Keys at the ends of their range, and others.
  std::vector<key_pair> make_keys() {
    auto all = std::vector<key_pair>{};
    for (const auto& d : {number256{{1}}, number256{{5}}, number256{{0, 0, 0, 1}}, order_minus(1)})
      all.emplace_back(key_of(digits_of(d)));
    while (all.size() < 12) all.emplace_back(signing_key::generate(jws_alg::es256));
    return all;
  }
  /// A digest that the lanes take.
  digest draw_digest() {
    for (;;)
      if (const auto d = draw.draw_digest(); is_for_p256_lanes(d)) return d;
  }
  numbers draw;
};

TEST_F(crypto_mb_p256, makes_the_signatures_of_rfc_6979) {  // App. A.2.5
  struct answer {
    const char* text;
    const char* k;
    const char* signature;
  };
  constexpr auto answers = std::array{
      answer{"sample", "A6E3C57DD01ABE90086538398355DD4C3B17AA873382B0F24D6129493D8AAD60",
             "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
             "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"},
      answer{"test", "D16B6AE827F17175E040871A1C7EC3500192C4C92677336EC2537ACAEE0008E0",
             "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367"
             "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083"}};
  const auto with =
      key_pair{key_of("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721")};
  for (const auto& a : answers) {
    const auto octets = from_hex(a.k);
    const auto nonce = from_big_endian(as_bytes(octets).first<32>());
    const auto hashed = sha256(std::string_view{a.text});
    auto signature = bytes<64>{};
    const auto lane = p256_sign_lane{with.secret.get(), &nonce, hashed, signature};
    ASSERT_TRUE(sign_p256_lanes(library->call(), std::span{&lane, 1}));
    EXPECT_EQ(as_chars(signature), from_hex(a.signature));
  }
}

TEST_F(crypto_mb_p256, signs_what_openssl_verifies) {
  const auto keys = make_keys();
  auto expected_r = r_by_openssl{};
  for (auto done = std::size_t{0}; done < cases_count();) {
    const auto count = 1 + draw.below(lanes_count);
    auto nonces = std::array<number256, lanes_count>{};
    auto digests = std::array<digest, lanes_count>{};
    auto signatures = std::array<bytes<64>, lanes_count>{};
    auto used = std::array<p256_sign_lane, lanes_count>{};
    auto with = std::array<const key_pair*, lanes_count>{};
    for (auto i = std::size_t{0}; i < count; ++i) {
      with[i] = &keys[draw.below(keys.size())];
      nonces[i] = draw.draw_scalar();
      digests[i] = draw_digest();
      used[i] = {with[i]->secret.get(), &nonces[i], digests[i], signatures[i]};
    }
    ASSERT_TRUE(sign_p256_lanes(library->call(), std::span{used}.first(count)));
    for (auto i = std::size_t{0}; i < count; ++i) {
      ASSERT_EQ(from_big_endian(std::span{signatures[i]}.first<32>()), expected_r(nonces[i]))
          << done << ' ' << i;
      ASSERT_TRUE(verify_by_openssl(with[i]->key.public_part(), digests[i], signatures[i]))
          << done << ' ' << i;
    }
    done += count;
  }
}

TEST_F(crypto_mb_p256, verifies_as_openssl_does) {
  const auto keys = make_keys();
  auto openssl = openssl_backend{};
  auto prepared = std::vector<std::unique_ptr<prepared_key>>{};
  for (const auto& k : keys) prepared.push_back(openssl.prepare(k.key));
  auto valid = std::size_t{0};
  auto done = std::size_t{0};
  while (done < cases_count()) {
    const auto count = 1 + draw.below(lanes_count);
    auto digests = std::array<digest, lanes_count>{};
    auto signatures = std::array<bytes<64>, lanes_count>{};
    auto jobs = std::array<verify_job, lanes_count>{};
    auto pointers = std::array<verify_job*, lanes_count>{};
    for (auto i = std::size_t{0}; i < count; ++i) {
      const auto with = draw.below(keys.size());
      digests[i] = draw_digest();
      const auto made = sign_job{prepared[with].get(), digests[i], signatures[i]};
      openssl.sign(std::span{&made, 1});
      const auto other = draw.below(4) == 0 ? draw.below(keys.size()) : with;
      if (draw.below(4) == 0) signatures[i][draw.below(64)] ^= std::uint8_t(1 << draw.below(8));
      if (draw.below(8) == 0) digests[i][draw.below(32)] ^= std::uint8_t(1 << draw.below(8));
      if (!has_p256_range(signatures[i])) signatures[i].fill(1);
      jobs[i] = {&keys[other].key.public_part(), digests[i], signatures[i]};
      pointers[i] = &jobs[i];
    }
    verify_p256_lanes(library->call(), std::span{pointers}.first(count));
    for (auto i = std::size_t{0}; i < count; ++i) {
      ASSERT_EQ(jobs[i].is_valid, verify_by_openssl(*jobs[i].key, digests[i], signatures[i]))
          << done << ' ' << i;
      valid += jobs[i].is_valid;
    }
    done += count;
  }
  EXPECT_GT(valid, done / 4);
  EXPECT_LT(valid, done * 3 / 4);
}

TEST(p256_range, is_that_of_scalars) {
  auto signature = bytes<64>{};
  const auto is_in_range = [&](const number256& r, const number256& s) {
    write_big_endian(r, std::span{signature}.first<32>());
    write_big_endian(s, std::span{signature}.last<32>());
    return has_p256_range(signature);
  };
  EXPECT_TRUE(is_in_range({{1}}, order_minus(1)));
  EXPECT_FALSE(is_in_range({{1}}, p256_order));
  EXPECT_FALSE(is_in_range(p256_order, {{1}}));
  EXPECT_FALSE(is_in_range({}, {{1}}));
  EXPECT_FALSE(is_in_range({{1}}, {}));
  EXPECT_FALSE(has_p256_range(std::span{signature}.first(63)));
}

TEST(p256_secret, is_that_of_es256_keys_alone) {
  EXPECT_EQ(p256_secret_of(signing_key::generate(jws_alg::es384)), nullptr);
  EXPECT_EQ(p256_secret_of(signing_key::generate(jws_alg::eddsa)), nullptr);
  const auto digits = std::string(62, '0') + "05";
  const auto secret = p256_secret_of(key_of(digits));
  ASSERT_NE(secret, nullptr);
  EXPECT_EQ(secret->value.words, number256{{5}});
  EXPECT_EQ(hex(secret->value.octets), digits);
}

}  // namespace
}  // namespace mintage::crypto
