/// @file
/// The life of a code in the store: inserted, read, consumed together with its grant. One item =
/// one code. And refreshes of refresh-token families, static and rotating. One item = one refresh.

#include <benchmark/benchmark.h>

#include <unistd.h>
#include <filesystem>
#include <future>
#include <string>

#include "bench/micro/fixed_clock.hpp"
#include "storage/memory/engine.hpp"
#include "storage/rocksdb/engine.hpp"

namespace mintage::storage {
namespace {

using oauth::seconds;

record_key nth_key(std::uint64_t n, std::size_t size) {
  auto name = std::array<std::uint8_t, 32>{};
  // Distributed like hashes, as the keys of codes are.
  const auto mixed = n * 0x9E3779B97F4A7C15ULL;
  for (auto i = std::size_t{0}; i < 8; ++i) {
    name[i] = static_cast<std::uint8_t>(mixed >> (8 * i));
    name[8 + i] = static_cast<std::uint8_t>(n >> (8 * i));
  }
  return {oauth::slot{static_cast<std::uint16_t>(mixed >> 52)}, {name.data(), size}};
}

void life_of_codes(benchmark::State& state, engine& e, const oauth::clock& clock) {
  const auto shard = e.open_shard(0, 1, [](std::function<void()> run) { run(); });
  const auto batch = static_cast<std::size_t>(state.range(0));
  const auto now = clock.now();
  auto n = std::uint64_t{0};
  for (auto _ : state) {
    auto inserts = std::vector<insert_op>(batch);
    auto consumes = std::vector<consume_op>(batch);
    for (auto i = std::size_t{0}; i < batch; ++i, ++n) {
      inserts[i].key = consumes[i].key = nth_key(n, 32);
      inserts[i].expires = now + seconds{60};
      inserts[i].value = std::string(200, 'v');
      consumes[i].tombstone_until = now + seconds{600};
      consumes[i].new_grant.kind = table::grants;
      consumes[i].new_grant.key = nth_key(n, 16);
      consumes[i].new_grant.expires = now + seconds{600};
      consumes[i].new_grant.value = std::string(200, 'g');
    }
    auto inserted = std::promise<void>{};
    shard->insert(std::move(inserts), now, [&](const auto&) { inserted.set_value(); });
    inserted.get_future().wait();
    // As a redemption does, which decides by what it has read.
    auto keys = std::vector<record_key>{};
    for (const auto& op : consumes) keys.push_back(op.key);
    auto read = std::promise<void>{};
    shard->read(table::codes, std::move(keys), now, [&](const auto&) { read.set_value(); });
    read.get_future().wait();
    auto consumed = std::promise<void>{};
    shard->consume(std::move(consumes), now, [&](const auto& found) {
      if (found.front().what != verdict::ok) state.SkipWithError("a code was not consumed");
      consumed.set_value();
    });
    consumed.get_future().wait();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(n));
}

constexpr auto families_count = std::size_t{1} << 16;

record_key family_key(std::size_t n) {
  return nth_key(n % families_count, 16);
}

/// A shard with families, as many as a minute of work creates.
std::unique_ptr<shard_store> shard_of_families(engine& e, instant now) {
  auto shard = e.open_shard(0, 1, [](std::function<void()> run) { run(); });
  auto new_grant = std::vector<insert_op>(families_count);
  for (auto n = std::size_t{0}; n < families_count; ++n) {
    new_grant[n].kind = table::grants;
    new_grant[n].key = family_key(n);
    new_grant[n].expires = now + seconds{3600};
    new_grant[n].value = std::string(200, 'g');
  }
  shard->insert(std::move(new_grant), now, [](const auto&) {});
  return shard;
}

/// The store's part of a static refresh: reads one record, writes nothing (RFT-02).
void static_refreshes(benchmark::State& state, engine& e, const oauth::clock& clock) {
  const auto shard = shard_of_families(e, clock.now());
  const auto batch = static_cast<std::size_t>(state.range(0));
  auto n = std::size_t{0};
  for (auto _ : state) {
    auto keys = std::vector<record_key>(batch);
    for (auto& key : keys) key = family_key(n++);
    shard->read(table::grants, std::move(keys), clock.now(), [&](const auto& found) {
      if (found.front().what != verdict::ok) state.SkipWithError("a family was not found");
    });
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(n));
}

/// The store's part of a rotating refresh: a read, then the compare-and-set of the generation
/// (RFT-05).
void rotations(benchmark::State& state, engine& e, const oauth::clock& clock) {
  const auto shard = shard_of_families(e, clock.now());
  const auto batch = static_cast<std::size_t>(state.range(0));
  auto n = std::size_t{0};
  for (auto _ : state) {
    auto keys = std::vector<record_key>(batch);
    auto ops = std::vector<rotate_op>(batch);
    for (auto i = std::size_t{0}; i < batch; ++i, ++n) {
      keys[i] = ops[i].key = family_key(n);
      ops[i].presented = static_cast<std::uint32_t>(n / families_count);
      ops[i].successor = ops[i].presented + 1;
      ops[i].expires = clock.now() + seconds{3600};
      ops[i].value = std::string(200, 'g');
    }
    shard->read(table::grants, std::move(keys), clock.now(), [](const auto&) {});
    shard->rotate(std::move(ops), clock.now(), [&](const auto& found) {
      if (found.front().what != verdict::ok) state.SkipWithError("a family was not rotated");
    });
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(n));
}

using workload = void (*)(benchmark::State&, engine&, const oauth::clock&);

void memory(benchmark::State& state, workload work) {
  work(state, *open_memory_engine(10), bench::fixed_clock{});
}
BENCHMARK_CAPTURE(memory, static_refresh, static_refreshes)->Arg(1)->Arg(16)->Arg(128);
BENCHMARK_CAPTURE(memory, rotation, rotations)->Arg(1)->Arg(16)->Arg(128);

void rocksdb(benchmark::State& state, durability level, workload work = life_of_codes) {
  const auto clock = bench::fixed_clock{};
  auto o = rocksdb_options{};
  o.path = std::filesystem::temp_directory_path() / ("store_bench." + std::to_string(::getpid()));
  o.level = level;
  {
    const auto e = open_rocksdb_engine(o, 10, clock);
    work(state, *e, clock);
  }
  std::filesystem::remove_all(o.path);
}
// CPU of the whole process: RocksDB flushes on threads of its own.
BENCHMARK_CAPTURE(rocksdb, os, durability::os)->Arg(1)->Arg(16)->Arg(128)->MeasureProcessCPUTime();
BENCHMARK_CAPTURE(rocksdb, os_static_refresh, durability::os, static_refreshes)
    ->Arg(1)
    ->Arg(16)
    ->Arg(128)
    ->MeasureProcessCPUTime();
BENCHMARK_CAPTURE(rocksdb, os_rotation, durability::os, rotations)
    ->Arg(1)
    ->Arg(16)
    ->Arg(128)
    ->MeasureProcessCPUTime();
BENCHMARK_CAPTURE(rocksdb, sync, durability::sync)
    ->Arg(1)
    ->Arg(16)
    ->Arg(128)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

}  // namespace
}  // namespace mintage::storage
