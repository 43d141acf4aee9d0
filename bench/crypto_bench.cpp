/// @file
/// The floor of a token request: signatures, hashes, random octets, base64url.

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "crypto/base64.hpp"
#include "crypto/digest.hpp"
#include "crypto/jws.hpp"
#include "crypto/p256_signer.hpp"
#include "crypto/random.hpp"

namespace mintage::crypto {
namespace {

/// A compact JWS over claims of the size of an access token's.
void sign(benchmark::State& state, jws_alg alg) {
  auto signer = jws_signer{signing_key::generate(alg)};
  const auto header = jose_header(signer.key(), "at+jwt");
  const auto claims = std::string(360, 'c');
  auto token = std::string{};
  for (auto _ : state) {
    token.clear();
    signer.append_compact(token, header, claims);
    benchmark::DoNotOptimize(token.data());
  }
}
BENCHMARK_CAPTURE(sign, es256, jws_alg::es256);
BENCHMARK_CAPTURE(sign, rs256, jws_alg::rs256);

/// Digests signed together, as a signer does with a batch.
void sign_p256_digests(benchmark::State& state) {
  auto signer = p256_signer{signing_key::generate(jws_alg::es256)};
  auto digests = std::vector<digest>(static_cast<std::size_t>(state.range(0)));
  auto signatures = std::vector<bytes<64>>(digests.size());
  for (auto _ : state) {
    signer.sign(digests, signatures);
    benchmark::DoNotOptimize(signatures.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(sign_p256_digests)->Arg(1)->Arg(2)->Arg(8)->Arg(32);

void sha256_of_a_code(benchmark::State& state) {
  auto hash = sha256_hasher{};
  const auto code = std::string(49, 'c');
  for (auto _ : state) benchmark::DoNotOptimize(hash(code));
}
BENCHMARK(sha256_of_a_code);

void hmac_of_a_secret(benchmark::State& state) {
  auto mac = hmac_sha256{sha256(std::string_view{"key"})};
  const auto secret = std::string(47, 's');
  for (auto _ : state) benchmark::DoNotOptimize(mac(secret));
}
BENCHMARK(hmac_of_a_secret);

void random_32_octets(benchmark::State& state) {
  auto random = buffered_random{};
  for (auto _ : state) benchmark::DoNotOptimize(random.take<32>());
}
BENCHMARK(random_32_octets);

void base64url_of_360_octets(benchmark::State& state) {
  const auto claims = std::string(360, 'c');
  auto out = std::string{};
  for (auto _ : state) {
    out.clear();
    base64url_append(out, as_bytes(claims));
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(base64url_of_360_octets);

}  // namespace
}  // namespace mintage::crypto
