/// @file
/// The rules of one code exchange, without store and signatures.

#include <benchmark/benchmark.h>

#include <string>

#include "oauth/client/authentication.hpp"
#include "oauth/grant/code.hpp"
#include "oauth/request/token_request.hpp"
#include "oauth/token/claims.hpp"

namespace mintage::oauth {
namespace {

constexpr auto body = std::string_view{
    "grant_type=authorization_code&code=mco_AAE9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    "&redirect_uri=https%3A%2F%2Faboutauth.org%2Fclient%2Fcb"};
constexpr auto basic = std::string_view{"Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW"};  // KAT-02

void parse_a_token_request(benchmark::State& state) {
  auto octets = std::string{};
  auto authorization = std::string{};
  for (auto _ : state) {
    octets = body;  // decoding works in place
    authorization = basic;
    const auto head = token_request_head{.content_type = "application/x-www-form-urlencoded",
                                         .authorization = authorization,
                                         .query = {}};
    benchmark::DoNotOptimize(parse_token_request(head, authorization, octets));
  }
}
BENCHMARK(parse_a_token_request);

void authenticate_a_generated_secret(benchmark::State& state) {
  const auto keys = auth_keys{crypto::sha256(std::string_view{"pepper"}),
                              crypto::sha256(std::string_view{"process"})};
  auto pepper = crypto::hmac_sha256{keys.pepper};
  const auto secret = "mcs_" + std::string(43, 's');
  auto c = client{};
  c.id = "client";
  c.secrets.emplace_back().hash = crypto::as_chars(pepper_secret(pepper, secret));
  const auto clients = client_registry{{c}};
  auto authenticator = client_authenticator{keys};
  auto request = token_request{};
  request.who.presented = presented_credentials::how::basic;
  request.who.by_header = true;
  request.who.id = request.who.raw_id = c.id;
  request.who.secret = request.who.raw_secret = secret;
  for (auto _ : state)
    benchmark::DoNotOptimize(authenticator.authenticate(clients, request, instant{}));
}
BENCHMARK(authenticate_a_generated_secret);

void claim_the_binding_of_a_code(benchmark::State& state) {
  auto hash = crypto::sha256_hasher{};
  auto request = token_request{};
  request.redirect_uri = "https://aboutauth.org/client/cb";
  auto who = client_facts{};
  who.id = "s6BhdRkqt3";
  for (auto _ : state)
    benchmark::DoNotOptimize(claimed_binding(who, request, request.redirect_uri, {}, hash));
}
BENCHMARK(claim_the_binding_of_a_code);

void build_the_claims_of_both_tokens(benchmark::State& state) {
  auto random = crypto::buffered_random{};
  const auto rules = options{};
  auto g = grant{};
  g.who.client_id = "s6BhdRkqt3";
  g.who.sub = "248289761001";
  g.who.scope = "openid profile offline_access";
  g.who.nonce = "n-0S6_WzA2Mj";
  const auto access_token = std::string(700, 'a');
  auto claims = std::string{};
  for (auto _ : state) {
    claims.clear();
    append_access_token_claims(claims, g, {}, make_jti(g, random), instant{}, rules);
    append_id_token_claims(claims, g, {}, access_token, crypto::jws_alg::es256, instant{}, rules);
    benchmark::DoNotOptimize(claims.data());
  }
}
BENCHMARK(build_the_claims_of_both_tokens);

}  // namespace
}  // namespace mintage::oauth
