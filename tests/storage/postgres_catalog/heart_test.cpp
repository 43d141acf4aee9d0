#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "loopback/postgres_group.hpp"
#include "storage/postgres/administration.hpp"
#include "tests/storage/postgres_catalog/shared_server.hpp"
#include "tests/storage/postgres_catalog/test_node.hpp"
#include "tests/support/eventually.hpp"

namespace mintage::storage {
namespace {

using namespace std::chrono_literals;
using test::database;
using test::test_node;
using testing::HasSubstr;

TEST(postgres_heart, counts_live_nodes_and_their_settings) {
  const auto db = database{};
  auto one = test_node{db.options(), "x"};
  auto other = std::make_unique<test_node>(db.options(), "y");
  test::eventually([&] {
    return one.metric("mintage_cluster_nodes") == 2 &&
           one.metric("mintage_cluster_config_mismatch") == 1;
  });
  other.reset();
  test::eventually([&] { return one.metric("mintage_cluster_nodes") == 1; });
  EXPECT_GT(one.metric("mintage_cluster_lease_seconds"), 0U);
}

TEST(postgres_heart, loses_its_lease_without_a_standby_and_gets_it_back) {
  auto group = loopback::postgres_group{};
  const auto o = postgres_options{.shards = {group.conninfo()}};
  create_postgres_schema(o, 600s, [](auto) {});
  auto node = test_node{o};
  test::eventually([&] { return node.engine().fresh(); });
  group.server(1).freeze();
  group.server(2).freeze();
  const auto frozen = std::chrono::steady_clock::now();
  test::eventually([&] { return !node.engine().fresh(); });
  EXPECT_LT(std::chrono::steady_clock::now() - frozen, 3s);
  EXPECT_FALSE(node.engine().serves({0}));
  std::this_thread::sleep_for(2s);  // the time in which a session too many would be made
  // One heartbeat, one dial, and the connections of the shard.
  EXPECT_LE(std::stoi(group.primary().ask("SELECT count(*) FROM pg_stat_activity WHERE "
                                          "application_name = 'mintage'")),
            6);
  group.server(1).thaw();
  group.server(2).thaw();
  test::eventually([&] { return node.engine().fresh(); });
}

/// Runs a task at once, on the thread that brings it.
void run_at_once(std::function<void()> task) {
  task();
}

/// What a store says of an access token of this slot.
verdict read_token(shard_store& store, std::uint16_t slot) {
  auto answer = std::promise<verdict>{};
  const auto name = std::string(32, 't');
  store.read(table::access_tokens, {record_key{oauth::slot{slot}, crypto::as_bytes(name)}},
             instant{1ms},
             [&](const std::vector<read_result>& found) { answer.set_value(found.at(0).what); });
  return answer.get_future().get();
}

TEST(postgres_heart, believes_no_shard_without_a_lease) {
  const auto first = database{test::shared_server(), true};
  auto group = loopback::postgres_group{};
  auto o = first.options();
  o.shards.push_back(group.conninfo());
  create_postgres_schema(o, 600s, [](auto) {});
  auto node = test_node{o};
  test::eventually([&] { return node.engine().serves({0}) && node.engine().serves({4095}); });
  const auto store = node.engine().open_shard(0, 1, run_at_once);
  EXPECT_EQ(read_token(*store, 4095), verdict::absent);
  // Reads go on there, but nobody confirms that it is the primary.
  group.server(1).freeze();
  group.server(2).freeze();
  test::eventually([&] { return !node.engine().serves({4095}); });
  test::eventually([&] { return read_token(*store, 4095) == verdict::unknown; });
  EXPECT_EQ(read_token(*store, 0), verdict::absent);
  EXPECT_TRUE(node.engine().fresh());
  group.server(1).thaw();
  group.server(2).thaw();
  test::eventually([&] { return read_token(*store, 4095) == verdict::absent; });
}

TEST(postgres_heart, follows_a_failover) {
  auto group = loopback::postgres_group{};
  const auto o = postgres_options{.shards = {group.conninfo()}};
  create_postgres_schema(o, 600s, [](auto) {});
  auto node = test_node{o};
  const auto seen = node.records().changes(0).at;
  group.fail_over();
  test::eventually([&] { return node.engine().fresh() && node.engine().serves({0}); });
  auto written = revision{0};
  test::eventually([&] {
    try {
      written = node.records().put_client(
          [] {
            auto c = oauth::client{};
            c.id = "a";
            return c;
          }(),
          seen);
      return true;
    } catch (const catalog_moved&) {
      return true;
    } catch (const storage_error&) {
      return false;
    }
  });
  EXPECT_GT(written, seen);
  EXPECT_THAT(node.told(), HasSubstr("timeline 2"));
}

TEST(postgres_heart, follows_the_clock_of_the_database) {
  const auto db = database{};
  auto node = test_node{db.options()};
  EXPECT_LT(std::chrono::abs(node.behind()), 500ms);  // one machine
  node.move_clock(-5s);
  test::eventually([&] { return std::chrono::abs(node.behind() - 5s) < 500ms; });
  EXPECT_TRUE(node.engine().fresh());
  node.move_clock(3600s);
  test::eventually([&] { return !node.engine().fresh(); });
  EXPECT_THAT(node.told(), HasSubstr("s ahead of that of the database"));
  EXPECT_LT(std::chrono::abs(node.behind()), 20s);  // it is not followed there
  node.move_clock(0s);
  test::eventually([&] { return node.engine().fresh(); });
  EXPECT_THAT(node.told(), HasSubstr("agree again"));
}

TEST(postgres_heart, does_not_compare_clocks_when_told_so) {
  const auto db = database{};
  auto o = db.options();
  o.max_clock_skew = 0ms;
  auto node = test_node{o};
  node.move_clock(3600s);
  std::this_thread::sleep_for(600ms);  // two heartbeats
  EXPECT_TRUE(node.engine().fresh());
  EXPECT_EQ(node.behind(), 0us);
}

TEST(postgres_heart, does_not_open_without_a_database) {
  auto o = postgres_options{.shards = {"host=127.0.0.1 port=1 dbname=m"}};
  try {
    auto node = test_node{o, "s", 300ms};
    FAIL();
  } catch (const storage_error& e) {
    EXPECT_THAT(e.what(), HasSubstr("the first shard of the database cannot be used"));
  }
}

/// The time in a period at which a bucket may be emptied.
std::int64_t within_period(std::int64_t period) {
  return period * 200'000 + 30'000;
}

TEST(postgres_housekeeping, empties_the_next_bucket) {
  const auto db = database{};
  constexpr auto period = std::int64_t{8'500'003};  // its successor's bucket is 2
  for (const auto bucket : {"1", "2", "3"}) {
    db.run(std::string{"INSERT INTO mintage.tomb SELECT "} + bucket +
           ", 0, true, 1, 1, 1, u, u, u, 'k', 'b', 'x' FROM gen_random_uuid() u");
  }
  auto node = test_node{db.options()};
  node.clock().ms = within_period(period);
  test::eventually([&] {
    return db.ask("SELECT period FROM mintage.bucket WHERE number = 2") ==
           std::to_string(period + 1);
  });
  EXPECT_EQ(db.ask("SELECT string_agg(bucket::text, ',' ORDER BY bucket) FROM mintage.tomb"),
            "1,3");
  // What is written to it in its own period stays.
  db.run(
      "INSERT INTO mintage.tomb SELECT 2, 0, true, 1, 1, 1, u, u, u, 'k', 'b', 'x' FROM "
      "gen_random_uuid() u");
  node.clock().ms = within_period(period + 1);
  test::eventually([&] {
    return db.ask("SELECT period FROM mintage.bucket WHERE number = 3") ==
           std::to_string(period + 2);
  });
  EXPECT_EQ(db.ask("SELECT string_agg(bucket::text, ',' ORDER BY bucket) FROM mintage.tomb"),
            "1,2");
}

TEST(postgres_housekeeping, deletes_what_has_expired) {
  const auto db = database{};
  const auto insert = [&](const char* what) { db.run(std::string{"INSERT INTO mintage."} + what); };
  insert(
      "code (expires, subject, session, key, binding, value) SELECT e, u, u, e::text::bytea, "
      "'', '' FROM gen_random_uuid() u, unnest('{1000, 1900000000000}'::int8[]) e");
  insert(
      "family (expires, subject, session, key, value) SELECT e, u, u, e::text::bytea, '' FROM "
      "gen_random_uuid() u, unnest('{1000, 1900000000000}'::int8[]) e");
  insert("token (expires, key, value) VALUES (1000, 'a', ''), (1900000000000, 'b', '')");
  insert(
      "replay_id SELECT e, gen_random_uuid(), e::text::bytea FROM "
      "unnest('{1000, 1900000000000}'::int8[]) e");
  insert("cutoff SELECT gen_random_uuid(), 1, e FROM unnest('{1000, 1900000000000}'::int8[]) e");
  auto node = test_node{db.options()};
  for (const auto* table : {"code", "family", "token", "replay_id", "cutoff"}) {
    test::eventually(
        [&] { return db.ask(std::string{"SELECT count(*) FROM mintage."} + table) == "1"; });
  }
}

TEST(postgres_housekeeping, is_done_by_one_node) {
  const auto db = database{};
  auto one = test_node{db.options()};
  auto other = test_node{db.options()};
  std::this_thread::sleep_for(1500ms);  // each has tried
  EXPECT_EQ(db.ask("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 1 AND "
                   "classid = 1296387411 AND granted AND database = (SELECT oid FROM pg_database "
                   "WHERE datname = current_database())"),
            "1");
}

}  // namespace
}  // namespace mintage::storage
