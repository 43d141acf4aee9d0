#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>

#include "bench/harness/jwks.hpp"
#include "bench/harness/proofs.hpp"
#include "bench/harness/requests.hpp"
#include "bench/harness/scenario.hpp"
#include "bench/harness/token_check.hpp"
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
      {200, R"({"access_token":"a","token_type":"mac"})", "token_type is neither Bearer nor DPoP"},
      {200, R"({"access_token":"a","token_type":"Bearer"})", "no id_token"},
      {200, R"({"access_token":"a","token_type":"Bearer","id_token":"a.b"})",
       "id_token is not a JWS"},
  };
  auto check = token_check{};
  constexpr auto login = expectation{true, false, false};
  for (const auto& r : rows) EXPECT_EQ(check(login, r.status, r.body), r.kind) << r.body;
}

TEST(token_check, finds_nothing_wrong_with_a_good_answer) {
  const auto body =
      R"({"access_token":"tok","token_type":"Bearer","expires_in":600,"id_token":")" + jws + "\"}";
  auto check = token_check{};
  constexpr auto login = expectation{true, false, false};
  EXPECT_EQ(check(login, 200, body), "");
  EXPECT_EQ(check.keep().access_token, "tok");
  EXPECT_EQ(check.keep().id_token, jws);
  const auto least = R"({"access_token":"a","token_type":"Bearer"})";
  EXPECT_EQ(check({}, 200, least), "");
  EXPECT_EQ(check.refresh_token(), "");
  EXPECT_EQ(check({false, true, false}, 200, least), "no refresh_token");
  const auto rotated = R"({"access_token":"a","token_type":"Bearer","refresh_token":"r2"})";
  EXPECT_EQ(check({false, true, false}, 200, rotated), "");
  EXPECT_EQ(check.refresh_token(), "r2");
}

TEST(token_check, takes_only_true_for_active) {
  auto check = token_check{};
  constexpr auto introspection = expectation{false, false, true};
  EXPECT_EQ(check(introspection, 200, R"({"active":true,"scope":"a"})"), "");
  for (const auto* body : {R"({"active":false})", R"({"active":"true"})", "{}"})
    EXPECT_EQ(check(introspection, 200, body), "not active") << body;
  EXPECT_EQ(check(introspection, 401, R"({"error":"invalid_client"})"), "401 invalid_client");
}

class signatures : public testing::TestWithParam<crypto::jws_alg> {};

TEST_P(signatures, are_told_from_forged_ones) {
  const auto key = crypto::signing_key::generate(GetParam());
  const auto other = crypto::signing_key::generate(GetParam());
  const auto set = jwks{R"({"keys":[)" + key.public_part().jwk() + R"(,{"kty":"OKP","kid":"x"}]})"};
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
  // A key verifies its own algorithm only, even if the signature is valid.
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

std::string written(request_kind kind, const client& who, std::string_view value) {
  auto out = std::string{"of the request before"};
  form_template{kind, who, "h:1", "/token"}.write(out, value);
  return out;
}
std::string body_of(const std::string& request) {
  return request.substr(request.find("\r\n\r\n") + 4);
}

TEST(form_template, carries_an_assertion_in_the_form_or_a_proof_in_the_head) {
  auto who = client{"id", "", "https://c/cb", {}, {}};
  auto out = std::string{};
  who.proofs =
      std::make_shared<proof_maker>(proof_kind::assertion, "https://as", "https://as/token");
  form_template{request_kind::client_credentials, who, "h", "/token"}.write(out, {}, "a.b.c");
  EXPECT_THAT(out, testing::HasSubstr("Content-Length: 152\r\n\r\n"));
  EXPECT_THAT(out, testing::EndsWith("&client_assertion=a.b.c"));
  who.proofs = std::make_shared<proof_maker>(proof_kind::dpop, "https://as", "https://as/token");
  form_template{request_kind::code, who, "h", "/token"}.write(out, "mco_x", "a.b.c");
  EXPECT_THAT(out, testing::HasSubstr("\r\nDPoP: a.b.c\r\n\r\ngrant_type="));
}

TEST(proof_maker, signs_what_its_keys_verify) {
  auto maker = proof_maker{proof_kind::assertion, "https://as", "https://as/token"};
  const auto made = maker.make("id", 70);
  ASSERT_EQ(made.size(), 70U);
  const auto keys = jwks{maker.jwks()};
  for (const auto& each : made) EXPECT_TRUE(keys.verifies(each));
  EXPECT_EQ(std::set(made.begin(), made.end()).size(), 70U);
}

TEST(form_template, identifies_confidential_clients_by_basic) {
  const auto body = std::string{
      "grant_type=authorization_code&code=c1&redirect_uri=https%3A%2F%2Fc.example%2Fcb%3Fa%3D1"};
  EXPECT_EQ(written(request_kind::code,
                    {"s6BhdRkqt3", "gX1fBat3bV", "https://c.example/cb?a=1", {}, {}}, "c1"),
            "POST /token HTTP/1.1\r\nHost: h:1\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            "Authorization: Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW\r\n"  // RFC 6749 §4.1.3
            "Content-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
}

TEST(form_template, names_the_client_and_proves_possession_when_it_is_public) {
  const auto out = written(request_kind::code, {"id", "", "u", "verifier", {}}, "c1");
  EXPECT_EQ(out.find("Authorization"), out.npos);
  EXPECT_EQ(body_of(out),
            "grant_type=authorization_code&code=c1&redirect_uri=u&client_id=id&"
            "code_verifier=verifier");
}

TEST(form_template, holds_what_each_kind_needs) {
  const auto who = client{"id", "secret", "u", "verifier", "read write"};
  EXPECT_EQ(body_of(written(request_kind::refresh, who, "r1")),
            "grant_type=refresh_token&refresh_token=r1");
  EXPECT_EQ(body_of(written(request_kind::client_credentials, who, "nothing")),
            "grant_type=client_credentials&scope=read%20write");
  EXPECT_EQ(body_of(written(request_kind::introspect, who, "a1")), "token=a1");
}

TEST(parse_mix, reads_kinds_and_weights) {
  const auto mix = parse_mix("code=4,refresh=5.5,client-credentials=1");
  ASSERT_TRUE(mix);
  ASSERT_EQ(mix->size(), 3U);
  EXPECT_EQ(mix->at(1).kind, request_kind::refresh);
  EXPECT_EQ(mix->at(1).weight, 5.5);
  for (const auto* text : {"", "code", "code=", "code=0", "code=-1", "code=x", "code=1x", "other=1",
                           "code=1,code=2", "code=nan", "code=inf", "code=1;refresh=2"})
    EXPECT_FALSE(parse_mix(text)) << text;
}

TEST(deal, gives_each_code_to_one_thread) {
  const auto parts = deal({"a", "b", "c", "d", "e"}, 2);
  EXPECT_EQ(parts[0], (std::vector<std::string>{"a", "c", "e"}));
  EXPECT_EQ(parts[1], (std::vector<std::string>{"b", "d"}));
}

}  // namespace
}  // namespace mintage::bench
