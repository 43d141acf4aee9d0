#include <thread>

#include "tests/storage/contract/contract.hpp"

namespace mintage::storage {
namespace {

/// Inserts codes and consumes each by four attempts, some in one batch, some in the next, without
/// waiting between. @returns how many attempts won.
std::size_t race(engine& e, std::size_t index, std::size_t count, instant now) {
  auto shard = store_driver{e, index, count};
  auto winners = std::size_t{0};
  auto code = std::uint64_t{0};
  for (auto round = 0; round < 40; ++round) {
    auto insertions = std::vector<insert_op>{};
    auto attempts = std::array<std::vector<consume_op>, 2>{};
    while (insertions.size() < 5) {
      if (slot_of(++code).shard(count) == index) {
        insertions.push_back(insertion(code, now + seconds{60}));
        for (auto attempt = std::uint64_t{0}; attempt < 4; ++attempt) {
          attempts[attempt % 2].push_back(consumption(code, code * 10 + attempt, now));
        }
      }
    }
    auto inserted = answer<verdict>{};
    auto consumed = std::array<answer<consume_result>, 2>{};
    shard.store().insert(std::move(insertions), now, inserted.handler());
    shard.store().consume(std::move(attempts[0]), now, consumed[0].handler());
    shard.store().consume(std::move(attempts[1]), now, consumed[1].handler());
    for (auto& a : consumed) {
      for (const auto& result : a.wait(shard.tasks())) {
        EXPECT_TRUE(result.what == verdict::ok || result.what == verdict::replayed);
        winners += result.what == verdict::ok ? 1U : 0U;
      }
    }
    inserted.wait(shard.tasks());
  }
  return winners;
}

TEST_P(contract, lets_one_attempt_win_while_all_shards_write) {  // COD-04
  shard_.reset();
  constexpr auto count = std::size_t{4};
  auto winners = std::array<std::size_t, count>{};
  auto threads = std::vector<std::thread>{};
  for (auto index = std::size_t{0}; index < count; ++index) {
    threads.emplace_back([&, index] { winners[index] = race(*engine_, index, count, now()); });
  }
  for (auto i = 0; i < 20; ++i) {
    engine_->records().put_note("seal-check", std::to_string(i));  // another writer
  }
  for (auto& t : threads) {
    t.join();
  }
  EXPECT_THAT(winners, testing::Each(200U));
}

}  // namespace
}  // namespace mintage::storage
