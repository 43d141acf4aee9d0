#include <gtest/gtest.h>

#include "bench/load/jwks.hpp"
#include "bench/load/requests.hpp"
#include "bench/load/token_check.hpp"
#include "crypto/base64.hpp"
#include "crypto/jws.hpp"

namespace mintage::bench {
namespace {

const auto jws = std::string(40, 'a') + "." + std::string(40, 'b') + "." + std::string(40, 'c');

TEST(token_check, names_what_is_wrong_with_an_answer) {
  struct row {
    unsigned status;
    std::string body;
    std::string_view kind;
  };
  const auto rows = std::vector<row>{
      {503, R"({"error":"temporarily_unavailable"})", "503 temporarily_unavailable"},
      {400, R"({"error":"invalid_grant","error_description":"x"})", "400 invalid_grant"},
      {400, R"({"error":"Secret Text 1"})", "400"},
      {502, "<html>", "502 without JSON"},
      {200, "", "not JSON"},
      {200, "[1,2", "not JSON"},
      {200, R"({"token_type":"Bearer"})", "no access_token"},
      {200, R"({"access_token":"","token_type":"Bearer"})", "no access_token"},
      {200, R"({"access_token":"a","token_type":"mac"})", "token_type is not Bearer"},
      {200, R"({"access_token":"a","token_type":"Bearer"})", "no id_token"},
      {200, R"({"access_token":"a","token_type":"Bearer","id_token":"a.b"})",
       "id_token is not a JWS"},
  };
  auto check = token_check{true};
  for (const auto& r : rows) EXPECT_EQ(check(r.status, r.body), r.kind) << r.body;
}

TEST(token_check, finds_nothing_wrong_with_a_good_answer) {
  const auto body =
      R"({"access_token":"tok","token_type":"Bearer","expires_in":600,"id_token":")" + jws + "\"}";
  auto check = token_check{true};
  EXPECT_EQ(check(200, body), "");
  EXPECT_EQ(check.keep().access_token, "tok");
  EXPECT_EQ(check.keep().id_token, jws);
  auto without = token_check{false};
  EXPECT_EQ(without(200, R"({"access_token":"a","token_type":"Bearer"})"), "");
}

class signatures : public testing::TestWithParam<crypto::jws_alg> {};

TEST_P(signatures, are_told_from_forged_ones) {
  const auto key = crypto::signing_key::generate(GetParam());
  const auto other = crypto::signing_key::generate(GetParam());
  const auto set = jwks{R"({"keys":[)" + key.public_jwk() + R"(,{"kty":"OKP","kid":"x"}]})"};
  const auto signed_by = [](const crypto::signing_key& with, const crypto::signing_key& named) {
    auto out = std::string{};
    crypto::jws_signer{with}.append_compact(out, crypto::jose_header(named, "at+jwt"), "{}");
    return out;
  };
  const auto good = signed_by(key, key);
  EXPECT_TRUE(set.verifies(good));
  EXPECT_FALSE(set.verifies(signed_by(other, key)));
  EXPECT_FALSE(set.verifies(signed_by(other, other)));
  for (auto i = std::size_t{0}; i < good.size(); i += 7) {
    auto changed = good;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(set.verifies(changed)) << i;
  }
  // A key is good for its own algorithm only, whatever the signature is worth.
  auto renamed = std::string{};
  const auto* alg = GetParam() == crypto::jws_alg::es256 ? "RS256" : "ES256";
  const auto header = std::string{R"({"alg":")"} + alg + R"(","kid":")" + key.kid() + "\"}";
  crypto::jws_signer{key}.append_compact(renamed, crypto::base64url(header), "{}");
  EXPECT_FALSE(set.verifies(renamed));
  EXPECT_FALSE(set.verifies(""));
  EXPECT_FALSE(set.verifies("a.b"));
}
INSTANTIATE_TEST_SUITE_P(algs, signatures,
                         testing::Values(crypto::jws_alg::es256, crypto::jws_alg::rs256));

TEST(jwks, is_read_from_a_key_set_only) {
  for (const auto* text : {"", "[]", "{}", R"({"keys":1})"}) {
    EXPECT_THROW(jwks{text}, std::runtime_error) << text;
  }
}

TEST(code_requests, are_sent_with_basic_by_confidential_clients) {
  auto requests = code_requests{
      {"s6BhdRkqt3", "gX1fBat3bV", "https://c.example/cb?a=1", {}}, "h:1", "/token", {"c1"}};
  auto out = std::string{};
  ASSERT_TRUE(requests.next(out));
  const auto body = std::string{
      "grant_type=authorization_code&code=c1&redirect_uri=https%3A%2F%2Fc.example%2Fcb%3Fa%3D1"};
  EXPECT_EQ(out,
            "POST /token HTTP/1.1\r\nHost: h:1\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            "Authorization: Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW\r\n"  // RFC 6749 §4.1.3
            "Content-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
  EXPECT_FALSE(requests.next(out));
}

TEST(code_requests, name_the_client_and_prove_possession_when_it_is_public) {
  auto requests = code_requests{{"id", "", "u", "verifier"}, "h:1", "/t", {"c1", "c2"}};
  auto out = std::string{};
  ASSERT_TRUE(requests.next(out));
  EXPECT_EQ(out.find("Authorization"), out.npos);
  EXPECT_TRUE(out.ends_with("code=c1&redirect_uri=u&client_id=id&code_verifier=verifier")) << out;
  ASSERT_TRUE(requests.next(out));
  EXPECT_NE(out.find("code=c2&"), out.npos);
  EXPECT_FALSE(requests.next(out));
}

TEST(deal, gives_each_code_to_one_thread) {
  const auto parts = deal({"a", "b", "c", "d", "e"}, 2);
  EXPECT_EQ(parts[0], (std::vector<std::string>{"a", "c", "e"}));
  EXPECT_EQ(parts[1], (std::vector<std::string>{"b", "d"}));
}

}  // namespace
}  // namespace mintage::bench
