/// @file
/// The work of a signer on one token.
#pragma once

#include <benchmark/benchmark.h>

#include <string>

#include "crypto/jws.hpp"

namespace mintage::bench {

/// Makes compact JWS over claims as large as those of an access token, with a signer of its own.
inline void sign_tokens(benchmark::State& state, const crypto::signing_key& key) {
  auto signer = crypto::jws_signer{key};
  const auto header = crypto::jose_header(key, "at+jwt");
  const auto claims = std::string(360, 'c');
  auto token = std::string{};
  for (auto _ : state) {
    token.clear();
    signer.append_compact(token, header, claims);
    benchmark::DoNotOptimize(token.data());
  }
}

}  // namespace mintage::bench
