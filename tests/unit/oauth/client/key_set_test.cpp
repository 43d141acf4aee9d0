#include "oauth/client/key_set.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/crypto/example_jwks.hpp"

namespace mintage::oauth {
namespace {

using crypto::jwk_ed25519;
using crypto::jwk_p256;
using crypto::jwk_rsa;
using crypto::jws_alg;
using crypto::with_member;
using origin = key_set::origin;

std::string set_of(const std::vector<std::string>& keys) {
  auto out = std::string{R"({"keys":[)"};
  for (const auto& key : keys) out += (&key == &keys.front() ? "" : ",") + key;
  return out + "]}";
}

std::string fault_of(std::string_view jwks, origin from = origin::registered) {
  const auto read = key_set::read(jwks, from);
  return read ? std::string{} : read.error();
}

std::string named(std::string_view jwk, const std::string& kid) {
  return with_member(jwk, "\"kid\":\"" + kid + '"');
}

TEST(key_set_read, refuses_what_is_not_a_set) {
  for (const auto from : {origin::registered, origin::fetched}) {
    EXPECT_EQ(fault_of("", from), "it is empty");
    for (const auto* bad : {"[]", "{", "{} {}", "null", "\"\""})
      EXPECT_EQ(fault_of(bad, from), "it must be one JSON object") << bad;
    for (const auto* bad : {"{}", R"({"keys":{}})", R"({"keys":null})", R"({"kty":"EC"})"})
      EXPECT_EQ(fault_of(bad, from), "keys must be an array") << bad;
    for (const auto* bad :
         {R"({"keys":[],"keys":[]})", R"({"keys":[{"kty":"EC","x":{"a":1,"a":2}}]})"})
      EXPECT_EQ(fault_of(bad, from), "it has a member twice in one object") << bad;
  }
  EXPECT_EQ(fault_of(R"({"keys":[]})"), "");
}

TEST(key_set_read, names_the_member_of_a_registered_key) {
  const auto good = std::string{jwk_p256};
  EXPECT_EQ(fault_of(set_of({good, "7"})), "keys[1] must be an object");
  EXPECT_EQ(fault_of(set_of({good, good, with_member(jwk_rsa, R"("d":"AQAB")")})),
            "keys[2].d must not be there: it is a private key");
  EXPECT_EQ(fault_of(set_of({R"({"kty":"oct","k":"AQAB"})"})),
            "keys[0].k must not be there: it is a secret");
  EXPECT_EQ(fault_of(set_of({R"({"kty":"AKP"})"})), "keys[0].kty must be EC, RSA or OKP");
  EXPECT_EQ(fault_of(set_of({named(jwk_p256, std::string(257, 'k'))})),
            "keys[0].kid must be a string of 1 to 256 octets");
}

TEST(key_set_read, demands_that_each_registered_kid_is_there_once) {
  const auto twice = set_of({named(jwk_p256, "a"), named(jwk_rsa, "b"), named(jwk_ed25519, "a")});
  EXPECT_EQ(fault_of(twice), "keys[2].kid must not repeat that of another key");
  const auto fetched = key_set::read(twice, origin::fetched).value();
  EXPECT_EQ(fetched.size(), 3U);
  EXPECT_EQ(fetched.candidates(jws_alg::eddsa, "a").size(), 1U);
}

TEST(key_set_read, takes_50_keys) {  // CAU-11
  EXPECT_EQ(fault_of(set_of(std::vector<std::string>(50, std::string{jwk_ed25519}))), "");
  for (const auto from : {origin::registered, origin::fetched})
    EXPECT_EQ(fault_of(set_of(std::vector<std::string>(51, std::string{jwk_ed25519})), from),
              "keys must be at most 50");
}

TEST(key_set_read, leaves_out_keys_for_encryption_that_it_does_not_know) {
  const auto x25519 = std::string{
      R"({"kty":"OKP","crv":"X25519","use":"enc","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"})"};
  const auto set = key_set::read(set_of({x25519, std::string{jwk_p256}})).value();
  EXPECT_EQ(set.size(), 1U);
  EXPECT_EQ(set.left_out(), 1U);
  EXPECT_EQ(fault_of(set_of({with_member(x25519, R"("d":"AQAB")")})),
            "keys[0].d must not be there: it is a private key");
  const auto not_for_encryption = crypto::replaced(x25519, "\"enc\"", "\"sig\"");
  EXPECT_TRUE(fault_of(set_of({not_for_encryption})).starts_with("keys[0].crv must be"));
}

TEST(key_set_read, leaves_out_unsound_keys_of_a_fetched_set) {
  const auto set =
      key_set::read(set_of({"7", R"({"kty":"AKP"})", R"({"kty":"oct","k":"AQAB"})",
                            with_member(jwk_rsa, R"("d":"AQAB")"), std::string{jwk_ed25519}}),
                    origin::fetched);
  ASSERT_TRUE(set);
  EXPECT_EQ(set->size(), 1U);
  EXPECT_EQ(set->left_out(), 4U);
  EXPECT_TRUE(set->can_verify());
  EXPECT_TRUE(set->candidates(jws_alg::rs256, std::nullopt).empty());
}

TEST(key_set, finds_keys_by_what_they_are_for) {  // JWS-05
  const auto set = key_set::read(set_of({named(jwk_p256, "p"), named(jwk_rsa, "r"),
                                         with_member(jwk_ed25519, R"("use":"enc","kid":"e")"),
                                         with_member(jwk_rsa, R"("alg":"PS256","kid":"ps")"),
                                         with_member(jwk_p256, R"("key_ops":["sign"],"kid":"s")")}))
                       .value();
  EXPECT_EQ(set.candidates(jws_alg::es256, std::nullopt).size(), 1U);
  EXPECT_EQ(set.candidates(jws_alg::es384, std::nullopt).size(), 0U);
  EXPECT_EQ(set.candidates(jws_alg::rs256, std::nullopt).size(), 1U);
  EXPECT_EQ(set.candidates(jws_alg::ps256, std::nullopt).size(), 2U);
  EXPECT_EQ(set.candidates(jws_alg::eddsa, std::nullopt).size(), 0U);
  EXPECT_EQ(set.candidates(jws_alg::ps256, "ps").size(), 1U);
  EXPECT_EQ(set.candidates(jws_alg::rs256, "ps").size(), 0U);
  EXPECT_EQ(set.candidates(jws_alg::es256, "s").size(), 0U);
  for (const auto* key : set.candidates(jws_alg::ps256, std::nullopt))
    EXPECT_EQ(key->alg(), jws_alg::ps256);
  EXPECT_TRUE(set.has_key_for(jws_alg::ps512));
  EXPECT_FALSE(set.has_key_for(jws_alg::eddsa));
  for (const auto* kid : {"p", "r", "e", "ps", "s"}) EXPECT_TRUE(set.has_kid(kid));
  for (const auto* kid : {"", "P", "x"}) EXPECT_FALSE(set.has_kid(kid)) << kid;
}

TEST(key_set, takes_a_kid_as_an_opaque_text) {  // NEG-087
  const auto set = key_set::read(set_of({std::string{jwk_p256}, named(jwk_p256, "a")})).value();
  for (const auto& kid :
       {std::string{}, std::string{"../../etc/passwd"}, std::string{"' OR 1=1 --"},
        std::string{"A"}, std::string{"a\0", 2}, std::string(10'000, 'a')})
    EXPECT_TRUE(set.candidates(jws_alg::es256, kid).empty()) << kid.size();
  EXPECT_EQ(set.candidates(jws_alg::es256, "a").size(), 1U);
  // Without a kid, every key is tried; a key without one has none.
  EXPECT_EQ(set.candidates(jws_alg::es256, std::nullopt).size(), 2U);
}

TEST(key_set, gives_four_candidates_at_most) {  // JWS-05
  const auto set =
      key_set::read(set_of(std::vector<std::string>(9, std::string{jwk_ed25519}))).value();
  EXPECT_EQ(set.candidates(jws_alg::eddsa, std::nullopt).size(), 4U);
}

TEST(key_set, knows_thumbprints) {
  const auto set = key_set::read(set_of({std::string{crypto::jwk_9449}})).value();
  EXPECT_TRUE(set.has_thumbprint(crypto::jwk::read(crypto::jwk_9449).value().thumbprint()));
  EXPECT_FALSE(set.has_thumbprint(crypto::jwk::read(jwk_p256).value().thumbprint()));
}

TEST(key_set, cannot_verify_without_keys_for_signatures) {
  EXPECT_FALSE(key_set::read(R"({"keys":[]})").value().can_verify());
  EXPECT_FALSE(
      key_set::read(set_of({with_member(jwk_p256, R"("use":"enc")")})).value().can_verify());
  EXPECT_TRUE(key_set::read(set_of({std::string{jwk_p256}})).value().can_verify());
}

}  // namespace
}  // namespace mintage::oauth
