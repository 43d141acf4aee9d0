// Moving house: what RocksDB holds is in PostgreSQL afterwards, in the right shards.
#include "storage/postgres/import.hpp"

#include <gtest/gtest.h>

#include "storage/codec.hpp"
#include "storage/rocksdb/engine.hpp"
#include "storage/rocksdb/export.hpp"
#include "tests/storage/postgres_catalog/shared_server.hpp"
#include "tests/storage/postgres_catalog/test_node.hpp"
#include "tests/storage/store_driver.hpp"

namespace mintage::test {
namespace {

using namespace std::chrono_literals;
using storage::record_key;
using storage::table;
using storage::verdict;

class import : public testing::Test {
 protected:
  import() { from.path = folder.path() / "db";
  to.shards = {first.conninfo(), second.conninfo()};
  to.require_sync = false;
  to.max_clock_skew = oauth::milliseconds{0};
  storage::create_postgres_schema(to, 600s, [](auto) {});
}

static record_key
key_of(std::uint16_t slot, std::uint64_t n) {
  return {oauth::slot{slot}, storage::octets_of(n)};
}
[[nodiscard]] static oauth::grant grant_of(const std::string& sub, const std::string& sid) {
  auto g = oauth::grant{};
  g.who.client_id = "app";
  g.who.sub = sub;
  g.who.sid = sid;
  return g;
}
storage::insert_op record(table kind, std::uint16_t slot, std::uint64_t n, std::string value) {
  return {.kind = kind,
          .key = key_of(slot, n),
          .expires = clock.now() + 1h,
          .binding = {},
          .value = std::move(value)};
}
void fill() {
  const auto engine = storage::open_rocksdb_engine(from, 10, clock);
  auto c = oauth::client{};
  for (auto i = 0; i < 1'100; ++i) {
    c.id = "client " + std::to_string(i);
    engine->records().put_client(c, 0);
  }
  auto r = oauth::resource{};
  r.as.identifier = "https://api.example";
  engine->records().put_resource(r, 0);
  auto k = storage::key_record{};
  k.kid = "key";
  k.sealed = "sealed";
  engine->records().change_keys({k}, {}, 0);
  engine->records().put_note("seal-check", "proof");
  engine->cutoffs().put(storage::octets_of(7), clock.now(), clock.now() + 1h);
  engine->raise_void_before(clock.now() - 1s);

  auto shard = storage::store_driver{*engine, 0, 1};
  const auto now = clock.now();
  const auto grant = storage::encode(grant_of("person", "session"));
  ASSERT_EQ(shard.insert(record(table::grants, 1, 1, grant), now), verdict::ok);
  ASSERT_EQ(shard.insert(record(table::grants, 4000, 2, grant), now), verdict::ok);
  ASSERT_EQ(shard.insert(record(table::grants, 4000, 3, grant), now), verdict::ok);
  ASSERT_EQ(shard.revoke(table::grants, key_of(4000, 3), now), verdict::ok);
  ASSERT_EQ(shard
                .rotate({.key = key_of(4000, 2),
                         .presented = 0,
                         .successor = 1,
                         .expires = now + 2h,
                         .value = grant},
                        now)
                .what,
            verdict::ok);
  ASSERT_EQ(shard.insert(record(table::access_tokens, 5, 4, "opaque"), now), verdict::ok);
  ASSERT_EQ(shard.insert(record(table::replay_ids, 6, 5, ""), now), verdict::ok);
  ASSERT_EQ(shard.insert(record(table::authorization_requests, 8, 7, "request"), now), verdict::ok);
  ASSERT_EQ(shard.insert(record(table::session_clients, 9, 8, "sub"), now), verdict::ok);
  ASSERT_EQ(shard.insert(record(table::codes, 7, 6, "code"), now), verdict::ok);
}
storage::content_counts move() {
  return storage::import_into_postgres(
      to,
      [this](storage::content_sink& sink) { return storage::export_rocksdb(from, clock, sink); },
      [this](std::string_view sentence) { told += std::string{sentence} + "\n"; });
}

loopback::temporary_folder folder;
storage::manual_clock clock;
storage::rocksdb_options from;
database first{shared_server(), true};
database second{shared_server(), true};
storage::postgres_options to;
std::string told;
};  // namespace

TEST_F(import, moves_everything_but_codes) {
  fill();
  const auto counts = move();
  EXPECT_EQ(counts.clients, 1'100U);
  EXPECT_EQ(counts.records[storage::index_of(table::grants)], 3U);
  EXPECT_EQ(counts.codes_left_out, 1U);
  EXPECT_NE(told.find("1 live codes were left out"), std::string::npos) << told;
  EXPECT_EQ(first.ask("SELECT count(*) FROM mintage.family"), "1");
  EXPECT_EQ(second.ask("SELECT count(*) FROM mintage.family"), "2");

  auto node = test_node{to};
  auto& engine = node.engine();
  EXPECT_EQ(engine.records().changes(0).clients.size(), 1'100U);
  EXPECT_EQ(engine.records().changes(0).resources.size(), 1U);
  EXPECT_EQ(engine.records().load_keys().keys.at(0).sealed, "sealed");
  EXPECT_EQ(engine.records().load_note("seal-check"), "proof");
  EXPECT_EQ(engine.void_before(), clock.now() - 1s);
  auto shard = storage::store_driver{engine, 0, 1};
  const auto now = clock.now();
  const auto rotated = shard.read(table::grants, key_of(4000, 2), now);
  EXPECT_EQ(rotated.what, verdict::ok);
  EXPECT_EQ(storage::decode_grant(rotated.value)->who.sub, "person");
  EXPECT_EQ(shard.read(table::grants, key_of(1, 1), now).what, verdict::ok);
  EXPECT_EQ(shard.read(table::grants, key_of(4000, 3), now).what, verdict::revoked);
  auto next = storage::rotate_op{.key = key_of(4000, 2),
                                 .presented = 1,
                                 .successor = 2,
                                 .expires = now + 2h,
                                 .value = rotated.value};
  EXPECT_EQ(shard.rotate(next, now).what, verdict::ok);
  EXPECT_EQ(shard.read(table::access_tokens, key_of(5, 4), now).value, "opaque");
  auto again = record(table::replay_ids, 6, 5, "");
  EXPECT_EQ(shard.insert(again, now), verdict::exists);
  EXPECT_EQ(shard.read(table::authorization_requests, key_of(8, 7), now).value, "request");
  EXPECT_EQ(shard.read(table::codes, key_of(7, 6), now).what, verdict::absent);
  EXPECT_EQ(shard.read(table::session_clients, key_of(9, 8), now).value, "sub");
  // The cutoff of a person ends what was moved.
  auto hash = crypto::sha256_hasher{};
  engine.cutoffs().put(oauth::cutoff_key(oauth::cutoff_kind::subject, "person", hash), now,
                       now + 1h);
  EXPECT_EQ(shard.read(table::grants, key_of(1, 1), now).cut->subject, now);
}

TEST_F(import, changes_nothing_when_the_cluster_is_in_use) {
  fill();
  static_cast<void>(move());
  EXPECT_THROW(static_cast<void>(move()), storage::storage_error);
  EXPECT_EQ(second.ask("SELECT count(*) FROM mintage.family"), "2");
}

TEST_F(import, changes_nothing_when_there_is_no_database) {
  EXPECT_THROW(static_cast<void>(move()), storage::storage_error);
  EXPECT_EQ(first.ask("SELECT count(*) FROM mintage.record"), "0");
  EXPECT_FALSE(std::filesystem::exists(from.path));
}

}  // namespace mintage::test
}  // namespace mintage::test
