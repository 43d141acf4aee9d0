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
    for (const auto& e : all().claim(most, now(), now() + lease)) {
      EXPECT_EQ(e.value, "value " + std::to_string(e.id[0]));
      some.emplace_back(e.id[0], e.tries);
    }
    std::sort(some.begin(), some.end());
    return some;
  }
};

TEST_P(outbox_contract, gives_out_what_is_due_once) {
  all().add({entry(1), entry(2), entry(3, seconds{10})});
  EXPECT_EQ(all().size(), 3U);
  EXPECT_THAT(claim(), ElementsAre(std::pair{1, 1U}, std::pair{2, 1U}));
  EXPECT_THAT(claim(), IsEmpty());
  clock_.advance(seconds{10});
  EXPECT_THAT(claim(), ElementsAre(std::pair{3, 1U}));
}

TEST_P(outbox_contract, gives_out_the_oldest_first) {
  all().add({entry(1, seconds{2}), entry(2), entry(3, seconds{1})});
  clock_.advance(seconds{5});
  EXPECT_THAT(claim(1), ElementsAre(std::pair{2, 1U}));
  EXPECT_THAT(claim(1), ElementsAre(std::pair{3, 1U}));
  EXPECT_THAT(claim(1), ElementsAre(std::pair{1, 1U}));
}

TEST_P(outbox_contract, takes_outcomes) {
  all().add({entry(1), entry(2)});
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
  all().add({entry(1)});
  ASSERT_EQ(claim().size(), 1U);
  clock_.advance(lease - seconds{1});
  EXPECT_THAT(claim(), IsEmpty());
  clock_.advance(seconds{1});
  EXPECT_THAT(claim(), ElementsAre(std::pair{1, 2U}));
}

TEST_P(outbox_contract, outlives_a_restart) {
  if (GetParam().kind == engine_kind::memory) GTEST_SKIP() << "it does not";
  all().add({entry(1), entry(2), entry(3)});
  ASSERT_EQ(claim(2).size(), 2U);
  all().settle({{id(1), std::nullopt}});
  reopen();
  EXPECT_EQ(all().size(), 2U);
  clock_.advance(lease);
  auto found = claim();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].second + found[1].second, 3U);  // the claimed one for the second time
}

// What another node has claimed can only be told after its lease; a process that starts again is
// the only one.
TEST_P(outbox_contract, is_due_at_once_when_its_only_process_starts_again) {
  if (GetParam().kind != engine_kind::rocksdb) GTEST_SKIP() << "there may be other nodes";
  all().add({entry(1)});
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
