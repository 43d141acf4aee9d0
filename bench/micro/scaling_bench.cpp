/// @file
/// The cost of what threads share on the path of a request: the same work on one thread and on two.
/// Sharing costs what the CPU time per item grows by, less the growth of work that shares nothing.
/// docs/decisions/0008-what-requests-share.md lists what requests share.

#include <benchmark/benchmark.h>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <shared_mutex>
#include <string>
#include <vector>

#include "actors/on_io_thread.hpp"
#include "app/system_clock.hpp"
#include "bench/micro/counted_exchange.hpp"
#include "bench/micro/fixed_clock.hpp"
#include "bench/micro/sign_tokens.hpp"
#include "crypto/base64.hpp"
#include "crypto/digest.hpp"
#include "crypto/jws.hpp"
#include "crypto/random.hpp"
#include "storage/rocksdb/engine.hpp"

namespace mintage {
namespace {

/// Reports the least of several repetitions too, since other work on the machine lengthens some.
/// Not used where threads contend: there the least is the repetition with the least contention.
void least(benchmark::internal::Benchmark* b) {
  b->ComputeStatistics("least", [](const std::vector<double>& times) {
    return *std::min_element(times.begin(), times.end());
  });
}
void one_and_two(benchmark::internal::Benchmark* b) {
  b->ThreadRange(1, 2)->Apply(least);
}

/// The reference: what a second busy core costs on this machine by itself.
void share_nothing(benchmark::State& state) {
  auto x = std::uint64_t{1};
  for (auto _ : state) {
    for (auto i = 0; i < 100; ++i) x = x * 6364136223846793005U + 1442695040888963407U;
    benchmark::DoNotOptimize(x);
  }
}
BENCHMARK(share_nothing)->Apply(one_and_two);

/// Each signer has its own context over one key, whose reference count and locks are OpenSSL's.
void sign_with_one_key(benchmark::State& state, crypto::jws_alg alg) {
  static const auto keys = std::array{crypto::signing_key::generate(crypto::jws_alg::es256),
                                      crypto::signing_key::generate(crypto::jws_alg::rs256)};
  bench::sign_tokens(state, keys[alg == crypto::jws_alg::es256 ? 0 : 1]);
}
BENCHMARK_CAPTURE(sign_with_one_key, es256, crypto::jws_alg::es256)->Apply(one_and_two);
BENCHMARK_CAPTURE(sign_with_one_key, rs256, crypto::jws_alg::rs256)->Apply(one_and_two);

/// The same with a key per thread: the difference is the cost of the shared key.
void sign_with_own_key(benchmark::State& state, crypto::jws_alg alg) {
  bench::sign_tokens(state, crypto::signing_key::generate(alg));
}
BENCHMARK_CAPTURE(sign_with_own_key, es256, crypto::jws_alg::es256)->Apply(one_and_two);
BENCHMARK_CAPTURE(sign_with_own_key, rs256, crypto::jws_alg::rs256)->Apply(one_and_two);

void hash_with_own_contexts(benchmark::State& state) {
  auto hash = crypto::sha256_hasher{};
  auto mac = crypto::hmac_sha256{crypto::sha256(std::string_view{"key"})};
  const auto secret = std::string(49, 's');
  for (auto _ : state) {
    benchmark::DoNotOptimize(hash(secret));
    benchmark::DoNotOptimize(mac(secret));
  }
}
BENCHMARK(hash_with_own_contexts)->Apply(one_and_two);

/// Allocates and frees memory of the size of an exchange and its answer.
void allocate(benchmark::State& state) {
  for (auto _ : state) {
    auto exchange = std::make_unique<std::array<char, 700>>();
    auto body = std::string(1800, 'b');
    benchmark::DoNotOptimize(exchange.get());
    benchmark::DoNotOptimize(body.data());
  }
}
BENCHMARK(allocate)->Apply(one_and_two);

/// Every thread increments and decrements the reference count of one snapshot, as each batch does
/// at most once.
void take_a_snapshot(benchmark::State& state) {
  static const auto snapshot = std::make_shared<const int>(1);
  for (auto _ : state) {
    auto mine = snapshot;
    benchmark::DoNotOptimize(mine.get());
  }
}
BENCHMARK(take_a_snapshot)->Apply(one_and_two);

/// An I/O thread that runs posted tasks when it is told to.
class own_io_thread final : public service::io_thread {
 public:
  void post(std::function<void()> task) override { tasks_.push_back(std::move(task)); }
  [[nodiscard]] std::uint64_t busy_since() const noexcept override { return 0; }
  void run() {
    while (!tasks_.empty()) {
      const auto task = std::move(tasks_.front());
      tasks_.pop_front();
      task();
    }
  }

 private:
  std::deque<std::function<void()>> tasks_;
};

class sink final : public actors::on_io_thread<caf::event_based_actor> {
 public:
  sink(caf::actor_config& cfg, service::io_thread& io_thread) : on_io_thread{cfg, io_thread, 32} {}

 protected:
  caf::behavior make_behavior() override {
    return {[](std::uint64_t n) { benchmark::DoNotOptimize(n); }};
  }
};

/// A message from an I/O thread to one of its own actors, and the actor's turn: the cost of a hop
/// for a batch. All actors belong to one system.
void send_on_the_own_io_thread(benchmark::State& state) {
  static auto config = caf::actor_system_config{};
  static auto system = caf::actor_system{config};
  auto io_thread = own_io_thread{};
  // On another thread: a thread that has spawned an actor keeps a logger, even with logging off,
  // and takes one lock of all such threads at each turn of an actor. I/O threads never spawn.
  auto to = std::async(std::launch::async, [&] {
              return system.spawn<sink, caf::lazy_init>(io_thread);
            }).get();
  for (auto _ : state) {
    caf::anon_send(to, std::uint64_t{1});
    io_thread.run();
  }
  caf::anon_send_exit(to, caf::exit_reason::user_shutdown);
  io_thread.run();
}
BENCHMARK(send_on_the_own_io_thread)->Apply(one_and_two);

/// Counts what one exchange counts; each thread in the meters of its own members.
void count_an_exchange(benchmark::State& state) {
  static auto board = actors::meter_board{2, 2, 2, 2, 2};
  const auto member = static_cast<std::size_t>(state.thread_index());
  for (auto _ : state) bench::count_one_exchange(board, member);
}
BENCHMARK(count_an_exchange)->Apply(one_and_two);

/// Draws a request id as a request gateway does, from random octets of its own.
void draw_a_request_id(benchmark::State& state) {
  auto random = crypto::buffered_random{};
  auto id = service::request_id{};
  for (auto _ : state) {
    crypto::base64url_write(id.text.data(), random.take<16>());
    benchmark::DoNotOptimize(id);
  }
}
BENCHMARK(draw_a_request_id)->Apply(one_and_two);

/// Reads the clock that all threads share.
void read_the_clock(benchmark::State& state) {
  static const auto clock = app::system_clock{};
  for (auto _ : state) benchmark::DoNotOptimize(clock.now());
}
BENCHMARK(read_the_clock)->Apply(one_and_two);

/// Holds the database open, as each call of a shard does once per batch.
void hold_the_database(benchmark::State& state) {
  static auto mutex = std::shared_mutex{};
  for (auto _ : state) {
    auto in_use = std::shared_lock{mutex};
    benchmark::DoNotOptimize(&mutex);
  }
}
BENCHMARK(hold_the_database)->Apply(one_and_two);

/// One database for all threads, and a shard for each.
struct shared_store {
  explicit shared_store(storage::durability level)
      : folder{std::filesystem::temp_directory_path() /
               ("scaling_bench." + std::to_string(::getpid()))},
        engine{storage::open_rocksdb_engine(options(level), 10, clock)} {}
  ~shared_store() {
    engine.reset();
    std::filesystem::remove_all(folder);
  }
  [[nodiscard]] storage::rocksdb_options options(storage::durability level) const {
    auto o = storage::rocksdb_options{};
    o.path = folder;
    o.level = level;
    return o;
  }
  bench::fixed_clock clock;
  std::filesystem::path folder;
  std::unique_ptr<storage::engine> engine;
};

/// Inserts codes, in batches of 64, into shards of one database, which has one log.
void insert_codes(benchmark::State& state, storage::durability level) {
  constexpr auto batch = std::size_t{64};
  static auto store = std::shared_ptr<shared_store>{};
  if (state.thread_index() == 0) store = std::make_shared<shared_store>(level);
  auto held = std::shared_ptr<shared_store>{};  // until the last thread has closed its shard
  auto shard = std::unique_ptr<storage::shard_store>{};
  auto random = crypto::buffered_random{};
  for (auto _ : state) {  // the first iteration waits for all threads
    if (!shard) {
      held = store;
      shard = held->engine->open_shard(static_cast<std::size_t>(state.thread_index()),
                                       static_cast<std::size_t>(state.threads()),
                                       [](std::function<void()> run) { run(); });
    }
    auto ops = std::vector<storage::insert_op>(batch);
    const auto now = held->clock.now();
    for (auto& op : ops) {
      op.key = {oauth::slot::draw(random), random.take<32>()};
      op.expires = now + oauth::seconds{60};
      op.value = std::string(200, 'v');
    }
    auto inserted = std::promise<void>{};
    shard->insert(std::move(ops), now, [&](const auto&) { inserted.set_value(); });
    inserted.get_future().wait();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch));
  shard.reset();
  if (state.thread_index() == 0) store.reset();
}
// An insertion takes longer the more codes a store holds: as many in both cases.
BENCHMARK_CAPTURE(insert_codes, os, storage::durability::os)
    ->UseRealTime()
    ->Threads(1)
    ->Iterations(2000)
    ->Apply(least);
BENCHMARK_CAPTURE(insert_codes, os, storage::durability::os)
    ->UseRealTime()
    ->Threads(2)
    ->Iterations(1000)
    ->Apply(least);
BENCHMARK_CAPTURE(insert_codes, sync, storage::durability::sync)
    ->UseRealTime()
    ->Threads(1)
    ->Iterations(400)
    ->Apply(least);
BENCHMARK_CAPTURE(insert_codes, sync, storage::durability::sync)
    ->UseRealTime()
    ->Threads(2)
    ->Iterations(200)
    ->Apply(least);

}  // namespace
}  // namespace mintage
