/// @file
/// The work of one signer for one exchange: claims, signatures, the answer's JSON.

#include <benchmark/benchmark.h>

#include <memory>

#include "actors/stages/token_signer.hpp"
#include "bench/micro/fixed_clock.hpp"

namespace mintage::actors {
namespace {

class nobody final : public service::caller {
 public:
  void answered(service::exchange&) noexcept override {}
};

void answer_with(benchmark::State& state, const char* scope) {
  const auto clock = bench::fixed_clock{};
  const auto rules = oauth::options{};
  auto meters = std::vector<signer_meters>(1);
  const auto chosen = crypto::signature_backends::choose(crypto::backend_wish::automatic).value();
  const auto setup = signer_setup{crypto::sha256(std::string_view{"key"}),
                                  rules,
                                  clock,
                                  meters,
                                  {.preferred = chosen.kind(), .make = make_backends_of(chosen)}};
  auto signer = token_signer{setup, 0};
  auto ring = std::make_shared<oauth::key_ring>();
  ring->keys.push_back({crypto::signing_key::generate(crypto::jws_alg::es256),
                        oauth::key_state::active, clock.now()});
  signer.publish(ring);
  auto batch = std::vector<service::token_handle>(static_cast<std::size_t>(state.range(0)));
  for (auto& x : batch) {
    x.reset(new service::token_exchange{std::make_shared<nobody>(), {}, clock.now()});
    x->client.id_token_alg = crypto::jws_alg::es256;
    x->grant = oauth::grant{};
    x->grant->who.client_id = "s6BhdRkqt3";
    x->grant->who.sub = "248289761001";
    x->grant->who.scope = scope;
    x->out.refresh_generation = 0;
  }
  for (auto _ : state) {
    for (auto& x : batch) x->body.clear();
    signer.sign(batch);
    benchmark::DoNotOptimize(batch.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK_CAPTURE(answer_with, access_and_refresh_token, "read")->Arg(1)->Arg(8);
BENCHMARK_CAPTURE(answer_with, access_id_and_refresh_token, "openid offline_access")
    ->Arg(1)
    ->Arg(8);

}  // namespace
}  // namespace mintage::actors
