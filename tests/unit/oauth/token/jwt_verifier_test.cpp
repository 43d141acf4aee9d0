#include "oauth/token/jwt_verifier.hpp"

#include <gtest/gtest.h>

#include <string>

#include "crypto/base64.hpp"
#include "crypto/jws.hpp"
#include "tests/support/verify_jwt.hpp"

namespace mintage::oauth {
namespace {

using crypto::base64url;
using crypto::jws_alg;
using test::verify_jwt;

const crypto::signing_key& key_for(jws_alg alg) {
  static const auto keys = [] {
    auto made = std::vector<crypto::signing_key>{};
    for (const auto each : crypto::jws_algs) made.push_back(crypto::signing_key::generate(each));
    return made;
  }();
  return keys[static_cast<std::size_t>(alg)];
}

key_ring ring_of_all() {
  auto ring = key_ring{};
  for (const auto alg : crypto::jws_algs) ring.keys.push_back({key_for(alg)});
  return ring;
}

constexpr auto claims = std::string_view{R"({"iss":"https://h","sub":"s","exp":1})"};

std::string sign(std::string_view header, std::string_view payload = claims,
                 const crypto::signing_key& key = key_for(jws_alg::es256)) {
  auto signer = crypto::jws_signer{key};
  auto out = std::string{};
  signer.append_compact(out, base64url(header), payload);
  return out;
}

/// The header of an access token, with a change.
std::string header(const std::string& alg = "ES256", const std::string& typ = "at+jwt",
                   const std::string& more = {},
                   const std::string& kid = key_for(jws_alg::es256).kid()) {
  return R"({"alg":")" + alg + R"(","typ":")" + typ + R"(","kid":")" + kid + '"' + more + '}';
}

bool is_own(const std::string& compact, std::string_view typ = "at+jwt") {
  static const auto ring = ring_of_all();
  const auto found = verify_jwt(ring, compact, typ);
  EXPECT_TRUE(found || !found.error().empty());
  return found.has_value();
}

TEST(verify_jwt, refuses_what_is_not_three_parts_of_strict_base64url) {  // JWS-02
  const auto good = sign(header());
  ASSERT_TRUE(is_own(good));
  const auto first = good.find('.');
  const auto last = good.rfind('.');
  const auto text = good.substr(0, last);
  for (const auto& bad : {
           std::string{},
           std::string{"."},
           std::string{".."},
           text,
           text + '.',
           '.' + good,
           good + '.',
           good + ".e30",      // four parts
           good + ".e30.e30",  // five: JWE
           good + '=',
           good + ' ',
           ' ' + good,
           good.substr(0, first) + "=" + good.substr(first),
           good.substr(0, first) + "\n" + good.substr(first),
           good.substr(0, last) + "." + good.substr(last),
           std::string(100, '.'),
       }) {
    EXPECT_FALSE(is_own(bad)) << bad;
  }
}

TEST(verify_jwt, refuses_every_change_of_one_character) {  // JWS-03
  for (const auto alg : crypto::jws_algs) {
    const auto& key = key_for(alg);
    const auto good =
        sign(header(std::string{to_string(alg)}, "at+jwt", {}, key.kid()), claims, key);
    ASSERT_TRUE(is_own(good));
    const auto step = alg == jws_alg::es256 ? std::size_t{1} : std::size_t{13};
    for (auto at = std::size_t{0}; at < good.size(); at += step) {
      auto bad = good;
      bad[at] = bad[at] == 'A' ? 'B' : 'A';
      EXPECT_FALSE(is_own(bad)) << at;
    }
  }
}

TEST(verify_jwt, refuses_spellings_with_other_trailing_bits) {  // JWS-02
  const auto good = sign(header());
  ASSERT_EQ(base64url(std::string(64, 'x')).size() % 4, 2U) << "four unused bits";
  constexpr auto alphabet =
      std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"};
  const auto value = alphabet.find(good.back());
  for (auto other = value + 1; other < value + 16; ++other) {
    EXPECT_FALSE(is_own(good.substr(0, good.size() - 1) + alphabet[other]));
  }
}

TEST(verify_jwt, refuses_more_than_16_kib) {  // JWS-02
  const auto with_padding = [](std::size_t size) {
    return sign(header(), R"({"p":")" + std::string(size, 'x') + R"("})");
  };
  // 12 KiB of claims are 16 KiB of base64url.
  EXPECT_TRUE(is_own(with_padding(12000)));
  auto size = std::size_t{12000};
  while (with_padding(size).size() <= max_jwt_size) ++size;
  EXPECT_TRUE(is_own(with_padding(size - 1)));
  EXPECT_FALSE(is_own(with_padding(size)));
}

TEST(verify_jwt, refuses_headers_that_are_not_strict_json) {  // JWS-02
  const auto kid = key_for(jws_alg::es256).kid();
  for (const auto& bad : {
           std::string{},
           std::string{"[]"},
           std::string{"\"ES256\""},
           header() + " {}",
           header("ES256", "at+jwt", R"(,"alg":"ES256")"),
           header("ES256", "at+jwt", R"(,"x":{"a":1,"a":2})"),
           header("ES256", "at+jwt", ",\"x\":\"\xff\""),
           header("ES256", "at+jwt", R"(,"crit":["exp"])"),
           header("ES256", "at+jwt", R"(,"crit":[])"),
           header("ES256", "at+jwt", R"(,"b64":true)"),
           header("ES256", "at+jwt", R"(,"b64":false)"),
           R"({"alg":"ES256","typ":"at+jwt","kid":[")" + kid + R"("]})",
           R"({"alg":["ES256"],"typ":"at+jwt","kid":")" + kid + R"("})",
           R"({"alg":"ES256","typ":null,"kid":")" + kid + R"("})",
       }) {
    EXPECT_FALSE(is_own(sign(bad))) << bad;
  }
}

TEST(verify_jwt, refuses_an_alg_that_is_not_the_keys) {  // JWS-03
  for (const auto* alg : {"none", "None", "", "HS256", "ES384", "RS256", "es256", "EdDSA"}) {
    EXPECT_FALSE(is_own(sign(header(alg)))) << alg;
  }
  // The public key as the secret of a MAC, and no signature at all.
  const auto text = base64url(header("HS256")) + '.' + base64url(claims);
  auto mac = crypto::hmac_sha256{crypto::as_bytes(key_for(jws_alg::es256).public_part().jwk())};
  EXPECT_FALSE(is_own(text + '.' + base64url(mac(text))));
  EXPECT_FALSE(is_own(base64url(header("none")) + '.' + base64url(claims) + '.'));
  // RS256 and PS256 share their numbers.
  const auto numbers = std::string{key_for(jws_alg::rs256).private_der().reveal()};
  const auto pss = crypto::signing_key::load(jws_alg::ps256, numbers).value();
  EXPECT_FALSE(is_own(sign(header("PS256", "at+jwt", {}, pss.kid()), claims, pss)));
}

TEST(verify_jwt, refuses_keys_that_are_not_in_the_ring) {  // JWS-02, JWS-06
  const auto foreign = crypto::signing_key::generate(jws_alg::es256);
  const auto jwk = R"(,"jwk":)" + foreign.public_part().jwk();
  EXPECT_FALSE(is_own(sign(header("ES256", "at+jwt", jwk, foreign.kid()), claims, foreign)));
  EXPECT_FALSE(is_own(sign(header("ES256", "at+jwt", jwk), claims, foreign)));
  EXPECT_FALSE(is_own(sign(R"({"alg":"ES256","typ":"at+jwt"})")));
  EXPECT_FALSE(is_own(sign(header("ES256", "at+jwt", {}, ""))));
  EXPECT_FALSE(is_own(sign(header("ES256", "at+jwt", {}, key_for(jws_alg::es384).kid()))));
  EXPECT_FALSE(verify_jwt({}, sign(header()), "at+jwt"));
}

TEST(verify_jwt, refuses_other_types) {  // ATK-05, RFC 8725 §3.11
  for (const auto* typ : {"", "JWT", "at+jwt ", "logout+jwt", "application/", "application/jwt",
                          "application/application/at+jwt", "x/at+jwt"}) {
    EXPECT_FALSE(is_own(sign(header("ES256", typ)))) << typ;
  }
  EXPECT_FALSE(is_own(sign(R"({"alg":"ES256","kid":")" + key_for(jws_alg::es256).kid() + R"("})")));
  for (const auto* typ : {"at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"}) {
    EXPECT_TRUE(is_own(sign(header("ES256", typ)))) << typ;
  }
  EXPECT_TRUE(is_own(sign(header("ES256", "JWT")), "jwt"));
  EXPECT_FALSE(is_own(sign(header("ES256", "at+jwt")), "jwt"));
}

TEST(verify_jwt, refuses_claims_that_are_not_strict_json) {  // JWS-02
  for (const auto* bad : {"", "[]", "null", "{\"a\":1,\"a\":2}", "{} ,", "{\"a\":\"\xff\"}"}) {
    EXPECT_FALSE(is_own(sign(header(), bad))) << bad;
  }
}

TEST(verify_jwt, takes_keys_of_every_state) {  // JWS-06
  auto ring = key_ring{};
  ring.keys.push_back({key_for(jws_alg::es256)});
  for (const auto state : {key_state::pending, key_state::active, key_state::retiring}) {
    ring.keys.back().state = state;
    EXPECT_TRUE(verify_jwt(ring, sign(header()), "at+jwt"));
  }
}

TEST(verify_jwt, gives_the_claims_of_what_every_algorithm_signed) {  // JWS-07
  for (const auto alg : crypto::jws_algs) {
    const auto& key = key_for(alg);
    const auto more = std::string{R"(,"x5u":"http://h","jku":"http://h","unknown":[1])"};
    const auto found = verify_jwt(
        ring_of_all(),
        sign(header(std::string{to_string(alg)}, "at+jwt", more, key.kid()), claims, key),
        "at+jwt");
    ASSERT_TRUE(found) << found.error();
    EXPECT_EQ(found->string("sub"), "s");
    EXPECT_EQ(found->integer("exp"), 1);
  }
}

}  // namespace
}  // namespace mintage::oauth
