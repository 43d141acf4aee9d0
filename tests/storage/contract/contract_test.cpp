#include "tests/storage/contract/contract.hpp"

#include <thread>

#include "storage/rocksdb/thread_sanitizer.hpp"

#ifdef MINTAGE_THREAD_SANITIZER
// Sets of file names, which threads of RocksDB pass to each other.
extern "C" const char* __tsan_default_suppressions() {
  return "race:^std::_Hashtable<std::__cxx11::basic_string<char\n";
}
#endif

namespace mintage::storage {
namespace {

using testing::ElementsAre;

INSTANTIATE_TEST_SUITE_P(
    engines, contract,
    testing::Values(engine_case{"memory", engine_kind::memory, durability::os},
                    engine_case{"rocksdb_sync", engine_kind::rocksdb, durability::sync},
                    engine_case{"rocksdb_os", engine_kind::rocksdb, durability::os},
                    engine_case{"postgres", engine_kind::postgres, durability::sync}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST_P(contract, answers_empty_batches) {
  EXPECT_TRUE(shard().insert(std::vector<insert_op>{}, now()).empty());
  EXPECT_TRUE(shard().read(table::codes, std::vector<record_key>{}, now()).empty());
}

TEST_P(contract, knows_nothing_of_what_was_never_inserted) {
  EXPECT_EQ(shard().read(table::codes, code_key(1), now()).what, verdict::absent);
  EXPECT_EQ(shard().consume(consumption(1, 1, now()), now()).what, verdict::absent);
  EXPECT_EQ(shard().release(1, 1, now()), verdict::absent);
  EXPECT_EQ(shard().revoke(table::grants, new_grant_key(1, 1), now()), verdict::absent);
  EXPECT_EQ(shard().read(table::grants, new_grant_key(1, 1), now()).what, verdict::absent);
}

TEST_P(contract, inserts_if_absent_and_reads_back) {
  EXPECT_EQ(shard().insert(fresh(1), now()), verdict::ok);
  auto other = fresh(1);
  other.value = "another";
  EXPECT_EQ(shard().insert(other, now()), verdict::exists);
  for (auto round = 0; round < 2; ++round) {
    auto read = shard().read(table::codes, code_key(1), now());
    EXPECT_EQ(read.what, verdict::ok);
    EXPECT_EQ(read.value, "value of 1");
    EXPECT_EQ(read.binding, fresh(1).binding);
    reopen();
  }
}

TEST_P(contract, keeps_tables_apart) {
  for (const auto& row : tables) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(shard().read(row.id, code_key(1), now()).what, verdict::absent);
    auto op = fresh(1);
    op.kind = row.id;
    op.value = row.id == table::replay_ids ? "" : row.name;
    EXPECT_EQ(shard().insert(op, now()), verdict::ok);
  }
  reopen();
  for (const auto& row : tables) {
    const auto found = shard().read(row.id, code_key(1), now());
    EXPECT_EQ(found.what, verdict::ok);
    EXPECT_EQ(found.value, row.id == table::replay_ids ? "" : row.name);
  }
}

TEST_P(contract, takes_a_replay_id_once_until_it_expires) {
  auto id = insert_op{};
  id.kind = table::replay_ids;
  id.key = code_key(1);
  id.expires = now() + life;
  EXPECT_EQ(shard().insert(std::vector<insert_op>{id, id}, now()),
            (std::vector{verdict::ok, verdict::exists}));
  auto other = id;
  other.key = code_key(2);
  EXPECT_EQ(shard().insert(other, now()), verdict::ok);
  reopen();
  clock_.advance(life - oauth::milliseconds{1});
  EXPECT_EQ(shard().insert(id, now()), verdict::exists);
  clock_.advance(oauth::milliseconds{1});
  id.expires = now() + life;
  EXPECT_EQ(shard().insert(id, now()), verdict::ok);
  EXPECT_EQ(shard().insert(id, now()), verdict::exists);
}

TEST_P(contract, takes_an_expired_record_for_absent) {
  ASSERT_EQ(shard().insert(fresh(1), now()), verdict::ok);
  clock_.advance(life - oauth::milliseconds{1});
  EXPECT_EQ(shard().insert(fresh(1), now()), verdict::exists);
  EXPECT_EQ(shard().read(table::codes, code_key(1), now()).what, verdict::ok);
  clock_.advance(oauth::milliseconds{1});
  EXPECT_EQ(shard().read(table::codes, code_key(1), now()).what, verdict::expired);
  EXPECT_EQ(shard().revoke(table::codes, code_key(1), now()), verdict::absent);
  EXPECT_EQ(shard().insert(fresh(1), now()), verdict::ok);
  EXPECT_EQ(shard().read(table::codes, code_key(1), now()).what, verdict::ok);
}

TEST_P(contract, consumes_once_and_tells_a_replay_when_and_what) {
  ASSERT_EQ(shard().insert(fresh(1), now()), verdict::ok);
  const auto then = now();
  EXPECT_EQ(shard().consume(consumption(1, 100, now()), now()).what, verdict::ok);
  clock_.advance(seconds{1});
  for (auto round = 0; round < 2; ++round) {
    auto replay = shard().consume(consumption(1, 101, now()), now());
    EXPECT_EQ(replay.what, verdict::replayed);
    EXPECT_EQ(replay.consumed_at, then);
    EXPECT_EQ(replay.new_grant, new_grant_key(1, 100));
    EXPECT_EQ(shard().read(table::grants, new_grant_key(1, 101), now()).what, verdict::absent);

    EXPECT_EQ(shard().consume(consumption(1, 100, now()), now()).what, verdict::ok);
    auto tombstone = shard().read(table::codes, code_key(1), now());
    EXPECT_EQ(tombstone.what, verdict::replayed);
    EXPECT_EQ(tombstone.value, "");
    EXPECT_EQ(tombstone.consumed_at, then);
    EXPECT_EQ(tombstone.new_grant, new_grant_key(1, 100));
    auto new_grant = shard().read(table::grants, new_grant_key(1, 100), now());
    EXPECT_EQ(new_grant.what, verdict::ok);
    EXPECT_EQ(new_grant.value, "issued by 100");
    reopen();
  }
}

TEST_P(contract, remembers_a_consumption_beyond_the_life_of_the_code) {
  ASSERT_EQ(shard().insert(fresh(1), now()), verdict::ok);
  ASSERT_EQ(shard().consume(consumption(1, 100, now()), now()).what, verdict::ok);
  clock_.advance(seconds{599});
  EXPECT_EQ(shard().consume(consumption(1, 101, now()), now()).what, verdict::replayed);
  clock_.advance(seconds{1});
  EXPECT_EQ(shard().consume(consumption(1, 101, now()), now()).what, verdict::absent);
  EXPECT_EQ(shard().read(table::codes, code_key(1), now()).what, verdict::absent);
  EXPECT_EQ(shard().read(table::grants, new_grant_key(1, 100), now()).what, verdict::ok);
}

TEST_P(contract, never_ends_a_tombstone_before_the_code) {
  ASSERT_EQ(shard().insert(fresh(1), now()), verdict::ok);
  auto op = consumption(1, 100, now());
  op.tombstone_until = now() + seconds{1};
  ASSERT_EQ(shard().consume(op, now()).what, verdict::ok);
  clock_.advance(life - seconds{1});
  EXPECT_EQ(shard().consume(consumption(1, 101, now()), now()).what, verdict::replayed);
}

TEST_P(contract, counts_mismatches_durably_until_the_code_dies) {  // COD-05
  ASSERT_EQ(shard().insert(fresh(1), now()), verdict::ok);
  auto wrong = consumption(1, 100, now());
  wrong.binding[31] ^= 1;
  for (auto i = 0U; i < max_failures; ++i) {
    EXPECT_EQ(shard().read(table::codes, code_key(1), now()).what, verdict::ok);
    EXPECT_EQ(shard().consume(wrong, now()).what, verdict::mismatch);
    reopen();
  }
  EXPECT_EQ(shard().read(table::codes, code_key(1), now()).what, verdict::revoked);
  EXPECT_EQ(shard().consume(consumption(1, 100, now()), now()).what, verdict::revoked);
  EXPECT_EQ(shard().consume(wrong, now()).what, verdict::mismatch);
  EXPECT_EQ(shard().read(table::grants, new_grant_key(1, 100), now()).what, verdict::absent);
}

TEST_P(contract, keeps_a_code_alive_below_the_cap_of_mismatches) {
  ASSERT_EQ(shard().insert(fresh(1), now()), verdict::ok);
  auto wrong = consumption(1, 100, now());
  wrong.binding[0] ^= 1;
  for (auto i = 1U; i < max_failures; ++i) {
    EXPECT_EQ(shard().consume(wrong, now()).what, verdict::mismatch);
  }
  EXPECT_EQ(shard().consume(consumption(1, 100, now()), now()).what, verdict::ok);
  for (auto i = 0U; i < max_failures + 1; ++i) {
    EXPECT_EQ(shard().consume(wrong, now()).what, verdict::mismatch);  // before replayed
  }
  EXPECT_EQ(shard().consume(consumption(1, 101, now()), now()).what, verdict::replayed);
}

TEST_P(contract, tells_mismatch_before_expired_before_revoked) {
  ASSERT_EQ(shard().insert(fresh(1), now()), verdict::ok);
  ASSERT_EQ(shard().revoke(table::codes, code_key(1), now()), verdict::ok);
  EXPECT_EQ(shard().consume(consumption(1, 100, now()), now()).what, verdict::revoked);
  clock_.advance(life);
  EXPECT_EQ(shard().consume(consumption(1, 100, now()), now()).what, verdict::expired);
  auto wrong = consumption(1, 100, now());
  wrong.binding[0] ^= 1;
  EXPECT_EQ(shard().consume(wrong, now()).what, verdict::mismatch);
}

TEST_P(contract, revokes_a_family_for_good) {
  ASSERT_EQ(shard().insert(fresh(1), now()), verdict::ok);
  ASSERT_EQ(shard().consume(consumption(1, 100, now()), now()).what, verdict::ok);
  EXPECT_EQ(shard().revoke(table::grants, new_grant_key(1, 100), now()), verdict::ok);
  EXPECT_EQ(shard().revoke(table::grants, new_grant_key(1, 100), now()), verdict::ok);
  reopen();
  auto read = shard().read(table::grants, new_grant_key(1, 100), now());
  EXPECT_EQ(read.what, verdict::revoked);
  EXPECT_EQ(read.value, "issued by 100");
}

TEST_P(contract, releases_a_consumption_of_the_same_attempt) {  // COM-02
  ASSERT_EQ(shard().insert(fresh(1), now()), verdict::ok);
  auto wrong = consumption(1, 99, now());
  wrong.binding[0] ^= 1;
  ASSERT_EQ(shard().consume(wrong, now()).what, verdict::mismatch);
  ASSERT_EQ(shard().consume(consumption(1, 100, now()), now()).what, verdict::ok);
  EXPECT_EQ(shard().release(1, 101, now()), verdict::absent);
  EXPECT_EQ(shard().read(table::codes, code_key(1), now()).what, verdict::replayed);
  EXPECT_EQ(shard().release(1, 100, now()), verdict::ok);
  EXPECT_EQ(shard().release(1, 100, now()), verdict::absent);
  for (auto round = 0; round < 2; ++round) {
    auto live = shard().read(table::codes, code_key(1), now());
    EXPECT_EQ(live.what, verdict::ok);
    EXPECT_EQ(live.value, "value of 1");
    EXPECT_EQ(live.binding, fresh(1).binding);
    EXPECT_EQ(shard().read(table::grants, new_grant_key(1, 100), now()).what, verdict::absent);
    reopen();
  }
  // Earlier failures and the expiry of the code still apply.
  ASSERT_EQ(shard().consume(wrong, now()).what, verdict::mismatch);
  ASSERT_EQ(shard().consume(wrong, now()).what, verdict::mismatch);
  EXPECT_EQ(shard().consume(consumption(1, 102, now()), now()).what, verdict::revoked);
  clock_.advance(life);
  EXPECT_EQ(shard().read(table::codes, code_key(1), now()).what, verdict::expired);
}

TEST_P(contract, consumes_a_released_code_again) {
  ASSERT_EQ(shard().insert(fresh(1), now()), verdict::ok);
  for (auto attempt : {100U, 100U, 101U}) {
    EXPECT_EQ(shard().consume(consumption(1, attempt, now()), now()).what, verdict::ok);
    EXPECT_EQ(shard().release(1, attempt, now()), verdict::ok);
  }
  EXPECT_EQ(shard().read(table::codes, code_key(1), now()).value, "value of 1");
}

TEST_P(contract, keeps_a_code_consumed_whose_family_was_revoked_meanwhile) {
  ASSERT_EQ(shard().insert(fresh(1), now()), verdict::ok);
  ASSERT_EQ(shard().consume(consumption(1, 100, now()), now()).what, verdict::ok);
  ASSERT_EQ(shard().revoke(table::grants, new_grant_key(1, 100), now()), verdict::ok);
  EXPECT_EQ(shard().release(1, 100, now()), verdict::revoked);
  EXPECT_EQ(shard().read(table::codes, code_key(1), now()).what, verdict::replayed);
  EXPECT_EQ(shard().read(table::grants, new_grant_key(1, 100), now()).what, verdict::revoked);
}

TEST_P(contract, judges_operations_on_one_key_one_after_the_other) {
  EXPECT_THAT(shard().insert({fresh(1), fresh(2), fresh(1)}, now()),
              ElementsAre(verdict::ok, verdict::ok, verdict::exists));
  auto results = shard().consume({consumption(1, 100, now()), consumption(1, 101, now()),
                                  consumption(1, 100, now()), consumption(2, 102, now())},
                                 now());
  EXPECT_EQ(results[0].what, verdict::ok);
  EXPECT_EQ(results[1].what, verdict::replayed);
  EXPECT_EQ(results[1].new_grant, new_grant_key(1, 100));
  EXPECT_EQ(results[2].what, verdict::ok);
  EXPECT_EQ(results[3].what, verdict::ok);
  const auto once = release_op{code_key(1), attempt_of(100)};
  EXPECT_THAT(shard().release({once, once}, now()), ElementsAre(verdict::ok, verdict::absent));
}

TEST_P(contract, lets_later_batches_on_a_key_wait_for_the_outcome) {
  auto inserted = answer<verdict>{};
  auto read = answer<read_result>{};
  auto first = answer<consume_result>{};
  auto second = answer<consume_result>{};
  auto new_grant = answer<read_result>{};
  auto revoked = answer<verdict>{};
  auto released = answer<verdict>{};
  shard().store().insert({fresh(1)}, now(), inserted.handler());
  shard().store().read(table::codes, {code_key(1)}, now(), read.handler());
  shard().store().consume({consumption(1, 100, now())}, now(), first.handler());
  EXPECT_EQ(first.wait(shard().tasks())[0].what, verdict::ok);
  shard().store().revoke({{table::grants, new_grant_key(1, 100)}}, now(), revoked.handler());
  shard().store().read(table::grants, {new_grant_key(1, 100)}, now(), new_grant.handler());
  shard().store().consume({consumption(1, 101, now())}, now(), second.handler());
  shard().store().release({{code_key(1), attempt_of(100)}}, now(), released.handler());
  EXPECT_EQ(released.wait(shard().tasks())[0], verdict::revoked);
  EXPECT_EQ(inserted.wait(shard().tasks())[0], verdict::ok);
  EXPECT_EQ(read.wait(shard().tasks())[0].what, verdict::ok);
  EXPECT_EQ(second.wait(shard().tasks())[0].what, verdict::replayed);
  EXPECT_EQ(new_grant.wait(shard().tasks())[0].what, verdict::revoked);
  EXPECT_EQ(revoked.wait(shard().tasks())[0], verdict::ok);
}

TEST_P(contract, may_be_called_from_its_answers) {
  auto& store = shard().store();
  auto last = answer<consume_result>{};
  store.insert({fresh(1)}, now(), [&](std::vector<verdict> inserted) {
    EXPECT_EQ(inserted[0], verdict::ok);
    store.read(table::codes, {code_key(1)}, now(), [&](std::vector<read_result> read) {
      EXPECT_EQ(read[0].what, verdict::ok);
      store.consume({consumption(1, 100, now())}, now(), last.handler());
    });
  });
  EXPECT_EQ(last.wait(shard().tasks())[0].what, verdict::ok);
}

TEST_P(contract, settles_what_a_former_instance_wrote_before_it_opens_again) {
  ASSERT_EQ(shard().insert(fresh(1), now()), verdict::ok);
  auto tasks = task_queue{};
  auto token = std::make_shared<int>();
  auto watch = std::weak_ptr<int>{token};
  auto waiting = answer<read_result>{};
  {
    auto dying = engine_->open_shard(0, 1, tasks.post());
    dying->consume({consumption(1, 100, now())}, now(),
                   [token = std::move(token)](const std::vector<consume_result>&) {});
    dying->read(table::codes, {code_key(1)}, now(), waiting.handler());
  }
  EXPECT_TRUE(watch.expired());  // its operations are destroyed with it, answered or not
  open_shards();
  EXPECT_EQ(shard().consume(consumption(1, 101, now()), now()).what, verdict::replayed);
  if (GetParam().level == durability::sync) {
    tasks.run_one();  // runs after the owner is gone
    EXPECT_FALSE(waiting.is_there());
  }
}

TEST_P(contract, finds_everything_with_another_number_of_shards) {
  for (auto code = std::uint64_t{0}; code < 64; ++code) {
    ASSERT_EQ(shard().insert(fresh(code), now()), verdict::ok);
  }
  reopen();
  shard_.reset();
  constexpr auto count = std::size_t{3};
  for (auto index = std::size_t{0}; index < count; ++index) {
    auto part = store_driver{*engine_, index, count};
    for (auto code = std::uint64_t{0}; code < 64; ++code) {
      if (slot_of(code).shard(count) == index) {
        EXPECT_EQ(part.consume(consumption(code, 100 + code, now()), now()).what, verdict::ok);
      }
    }
  }
}

TEST_P(contract, keeps_large_values) {
  auto code = fresh(1);
  code.value.assign(100'000, 'c');
  ASSERT_EQ(shard().insert(code, now()), verdict::ok);
  EXPECT_EQ(shard().read(table::codes, code_key(1), now()).value, code.value);
  auto op = consumption(1, 100, now());
  op.new_grant.value.assign(100'000, 'g');
  ASSERT_EQ(shard().consume(op, now()).what, verdict::ok);
  EXPECT_EQ(shard().read(table::grants, op.new_grant.key, now()).value, op.new_grant.value);
  EXPECT_EQ(shard().release(1, 100, now()), verdict::ok);
  EXPECT_EQ(shard().read(table::codes, code_key(1), now()).value, code.value);
  op.new_grant.may_rotate = false;
  op.new_grant.expires = now() + life;
  ASSERT_EQ(shard().consume(op, now()).what, verdict::ok);
  EXPECT_EQ(shard().read(table::grants, op.new_grant.key, now()).value, op.new_grant.value);
  EXPECT_EQ(shard().revoke(table::grants, op.new_grant.key, now()), verdict::ok);
  EXPECT_EQ(shard().read(table::grants, op.new_grant.key, now()).what, verdict::revoked);
  EXPECT_EQ(shard().release(1, 100, now()), verdict::revoked);
}

TEST_P(contract, keeps_clients_keys_resources_and_notes) {
  auto& records = engine_->records();
  auto at = records.changes(0).at;
  EXPECT_TRUE(records.changes(0).clients.empty());
  EXPECT_TRUE(records.load_keys().keys.empty());
  EXPECT_TRUE(records.changes(0).resources.empty());
  EXPECT_EQ(records.load_note("seal-check"), "");
  auto c = oauth::client{};
  for (const auto* id : {"a", "b", "c"}) {
    c.id = id;
    at = records.put_client(c, at);
  }
  c.id = "b";
  c.name = "changed";
  at = records.put_client(c, at);
  at = records.erase_client("a", at);
  at = records.erase_client("never was", at);
  auto k = key_record{};
  k.kid = "one";
  auto other = k;
  other.kid = "two";
  auto gone = k;
  gone.kid = "gone";
  at = records.change_keys({k, gone}, {"never was"}, at);
  k.state = oauth::key_state::retiring;
  k.remove = oauth::instant{oauth::seconds{7}};
  at = records.change_keys({k, other}, {"gone"}, at);
  EXPECT_FALSE(records.replace_note("seal-check", "first", "second"));
  EXPECT_TRUE(records.replace_note("seal-check", "", "first"));
  EXPECT_FALSE(records.replace_note("seal-check", "", "second"));
  EXPECT_EQ(records.load_note("seal-check"), "first");
  EXPECT_TRUE(records.replace_note("seal-check", "first", "second"));
  EXPECT_TRUE(records.replace_note("seal-check", "second", "second"));
  records.put_note("seal-check", "octets");
  auto r = oauth::resource{};
  for (const auto* identifier : {"https://a.example", "https://b.example"}) {
    r.as.identifier = identifier;
    at = records.put_resource(r, at);
  }
  r.scopes = {"read"};
  at = records.put_resource(r, at);
  at = records.erase_resource("https://a.example", at);
  at = records.erase_resource("https://never.example", at);
  auto t = oauth::registration_token{};
  for (const auto* id : {"irt_a", "irt_b"}) {
    t.id = id;
    at = records.put_registration_token(t, at);
  }
  t.used = 3;
  t.allows.resources = {"https://b.example"};
  at = records.put_registration_token(t, at);
  at = records.erase_registration_token("irt_a", at);
  at = records.erase_registration_token("irt_never", at);
  reopen();
  const auto tokens = engine_->records().changes(0).registration_tokens;
  ASSERT_EQ(tokens.size(), 1U);
  EXPECT_EQ(tokens[0].id, "irt_b");
  EXPECT_EQ(tokens[0].used, 3U);
  EXPECT_EQ(tokens[0].allows, t.allows);
  auto resources = engine_->records().changes(0).resources;
  ASSERT_EQ(resources.size(), 1U);
  EXPECT_EQ(resources[0].as.identifier, "https://b.example");
  EXPECT_EQ(resources[0].scopes, r.scopes);
  auto clients = engine_->records().changes(0).clients;
  ASSERT_EQ(clients.size(), 2U);
  EXPECT_EQ(clients[0].name + clients[1].name, "changed");
  auto keys = engine_->records().load_keys().keys;
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys[0].kid + keys[1].kid, "onetwo");
  EXPECT_EQ(keys[0].state, oauth::key_state::retiring);
  EXPECT_EQ(keys[0].remove, k.remove);
  EXPECT_EQ(engine_->records().load_note("seal-check"), "octets");
  while (!engine_->writable()) std::this_thread::yield();  // a new connection is on its way
}

}  // namespace
}  // namespace mintage::storage
