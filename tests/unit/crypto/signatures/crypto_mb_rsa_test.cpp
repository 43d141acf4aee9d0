#include "crypto/signatures/crypto_mb_rsa.hpp"

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "crypto/openssl.hpp"
#include "tests/unit/crypto/example_key.hpp"
#include "tests/unit/crypto/signatures/backends.hpp"

namespace mintage::crypto {
namespace {

signing_key load_native(const pkey_ptr& key) {
  const auto info = pkcs8_ptr{EVP_PKEY2PKCS8(key.get())};
  unsigned char* der = nullptr;
  const auto size = i2d_PKCS8_PRIV_KEY_INFO(info.get(), &der);
  const auto text = std::string{reinterpret_cast<char*>(der), static_cast<std::size_t>(size)};
  OPENSSL_free(der);
  return signing_key::load(jws_alg::rs256, text).value();
}

/// A key for RS256 of another size, exponent or number of primes than `generate` makes.
signing_key rsa_key(unsigned bits, unsigned exponent = 65537, unsigned primes = 2) {
  const auto context = pkey_ctx_ptr{EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr)};
  EXPECT_EQ(EVP_PKEY_keygen_init(context.get()), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), static_cast<int>(bits)), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set_rsa_keygen_primes(context.get(), static_cast<int>(primes)), 1);
  const auto e = bignum_ptr{BN_new()};
  BN_set_word(e.get(), exponent);
  EXPECT_EQ(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context.get(), e.get()), 1);
  EVP_PKEY* made = nullptr;
  EXPECT_EQ(EVP_PKEY_keygen(context.get(), &made), 1);
  return load_native(pkey_ptr{made});
}

/// The same key with its primes in the other order, the smaller one first.
signing_key with_primes_exchanged(const signing_key& key) {
  const auto number = [&](const char* name) {
    BIGNUM* out = nullptr;
    EXPECT_EQ(EVP_PKEY_get_bn_param(key.native(), name, &out), 1);
    return bignum_ptr{out};
  };
  const auto p = number(OSSL_PKEY_PARAM_RSA_FACTOR1);
  const auto q = number(OSSL_PKEY_PARAM_RSA_FACTOR2);
  const auto q_inverse = bignum_ptr{BN_mod_inverse(nullptr, p.get(), q.get(), nullptr)};
  using builder_ptr = std::unique_ptr<OSSL_PARAM_BLD, freed_by<OSSL_PARAM_BLD_free>>;
  using params_ptr = std::unique_ptr<OSSL_PARAM, freed_by<OSSL_PARAM_free>>;
  const auto builder = builder_ptr{OSSL_PARAM_BLD_new()};
  auto kept = std::vector<bignum_ptr>{};
  for (const auto* name : {OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E, OSSL_PKEY_PARAM_RSA_D}) {
    kept.push_back(number(name));
    OSSL_PARAM_BLD_push_BN(builder.get(), name, kept.back().get());
  }
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_FACTOR1, q.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_FACTOR2, p.get());
  kept.push_back(number(OSSL_PKEY_PARAM_RSA_EXPONENT2));
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_EXPONENT1, kept.back().get());
  kept.push_back(number(OSSL_PKEY_PARAM_RSA_EXPONENT1));
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_EXPONENT2, kept.back().get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_COEFFICIENT1, q_inverse.get());
  const auto params = params_ptr{OSSL_PARAM_BLD_to_param(builder.get())};
  const auto context = pkey_ctx_ptr{EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr)};
  EVP_PKEY* made = nullptr;
  EXPECT_EQ(EVP_PKEY_fromdata_init(context.get()), 1);
  EXPECT_EQ(EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_KEYPAIR, params.get()), 1);
  return load_native(pkey_ptr{made});
}

struct key_pair {
  signing_key key;
  std::unique_ptr<rsa_secret> secret;
  explicit key_pair(signing_key k) : key{std::move(k)}, secret{rsa_secret::of(key)} {}
};

class crypto_mb_rsa : public needs_crypto_mb {
 protected:
  void SetUp() override {
    needs_crypto_mb::SetUp();
    if (!IsSkipped()) work = std::make_unique<rsa_lanes>(library->call());
  }

  using signature = std::vector<std::uint8_t>;
  signature sign_by_openssl(const signing_key& key, const digest& hashed) {
    auto out = signature(signature_size(key.public_part()));
    const auto prepared = openssl.prepare(key);
    const auto job = sign_job{prepared.get(), hashed, out};
    openssl.sign(std::span{&job, 1});
    return out;
  }
  /// Signs some digests by random keys of `keys`, in lanes and by OpenSSL, and compares.
  void compare_signatures(const std::vector<key_pair>& keys, std::size_t count) {
    auto digests = std::array<digest, lanes_count>{};
    auto made = std::array<signature, lanes_count>{};
    auto used = std::array<rsa_sign_lane, lanes_count>{};
    auto with = std::array<const key_pair*, lanes_count>{};
    for (auto i = std::size_t{0}; i < count; ++i) {
      with[i] = &keys[draw.below(keys.size())];
      digests[i] = draw.draw_digest();
      made[i].resize(signature_size(with[i]->key.public_part()));
      used[i] = {with[i]->secret.get(), digests[i], made[i]};
    }
    ASSERT_TRUE(work->sign(std::span{used}.first(count)));
    for (auto i = std::size_t{0}; i < count; ++i)
      ASSERT_EQ(made[i], sign_by_openssl(with[i]->key, digests[i])) << i << " of " << count;
  }

  std::unique_ptr<rsa_lanes> work;
  openssl_backend openssl;
  numbers draw;
};

TEST_F(crypto_mb_rsa, makes_the_signatures_of_openssl) {
  auto keys = std::vector<key_pair>{};
  for (auto i = 0; i < 3; ++i) keys.emplace_back(signing_key::generate(jws_alg::rs256));
  keys.emplace_back(with_primes_exchanged(keys.front().key));
  ASSERT_NE(keys.back().secret, nullptr);
  keys.emplace_back(
      signing_key::load(jws_alg::rs256, base64url_decode(example_rsa_der).value()).value());
  // A quarter: OpenSSL takes long.
  for (auto done = std::size_t{0}; done < cases_count() / 4 && !HasFatalFailure();) {
    const auto count = 1 + draw.below(lanes_count);
    compare_signatures(keys, count);
    done += count;
  }
}

TEST_F(crypto_mb_rsa, knows_three_sizes) {
  for (const auto bits : {3072U, 4096U}) {
    auto keys = std::vector<key_pair>{};
    keys.emplace_back(rsa_key(bits));
    ASSERT_NE(keys.front().secret, nullptr);
    for (const auto count : {std::size_t{1}, std::size_t{3}, lanes_count})
      compare_signatures(keys, count);
  }
}

TEST_F(crypto_mb_rsa, verifies_as_openssl_does) {
  auto keys = std::vector<key_pair>{};
  for (auto i = 0; i < 3; ++i) keys.emplace_back(signing_key::generate(jws_alg::rs256));
  // Signatures of a few digests, then changed: to sign takes long.
  auto samples = std::vector<std::pair<digest, signature>>{};
  for (auto i = std::size_t{0}; i < 60; ++i) {
    const auto hashed = draw.draw_digest();
    samples.emplace_back(hashed, sign_by_openssl(keys[i % keys.size()].key, hashed));
  }
  auto valid = std::size_t{0};
  auto done = std::size_t{0};
  while (done < cases_count()) {
    const auto count = 1 + draw.below(lanes_count);
    auto shown = std::array<std::pair<digest, signature>, lanes_count>{};
    auto jobs = std::array<verify_job, lanes_count>{};
    auto pointers = std::array<verify_job*, lanes_count>{};
    for (auto i = std::size_t{0}; i < count; ++i) {
      const auto sample = draw.below(samples.size());
      shown[i] = samples[sample];
      auto& [hashed, octets] = shown[i];
      if (draw.below(4) == 0)
        octets[1 + draw.below(octets.size() - 1)] ^= std::uint8_t(1 << draw.below(8));
      if (draw.below(8) == 0) hashed[draw.below(32)] ^= std::uint8_t(1 << draw.below(8));
      const auto with = draw.below(6) == 0 ? draw.below(keys.size()) : sample % keys.size();
      const auto& key = keys[with].key.public_part();
      if (!rsa_lanes::has_range(key, octets)) octets[0] = 0;
      jobs[i] = {&key, hashed, octets};
      pointers[i] = &jobs[i];
    }
    work->verify(std::span{pointers}.first(count));
    for (auto i = std::size_t{0}; i < count; ++i) {
      ASSERT_EQ(jobs[i].is_valid,
                verify_by_openssl(*jobs[i].key, jobs[i].message, jobs[i].signature))
          << done << ' ' << i;
      valid += jobs[i].is_valid;
    }
    done += count;
  }
  EXPECT_GT(valid, done / 4);
  EXPECT_LT(valid, done * 3 / 4);
}

/// A private operation with a fault in one lane, as a broken multiplier would make it.
std::uint32_t faulty_crt(crypto_mb_functions::octets_in in, crypto_mb_functions::octets_out out,
                         crypto_mb_functions::words_in p, crypto_mb_functions::words_in q,
                         crypto_mb_functions::words_in dp, crypto_mb_functions::words_in dq,
                         crypto_mb_functions::words_in q_inverse, int bits,
                         const crypto_mb_functions::rsa_method* method, std::uint8_t* scratch) {
  const auto status = (*crypto_mb_of_this_machine())
                          ->call()
                          .rsa_private_crt(in, out, p, q, dp, dq, q_inverse, bits, method, scratch);
  out[2][100] ^= 4;
  return status;
}

TEST_F(crypto_mb_rsa, finds_every_wrong_signature) {
  auto broken = library->call();
  broken.rsa_private_crt = faulty_crt;
  auto with_fault = rsa_lanes{broken};
  const auto with = key_pair{signing_key::generate(jws_alg::rs256)};
  auto made = std::array<signature, lanes_count>{};
  auto used = std::array<rsa_sign_lane, lanes_count>{};
  const auto hashed = draw.draw_digest();
  for (auto i = std::size_t{0}; i < lanes_count; ++i) {
    made[i].resize(256);
    used[i] = {with.secret.get(), hashed, made[i]};
  }
  EXPECT_FALSE(with_fault.sign(used));
}

TEST(rsa_range, ends_below_the_modulus) {  // RFC 8017 §5.2.2
  const auto key = signing_key::generate(jws_alg::rs256);
  const auto modulus_octets = [&] {
    auto out = std::vector<std::uint8_t>{};
    const auto words = key.public_part().words();
    for (auto i = words.size(); i-- != 0;)
      for (auto shift = 56; shift >= 0; shift -= 8)
        out.push_back(static_cast<std::uint8_t>(words[i] >> shift));
    return out;
  };
  auto octets = modulus_octets();
  EXPECT_FALSE(rsa_lanes::has_range(key.public_part(), octets));
  octets.back() -= 1;  // the modulus is odd
  EXPECT_TRUE(rsa_lanes::has_range(key.public_part(), octets));
  octets.front() = 0xff;
  EXPECT_FALSE(rsa_lanes::has_range(key.public_part(), octets));
  EXPECT_FALSE(rsa_lanes::has_range(key.public_part(), std::span{octets}.first(255)));
}

TEST(rsa_secret, is_that_of_keys_that_the_lanes_know) {
  EXPECT_EQ(rsa_secret::of(signing_key::generate(jws_alg::ps256)), nullptr);
  EXPECT_EQ(rsa_secret::of(signing_key::generate(jws_alg::es256)), nullptr);
  EXPECT_EQ(rsa_secret::of(rsa_key(2560)), nullptr) << "size";
  EXPECT_EQ(rsa_secret::of(rsa_key(2048, 65539)), nullptr) << "exponent";
  EXPECT_EQ(rsa_secret::of(rsa_key(2048, 65537, 3)), nullptr) << "primes";
  EXPECT_NE(rsa_secret::of(signing_key::generate(jws_alg::rs256)), nullptr);
}

}  // namespace
}  // namespace mintage::crypto
