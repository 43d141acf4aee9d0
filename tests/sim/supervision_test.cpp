#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

#include "storage/memory/engine.hpp"
#include "tests/sim/faulty_engine.hpp"
#include "tests/sim/world.hpp"

namespace mintage::sim {
namespace {

using oauth::errc;

std::size_t granted(const std::vector<token_answer>& answers) {
  return static_cast<std::size_t>(
      std::count_if(answers.begin(), answers.end(), [](const auto& a) { return a.granted; }));
}

/// Mints until there are `count` codes: a member that has just ended costs some of them a 503.
std::vector<std::string> mint_to_the_end(world& w, std::size_t count) {
  auto codes = std::vector<std::string>{};
  for (auto round = 0; codes.size() < count && round < 1000; ++round)
    for (auto& code : w.mint(count - codes.size()))
      if (!code.empty()) codes.push_back(std::move(code));
  return codes;
}

/// Redeems until no answer is 503. @returns successes per code.
std::vector<int> redeem_to_the_end(world& w, const std::vector<std::string>& codes,
                                   const std::function<void()>& during) {
  auto successes = std::vector<int>(codes.size());
  auto left = std::vector<std::size_t>(codes.size());
  for (auto i = std::size_t{0}; i < left.size(); ++i) left[i] = i;
  // Every round without a fault grants at least one code: the bound ends a test that would hang.
  for (auto round = 0; !left.empty() && round < 1000; ++round) {
    auto asked = std::vector<std::string>{};
    for (const auto i : left) asked.push_back(codes[i]);
    const auto answers = round == 0 ? w.redeem(asked, during) : w.redeem(asked);
    auto again = std::vector<std::size_t>{};
    for (auto k = std::size_t{0}; k < left.size(); ++k) {
      if (answers[k].granted)
        ++successes[left[k]];
      else if (answers[k].error == errc::temporarily_unavailable)
        again.push_back(left[k]);
      else
        ADD_FAILURE() << "a code was lost: " << answers[k].reason;
    }
    left = std::move(again);
  }
  return successes;
}

TEST(actors, exchange_codes_once_each) {
  auto w = world{storage::open_memory_engine(10)};
  w.add_client();
  const auto codes = w.mint(200);
  EXPECT_EQ(granted(w.redeem(codes)), codes.size());
  EXPECT_EQ(granted(w.redeem(codes)), 0U);
}

TEST(actors, answer_one_of_many_simultaneous_redemptions) {  // NEG-115, COD-04
  auto w = world{storage::open_memory_engine(10)};
  w.add_client();
  for (auto round = 0; round < 50; ++round) {
    const auto code = w.mint(1).front();
    const auto answers = w.redeem(std::vector<std::string>(50, code));
    EXPECT_EQ(granted(answers), 1U);
    for (const auto& a : answers) EXPECT_TRUE(a.granted || a.error == errc::invalid_grant);
  }
}

TEST(actors, refuse_beyond_max_in_flight) {
  auto o = world_options{};
  o.actors.max_in_flight = 2;  // one per I/O thread
  auto w = world{storage::open_memory_engine(10), o};
  w.add_client();
  const auto codes = w.mint(300);
  const auto successes = redeem_to_the_end(w, codes, [] {});
  EXPECT_EQ(std::count(successes.begin(), successes.end(), 1),
            static_cast<std::ptrdiff_t>(codes.size()));
  EXPECT_GT(w.journal.refusals, 0);
}

/// A member of each pool is killed while hundreds of exchanges are in flight. Each is answered
/// once, 503 at worst, and every code still yields exactly one success (COM-02, NEG-121).
class killing : public testing::TestWithParam<const char*> {};

TEST_P(killing, loses_no_exchange_and_no_code) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  auto random = std::mt19937{seed};
  auto w = world{storage::open_memory_engine(10)};
  w.add_client();
  for (auto round = 0; round < 10; ++round) {
    const auto codes = mint_to_the_end(w, 300);
    const auto successes = redeem_to_the_end(w, codes, [&] {
      for (auto k = 0; k < 5; ++k) {
        w.kill(GetParam(), random() % 2);
        std::this_thread::sleep_for(std::chrono::microseconds{random() % 500});
      }
    });
    for (const auto s : successes) EXPECT_EQ(s, 1);
  }
}

INSTANTIATE_TEST_SUITE_P(each_pool, killing,
                         testing::Values("validator", "code-store", "signer", "http"),
                         [](const auto& of) {
                           auto name = std::string{of.param};
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

/// Waits until `holds()`, up to a limit that only a failure reaches.
template <class Condition>
bool comes_true(Condition holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return true;
}

TEST(supervisor, gives_up_a_pool_whose_members_end_again_and_again) {
  auto o = world_options{};
  o.restarts = {.most = 5,
                .first_wait = std::chrono::milliseconds{1},
                .longest_wait = std::chrono::milliseconds{4}};
  auto w = world{storage::open_memory_engine(10), o};
  EXPECT_TRUE(comes_true([&] {
    w.kill("signer", 0);
    return w.given_up() != nullptr;
  }));
  EXPECT_STREQ(w.given_up(), "signer");
  EXPECT_EQ(w.journal.ended_actors, 6) << "it was replaced 5 times, then no more";
  EXPECT_FALSE(w.is_ready());
  EXPECT_NE(w.metrics().find("mintage_restarts_total{pool=\"signer\"} 5\n"), std::string::npos);
}

/// The label of metrics for a pool that `kill` names.
std::string label_of(std::string pool) {
  std::replace(pool.begin(), pool.end(), '-', '_');
  return pool;
}

TEST(supervisor, lets_a_member_wait_that_ended_before_and_is_not_ready_meanwhile) {
  auto o = world_options{};
  o.restarts.first_wait = o.restarts.longest_wait = std::chrono::hours{1};
  for (const auto* pool : {"http", "validator", "code-store", "signer", "hasher", "registry",
                           "key-keeper", "logout-notifier"}) {
    SCOPED_TRACE(pool);
    auto w = world{storage::open_memory_engine(10), o};
    ASSERT_TRUE(w.is_ready());
    w.kill(pool, 0);
    EXPECT_TRUE(comes_true([&] { return w.journal.ended_actors == 1; }));
    EXPECT_TRUE(comes_true([&] { return w.is_ready(); }))
        << "the first time it is replaced at once";
    EXPECT_TRUE(comes_true([&] {
      w.kill(pool, 0);
      return w.journal.ended_actors == 2;
    }));
    EXPECT_EQ(w.journal.last_wait.load(), std::chrono::milliseconds{std::chrono::hours{1}});
    EXPECT_FALSE(w.is_ready());
    EXPECT_NE(w.metrics().find("mintage_restarts_total{pool=\"" + label_of(pool) + "\"} 1\n"),
              std::string::npos);
  }
}

TEST(store, that_cannot_say_means_503_and_a_live_code) {  // NEG-121
  auto fault = std::make_shared<faults>();
  auto w = world{std::make_unique<faulty_engine>(storage::open_memory_engine(10), fault)};
  w.add_client();
  const auto codes = w.mint(20);
  fault->consume_unknown = true;
  for (const auto& a : w.redeem(codes)) {
    EXPECT_FALSE(a.granted);
    EXPECT_EQ(a.error, errc::temporarily_unavailable);
  }
  fault->consume_unknown = false;
  EXPECT_EQ(granted(w.redeem(codes)), codes.size());
}

TEST(store, that_cannot_insert_mints_nothing) {
  auto fault = std::make_shared<faults>();
  auto w = world{std::make_unique<faulty_engine>(storage::open_memory_engine(10), fault)};
  w.add_client();
  fault->insert_unknown = true;
  for (const auto& code : w.mint(5)) EXPECT_EQ(code, "");
}

/// The codes that were answered 503; there must be no other refusal.
std::vector<std::string> refused_of(const std::vector<std::string>& codes,
                                    const std::vector<token_answer>& answers) {
  auto refused = std::vector<std::string>{};
  for (auto i = std::size_t{0}; i < codes.size(); ++i) {
    if (answers[i].granted) continue;
    EXPECT_EQ(answers[i].error, errc::temporarily_unavailable) << answers[i].reason;
    refused.push_back(codes[i]);
  }
  return refused;
}

TEST(signer, that_dies_between_commit_and_answer_releases_the_code) {  // COM-02
  auto fault = std::make_shared<faults>();
  auto w = world{std::make_unique<faulty_engine>(storage::open_memory_engine(10), fault)};
  w.add_client();
  const auto codes = w.mint(50);
  // The engine kills both signers after each commit, before it says that it committed.
  fault->after_consume = [&] {
    w.kill("signer", 0);
    w.kill("signer", 1);
  };
  auto left = refused_of(codes, w.redeem(codes));
  fault->after_consume = nullptr;
  EXPECT_FALSE(left.empty()) << "no signer died in time";
  // Until all members know the successors of those killed, there may be another 503; no code is
  // lost by it.
  for (const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{30};
       !left.empty() && std::chrono::steady_clock::now() < end;)
    left = refused_of(left, w.redeem(left));
  EXPECT_TRUE(left.empty()) << left.size() << " codes were not released";
  EXPECT_EQ(granted(w.redeem(codes)), 0U);
}

}  // namespace
}  // namespace mintage::sim
