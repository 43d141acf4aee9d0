// Refresh-token families, and the records of access tokens.

#include "tests/storage/contract/contract.hpp"

namespace mintage::storage {
namespace {

using testing::ElementsAre;

/// A family whose grant was issued for a code.
class rotation_contract : public contract {
 protected:
  rotation_contract() {
    EXPECT_EQ(shard().insert(fresh(1), now()), verdict::ok);
    EXPECT_EQ(shard().consume(consumption(1, 100, now()), now()).what, verdict::ok);
  }
  rotate_result rotate(std::uint32_t presented) {
    return shard().rotate(rotation(1, 100, presented, now()), now());
  }
  read_result read() { return shard().read(table::grants, new_grant_key(1, 100), now()); }
  static std::string value_at(std::uint32_t generation) {
    return generation == 0 ? "issued by 100"
                           : "generation " + std::to_string(generation) + " of 100";
  }
};

INSTANTIATE_TEST_SUITE_P(
    engines, rotation_contract,
    testing::Values(engine_case{"memory", engine_kind::memory, durability::os},
                    engine_case{"rocksdb_sync", engine_kind::rocksdb, durability::sync},
                    engine_case{"rocksdb_os", engine_kind::rocksdb, durability::os},
                    engine_case{"postgres", engine_kind::postgres, durability::sync}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST_P(rotation_contract, knows_no_family_that_was_never_born) {
  EXPECT_EQ(shard().rotate(rotation(1, 101, 0, now()), now()).what, verdict::absent);
  EXPECT_EQ(shard().rotate(rotation(2, 100, 0, now()), now()).what, verdict::absent);
  auto code = rotation(1, 100, 0, now());
  code.key = code_key(1);
  EXPECT_EQ(shard().rotate(code, now()).what, verdict::absent);
}

TEST_P(rotation_contract, rotates_from_the_current_generation_alone) {  // RFT-05
  for (auto current = std::uint32_t{0}; current < 3; ++current) {
    for (auto presented = std::uint32_t{0}; presented < 5; ++presented) {
      if (presented != current) {
        auto refused = rotate(presented);
        EXPECT_EQ(refused.what, verdict::replayed);
        EXPECT_EQ(refused.value, value_at(current));
      }
    }
    EXPECT_EQ(read().value, value_at(current));
    auto rotated = rotate(current);
    EXPECT_EQ(rotated.what, verdict::ok);
    EXPECT_EQ(rotated.value, "");
    reopen();
    EXPECT_EQ(read().what, verdict::ok);
    EXPECT_EQ(read().value, value_at(current + 1));
  }
}

TEST_P(rotation_contract, starts_a_family_that_is_inserted_at_generation_0) {
  auto new_grant = fresh(2);
  new_grant.kind = table::grants;
  new_grant.key = new_grant_key(2, 100);
  for (auto life_of_it = 0; life_of_it < 2; ++life_of_it) {
    new_grant.expires = now() + life;
    ASSERT_EQ(shard().insert(new_grant, now()), verdict::ok);
    EXPECT_EQ(shard().rotate(rotation(2, 100, 1, now()), now()).what, verdict::replayed);
    EXPECT_EQ(shard().rotate(rotation(2, 100, 0, now()), now()).what, verdict::ok);
    EXPECT_EQ(shard().rotate(rotation(2, 100, 1, now()), now()).what, verdict::ok);
    clock_.advance(seconds{3600});
  }
}

TEST_P(rotation_contract, changes_a_record_without_a_new_generation) {  // a later idle expiry
  for (auto round = 0; round < 3; ++round) {
    auto op = rotation(1, 100, 0, now());
    op.successor = 0;
    op.value = "pushed on " + std::to_string(round);
    EXPECT_EQ(shard().rotate(op, now()).what, verdict::ok);
    reopen();
    EXPECT_EQ(read().value, op.value);
    clock_.advance(seconds{3599});
  }
  EXPECT_EQ(rotate(0).what, verdict::ok);
}

TEST_P(rotation_contract, ends_a_family_when_its_last_rotation_said) {
  auto op = rotation(1, 100, 0, now());
  op.expires = now() + seconds{10};
  ASSERT_EQ(shard().rotate(op, now()).what, verdict::ok);
  clock_.advance(seconds{10} - oauth::milliseconds{1});
  EXPECT_EQ(read().what, verdict::ok);
  EXPECT_EQ(rotate(0).what, verdict::replayed);
  clock_.advance(oauth::milliseconds{1});
  EXPECT_EQ(read().what, verdict::expired);
  EXPECT_EQ(rotate(0).what, verdict::expired);
  EXPECT_EQ(rotate(1).what, verdict::expired);
}

TEST_P(rotation_contract, never_rotates_a_revoked_family) {  // RFT-04
  ASSERT_EQ(rotate(0).what, verdict::ok);
  ASSERT_EQ(shard().revoke(table::grants, new_grant_key(1, 100), now()), verdict::ok);
  for (auto round = 0; round < 2; ++round) {
    for (auto presented : {0U, 1U, 2U}) {  // before replayed
      auto refused = rotate(presented);
      EXPECT_EQ(refused.what, verdict::revoked);
      EXPECT_EQ(refused.value, "");
    }
    EXPECT_EQ(read().what, verdict::revoked);
    EXPECT_EQ(read().value, value_at(1));  // access tokens of the family are checked against it
    reopen();
  }
  clock_.advance(seconds{3600});
  EXPECT_EQ(rotate(1).what, verdict::expired);  // before revoked
}

TEST_P(rotation_contract, knows_no_family_whose_birth_was_taken_back) {  // COM-02
  ASSERT_EQ(shard().release(1, 100, now()), verdict::ok);
  EXPECT_EQ(rotate(0).what, verdict::absent);
}

TEST_P(rotation_contract, judges_rotations_of_one_batch_one_after_the_other) {
  auto first = rotation(1, 100, 0, now());
  auto second = first;
  second.value = "another";
  auto results = shard().rotate({first, second, rotation(1, 100, 1, now()), second}, now());
  EXPECT_EQ(results[0].what, verdict::ok);
  EXPECT_EQ(results[1].what, verdict::replayed);
  EXPECT_EQ(results[1].value, value_at(1));
  EXPECT_EQ(results[2].what, verdict::ok);
  EXPECT_EQ(results[3].what, verdict::replayed);
  EXPECT_EQ(results[3].value, value_at(2));
}

TEST_P(rotation_contract, lets_later_batches_on_a_family_wait_for_the_outcome) {
  auto& store = shard().store();
  auto rotated = std::array<answer<rotate_result>, 4>{};
  auto before = answer<read_result>{};
  auto revoked = answer<verdict>{};
  auto after = answer<read_result>{};
  store.rotate({rotation(1, 100, 0, now())}, now(), rotated[0].handler());
  store.rotate({rotation(1, 100, 0, now())}, now(), rotated[1].handler());
  store.rotate({rotation(1, 100, 1, now())}, now(), rotated[2].handler());
  store.read(table::grants, {new_grant_key(1, 100)}, now(), before.handler());
  store.revoke({{table::grants, new_grant_key(1, 100)}}, now(), revoked.handler());
  store.rotate({rotation(1, 100, 2, now())}, now(), rotated[3].handler());
  store.read(table::grants, {new_grant_key(1, 100)}, now(), after.handler());
  auto read_after = after.wait(shard().tasks())[0];
  EXPECT_EQ(read_after.what, verdict::revoked);
  EXPECT_EQ(read_after.value, value_at(2));
  EXPECT_EQ(rotated[0].wait(shard().tasks())[0].what, verdict::ok);
  auto loser = rotated[1].wait(shard().tasks())[0];
  EXPECT_EQ(loser.what, verdict::replayed);
  EXPECT_EQ(loser.value, value_at(1));
  EXPECT_EQ(rotated[2].wait(shard().tasks())[0].what, verdict::ok);
  EXPECT_EQ(before.wait(shard().tasks())[0].value, value_at(2));
  EXPECT_EQ(revoked.wait(shard().tasks())[0], verdict::ok);
  EXPECT_EQ(rotated[3].wait(shard().tasks())[0].what, verdict::revoked);
}

TEST_P(rotation_contract, settles_what_a_former_instance_rotated_before_it_opens_again) {
  auto tasks = task_queue{};
  auto nobody = answer<rotate_result>{};
  {
    auto dying = engine_->open_shard(0, 1, tasks.post());
    dying->rotate({rotation(1, 100, 0, now())}, now(), nobody.handler());
  }
  open_shards();
  auto again = rotate(0);
  EXPECT_EQ(again.what, verdict::replayed);
  EXPECT_EQ(again.value, value_at(1));  // so that a lost answer can be repeated (RFT-06)
}

TEST_P(rotation_contract, keeps_access_tokens_and_denials) {  // ATK-06, REV-02
  auto op = fresh(1);
  op.kind = table::access_tokens;
  op.binding = {};
  auto read = [&] { return shard().read(table::access_tokens, op.key, now()); };
  EXPECT_EQ(read().what, verdict::absent);
  EXPECT_EQ(shard().revoke(table::access_tokens, op.key, now()), verdict::absent);
  EXPECT_THAT(shard().insert({op, op}, now()), ElementsAre(verdict::ok, verdict::exists));
  for (auto round = 0; round < 2; ++round) {
    EXPECT_EQ(read().what, verdict::ok);
    EXPECT_EQ(read().value, "value of 1");
    EXPECT_EQ(shard().insert(op, now()), verdict::exists);  // revoked twice
    reopen();
  }
  EXPECT_EQ(shard().revoke(table::access_tokens, op.key, now()), verdict::ok);
  for (auto round = 0; round < 2; ++round) {
    EXPECT_EQ(read().what, verdict::revoked);
    EXPECT_EQ(read().value, "value of 1");
    EXPECT_EQ(shard().insert(op, now()), verdict::exists);
    EXPECT_EQ(shard().revoke(table::access_tokens, op.key, now()), verdict::ok);
    reopen();
  }
  EXPECT_EQ(shard().read(table::codes, op.key, now()).what, verdict::replayed);
  clock_.advance(life);
  EXPECT_EQ(read().what, verdict::expired);
}

// The cutoffs of subjects and sessions.

TEST_P(contract, has_no_cutoff_at_first) {
  EXPECT_FALSE(engine_->cutoffs().has_any());
  EXPECT_FALSE(engine_->cutoffs().find(octets_of(1)));
}

TEST_P(contract, keeps_cutoffs_and_never_moves_one_back) {  // RFT-11
  const auto then = now();
  const auto forget = then + seconds{3600};
  engine_->cutoffs().put(octets_of(1), then, forget);
  for (auto round = 0; round < 2; ++round) {
    EXPECT_EQ(cutoff(1), then);
    EXPECT_FALSE(cutoff(2));
    reopen();
  }
  engine_->cutoffs().put(octets_of(1), then - seconds{5}, forget);
  EXPECT_EQ(cutoff(1), then);
  engine_->cutoffs().put(octets_of(1), then + seconds{5}, forget);
  engine_->cutoffs().put(octets_of(2), then, forget);
  reopen();
  EXPECT_EQ(cutoff(1), then + seconds{5});
  EXPECT_EQ(cutoff(2), then);
}

TEST_P(contract, forgets_a_cutoff_not_before_its_time) {
  const auto then = now();
  engine_->cutoffs().put(octets_of(1), then, then + seconds{60});
  engine_->cutoffs().put(octets_of(1), then, then + seconds{5});  // never earlier than before
  clock_.advance(seconds{60} - oauth::milliseconds{1});
  engine_->cutoffs().put(octets_of(2), now(), now() + seconds{60});
  EXPECT_EQ(cutoff(1), then);
  clock_.advance(oauth::milliseconds{1});
  engine_->cutoffs().put(octets_of(3), now(), now() + seconds{60});  // memory sweeps here
  reopen();                                                          // RocksDB flushes its log here
  if (!engine_->joins_cutoffs()) {                                   // others drop it later
    EXPECT_FALSE(cutoff(1));
  }
  EXPECT_TRUE(cutoff(2));
  EXPECT_EQ(cutoff(3), now());
}

}  // namespace
}  // namespace mintage::storage
