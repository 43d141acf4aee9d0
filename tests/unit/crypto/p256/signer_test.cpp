#include "crypto/p256/signer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "crypto/base64.hpp"
#include "crypto/jws.hpp"
#include "crypto/openssl.hpp"
#include "tests/unit/crypto/example_key.hpp"
#include "tests/unit/crypto/hex.hpp"

namespace mintage::crypto {
namespace {

// RFC 6979 App. A.2.5.
constexpr auto rfc_key = "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721";
struct rfc_answer {
  const char* text;
  const char* k;
  const char* r;
  const char* s;
};
constexpr auto rfc_answers = std::array{
    rfc_answer{"sample", "A6E3C57DD01ABE90086538398355DD4C3B17AA873382B0F24D6129493D8AAD60",
               "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
               "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"},
    rfc_answer{"test", "D16B6AE827F17175E040871A1C7EC3500192C4C92677336EC2537ACAEE0008E0",
               "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367",
               "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083"}};

number256 number(std::string_view hex_digits) {
  const auto octets = from_hex(hex_digits);
  return from_big_endian(std::span<const std::uint8_t, 32>{as_bytes(octets)});
}

/// A key with a known private number.
signing_key key_of(const std::string& d) {
  // SEC 1 App. C.4 within PKCS #8, without the public part, which OpenSSL computes.
  const auto der = from_hex(
      "3041 0201 00 3013 0607 2a8648ce3d0201 0608 2a8648ce3d030107 0427 3025 0201 01 0420" + d);
  return signing_key::load(jws_alg::es256, der).value();
}

std::vector<digest> digests_of(std::size_t count) {
  auto all = std::vector<digest>{};
  for (auto i = std::size_t{0}; i < count; ++i) all.push_back(sha256(std::to_string(i)));
  return all;
}

/// Verifies by OpenSSL, over the digest itself.
bool verifies(const signing_key& key, const digest& d, const bytes<64>& signature) {
  const auto context = pkey_ctx_ptr{EVP_PKEY_CTX_new_from_pkey(nullptr, key.native(), nullptr)};
  EXPECT_EQ(EVP_PKEY_verify_init(context.get()), 1);
  using number_ptr = std::unique_ptr<BIGNUM, freed_by<BN_free>>;
  using signature_ptr = std::unique_ptr<ECDSA_SIG, freed_by<ECDSA_SIG_free>>;
  auto r = number_ptr{BN_bin2bn(signature.data(), 32, nullptr)};
  auto s = number_ptr{BN_bin2bn(signature.data() + 32, 32, nullptr)};
  const auto both = signature_ptr{ECDSA_SIG_new()};
  ECDSA_SIG_set0(both.get(), r.release(), s.release());
  auto der = std::array<unsigned char, 80>{};
  auto* at = der.data();
  const auto size = i2d_ECDSA_SIG(both.get(), &at);
  return EVP_PKEY_verify(context.get(), der.data(), static_cast<std::size_t>(size), d.data(),
                         d.size()) == 1;
}

TEST(p256_signer, is_for_no_other_algorithm) {
  EXPECT_THROW(p256_signer{signing_key::generate(jws_alg::es384)}, std::runtime_error);
  EXPECT_THROW(p256_signer{signing_key::generate(jws_alg::eddsa)}, std::runtime_error);
}

TEST(p256_signer, refuses_the_nonce_zero) {
  const auto key = signing_key::generate(jws_alg::es256);
  EXPECT_THROW((p256_signer{key, [](const digest&) { return number256{}; }}), std::runtime_error);
}

TEST(p256_signer, makes_the_signatures_of_rfc_6979) {
  const auto key = key_of(rfc_key);
  const auto rule = [](const digest& d) {
    for (const auto& a : rfc_answers)
      if (d == sha256(std::string_view{a.text})) return number(a.k);
    return number256{{7}};
  };
  auto signer = p256_signer{key, rule};
  auto digests = std::vector<digest>{};
  for (const auto& a : rfc_answers) digests.push_back(sha256(std::string_view{a.text}));
  auto signatures = std::vector<bytes<64>>(digests.size());
  signer.sign(digests, signatures);
  for (auto i = std::size_t{0}; i < rfc_answers.size(); ++i) {
    EXPECT_EQ(as_chars(signatures[i]), from_hex(std::string{rfc_answers[i].r} + rfc_answers[i].s));
  }
}

TEST(p256_signer, signs_batches_of_every_size) {
  const auto key = signing_key::generate(jws_alg::es256);
  auto signer = p256_signer{key};
  for (const auto count : {0, 1, 2, 3, 31, 32, 33, 70}) {
    const auto digests = digests_of(static_cast<std::size_t>(count));
    auto signatures = std::vector<bytes<64>>(digests.size());
    signer.sign(digests, signatures);
    for (auto i = std::size_t{0}; i < digests.size(); ++i)
      EXPECT_TRUE(verifies(key, digests[i], signatures[i])) << i << " of " << count;
  }
}

TEST(p256_signer, signs_with_nonces_and_digests_at_the_ends_of_their_ranges) {
  const auto key = signing_key::generate(jws_alg::es256);
  auto last = p256_order;
  last.words[0] -= 1;
  auto longest = digest{};
  longest.fill(0xff);
  auto order = digest{};
  write_big_endian(p256_order, order);
  const auto digests = std::array{digest{}, longest, order, sha256(std::string_view{"text"})};
  for (const auto& nonce : {number256{{1}}, number256{{2}}, last, number256{{0, 0, 0, 1}},
                            number256{{~std::uint64_t{0}}}}) {
    auto signer = p256_signer{key, [nonce](const digest&) { return nonce; }};
    auto signatures = std::array<bytes<64>, digests.size()>{};
    signer.sign(digests, signatures);
    for (auto i = std::size_t{0}; i < digests.size(); ++i)
      EXPECT_TRUE(verifies(key, digests[i], signatures[i])) << i;
  }
}

TEST(p256_signer, signs_with_private_keys_that_begin_with_zeros) {
  auto short_key = std::string(62, '0') + "05";
  const auto key = key_of(short_key);
  auto signer = p256_signer{key};
  const auto digests = digests_of(8);
  auto signatures = std::vector<bytes<64>>(digests.size());
  signer.sign(digests, signatures);
  for (auto i = std::size_t{0}; i < digests.size(); ++i)
    EXPECT_TRUE(verifies(key, digests[i], signatures[i])) << i;
}

TEST(p256_signer, never_uses_a_nonce_twice) {
  auto signer = p256_signer{signing_key::generate(jws_alg::es256)};
  const auto digests = std::vector<digest>(100, sha256(std::string_view{"the same"}));
  auto seen = std::set<bytes<32>>{};
  for (auto round = 0; round < 3; ++round) {
    auto signatures = std::vector<bytes<64>>(digests.size());
    signer.sign(digests, signatures);
    for (const auto& s : signatures) {
      auto r = bytes<32>{};  // determines the nonce
      std::copy_n(s.begin(), r.size(), r.begin());
      EXPECT_TRUE(seen.insert(r).second);
    }
  }
}

/// A generator that repeats its octets, as after a copy of a running machine.
class stuck_random final : public random_source {
 public:
  explicit stuck_random(std::uint8_t octet) : octet_{octet} {}
  void fill(std::span<std::uint8_t> out) override { std::ranges::fill(out, octet_); }

 private:
  std::uint8_t octet_;
};

bool is_below_order(const number256& n) {
  return std::ranges::lexicographical_compare(n.words.rbegin(), n.words.rend(),
                                              p256_order.words.rbegin(), p256_order.words.rend());
}

TEST(hedged_nonces, depend_on_key_digest_and_generator) {
  auto zeros = stuck_random{0};
  auto ones = stuck_random{1};
  const auto key = sha256(std::string_view{"key"});
  auto nonces = hedged_nonces{key, zeros};
  const auto a = sha256(std::string_view{"a"});
  const auto b = sha256(std::string_view{"b"});
  const auto of_a = nonces(a);
  EXPECT_EQ(nonces(a), of_a);  // all three are the same
  EXPECT_NE(nonces(b), of_a);
  EXPECT_NE(hedged_nonces(sha256(std::string_view{"other key"}), zeros)(a), of_a);
  EXPECT_NE(hedged_nonces(key, ones)(a), of_a);
}

TEST(hedged_nonces, are_the_hash_modulo_the_order) {
  auto random = stuck_random{3};
  auto nonces = hedged_nonces{sha256(std::string_view{"key"}), random};
  const auto order = bignum_ptr{[] {
    auto octets = bytes<32>{};
    write_big_endian(p256_order, octets);
    return BN_bin2bn(octets.data(), 32, nullptr);
  }()};
  using context_ptr = std::unique_ptr<BN_CTX, freed_by<BN_CTX_free>>;
  const auto context = context_ptr{BN_CTX_new()};
  for (auto i = 0; i < 200; ++i) {
    const auto of = sha256(std::to_string(i));
    auto input = std::string{as_chars(sha256(std::string_view{"key"}))};
    input.append(as_chars(of)).append(32, '\3');
    auto hash = sha2_hasher{sha2::sha512};
    const auto hashed = hash(input);
    const auto expected =
        bignum_ptr{BN_bin2bn(hashed.data(), static_cast<int>(hashed.size()), nullptr)};
    BN_nnmod(expected.get(), expected.get(), order.get(), context.get());
    auto octets = bytes<32>{};
    BN_bn2binpad(expected.get(), octets.data(), 32);
    const auto nonce = nonces(of);
    EXPECT_EQ(nonce, from_big_endian(octets));
    EXPECT_TRUE(is_below_order(nonce));
  }
}

}  // namespace
}  // namespace mintage::crypto
