#include "crypto/key.hpp"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include "crypto/base64.hpp"
#include "crypto/openssl.hpp"
#include "example_key.hpp"
#include "hex.hpp"

namespace mintage::crypto {
namespace {

std::string pkcs8(const pkey_ptr& key) {
  const auto info = pkcs8_ptr{EVP_PKEY2PKCS8(key.get())};
  unsigned char* der = nullptr;
  const auto size = i2d_PKCS8_PRIV_KEY_INFO(info.get(), &der);
  auto out = std::string{as_chars({der, static_cast<std::size_t>(size)})};
  OPENSSL_free(der);
  return out;
}

std::string rsa_der(const char* type, int bits, std::uint64_t exponent) {
  const auto context = pkey_ctx_ptr{EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
  const auto e = bignum_ptr{BN_new()};
  BN_set_word(e.get(), exponent);
  EXPECT_EQ(EVP_PKEY_keygen_init(context.get()), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), bits), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context.get(), e.get()), 1);
  EVP_PKEY* key = nullptr;
  EXPECT_EQ(EVP_PKEY_generate(context.get(), &key), 1);
  return pkcs8(pkey_ptr{key});
}

std::string ec_der(const char* curve) {
  return pkcs8(pkey_ptr{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve)});
}

const std::string& good_der(jws_alg alg) {
  static const auto es256 =
      std::string{signing_key::generate(jws_alg::es256).private_der().reveal()};
  static const auto rs256 =
      std::string{signing_key::generate(jws_alg::rs256).private_der().reveal()};
  return alg == jws_alg::es256 ? es256 : rs256;
}

constexpr auto both = std::array{jws_alg::es256, jws_alg::rs256};

TEST(signing_key_load, refuses_keys_that_are_not_for_the_algorithm) {  // JWS-03
  EXPECT_FALSE(signing_key::load(jws_alg::rs256, good_der(jws_alg::es256)));
  EXPECT_FALSE(signing_key::load(jws_alg::es256, good_der(jws_alg::rs256)));
  const auto ed25519 = pkcs8(pkey_ptr{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")});
  for (const auto alg : both) EXPECT_FALSE(signing_key::load(alg, ed25519));
  EXPECT_FALSE(signing_key::load(jws_alg::rs256, rsa_der("RSA-PSS", 2048, 65537)));
}

TEST(signing_key_load, refuses_every_curve_but_p256) {  // JWS-03
  for (const auto* curve : {"P-384", "P-521", "P-224", "secp256k1", "brainpoolP256r1"}) {
    EXPECT_FALSE(signing_key::load(jws_alg::es256, ec_der(curve))) << curve;
  }
  EXPECT_TRUE(signing_key::load(jws_alg::es256, ec_der("P-256")));
}

TEST(signing_key_load, refuses_small_and_weird_rsa) {  // JWS-03
  struct shape {
    int bits;
    std::uint64_t exponent;
    bool fits;
  };
  for (const auto& [bits, exponent, fits] : {
           shape{1024, 65537, false},
           shape{2047, 65537, false},
           shape{2048, 3, false},
           shape{2048, 65535, false},
           shape{2048, 0x1'0000'000f, false},  // 33 bits
           shape{2048, 0xffff'fffb, true},     // 32 bits
           shape{2048, 65537, true},
       }) {
    EXPECT_EQ(signing_key::load(jws_alg::rs256, rsa_der("RSA", bits, exponent)).has_value(), fits)
        << bits << ' ' << exponent;
  }
}

TEST(signing_key_load, refuses_what_does_not_parse) {
  for (const auto alg : both) {
    const auto& der = good_der(alg);
    EXPECT_FALSE(signing_key::load(alg, ""));
    EXPECT_FALSE(signing_key::load(alg, "-----BEGIN PRIVATE KEY-----"));
    EXPECT_FALSE(signing_key::load(alg, der + '\0'));
    for (auto size = std::size_t{1}; size < der.size(); size += 7) {
      EXPECT_FALSE(signing_key::load(alg, std::string_view{der}.substr(0, size)));
    }
  }
}

TEST(signing_key_load, refuses_a_public_part_of_another_key) {
  EXPECT_TRUE(signing_key::load(jws_alg::es256, example_der_with_public(example_x, example_y)));
  // A point of the curve, but KAT-04's.
  EXPECT_FALSE(signing_key::load(jws_alg::es256, example_der_with_public(kat_04_x, kat_04_y)));
  // Not a point of the curve.
  EXPECT_FALSE(signing_key::load(jws_alg::es256, example_der_with_public(example_x, kat_04_y)));
}

TEST(signing_key_load, leaves_no_error_behind_in_the_thread) {
  EXPECT_FALSE(signing_key::load(jws_alg::es256, "nonsense"));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(thumbprint, known_answers) {
  EXPECT_EQ(ec_p256_thumbprint(kat_04_x, kat_04_y),
            "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");  // KAT-04
  EXPECT_EQ(rsa_thumbprint("0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7"
                           "aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXA"
                           "rwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7"
                           "d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lF"
                           "d2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
                           "AQAB"),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");  // RFC 7638 §3.1
}

TEST(signing_key, publishes_its_p256_point) {  // JWK-01
  const auto key = signing_key::load(jws_alg::es256, example_der());
  ASSERT_TRUE(key);
  const auto kid = ec_p256_thumbprint(example_x, example_y);
  EXPECT_EQ(key->kid(), kid);
  EXPECT_EQ(key->kid().size(), 43U);
  EXPECT_EQ(key->public_jwk(), R"({"kty":"EC","crv":"P-256","x":")" + std::string{example_x} +
                                   R"(","y":")" + std::string{example_y} + R"(","kid":")" + kid +
                                   R"(","use":"sig","alg":"ES256"})");
}

TEST(signing_key, publishes_its_modulus_and_exponent) {  // JWK-01
  const auto key = signing_key::load(jws_alg::rs256, good_der(jws_alg::rs256));
  ASSERT_TRUE(key);
  BIGNUM* modulus = nullptr;
  ASSERT_EQ(EVP_PKEY_get_bn_param(key->native(), OSSL_PKEY_PARAM_RSA_N, &modulus), 1);
  auto octets = bytes<256>{};
  EXPECT_EQ(BN_bn2binpad(modulus, octets.data(), 256), 256);
  BN_free(modulus);
  const auto n = base64url(octets);
  EXPECT_EQ(key->kid(), rsa_thumbprint(n, "AQAB"));
  EXPECT_EQ(key->public_jwk(), R"({"kty":"RSA","n":")" + n + R"(","e":"AQAB","kid":")" +
                                   key->kid() + R"(","use":"sig","alg":"RS256"})");
}

TEST(signing_key, comes_back_from_its_der) {
  for (const auto alg : both) {
    const auto loaded = signing_key::load(alg, good_der(alg));
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->alg(), alg);
    EXPECT_EQ(loaded->private_der().reveal(), good_der(alg));
    EXPECT_EQ(signing_key::load(alg, loaded->private_der().reveal())->kid(), loaded->kid());
    const auto copy = *loaded;
    EXPECT_EQ(copy.native(), loaded->native());
  }
}

TEST(signing_key, generates_another_one_each_time) {
  EXPECT_NE(signing_key::generate(jws_alg::es256).kid(),
            signing_key::generate(jws_alg::es256).kid());
}

TEST(jws_alg, names_are_exact) {
  for (const auto* name : {"", "none", "es256", "ES384", "HS256", "ES256 ", "PS256"}) {
    EXPECT_FALSE(parse_jws_alg(name)) << name;
  }
  for (const auto alg : both) EXPECT_EQ(parse_jws_alg(to_string(alg)), alg);
  EXPECT_EQ(to_string(jws_alg::es256), "ES256");
  EXPECT_EQ(to_string(jws_alg::rs256), "RS256");
}

}  // namespace
}  // namespace mintage::crypto
