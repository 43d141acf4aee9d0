#include <map>
#include <thread>

#include "tests/storage/contract/contract.hpp"

namespace mintage::storage {
namespace {

struct key_order {
  bool operator()(const record_key& a, const record_key& b) const { return a.view() < b.view(); }
};

/// Inserts codes and consumes each by four attempts, some in one batch, some in the next, without
/// waiting in between. @returns the number of successful attempts.
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

/// Creates families and rotates each through some generations; every step is requested four times
/// at once, in two batches. @returns the number of successful rotations.
std::size_t race_rotations(engine& e, std::size_t index, std::size_t count, instant now) {
  auto shard = store_driver{e, index, count};
  auto families = std::vector<std::uint64_t>{};
  for (auto code = std::uint64_t{1'000'000}; families.size() < 5; ++code) {
    if (slot_of(code).shard(count) == index) {
      families.push_back(code);
      EXPECT_EQ(shard.insert(insertion(code, now + seconds{60}), now), verdict::ok);
      EXPECT_EQ(shard.consume(consumption(code, code, now), now).what, verdict::ok);
    }
  }
  auto winners = std::size_t{0};
  for (auto generation = std::uint32_t{0}; generation < 20; ++generation) {
    auto batches = std::array<std::vector<rotate_op>, 2>{};
    for (auto asker = std::size_t{0}; asker < 4; ++asker) {
      for (auto family : families) {
        auto op = rotation(family, family, generation, now);
        op.value += " by " + std::to_string(asker);
        batches[asker % 2].push_back(op);
      }
    }
    auto rotated = std::array<answer<rotate_result>, 2>{};
    shard.store().rotate(batches[0], now, rotated[0].handler());
    shard.store().rotate(batches[1], now, rotated[1].handler());
    auto winning = std::map<record_key, std::string, key_order>{};
    auto losers = std::vector<std::pair<record_key, std::string>>{};
    for (auto b = std::size_t{0}; b < 2; ++b) {
      auto results = rotated[b].wait(shard.tasks());
      for (auto i = std::size_t{0}; i < results.size(); ++i) {
        if (results[i].what == verdict::ok) {
          winning[batches[b][i].key] = batches[b][i].value;
          ++winners;
        } else {
          EXPECT_EQ(results[i].what, verdict::replayed);
          losers.emplace_back(batches[b][i].key, results[i].value);
        }
      }
    }
    for (const auto& [key, value] : losers) {
      EXPECT_EQ(value, winning[key]);
    }
  }
  return winners;
}

TEST_P(contract, gives_a_generation_one_successor_while_all_shards_write) {  // RFT-05
  shard_.reset();
  constexpr auto count = std::size_t{4};
  auto winners = std::array<std::size_t, count>{};
  auto threads = std::vector<std::thread>{};
  for (auto index = std::size_t{0}; index < count; ++index) {
    threads.emplace_back(
        [&, index] { winners[index] = race_rotations(*engine_, index, count, now()); });
  }
  for (auto& t : threads) {
    t.join();
  }
  EXPECT_THAT(winners, testing::Each(100U));
}

TEST_P(contract, shows_a_cutoff_to_every_thread_once_it_is_put) {
  if (engine_->joins_cutoffs()) GTEST_SKIP() << "the next test shows it";
  constexpr auto steps = std::int64_t{50};
  const auto key = octets_of(1);
  auto put = std::atomic<std::int64_t>{0};
  auto readers = std::vector<std::thread>{};
  for (auto i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      for (auto known = std::int64_t{0}; known < steps;) {
        known = put.load();
        auto found = engine_->cutoffs().find(key);
        ASSERT_EQ(engine_->cutoffs().has_any() || known == 0, true);
        ASSERT_GE(found.value_or(instant{}), instant{oauth::milliseconds{known}});
      }
    });
  }
  for (auto step = std::int64_t{1}; step <= steps; ++step) {
    engine_->cutoffs().put(key, instant{oauth::milliseconds{step}}, now());
    put.store(step);
  }
  for (auto& r : readers) {
    r.join();
  }
}

TEST_P(contract, joins_a_cutoff_to_every_read_once_it_is_put) {  // RFT-11
  if (!engine_->joins_cutoffs()) GTEST_SKIP() << "the test before shows it";
  constexpr auto steps = std::int64_t{50};
  auto op = fresh(1);
  op.session = name_cutoff(octets_of(1));
  ASSERT_EQ(shard().insert(op, now()), verdict::ok);
  ASSERT_FALSE(shard().read(table::codes, op.key, now()).cut->session);
  auto put = std::atomic<std::int64_t>{0};
  auto readers = std::vector<std::thread>{};
  for (auto i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      auto own = store_driver{*engine_, 0, 1};
      for (auto known = std::int64_t{0}; known < steps;) {
        known = put.load();
        const auto found = own.read(table::codes, op.key, now());
        ASSERT_GE(found.cut->session.value_or(instant{}), instant{oauth::milliseconds{known}});
        ASSERT_FALSE(found.cut->subject);
      }
    });
  }
  for (auto step = std::int64_t{1}; step <= steps; ++step) {
    engine_->cutoffs().put(octets_of(1), instant{oauth::milliseconds{step}}, now());
    put.store(step);
  }
  for (auto& r : readers) {
    r.join();
  }
  ASSERT_EQ(shard().consume(consumption(1, 100, now()), now()).what, verdict::ok);
  EXPECT_EQ(shard().read(table::grants, new_grant_key(1, 100), now()).cut->session,
            instant{oauth::milliseconds{steps}});
  auto stale = shard().rotate(rotation(1, 100, 7, now()), now());
  EXPECT_EQ(stale.what, verdict::replayed);
  EXPECT_EQ(stale.cut->session, instant{oauth::milliseconds{steps}});
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
