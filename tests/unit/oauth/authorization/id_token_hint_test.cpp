#include "oauth/authorization/id_token_hint.hpp"

#include <gtest/gtest.h>

#include "crypto/base64.hpp"
#include "crypto/jws.hpp"
#include "tests/unit/oauth/authorization/samples.hpp"

namespace mintage::oauth {
namespace {

const key_ring& ring() {
  static const auto made = [] {
    auto out = key_ring{};
    out.keys.push_back({crypto::signing_key::generate(crypto::jws_alg::es256)});
    return out;
  }();
  return made;
}

std::string sign(std::string_view claims, std::string_view typ = "JWT") {
  const auto& key = ring().keys.front().key;
  auto signer = crypto::jws_signer{key};
  auto header = std::string{R"({"alg":"ES256","typ":")"};
  header.append(typ).append(R"(","kid":")").append(key.kid()).append("\"}");
  auto out = std::string{};
  signer.append_compact(out, crypto::base64url(header), claims);
  return out;
}

constexpr auto good =
    R"({"iss":"https://as.example","aud":"app","sub":"alice","sid":"s1","exp":1})";

result<hinted_login> read(std::string_view claims) {
  const auto text = sign(claims);
  const auto hint = read_id_token_hint(ring(), text);
  EXPECT_TRUE(hint);
  return read_hinted_login(*hint, "app", test::issuer_options());
}

TEST(id_token_hint, names_a_person_also_when_it_has_expired) {  // MINT-02, LGO-02
  const auto login = read(good);
  ASSERT_TRUE(login);
  EXPECT_EQ(login->sub, "alice");
  EXPECT_EQ(login->sid, "s1");
  EXPECT_TRUE(read(R"({"iss":"https://as.example","aud":["b","app"],"sub":"alice"})"));
}

TEST(id_token_hint, is_verified_by_its_key) {
  const auto text = sign(good);
  const auto hint = read_id_token_hint(ring(), text);
  ASSERT_TRUE(hint);
  EXPECT_TRUE(crypto::verify_signature(*hint->key, hint->signed_text, hint->signature));
}

TEST(id_token_hint, is_an_id_token_of_this_server) {
  EXPECT_FALSE(read_id_token_hint(ring(), sign(good, "at+jwt")));
  EXPECT_FALSE(read_id_token_hint(ring(), sign(good, "logout+jwt")));
  EXPECT_FALSE(read_id_token_hint(key_ring{}, sign(good)));
  EXPECT_FALSE(read_id_token_hint(ring(), "x"));
}

TEST(id_token_hint, is_of_this_issuer_and_client) {
  for (const auto* claims : {R"({"iss":"https://other.example","aud":"app","sub":"alice"})",
                             R"({"iss":"https://as.example","aud":"other","sub":"alice"})",
                             R"({"iss":"https://as.example","aud":"app"})",
                             R"({"iss":"https://as.example","sub":"alice"})", "[]"}) {
    const auto login = read(claims);
    ASSERT_FALSE(login) << claims;
    EXPECT_EQ(login.error().code, errc::invalid_request);
  }
}

}  // namespace
}  // namespace mintage::oauth
