#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <future>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "loopback/environment.hpp"
#include "loopback/postgres_group.hpp"
#include "tests/cluster/failover/book.hpp"
#include "tests/storage/store_driver.hpp"
#include "tests/support/postgres_cluster.hpp"

namespace mintage::storage {
namespace {

using namespace std::chrono_literals;
using loopback::postgres_group;
using std::chrono::milliseconds;
using steady = std::chrono::steady_clock;

constexpr auto workers_count = std::size_t{3};
constexpr auto batch = std::size_t{8};
constexpr auto max_failures = 10U;

/// Two nodes, and workers that mint codes, let both nodes race for them, and rotate families.
class load {
 public:
  load(const postgres_group& group, bool is_synchronous, book& notes) : notes_{notes} {
    for (auto& each : nodes_) each = test::open_node(group.conninfo(), is_synchronous, clock_);
    for (auto i = std::size_t{0}; i < workers_count; ++i) {
      threads_.emplace_back([this, i](const std::stop_token& stop) { work(i, stop); });
    }
  }
  void stop() {
    for (auto& each : threads_) each.request_stop();
    threads_.clear();
  }

 private:
  struct worker {
    worker(engine& near, engine& far, std::size_t index)
        : mine{near, index, workers_count}, other{far, index, workers_count} {}
    store_driver mine;
    store_driver other;
    /// Codes whose family is rotated, and its generation as far as is known.
    std::vector<std::pair<std::uint64_t, std::uint32_t>> families{};
    std::size_t next = 0;
  };
  /// A code of the worker's shard of slots, and the attempts on it.
  [[nodiscard]] std::uint64_t next_code(std::size_t index) {
    auto code = std::uint64_t{};
    do {
      code = ++last_;
    } while (slot_of(code).shard(workers_count) != index);
    return code;
  }
  [[nodiscard]] static std::uint64_t attempt_by(std::uint64_t code, std::size_t node) {
    return 2 * code + node;
  }

  void work(std::size_t index, const std::stop_token& stop) {
    auto self = worker{*nodes_[0], *nodes_[1], index};
    while (!stop.stop_requested()) {
      const auto codes = mint(self, index);
      if (codes.empty()) continue;
      auto lost = std::async(std::launch::async, [&] { return consume(self.other, codes, 1); });
      const auto won = consume(self.mine, codes, 0);
      lost.get();
      for (const auto code : won) {
        if (self.families.size() < 64) self.families.emplace_back(code, 0U);
      }
      rotate(self);
    }
  }

  std::vector<std::uint64_t> mint(worker& self, std::size_t index) {
    auto codes = std::vector<std::uint64_t>{};
    auto batch_of_inserts = std::vector<insert_op>{};
    for (auto i = std::size_t{0}; i < batch; ++i) {
      codes.push_back(next_code(index));
      batch_of_inserts.push_back(insertion(codes.back(), clock_.now() + 60s));
    }
    const auto found = self.mine.insert(std::move(batch_of_inserts), clock_.now());
    auto out = std::vector<std::uint64_t>{};
    for (auto i = std::size_t{0}; i < batch; ++i) {
      if (found[i] == verdict::ok) {
        notes_.minted(code_key(codes[i]));
        out.push_back(codes[i]);
      } else {
        EXPECT_EQ(found[i], verdict::unknown);
        notes_.unknown();
      }
    }
    return out;
  }

  /// @returns the codes that this node consumed.
  std::vector<std::uint64_t> consume(store_driver& by, const std::vector<std::uint64_t>& codes,
                                     std::size_t node) {
    auto ops = std::vector<consume_op>{};
    for (const auto code : codes) {
      ops.push_back(consumption(code, attempt_by(code, node), clock_.now()));
    }
    const auto found = by.consume(std::move(ops), clock_.now());
    auto out = std::vector<std::uint64_t>{};
    for (auto i = std::size_t{0}; i < codes.size(); ++i) {
      const auto attempt = attempt_by(codes[i], node);
      if (found[i].what == verdict::ok) {
        notes_.consumed(code_key(codes[i]), attempt_of(attempt));
        out.push_back(codes[i]);
      } else if (found[i].what == verdict::unknown) {
        notes_.unknown();
      }
    }
    return out;
  }

  void rotate(worker& self) {
    if (self.families.empty()) return;
    for (auto i = 0; i < 4; ++i) {
      auto& [code, generation] = self.families[self.next++ % self.families.size()];
      const auto attempt = attempt_by(code, 0);
      const auto found =
          self.mine.rotate(rotation(code, attempt, generation, clock_.now()), clock_.now());
      if (found.what == verdict::ok) {
        notes_.rotated(new_grant_key(code, attempt), ++generation);
      } else if (found.what == verdict::replayed) {
        // The rotation of a lost answer: the stored value tells its generation.
        generation = static_cast<std::uint32_t>(std::stoul(found.value.substr(11)));
        notes_.rotated(new_grant_key(code, attempt), generation);
      } else if (found.what == verdict::unknown) {
        notes_.unknown();
      }
    }
  }

  book& notes_;
  manual_clock clock_;
  std::atomic<std::uint64_t> last_ = 0;
  std::array<std::unique_ptr<engine>, 2> nodes_;
  std::vector<std::jthread> threads_;
};

/// Longest times without an acknowledged write, before and after the death of the primary.
struct gaps {
  gaps(const book& notes, steady::time_point killed)
      : before{notes.longest_gap({}, killed)},
        after{notes.longest_gap(killed, steady::time_point::max())} {}
  milliseconds before;
  milliseconds after;
};

void report(const book& notes, milliseconds promotion, const findings& found, const gaps& seen) {
  std::cout << notes.consumed_count() << " consumed, " << notes.families_count() << " families, "
            << notes.unknown_count() << " unknown; ";
  PrintTo(found, &std::cout);
  std::cout << "; promoted in " << promotion.count() << " ms, longest gap " << seen.after.count()
            << " ms, before " << seen.before.count() << " ms\n";
}

TEST(failover, loses_nothing_and_takes_less_than_a_second) {
  const auto rounds = loopback::number_from("MINTAGE_FAILOVER_ROUNDS").value_or(5);
  for (auto round = std::uint64_t{0}; round < rounds; ++round) {
    auto group = postgres_group{};
    test::create_schema(group.conninfo());
    auto notes = book{};
    auto promotion = milliseconds{};
    auto killed = steady::time_point{};
    {
      auto nodes = load{group, true, notes};
      std::this_thread::sleep_for(1200ms);
      killed = steady::now();
      promotion = group.fail_over();
      std::this_thread::sleep_for(1500ms);
      nodes.stop();
    }
    const auto found = notes.compare(group.primary());
    const auto seen = gaps{notes, killed};
    report(notes, promotion, found, seen);
    EXPECT_EQ(found, findings{});
    EXPECT_GT(notes.consumed_count(), 0U);
    EXPECT_GT(notes.families_count(), 0U);
    // A busy machine makes each of a handful of steps as late as it made writes before.
    EXPECT_LE(seen.after, 1s + 5 * seen.before);
  }
}

// The control: the book notices what asynchronous replication loses.
TEST(failover, loses_acknowledged_writes_when_replication_is_asynchronous) {
  auto group = postgres_group{postgres_group::replication::asynchronous};
  test::create_schema(group.conninfo());
  auto notes = book{};
  auto promotion = milliseconds{};
  auto killed = steady::time_point{};
  {
    auto nodes = load{group, false, notes};
    std::this_thread::sleep_for(1s);
    group.primary().stop_sending();
    std::this_thread::sleep_for(1s);
    killed = steady::now();
    promotion = group.fail_over();
    std::this_thread::sleep_for(1s);
    nodes.stop();
  }
  const auto found = notes.compare(group.primary());
  report(notes, promotion, found, gaps{notes, killed});
  EXPECT_GT(found.lost, 0U);
  EXPECT_GT(found.behind, 0U);
}

}  // namespace
}  // namespace mintage::storage
