/// @file
/// What the metrics cost: everything that one code exchange makes the actors count, with both
/// tokens signed and in batches of one, where each batch's share is largest; and the same loop
/// without it.

#include <benchmark/benchmark.h>

#include "actors/meters.hpp"

namespace mintage::actors {
namespace {

void count_one_exchange(meter_board& board) {
  auto& lane = board.lanes.front();
  auto& validator = board.validators.front();
  auto& store = board.code_stores.front();
  auto& signer = board.signers.front();
  lane.in_flight.set(1);
  const auto submitted = ticks();
  lane.sent_to_validators.add();
  {
    const auto busy = busy_scope{validator};
    validator.taken.add();
    validator.sent_to_stores.add();
  }
  {
    const auto busy = busy_scope{store};
    store.taken.add();
    store.batch_size.add(1);
    const auto since = ticks();
    store.commit_ns.add(ticks() - since);
    store.sent_to_signers.add();
  }
  {
    const auto busy = busy_scope{signer};
    signer.taken.add();
    for (auto signature = 0; signature < 2; ++signature) {
      const auto since = ticks();
      signer.of(crypto::jws_alg::es256).add(ticks() - since);
    }
  }
  lane.in_flight.set(0);
  auto& answers = lane.of(request_kind::authorization_code);
  answers.ns.add(ticks() - submitted);
  answers.ok.add();
}

void metrics_on(benchmark::State& state) {
  auto board = meter_board{1, 1, 1, 1, 1};
  for (auto _ : state) {
    count_one_exchange(board);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(metrics_on);

void metrics_off(benchmark::State& state) {
  for (auto _ : state) benchmark::ClobberMemory();
}
BENCHMARK(metrics_off);

}  // namespace
}  // namespace mintage::actors
