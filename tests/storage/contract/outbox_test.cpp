// The outbox. (LGO-04)
#include "tests/storage/contract/contract.hpp"

namespace mintage::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto lease = seconds{60};

class outbox_contract : public contract {
 protected:
  outbox& all() { return engine_->logouts(); }
  static outbox_id id(std::uint8_t n) { return {n}; }
  outbox_entry entry(std::uint8_t n, seconds after = {}) {
    return {.id = id(n), .due = now() + after, .tries = 0, .value = "value " + std::to_string(n)};
  }
  /// Ids and tries of what can be claimed now.
  std::vector<std::pair<int, unsigned>> claim(std::size_t most = 10) {
    auto some = std::vector<std::pair<int, unsigned>>{};
    for (const auto& e : all().claim(most, passed_over_, now(), now() + lease)) {
      EXPECT_EQ(e.value, "value " + std::to_string(e.id[0]));
      some.emplace_back(e.id[0], e.tries);
    }
    std::sort(some.begin(), some.end());
    return some;
  }
  void add(const std::vector<outbox_entry>& entries) { EXPECT_THAT(all().add(entries), IsEmpty()); }
  std::vector<outbox_receiver> passed_over_;
};

TEST_P(outbox_contract, gives_out_what_is_due_once) {
  add({entry(1), entry(2), entry(3, seconds{10})});
  EXPECT_EQ(all().size(), 3U);
  EXPECT_THAT(claim(), ElementsAre(std::pair{1, 1U}, std::pair{2, 1U}));
  EXPECT_THAT(claim(), IsEmpty());
  clock_.advance(seconds{10});
  EXPECT_THAT(claim(), ElementsAre(std::pair{3, 1U}));
}

TEST_P(outbox_contract, gives_out_the_oldest_first) {
  add({entry(1, seconds{2}), entry(2), entry(3, seconds{1})});
  clock_.advance(seconds{5});
  EXPECT_THAT(claim(1), ElementsAre(std::pair{2, 1U}));
  EXPECT_THAT(claim(1), ElementsAre(std::pair{3, 1U}));
  EXPECT_THAT(claim(1), ElementsAre(std::pair{1, 1U}));
}

TEST_P(outbox_contract, takes_outcomes) {
  add({entry(1), entry(2)});
  ASSERT_EQ(claim().size(), 2U);
  all().settle(
      {{id(1), std::nullopt}, {id(2), outbox_outcome::postponement{now() + seconds{2}, 1}}});
  EXPECT_EQ(all().size(), 1U);
  EXPECT_THAT(claim(), IsEmpty());
  clock_.advance(seconds{2});
  EXPECT_THAT(claim(), ElementsAre(std::pair{2, 2U}));
  all().settle({{id(2), std::nullopt}, {id(9), std::nullopt}});
  EXPECT_EQ(all().size(), 0U);
}

// A node that has ended leaves what it had claimed to others.
TEST_P(outbox_contract, gives_out_again_what_has_no_outcome) {
  add({entry(1)});
  ASSERT_EQ(claim().size(), 1U);
  clock_.advance(lease - seconds{1});
  EXPECT_THAT(claim(), IsEmpty());
  clock_.advance(seconds{1});
  EXPECT_THAT(claim(), ElementsAre(std::pair{1, 2U}));
}

TEST_P(outbox_contract, outlives_a_restart) {
  if (GetParam().kind == engine_kind::memory) GTEST_SKIP() << "it does not";
  add({entry(1), entry(2), entry(3)});
  ASSERT_EQ(claim(2).size(), 2U);
  all().settle({{id(1), std::nullopt}});
  reopen();
  EXPECT_EQ(all().size(), 2U);
  clock_.advance(lease);
  auto found = claim();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].second + found[1].second, 3U);  // the claimed one for the second time
}

TEST_P(outbox_contract, passes_over_receivers) {
  add({entry(1), entry(2, seconds{1}), entry(3, seconds{2})});
  clock_.advance(seconds{5});
  passed_over_ = {receiver_of(id(1)), receiver_of(id(3))};
  EXPECT_THAT(claim(), ElementsAre(std::pair{2, 1U}));
  EXPECT_THAT(claim(), IsEmpty());
  passed_over_ = {};
  EXPECT_THAT(claim(), ElementsAre(std::pair{1, 1U}, std::pair{3, 1U}));
}

// One that takes nothing leaves room for others: here a fifth of all is its own at most.
TEST_P(outbox_contract, has_room_for_the_receivers_that_have_little) {
  auto refused = std::size_t{0};
  auto some = std::vector<outbox_entry>{};
  for (auto i = 0U; i < 22'000; ++i) {
    auto e = entry(1);
    e.id[15] = static_cast<std::uint8_t>(i);
    e.id[14] = static_cast<std::uint8_t>(i >> 8);
    some.push_back(std::move(e));
    if (some.size() < 2'000) continue;
    refused += all().add(some).size();
    some.clear();
  }
  EXPECT_GE(refused, 1'000U);
  EXPECT_EQ(all().size(), 22'000 - refused);
  add({entry(2)});
  passed_over_ = {receiver_of(id(1))};
  EXPECT_THAT(claim(), ElementsAre(std::pair{2, 1U}));
}

// What another node has claimed can only be told after its lease; a process that starts again is
// the only one.
TEST_P(outbox_contract, is_due_at_once_when_its_only_process_starts_again) {
  if (GetParam().kind != engine_kind::rocksdb) GTEST_SKIP() << "there may be other nodes";
  add({entry(1)});
  ASSERT_EQ(claim().size(), 1U);
  reopen();
  EXPECT_THAT(claim(), ElementsAre(std::pair{1, 2U}));
}

INSTANTIATE_TEST_SUITE_P(
    engines, outbox_contract,
    testing::Values(engine_case{"memory", engine_kind::memory, durability::os},
                    engine_case{"rocksdb", engine_kind::rocksdb, durability::sync},
                    engine_case{"postgres", engine_kind::postgres, durability::sync}),
    [](const auto& c) { return std::string{c.param.name}; });

}  // namespace
}  // namespace mintage::storage
