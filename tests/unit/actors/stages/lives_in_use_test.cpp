// Lives that were shortened, and lives of other nodes: what must outlast tokens does so.
#include "actors/stages/lives_in_use.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <utility>

#include "actors/stages/client_administration.hpp"
#include "actors/stages/key_rotation.hpp"
#include "loopback/deaf_journal.hpp"
#include "oauth/grant/cutoff.hpp"
#include "storage/content.hpp"
#include "storage/memory/engine.hpp"
#include "tests/unit/actors/stages/exchanges.hpp"
#include "tests/unit/actors/stages/failing_catalog.hpp"

namespace mintage::actors {
namespace {

using namespace std::chrono_literals;
using oauth::seconds;

/// Notes when each cutoff may be dropped.
class watched_cutoffs final : public storage::cutoff_table {
 public:
  [[nodiscard]] bool has_any() const noexcept override { return true; }
  [[nodiscard]] std::optional<oauth::instant> find(const crypto::digest&) override { return {}; }
  void put(const crypto::digest&, oauth::instant, oauth::instant until) override {
    forget = std::max(forget, until);
    std::exchange(after_put, [] {})();
  }
  oauth::instant forget{};
  std::function<void()> after_put = [] {};
};

class lives : public testing::Test {
 protected:
  static oauth::options rules_of(seconds absolute, seconds overlap = 48h, seconds max_age = 60s) {
    auto o = oauth::options{};
    o.refresh_absolute = absolute;
    o.key_overlap = overlap;
    o.dpop_max_age = max_age;
    return o;
  }
  /// @returns how long a cutoff is stored that a node with these rules writes now.
  seconds life_of_a_cutoff(lives_in_use& in_use, oauth::options rules) {
    const auto setup = registry_setup{.records = records,
                                      .cutoffs = cutoffs,
                                      .rules = rules,
                                      .clock = clock,
                                      .pepper = {},
                                      .algorithms = {},
                                      .lives = &in_use};
    auto book = client_administration{setup};
    auto x = service::admin_handle{
        new service::admin_exchange{std::make_shared<test::nobody>(), {}, clock.now()}};
    x->call = oauth::cut_off{oauth::cutoff_kind::subject, "alice"};
    EXPECT_EQ(book.handle(x), nullptr);
    EXPECT_TRUE(x->answer);
    return std::chrono::floor<seconds>(cutoffs.forget - clock.now());
  }

  test::manual_clock clock;
  std::unique_ptr<storage::engine> engine = storage::open_memory_engine(5);
  storage::catalog& records = engine->records();
  watched_cutoffs cutoffs;
  const oauth::options year = rules_of(24h * 365);
  const oauth::options month = rules_of(24h * 30);
};

TEST_F(lives, of_a_former_start_are_those_of_cutoffs) {  // RFT-11
  static_cast<void>(lives_in_use{records, clock, year});
  clock.at += 24h;
  auto after = lives_in_use{records, clock, month};
  EXPECT_GE(life_of_a_cutoff(after, month), oauth::cutoff_life(year));
  clock.at += 24h * 365;  // no family of that time is left
  after.tick();
  EXPECT_EQ(life_of_a_cutoff(after, month), oauth::cutoff_life(month));
}

TEST_F(lives, count_until_the_last_moment_of_their_use) {  // RFT-11
  auto one = lives_in_use{records, clock, year};
  for (auto i = 0; i < 400; ++i) {
    clock.at += 24h;
    one.tick();
  }
  one.begin(month);
  EXPECT_EQ(one.counting(month).refresh_absolute, year.refresh_absolute);
  clock.at += 24h * 365;
  EXPECT_EQ(life_of_a_cutoff(one, month), oauth::cutoff_life(year));
  clock.at += 1h;
  one.tick();
  EXPECT_EQ(one.counting(month).refresh_absolute, month.refresh_absolute);
}

TEST_F(lives, of_another_node_count_before_it_uses_them) {  // RFT-11
  auto one = lives_in_use{records, clock, month};
  EXPECT_EQ(life_of_a_cutoff(one, month), oauth::cutoff_life(month));
  auto other = lives_in_use{records, clock, month};
  // Between the write of the cutoff and its answer.
  cutoffs.after_put = [&] { other.begin(year); };
  EXPECT_EQ(life_of_a_cutoff(one, month), oauth::cutoff_life(year));
  one.tick();
  EXPECT_EQ(one.counting(month).refresh_absolute, year.refresh_absolute);
}

TEST_F(lives, are_noted_again_in_time) {
  auto one = lives_in_use{records, clock, year};
  auto other = lives_in_use{records, clock, month};
  for (auto i = 0; i < 1000; ++i) {
    clock.at += lives_in_use::look_interval;
    one.tick();
    other.tick();
    const auto book = oauth::life_book{records.load_note(storage::lives_note)};
    ASSERT_TRUE(book.has(oauth::lives_of(year), clock.now() + 1min));
    ASSERT_TRUE(book.has(oauth::lives_of(month), clock.now() + 1min));
  }
}

TEST_F(lives, are_noted_although_other_nodes_are_faster) {
  auto shared = test::failing_catalog{records};
  shared.outrun_notes = 2;
  auto one = lives_in_use{shared, clock, year};
  EXPECT_EQ(shared.tried_notes, 3);
  EXPECT_TRUE(oauth::life_book{records.load_note(storage::lives_note)}.has(oauth::lives_of(year),
                                                                           clock.now()));
  one.tick();
  one.look();
  EXPECT_EQ(shared.tried_notes, 3) << "nothing to prolong yet";
  shared.outrun_notes = 100;
  EXPECT_THROW(one.begin(month), storage::storage_error);
  EXPECT_EQ(one.counting(month).refresh_absolute, year.refresh_absolute);
  // A start does not fail for it.
  auto other = lives_in_use{shared, clock, month};
  const auto is_noted = [&] {
    return oauth::life_book{records.load_note(storage::lives_note)}.has(oauth::lives_of(month),
                                                                        clock.now());
  };
  EXPECT_FALSE(is_noted());
  shared.outrun_notes = 0;
  clock.at += lives_in_use::look_interval;
  other.tick();
  EXPECT_TRUE(is_noted());
}

TEST_F(lives, need_no_database_when_they_stay) {
  auto shared = test::failing_catalog{records};
  auto one = lives_in_use{shared, clock, year};
  shared.outrun_notes = 100;
  clock.at += lives_in_use::lease;  // the note has ended: it would have to be written again
  auto with_other_limits = year;
  ++with_other_limits.code_max_fail;
  EXPECT_NO_THROW(one.begin(with_other_limits));
  EXPECT_EQ(shared.tried_notes, 1);
  EXPECT_THROW(one.begin(month), storage::storage_error);
}

TEST_F(lives, keep_a_retired_key_for_the_tokens_of_former_settings) {  // JWS-06
  auto journal = loopback::deaf_journal{};
  auto rules = rules_of(24h * 365, 24h * 30);
  auto one = lives_in_use{records, clock, rules};
  const auto setup = key_keeper_setup{.records = records,
                                      .clock = clock,
                                      .journal = journal,
                                      .seal_keys = crypto::subkeys{crypto::sha256("seal")},
                                      .algorithms = {crypto::jws_alg::es256},
                                      .rules = rules,
                                      .lives = &one};
  auto keys = key_rotation{setup};
  const auto used = keys.ring()->active(crypto::jws_alg::es256)->key.kid();
  const auto rotate = [&] {
    auto x = service::admin_handle{
        new service::admin_exchange{std::make_shared<test::nobody>(), {}, clock.now()}};
    x->call = oauth::rotate_keys{.now = true};
    keys.handle(*x);
    EXPECT_TRUE(x->answer);
  };
  const auto shorter = rules_of(24h * 365, 48h);
  one.begin(shorter);
  rules = shorter;
  rotate();
  EXPECT_EQ(keys.ring()->find(used)->remove, clock.now() + 24h * 30);
  clock.at += 24h * 31;
  EXPECT_TRUE(keys.tick());
  EXPECT_EQ(keys.ring()->find(used), nullptr);
  const auto next = keys.ring()->active(crypto::jws_alg::es256)->key.kid();
  rotate();
  EXPECT_EQ(keys.ring()->find(next)->remove, clock.now() + 48h);
}

}  // namespace
}  // namespace mintage::actors
