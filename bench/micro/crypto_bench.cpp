/// @file
/// The floor of a token request: signatures, hashes, random octets, base64url.

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "bench/micro/sign_tokens.hpp"
#include "crypto/base64.hpp"
#include "crypto/digest.hpp"
#include "crypto/jws.hpp"
#include "crypto/random.hpp"
#include "crypto/signatures/choice.hpp"

namespace mintage::crypto {
namespace {

void sign(benchmark::State& state, jws_alg alg) {
  bench::sign_tokens(state, signing_key::generate(alg));
}
BENCHMARK_CAPTURE(sign, es256, jws_alg::es256);
BENCHMARK_CAPTURE(sign, rs256, jws_alg::rs256);

/// Signatures and verifications by one key, as many together as `range(0)` says; the rate counts
/// single ones.
class batch_of_signatures {
 public:
  batch_of_signatures(benchmark::State& state, backend_wish wish, jws_alg alg)
      : key_{signing_key::generate(alg)}, messages_(static_cast<std::size_t>(state.range(0))) {
    const auto chosen = signature_backends::choose(wish);
    if (!chosen) {
      state.SkipWithError(chosen.error().c_str());
      return;
    }
    backend_ = chosen->make();
    prepared_ = backend_->prepare(key_);
    const auto octets = signature_size(key_.public_part());
    signatures_.resize(messages_.size() * octets);
    for (auto i = std::size_t{0}; i < messages_.size(); ++i) {
      messages_[i][0] = static_cast<std::uint8_t>(i + 1);
      const auto out = std::span{signatures_}.subspan(i * octets, octets);
      to_sign_.push_back({prepared_.get(), messages_[i], out});
      to_verify_.push_back({&key_.public_part(), messages_[i], out});
    }
    backend_->sign(to_sign_);
  }

  void sign(benchmark::State& state) {
    if (backend_ == nullptr) return;
    for (auto _ : state) benchmark::DoNotOptimize(backend_->sign(to_sign_));
    state.SetItemsProcessed(state.iterations() * state.range(0));
  }
  void verify(benchmark::State& state) {
    if (backend_ == nullptr) return;
    for (auto _ : state) {
      backend_->verify(to_verify_);
      if (!to_verify_.back().is_valid) state.SkipWithError("a signature does not verify");
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
  }

 private:
  signing_key key_;
  std::unique_ptr<signature_backend> backend_;
  std::unique_ptr<prepared_key> prepared_;
  std::vector<digest> messages_;
  std::vector<std::uint8_t> signatures_;
  std::vector<sign_job> to_sign_;
  std::vector<verify_job> to_verify_;
};

void sign_together(benchmark::State& state, backend_wish wish, jws_alg alg) {
  batch_of_signatures{state, wish, alg}.sign(state);
}
BENCHMARK_CAPTURE(sign_together, es256_openssl, backend_wish::openssl, jws_alg::es256)->Arg(1);
BENCHMARK_CAPTURE(sign_together, rs256_openssl, backend_wish::openssl, jws_alg::rs256)->Arg(1);
BENCHMARK_CAPTURE(sign_together, es256_crypto_mb, backend_wish::crypto_mb, jws_alg::es256)
    ->Arg(2)
    ->Arg(3)
    ->Arg(4)
    ->Arg(8)
    ->Arg(16);
BENCHMARK_CAPTURE(sign_together, rs256_crypto_mb, backend_wish::crypto_mb, jws_alg::rs256)
    ->Arg(2)
    ->Arg(3)
    ->Arg(4)
    ->Arg(8)
    ->Arg(16);

void verify_together(benchmark::State& state, backend_wish wish, jws_alg alg) {
  batch_of_signatures{state, wish, alg}.verify(state);
}
BENCHMARK_CAPTURE(verify_together, es256_openssl, backend_wish::openssl, jws_alg::es256)->Arg(1);
BENCHMARK_CAPTURE(verify_together, rs256_openssl, backend_wish::openssl, jws_alg::rs256)->Arg(1);
BENCHMARK_CAPTURE(verify_together, es256_crypto_mb, backend_wish::crypto_mb, jws_alg::es256)
    ->Arg(2)
    ->Arg(3)
    ->Arg(4)
    ->Arg(8)
    ->Arg(16);
BENCHMARK_CAPTURE(verify_together, rs256_crypto_mb, backend_wish::crypto_mb, jws_alg::rs256)
    ->Arg(2)
    ->Arg(3)
    ->Arg(4)
    ->Arg(8)
    ->Arg(16);

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
