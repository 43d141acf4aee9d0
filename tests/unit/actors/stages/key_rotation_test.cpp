#include "actors/stages/key_rotation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "loopback/deaf_journal.hpp"
#include "storage/memory/engine.hpp"
#include "tests/support/rotated_ring.hpp"
#include "tests/unit/actors/stages/exchanges.hpp"
#include "tests/unit/actors/stages/failing_catalog.hpp"

namespace mintage::actors {
namespace {

using namespace std::chrono_literals;
using oauth::errc;
using oauth::key_state;

class listening_journal final : public loopback::deaf_journal {
 public:
  void key_changed(const crypto::signing_key& key, std::string_view state) noexcept override {
    heard.push_back(key.kid() + ' ' + std::string{state});
  }
  std::vector<std::string> heard;
};

class key_rotation_rules : public testing::Test {
 protected:
  service::admin_handle ask(oauth::admin_call call) {
    clock.at += 1s;  // keys of one millisecond would be sorted by name
    auto x = service::admin_handle{
        new service::admin_exchange{std::make_shared<test::nobody>(), {}, clock.now()}};
    x->call = std::move(call);
    book.handle(*x);
    return x;
  }
  [[nodiscard]] std::string active() const {
    return book.ring()->active(crypto::jws_alg::es256)->key.kid();
  }
  [[nodiscard]] std::size_t stored() const { return engine->records().load_keys().keys.size(); }

  test::manual_clock clock;
  oauth::options rules;
  listening_journal journal;
  std::unique_ptr<storage::engine> engine = storage::open_memory_engine(5);
  test::failing_catalog records{engine->records()};
  key_keeper_setup setup{.records = records,
                         .clock = clock,
                         .journal = journal,
                         .seal_keys = crypto::sha256("seal"),
                         .algorithms = {crypto::jws_alg::es256},
                         .rules = rules};
  key_rotation book{setup};
};

TEST_F(key_rotation_rules, refuse_to_open_keys_with_another_seal_key) {
  auto other = setup;
  other.seal_keys = crypto::sha256("another");
  EXPECT_THROW(key_rotation{other}, key_error);
}

TEST_F(key_rotation_rules, change_nothing_when_the_database_cannot_be_written) {
  const auto before = book.ring();
  records.loses = true;
  const auto x = ask(oauth::rotate_keys{.now = true});
  EXPECT_EQ(x->error->code, errc::temporarily_unavailable);
  EXPECT_FALSE(x->answer);
  EXPECT_EQ(book.ring(), before);
  EXPECT_EQ(ask(oauth::remove_key{active()})->error->code, errc::temporarily_unavailable);
  clock.at += 24h * 90;
  EXPECT_FALSE(book.tick());
  EXPECT_EQ(journal.heard.size(), 1U) << "only the first key was told of";
  records.loses = false;
  EXPECT_TRUE(book.tick()) << "the next look tries again";
  EXPECT_EQ(stored(), 2U);
}

TEST_F(key_rotation_rules, believe_the_database_after_a_write_that_failed) {
  records.keeps_and_fails = true;
  EXPECT_TRUE(ask(oauth::rotate_keys{})->error);
  records.keeps_and_fails = false;
  ASSERT_EQ(stored(), 2U);
  EXPECT_TRUE(book.tick());
  EXPECT_EQ(book.ring()->keys.size(), 2U) << "the key that was kept is not made twice";
  EXPECT_EQ(stored(), 2U);
  EXPECT_EQ(ask(oauth::rotate_keys{})->error->code, errc::conflict);
}

TEST_F(key_rotation_rules, answer_with_states_and_times) {
  const auto listed = ask(oauth::list_keys{});
  EXPECT_EQ(std::get<oauth::key_list>(*listed->answer).keys, book.ring());
  const auto rotated = ask(oauth::rotate_keys{});
  EXPECT_EQ(std::get<oauth::key_list>(*rotated->answer).keys, book.ring());
  EXPECT_EQ(book.ring()->keys.size(), 2U);
  EXPECT_EQ(ask(oauth::rotate_keys{.alg = crypto::jws_alg::rs256})->error->code,
            errc::invalid_request);
  EXPECT_EQ(ask(oauth::remove_key{"nobody"})->error->code, errc::not_found);
  EXPECT_TRUE(std::holds_alternative<oauth::removed>(*ask(oauth::remove_key{active()})->answer));
}

TEST_F(key_rotation_rules, erase_removed_keys_from_the_database) {  // JWS-06
  const auto leaked = active();
  ASSERT_TRUE(ask(oauth::remove_key{leaked})->answer);
  const auto left = engine->records().load_keys().keys;
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left.front().kid, active());
  EXPECT_NE(left.front().kid, leaked);
}

TEST_F(key_rotation_rules, tell_of_every_change) {
  const auto first = active();
  EXPECT_EQ(journal.heard, (std::vector{first + " active"}));
  journal.heard.clear();
  ASSERT_TRUE(ask(oauth::rotate_keys{})->answer);
  const auto second = book.ring()->keys.back().key.kid();
  EXPECT_EQ(journal.heard, (std::vector{second + " pending"}));
  journal.heard.clear();
  clock.at += oauth::publication_wait;
  EXPECT_TRUE(book.tick());
  EXPECT_FALSE(book.tick());
  EXPECT_EQ(journal.heard, (std::vector{first + " retiring", second + " active"}));
  journal.heard.clear();
  clock.at += 24h * 2;
  EXPECT_TRUE(book.tick());
  EXPECT_EQ(journal.heard, (std::vector{first + " removed"}));
}

TEST_F(key_rotation_rules, go_on_after_a_restart_where_they_stood) {
  // Enough that the database's order is unlikely to be the order of their creation.
  for (auto i = 0; i < 8; ++i) ASSERT_TRUE(ask(oauth::rotate_keys{.now = true})->answer);
  const auto first = active();
  ASSERT_TRUE(ask(oauth::rotate_keys{})->answer);
  const auto before = book.ring();
  clock.at += oauth::publication_wait - 1s;
  {
    auto again = key_rotation{setup};
    ASSERT_EQ(again.ring()->keys.size(), before->keys.size());
    for (auto i = std::size_t{0}; i < before->keys.size(); ++i) {
      EXPECT_EQ(again.ring()->keys[i].key.kid(), before->keys[i].key.kid());
      EXPECT_TRUE(oauth::is_unchanged(again.ring()->keys[i], before->keys[i]));
    }
    clock.at += 1s;
    EXPECT_TRUE(again.tick());
    EXPECT_EQ(again.ring()->find(first)->state, key_state::retiring);
  }
  clock.at += 24h * 2;
  const auto later = key_rotation{setup};
  EXPECT_EQ(later.ring()->find(first), nullptr) << "due while nobody ran";
}

TEST_F(key_rotation_rules, judge_again_when_another_node_was_faster) {
  records.moves = true;
  const auto before = active();
  const auto x = ask(oauth::rotate_keys{});
  EXPECT_FALSE(x->error.has_value());
  EXPECT_EQ(stored(), 2U);
  EXPECT_EQ(book.ring()->keys.size(), 2U);
  EXPECT_TRUE(book.ring()->find(before) != nullptr);
}

TEST_F(key_rotation_rules, take_over_the_keys_of_another_node) {
  auto other = key_rotation{setup};
  const auto x = ask(oauth::rotate_keys{});
  EXPECT_EQ(other.ring()->keys.size(), 1U);
  EXPECT_TRUE(other.refresh());
  EXPECT_EQ(other.ring()->keys.size(), 2U);
  EXPECT_FALSE(other.refresh());
}

/// Whether all keys of the database open with the newest root alone.
bool opens_with_newest(key_keeper_setup setup, const crypto::root_ring& ring) {
  setup.seal_keys = ring.derive("mintage/seal/1").front();
  setup.progress = nullptr;
  try {
    static_cast<void>(key_rotation{setup});
    return true;
  } catch (const key_error&) {
    return false;
  }
}

class keys_of_a_rotated_seal : public key_rotation_rules {
 protected:
  /// A database of its own, with a key that the first root sealed.
  keys_of_a_rotated_seal() {
    setup.seal_keys = {ring, "mintage/seal/1"};
    setup.progress = &progress;
    for (const auto& k : engine->records().load_keys().keys)
      engine->records().change_keys({}, {k.kid}, 0);
    sealed.emplace(setup);
  }
  [[nodiscard]] std::optional<std::size_t> left() const {
    return progress.left(sealed_records::keys, ring.changes());
  }

  crypto::root_ring ring{crypto::sha256("first")};
  seal_progress progress;
  std::optional<key_rotation> sealed;
};

TEST_F(keys_of_a_rotated_seal, are_sealed_anew_at_the_next_look) {
  const auto before = sealed->ring();
  EXPECT_EQ(left(), 0U);
  mintage::test::rotate(ring, "second");
  EXPECT_EQ(left(), std::nullopt);
  EXPECT_FALSE(opens_with_newest(setup, ring));
  EXPECT_FALSE(sealed->tick()) << "the keys are the same";
  EXPECT_EQ(sealed->ring(), before);
  EXPECT_EQ(left(), 0U);
  EXPECT_TRUE(opens_with_newest(setup, ring));
}

TEST_F(keys_of_a_rotated_seal, are_sealed_anew_after_a_restart) {
  mintage::test::rotate(ring, "second");
  auto second = key_rotation{setup};
  EXPECT_EQ(left(), 1U);
  EXPECT_EQ(second.ring()->keys.front().key.kid(), sealed->ring()->keys.front().key.kid());
  static_cast<void>(second.tick());
  EXPECT_EQ(left(), 0U);
  EXPECT_TRUE(opens_with_newest(setup, ring));
}

TEST_F(keys_of_a_rotated_seal, are_tried_again_when_the_database_fails) {
  mintage::test::rotate(ring, "second");
  records.loses = true;
  static_cast<void>(sealed->tick());
  EXPECT_NE(left(), 0U);
  records.loses = false;
  static_cast<void>(sealed->tick());
  EXPECT_EQ(left(), 0U);
  EXPECT_TRUE(opens_with_newest(setup, ring));
}

TEST_F(keys_of_a_rotated_seal, follow_a_ring_that_changes_without_them) {
  auto asked = 0;
  setup.follow_ring = [&asked] { ++asked; };
  static_cast<void>(sealed->tick());
  EXPECT_EQ(asked, 1);
  static_cast<void>(sealed->tick());
  EXPECT_EQ(asked, 1) << "not at every look";
  clock.at += 10s;
  setup.follow_ring = [&asked] {
    ++asked;
    throw storage::storage_error{"no database"};
  };
  EXPECT_FALSE(sealed->tick());
  EXPECT_EQ(asked, 2);
  EXPECT_FALSE(sealed->is_unsure());
}

TEST_F(keys_of_a_rotated_seal, follow_what_another_node_has_made_the_newest) {
  setup.follow_ring = [this] {
    if (ring.content().generation == 1) mintage::test::rotate(ring, "second");
  };
  EXPECT_FALSE(sealed->refresh());
  static_cast<void>(sealed->tick());
  EXPECT_EQ(left(), 0U);
  EXPECT_TRUE(opens_with_newest(setup, ring));
}

}  // namespace
}  // namespace mintage::actors
