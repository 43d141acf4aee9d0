#include "crypto/jwk.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "crypto/base64.hpp"
#include "crypto/jws.hpp"
#include "tests/unit/crypto/example_jwks.hpp"

namespace mintage::crypto {
namespace {

/// Why a JWK is refused; empty when it is not.
std::string fault_of(std::string_view json) {
  const auto read = jwk::read(json);
  return read ? std::string{} : std::string{read.error()};
}

std::string thumbprint_of(std::string_view json) {
  return base64url(jwk::read(json).value().thumbprint());
}

TEST(jwk_read, refuses_what_is_not_one_object) {  // JWS-02
  for (const auto* bad : {"", "[]", "\"EC\"", "{", "{} {}", "null", "1"})
    EXPECT_EQ(fault_of(bad), "the key is not a JSON object") << bad;
  EXPECT_EQ(fault_of(with_member(jwk_p256, R"("kty":"EC")")), "the key has a member twice");
  EXPECT_EQ(fault_of(with_member(jwk_p256, R"("k\u0074y":"EC")")), "the key has a member twice");
}

TEST(jwk_read, refuses_every_member_of_a_private_or_symmetric_key) {  // NEG-169
  for (const auto& key : {jwk_p256, jwk_p521, jwk_rsa, jwk_ed25519})
    for (const auto* name : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
      for (const auto* value : {"\"AQAB\"", "\"\"", "null", "[]"}) {
        const auto fault = fault_of(with_member(key, '"' + std::string{name} + "\":" + value));
        EXPECT_TRUE(fault.starts_with(std::string{name} + " must not be there")) << fault;
      }
  EXPECT_TRUE(fault_of(R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ"})")
                  .starts_with("k must not be there"));
}

TEST(jwk_read, refuses_other_kinds) {  // JWS-03
  for (const auto* bad :
       {R"({})", R"({"kty":"oct"})", R"({"kty":"ec"})", R"({"kty":["EC"]})", R"({"kty":"AKP"})"}) {
    EXPECT_EQ(fault_of(bad), "kty must be EC, RSA or OKP") << bad;
    EXPECT_TRUE(is_unknown_kind(fault_of(bad)));
  }
  for (const auto& bad :
       {replaced(jwk_p256, "P-256", "secp256k1"), replaced(jwk_p256, "P-256", "p-256"),
        replaced(jwk_p256, "P-256", ""), replaced(jwk_ed25519, "Ed25519", "X25519"),
        replaced(jwk_ed25519, "Ed25519", "P-256"), replaced(jwk_p256, "P-256", "Ed25519")}) {
    EXPECT_TRUE(fault_of(bad).starts_with("crv must be")) << bad;
    EXPECT_TRUE(is_unknown_kind(fault_of(bad)));
  }
}

TEST(jwk_read, refuses_points_outside_of_their_curve) {  // JWS-03
  const auto x = std::string{"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"};
  const auto zeros = base64url(std::string(32, '\0'));
  const auto ones = base64url(std::string(32, '\xff'));
  // p, whose coordinate 0 would be that of a point.
  const auto prime = std::string{"_____wAAAAEAAAAAAAAAAAAAAAD_______________8"};
  for (const auto& other : {zeros, ones, prime, replaced(x, "f83", "f84")})
    EXPECT_EQ(fault_of(replaced(jwk_p256, x, other)), "x and y are not a point of the curve")
        << other;
  EXPECT_EQ(fault_of(replaced(jwk_p521, "\"Aekp", "\"Aekq")),
            "x and y are not a point of the curve");
}

TEST(jwk_read, refuses_coordinates_of_another_width) {  // JWS-03
  const auto x = std::string{"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"};
  const auto y = std::string{"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"};
  const auto longer = base64url('\0' + *base64url_decode(x));
  for (const auto& bad : {std::string{}, longer, x.substr(0, 42), x + '=', x.substr(0, 40)}) {
    EXPECT_TRUE(fault_of(replaced(jwk_p256, x, bad)).starts_with("x must be")) << bad;
    EXPECT_TRUE(fault_of(replaced(jwk_p256, y, bad)).starts_with("y must be")) << bad;
  }
  EXPECT_TRUE(fault_of(replaced(jwk_p256, '"' + y + '"', "7")).starts_with("y must be"));
  // The key of one curve under the name of another.
  EXPECT_TRUE(fault_of(replaced(jwk_p256, "P-256", "P-384")).starts_with("x must be"));
  EXPECT_TRUE(fault_of(replaced(jwk_ed25519, "11qY", "1111qY")).starts_with("x must be"));
}

TEST(jwk_read, refuses_small_and_weird_rsa) {  // JWS-03
  const auto key = [](const std::string& n, const std::string& e) {
    return R"({"kty":"RSA","n":")" + base64url(n) + R"(","e":")" + base64url(e) + R"("})";
  };
  const auto e = std::string{"\x01\x00\x01", 3};
  const auto n = [](std::size_t octets, char first = '\x80', char last = '\x01') {
    return first + std::string(octets - 2, '\x55') + last;
  };
  EXPECT_EQ(fault_of(key(n(256), e)), "");
  EXPECT_EQ(fault_of(key(n(257, '\x01'), e)), "");
  EXPECT_EQ(fault_of(key(n(1024), e)), "");
  for (const auto& bad : {n(128), n(255), n(256, '\x7f'), n(257, '\0'), n(1025, '\x01'),
                          n(256, '\x80', '\x02'), std::string{}})
    EXPECT_TRUE(fault_of(key(bad, e)).starts_with("n must be")) << bad.size();
  for (const auto& good : {std::string{"\xff\xff\xff\xfb"}, std::string{"\x01\x00\x03", 3}})
    EXPECT_EQ(fault_of(key(n(256), good)), "");
  for (const auto& bad :
       {std::string{"\x03"}, std::string{"\xff\xff"}, std::string{"\x01\x00\x02", 3},
        std::string{"\x00\x01\x00\x01", 4}, std::string{"\x01\x00\x00\x00\x01", 5}, std::string{}})
    EXPECT_TRUE(fault_of(key(n(256), bad)).starts_with("e must be")) << bad.size();
}

TEST(jwk_read, refuses_uses_of_another_type) {
  for (const auto* bad : {R"("kid":7)", R"("kid":"")", R"("kid":null)", R"("use":["sig"])",
                          R"("alg":256)", R"("key_ops":"verify")", R"("key_ops":["verify",1])"}) {
    const auto name = std::string{bad}.substr(1, std::string{bad}.find('"', 1) - 1);
    EXPECT_TRUE(fault_of(with_member(jwk_p256, bad)).starts_with(name + " must be")) << bad;
  }
  EXPECT_EQ(fault_of(with_member(jwk_p256, "\"kid\":\"" + std::string(256, 'k') + '"')), "");
  EXPECT_EQ(fault_of(with_member(jwk_p256, "\"kid\":\"" + std::string(257, 'k') + '"')),
            "kid must be a string of 1 to 256 octets");
}

TEST(jwk, has_the_thumbprints_of_the_rfcs) {
  EXPECT_EQ(thumbprint_of(jwk_7638), thumbprint_7638);     // RFC 7638 §3.1
  EXPECT_EQ(thumbprint_of(jwk_ed25519), thumbprint_8037);  // RFC 8037 App. A.3
  EXPECT_EQ(thumbprint_of(jwk_9449), thumbprint_9449);     // KAT-04
  // Other members do not count.
  EXPECT_EQ(thumbprint_of(with_member(jwk_9449, R"("kid":"a","alg":"ES256","x5c":["a"])")),
            thumbprint_9449);
}

TEST(jwk, verifies_the_signatures_of_the_rfcs) {
  struct answer {
    jws_alg alg;
    std::string_view key;
    std::string_view jws;
  };
  for (const auto& [alg, text, jws] :
       {answer{jws_alg::rs256, jwk_rsa, jws_rsa}, answer{jws_alg::es256, jwk_p256, jws_p256},
        answer{jws_alg::es512, jwk_p521, jws_p521},
        answer{jws_alg::eddsa, jwk_ed25519, jws_ed25519}}) {
    const auto key = jwk::read(text).value().key_for(alg);
    ASSERT_TRUE(key) << to_string(alg);
    EXPECT_TRUE(verify_compact(*key, jws)) << to_string(alg);
    auto changed = std::string{jws};
    changed[changed.size() - 10] ^= 1;
    EXPECT_FALSE(verify_compact(*key, changed)) << to_string(alg);
  }
}

TEST(jwk, is_for_the_algorithms_of_its_kind_alone) {  // JWS-03
  for (const auto& row : verified_algs) {
    const auto is_rsa = row.scheme == jws_scheme::rsa_pkcs1 || row.scheme == jws_scheme::rsa_pss;
    const auto fits = [&](std::string_view key) {
      return jwk::read(key).value().key_for(row.id).has_value();
    };
    EXPECT_EQ(fits(jwk_p256), row.id == jws_alg::es256) << row.name;
    EXPECT_EQ(fits(jwk_p521), row.id == jws_alg::es512) << row.name;
    EXPECT_EQ(fits(jwk_ed25519), row.id == jws_alg::eddsa) << row.name;
    EXPECT_EQ(fits(jwk_rsa), is_rsa) << row.name;
    EXPECT_EQ(fits(jwk_7638), row.id == jws_alg::rs256) << row.name;  // its `alg`
  }
}

TEST(jwk, says_what_it_may_be_used_for) {  // JWS-05
  struct row {
    const char* members;
    bool may_verify;
  };
  for (const auto& [members, may_verify] :
       {row{R"("kid":"a")", true}, row{R"("use":"sig")", true}, row{R"("use":"enc")", false},
        row{R"("use":"other")", false}, row{R"("key_ops":["verify"])", true},
        row{R"("key_ops":["sign","verify"])", true}, row{R"("key_ops":["sign"])", false},
        row{R"("key_ops":[])", false}, row{R"("use":"enc","key_ops":["verify"])", false},
        row{R"("alg":"ES256")", true}, row{R"("alg":"ECDH-ES")", true}}) {
    const auto key = jwk::read(with_member(jwk_p256, members)).value();
    EXPECT_EQ(key.may_verify(), may_verify) << members;
    const auto is_of_another_alg = key.alg() && *key.alg() != "ES256";
    EXPECT_EQ(key.key_for(jws_alg::es256).has_value(), may_verify && !is_of_another_alg) << members;
  }
  EXPECT_TRUE(jwk::read(with_member(jwk_p256, R"("use":"enc")")).value().is_for_encryption());
  const auto other_name = with_member(jwk_ed25519, R"("alg":"Ed25519")");  // RFC 9864
  EXPECT_TRUE(jwk::read(other_name).value().key_for(jws_alg::eddsa));
}

TEST(jwk, is_what_a_signing_key_publishes) {
  for (const auto& row : verified_algs) {
    const auto pair = signing_key::generate(row.id);
    const auto read = jwk::read(pair.public_part().jwk()).value();
    EXPECT_EQ(read.kid(), pair.kid());
    EXPECT_EQ(base64url(read.thumbprint()), pair.kid());
    const auto key = read.key_for(row.id);
    ASSERT_TRUE(key) << row.name;
    EXPECT_EQ(key->kid(), pair.kid());
    EXPECT_TRUE(std::ranges::equal(key->words(), pair.public_part().words()));
    auto compact = std::string{};
    jws_signer{pair}.append_compact(compact, "e30", "{}");
    EXPECT_TRUE(verify_compact(*key, compact)) << row.name;
  }
}

}  // namespace
}  // namespace mintage::crypto
