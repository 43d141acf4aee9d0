/// @file
/// The cost of the metrics: the counting of one code exchange, and the same loop without it.

#include <benchmark/benchmark.h>

#include "bench/micro/counted_exchange.hpp"

namespace mintage::bench {
namespace {

void metrics_on(benchmark::State& state) {
  auto board = actors::meter_board{1, 1, 1, 1, 1};
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
}  // namespace mintage::bench
