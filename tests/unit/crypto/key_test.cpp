#include "crypto/key.hpp"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include "crypto/base64.hpp"
#include "crypto/openssl.hpp"
#include "tests/unit/crypto/example_key.hpp"
#include "tests/unit/crypto/hex.hpp"

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
  static const auto all = [] {
    auto made = std::vector<std::string>{};
    for (const auto each : jws_algs) {
      made.emplace_back(signing_key::generate(each).private_der().reveal());
    }
    return made;
  }();
  return all[static_cast<std::size_t>(alg)];
}

bool is_rsa(jws_alg alg) {
  return alg == jws_alg::rs256 || alg == jws_alg::ps256;
}

TEST(signing_key_load, refuses_keys_that_are_not_for_the_algorithm) {  // JWS-03
  for (const auto alg : jws_algs) {
    for (const auto other : jws_algs) {
      EXPECT_EQ(signing_key::load(alg, good_der(other)).has_value(),
                alg == other || (is_rsa(alg) && is_rsa(other)))
          << to_string(alg) << ' ' << to_string(other);
    }
    for (const auto* type : {"ED448", "X25519"}) {
      EXPECT_FALSE(
          signing_key::load(alg, pkcs8(pkey_ptr{EVP_PKEY_Q_keygen(nullptr, nullptr, type)})));
    }
    EXPECT_FALSE(signing_key::load(alg, rsa_der("RSA-PSS", 2048, 65537)));
  }
}

TEST(signing_key_load, refuses_every_curve_but_that_of_the_algorithm) {  // JWS-03
  for (const auto* curve :
       {"P-256", "P-384", "P-521", "P-224", "secp256k1", "brainpoolP256r1", "brainpoolP384r1"}) {
    const auto der = ec_der(curve);
    const auto name = std::string_view{curve};
    EXPECT_EQ(signing_key::load(jws_alg::es256, der).has_value(), name == "P-256") << curve;
    EXPECT_EQ(signing_key::load(jws_alg::es384, der).has_value(), name == "P-384") << curve;
  }
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
    const auto der = rsa_der("RSA", bits, exponent);
    for (const auto alg : {jws_alg::rs256, jws_alg::ps256}) {
      EXPECT_EQ(signing_key::load(alg, der).has_value(), fits) << bits << ' ' << exponent;
    }
  }
}

TEST(signing_key_load, refuses_what_does_not_parse) {
  for (const auto alg : jws_algs) {
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

TEST(signing_key_load, refuses_an_ed25519_public_part_of_another_key) {
  // RFC 8410 §7: version 2 with a public key, here the right one, then another.
  const auto with_public = [](std::string_view x) {
    return from_hex("3051 020101 3005 0603 2b6570 0422 0420") +
           *base64url_decode(example_ed25519_d) + from_hex("8121 00") + std::string{x};
  };
  const auto right =
      signing_key::load(jws_alg::eddsa, with_public(*base64url_decode(example_ed25519_x)));
  // Some versions of OpenSSL reject this form; none may accept a foreign public key.
  if (right) {
    EXPECT_EQ(right->kid(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  }
  const auto other = signing_key::load(jws_alg::eddsa, with_public(std::string(32, '\x11')));
  if (other) {
    EXPECT_EQ(other->kid(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  }
}

TEST(signing_key_load, leaves_no_error_behind_in_the_thread) {
  EXPECT_FALSE(signing_key::load(jws_alg::es256, "nonsense"));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(thumbprint, known_answers) {
  EXPECT_EQ(ec_thumbprint("P-256", kat_04_x, kat_04_y),
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
  const auto kid = ec_thumbprint("P-256", example_x, example_y);
  EXPECT_EQ(key->kid(), kid);
  EXPECT_EQ(key->kid().size(), 43U);
  EXPECT_EQ(key->public_part().jwk(),
            R"({"kty":"EC","crv":"P-256","x":")" + std::string{example_x} + R"(","y":")" +
                std::string{example_y} + R"(","kid":")" + kid + R"(","use":"sig","alg":"ES256"})");
}

TEST(signing_key, publishes_its_ed25519_point) {  // RFC 8037 App. A.2, A.3
  const auto key = signing_key::load(jws_alg::eddsa, example_ed25519_der());
  ASSERT_TRUE(key);
  EXPECT_EQ(key->kid(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  EXPECT_EQ(key->public_part().jwk(), R"({"kty":"OKP","crv":"Ed25519","x":")" +
                                          std::string{example_ed25519_x} + R"(","kid":")" +
                                          key->kid() + R"(","use":"sig","alg":"EdDSA"})");
}

TEST(signing_key, publishes_its_p384_point) {  // JWK-01, RFC 6979 App. A.2.6
  const auto key = signing_key::load(jws_alg::es384, example_p384_der());
  ASSERT_TRUE(key);
  const auto x =
      base64url(from_hex("ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64"
                         "def8f0ea9055866064a254515480bc13"));
  const auto y =
      base64url(from_hex("8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1"
                         "288b231c3ae0d4fe7344fd2533264720"));
  EXPECT_EQ(key->kid(), ec_thumbprint("P-384", x, y));
  EXPECT_EQ(key->public_part().jwk(), R"({"kty":"EC","crv":"P-384","x":")" + x + R"(","y":")" + y +
                                          R"(","kid":")" + key->kid() +
                                          R"(","use":"sig","alg":"ES384"})");
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
  EXPECT_EQ(key->public_part().jwk(), R"({"kty":"RSA","n":")" + n + R"(","e":"AQAB","kid":")" +
                                          key->kid() + R"(","use":"sig","alg":"RS256"})");
}

TEST(signing_key, comes_back_from_its_der) {
  for (const auto alg : jws_algs) {
    const auto loaded = signing_key::load(alg, good_der(alg));
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->alg(), alg);
    EXPECT_EQ(loaded->private_der().reveal(), good_der(alg));
    EXPECT_EQ(signing_key::load(alg, loaded->private_der().reveal())->kid(), loaded->kid());
    const auto copy = *loaded;
    EXPECT_EQ(copy.native(), loaded->native());
  }
}

bool has_private_part(EVP_PKEY* key) {
  const auto context = pkey_ctx_ptr{EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr)};
  const auto has = EVP_PKEY_pairwise_check(context.get()) == 1;
  ERR_clear_error();
  return has;
}

TEST(public_key, has_nothing_of_the_private_part) {
  for (const auto alg : jws_algs) {
    const auto key = signing_key::generate(alg);
    const auto& shown = key.public_part();
    EXPECT_EQ(shown.alg(), alg);
    EXPECT_EQ(EVP_PKEY_eq(shown.native(), key.native()), 1);
    EXPECT_TRUE(has_private_part(key.native()));
    EXPECT_FALSE(has_private_part(shown.native())) << to_string(alg);
  }
}

TEST(signing_key, generates_another_one_each_time) {
  EXPECT_NE(signing_key::generate(jws_alg::es256).kid(),
            signing_key::generate(jws_alg::es256).kid());
}

TEST(jws_alg, names_are_exact) {
  for (const auto* name : {"", "none", "es256", "HS256", "ES256 ", "Ed448", "eddsa", "ES256K"}) {
    EXPECT_FALSE(parse_jws_alg(name)) << name;
    EXPECT_FALSE(parse_signing_alg(name)) << name;
  }
  for (const auto& row : verified_algs) EXPECT_EQ(parse_jws_alg(row.name), row.id);
  EXPECT_EQ(parse_jws_alg("Ed25519"), jws_alg::eddsa);  // RFC 9864 §2.2
  // Nothing is signed by the others, whatever a config or a client asks for.
  for (const auto alg : jws_algs) EXPECT_EQ(parse_signing_alg(to_string(alg)), alg);
  for (const auto* name : {"ES512", "RS384", "RS512", "PS384", "PS512", "Ed25519"})
    EXPECT_FALSE(parse_signing_alg(name)) << name;
  EXPECT_EQ(to_string(jws_alg::es256), "ES256");
  EXPECT_EQ(to_string(jws_alg::rs256), "RS256");
  EXPECT_EQ(to_string(jws_alg::es384), "ES384");
  EXPECT_EQ(to_string(jws_alg::ps256), "PS256");
  EXPECT_EQ(to_string(jws_alg::eddsa), "EdDSA");
}

}  // namespace
}  // namespace mintage::crypto
