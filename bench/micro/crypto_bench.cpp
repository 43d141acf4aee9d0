/// @file
/// The floor of a token request: signatures, hashes, random octets, base64url.

#include <benchmark/benchmark.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>

#include <string>
#include <vector>

#include "bench/micro/sign_tokens.hpp"
#include "crypto/base64.hpp"
#include "crypto/digest.hpp"
#include "crypto/jws.hpp"
#include "crypto/p256/signer.hpp"
#include "crypto/random.hpp"

namespace mintage::crypto {
namespace {

void sign(benchmark::State& state, jws_alg alg) {
  bench::sign_tokens(state, signing_key::generate(alg));
}
BENCHMARK_CAPTURE(sign, es256, jws_alg::es256);
BENCHMARK_CAPTURE(sign, rs256, jws_alg::rs256);

/// Signs with OpenSSL, one digest at a time, with a long-lived context.
void sign_p256_digest_openssl(benchmark::State& state) {
  const auto key = signing_key::generate(jws_alg::es256);
  auto* const context = EVP_PKEY_CTX_new_from_pkey(nullptr, key.native(), nullptr);
  auto of = digest{};
  auto der = bytes<80>{};
  if (EVP_PKEY_sign_init(context) != 1) state.SkipWithError("EVP_PKEY_sign_init");
  for (auto _ : state) {
    ++of[0];
    auto size = der.size();
    benchmark::DoNotOptimize(EVP_PKEY_sign(context, der.data(), &size, of.data(), of.size()));
  }
  EVP_PKEY_CTX_free(context);
}
BENCHMARK(sign_p256_digest_openssl);

/// Parts of such a signature: the base point times a nonce, and the affine coordinate of the
/// product.
void multiply_p256_base_point(benchmark::State& state) {
  auto* const group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
  auto* const product = EC_POINT_new(group);
  auto* const by = BN_new();
  auto* const x = BN_new();
  auto* const numbers = BN_CTX_new();
  const auto is_affine = state.range(0) != 0;
  BN_priv_rand_range(by, EC_GROUP_get0_order(group));
  for (auto _ : state) {
    EC_POINT_mul(group, product, by, nullptr, nullptr, numbers);
    if (is_affine) EC_POINT_get_affine_coordinates(group, product, x, nullptr, numbers);
    benchmark::DoNotOptimize(product);
  }
  BN_CTX_free(numbers);
  BN_free(x);
  BN_free(by);
  EC_POINT_free(product);
  EC_GROUP_free(group);
}
BENCHMARK(multiply_p256_base_point)->ArgName("affine")->Arg(0)->Arg(1);

void invert_modulo_p256_order(benchmark::State& state) {
  auto n = number256{{1, 2, 3, 4}};
  for (auto _ : state) benchmark::DoNotOptimize(n = montgomery<p256_order>::inverse(n));
}
BENCHMARK(invert_modulo_p256_order);

/// Signs digests together, as a signer does with a batch.
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
