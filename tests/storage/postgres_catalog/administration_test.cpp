#include "storage/postgres/administration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/codec.hpp"
#include "storage/postgres/cluster_status.hpp"
#include "storage/postgres/plan_check.hpp"
#include "storage/postgres/primary_session.hpp"
#include "tests/storage/postgres_catalog/shared_server.hpp"
#include "tests/storage/postgres_catalog/test_node.hpp"
#include "tests/support/eventually.hpp"

namespace mintage::storage {
namespace {

using namespace std::chrono_literals;
using test::database;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

void ignore(std::string_view) {}

void make_role(const database& db, const std::string& name, const std::string& options) {
  db.run("DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '" + name +
         "') THEN CREATE ROLE " + name + " LOGIN " + options + "; END IF; END $$");
}

instant wall_now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::vector<std::string> sentences(const std::vector<postgres_finding>& all,
                                   postgres_finding::kind what) {
  auto some = std::vector<std::string>{};
  for (const auto& f : all) {
    if (f.what == what) some.push_back(f.sentence);
  }
  return some;
}

TEST(create_postgres_schema, makes_one_cluster_of_several_shards_once) {
  const auto one = database{test::shared_server(), true};
  const auto two = database{test::shared_server(), true};
  auto o = one.options();
  o.shards.push_back(two.conninfo());
  auto told = std::string{};
  create_postgres_schema(o, 1000s, [&](auto sentence) { told += std::string{sentence} + "\n"; });
  EXPECT_THAT(told, HasSubstr("shard 1: created the tables"));
  EXPECT_EQ(one.ask("SELECT cluster FROM mintage.self"),
            two.ask("SELECT cluster FROM mintage.self"));
  EXPECT_EQ(two.ask("SELECT shard || '/' || shards FROM mintage.self"), "1/2");
  // Four periods are longer than a tombstone lives.
  EXPECT_EQ(one.ask("SELECT bucket_ms FROM mintage.self"), "260000");
  try {
    create_postgres_schema(o, 600s, ignore);
    FAIL();
  } catch (const storage_error& e) {
    EXPECT_THAT(e.what(), HasSubstr("has a schema mintage already"));
  }
}

TEST(create_postgres_schema, changes_nothing_when_one_shard_has_tables) {
  const auto empty = database{test::shared_server(), true};
  const auto used = database{};
  auto o = empty.options();
  o.shards.push_back(used.conninfo());
  EXPECT_THROW(create_postgres_schema(o, 600s, ignore), storage_error);
  EXPECT_EQ(empty.ask("SELECT count(*) FROM pg_namespace WHERE nspname = 'mintage'"), "0");
}

TEST(migrate_postgres_schema, leaves_the_schema_of_this_program_alone) {
  const auto db = database{};
  auto told = std::string{};
  migrate_postgres_schema(db.options(), [&](auto sentence) { told += sentence; });
  EXPECT_EQ(told, "shard 0 has schema 3");
}

TEST(migrate_postgres_schema, gives_the_first_schema_what_it_lacks) {
  const auto tables = std::string{
      "SELECT string_agg(table_name || '.' || column_name, ' ' ORDER BY table_name, column_name)"
      " FROM information_schema.columns WHERE table_schema = 'mintage'"};
  const auto db = database{};
  const auto wanted = db.ask(tables);
  db.run("DROP TABLE mintage.authorization_request, mintage.session_client, mintage.outbox");
  db.run("UPDATE mintage.self SET schema = 1");
  auto told = std::string{};
  migrate_postgres_schema(db.options(),
                          [&](auto sentence) { told += std::string{sentence} + "\n"; });
  EXPECT_EQ(told, "shard 0: schema 2\nshard 0: schema 3\nshard 0 has schema 3\n");
  EXPECT_EQ(db.ask("SELECT schema || '/' || compatible FROM mintage.self"), "3/1");
  EXPECT_EQ(db.ask(tables), wanted);
}

TEST(note_postgres_restored, voids_everything_that_was_minted) {
  const auto db = database{};
  db.run(
      "INSERT INTO mintage.code (expires, subject, session, key, binding, value) SELECT 1, u, u, "
      "'k', '', '' FROM gen_random_uuid() u");
  db.run("INSERT INTO mintage.token (expires, key, value) VALUES (1, 'k', '')");
  for (const auto limit : {0, 1}) {
    auto token = oauth::registration_token{};
    token.id = "irt_" + std::to_string(limit);
    token.limit = static_cast<std::uint32_t>(limit);
    auto body = std::string{};
    for (const unsigned char octet : encode(token)) {
      constexpr auto digits = std::string_view{"0123456789abcdef"};
      (body += digits[octet >> 4]) += digits[octet & 15];
    }
    db.run("INSERT INTO mintage.record (kind, id, v, body) VALUES (5, '" + token.id + "', 1, '\\x" +
           body + "')");
  }
  const auto before = db.ask("SELECT v FROM mintage.version");
  note_postgres_restored(db.options(), instant{5000ms}, true, ignore);
  EXPECT_EQ(db.ask("SELECT count(*) FROM mintage.code"), "0");
  EXPECT_EQ(db.ask("SELECT count(*) FROM mintage.token"), "1");
  EXPECT_EQ(db.ask("SELECT void_before FROM mintage.self"), "0");
  EXPECT_NE(db.ask("SELECT v FROM mintage.version"), before);
  EXPECT_EQ(db.ask("SELECT count(*) FROM mintage.record"), "2");
  note_postgres_restored(db.options(), instant{5000ms}, false, ignore);
  EXPECT_EQ(db.ask("SELECT count(*) FROM mintage.token"), "0");
  EXPECT_EQ(db.ask("SELECT void_before FROM mintage.self"), "5000");
  EXPECT_EQ(db.ask("SELECT convert_from(id, 'UTF8') FROM mintage.record"), "irt_0");
}

TEST(check_postgres, tells_what_is_unsafe_in_words) {
  const auto db = database{};
  db.run("ALTER DATABASE " + db.name() + " SET log_parameter_max_length = -1");
  const auto all = check_postgres(db.options(), wall_now() - 1h);
  EXPECT_THAT(sentences(all, postgres_finding::kind::broken), IsEmpty());
  const auto unsafe = sentences(all, postgres_finding::kind::unsafe);
  EXPECT_THAT(unsafe, Contains(HasSubstr("shard 0: the primary is asynchronous")));
  EXPECT_THAT(unsafe, Contains(HasSubstr("fsync is off")));
  EXPECT_THAT(unsafe, Contains(HasSubstr("log_parameter_max_length")));
  EXPECT_THAT(unsafe, Contains(HasSubstr("too many rights")));
  EXPECT_THAT(unsafe, Contains(HasSubstr("behind the database's")));
  EXPECT_THAT(unsafe, Not(Contains(HasSubstr("a plan is not pinned"))));
  EXPECT_THAT(sentences(all, postgres_finding::kind::fine),
              Contains(HasSubstr("all plans are as they are meant")));
}

TEST(check_postgres, has_no_word_against_a_role_with_the_rights_of_nodes) {
  const auto db = database{test::shared_server(), true};
  make_role(db, "mintage", "CONNECTION LIMIT 60");
  db.run("ALTER ROLE mintage CONNECTION LIMIT 60; GRANT pg_read_all_stats TO mintage");
  create_postgres_schema(db.options(), 600s, ignore);
  auto o = db.options();
  o.shards = {db.conninfo() + " user=mintage"};
  const auto all = check_postgres(o, wall_now());
  for (const auto& f : all) EXPECT_THAT(f.sentence, Not(HasSubstr("the role")));
  EXPECT_THAT(sentences(all, postgres_finding::kind::broken), IsEmpty());
}

TEST(check_postgres, tells_what_is_broken) {
  const auto empty = database{test::shared_server(), true};
  EXPECT_THAT(
      sentences(check_postgres(empty.options(), wall_now()), postgres_finding::kind::broken),
      Contains(HasSubstr("run mintage db init")));
  auto o = empty.options();
  o.shards = {"host=127.0.0.1 port=1"};
  EXPECT_THAT(sentences(check_postgres(o, wall_now()), postgres_finding::kind::broken),
              Contains(HasSubstr("127.0.0.1:1")));
}

TEST(fault_of_plan, finds_a_scan_of_a_table) {
  const auto db = database{};
  auto s = postgres::dial_primary(db.conninfo(), 0);
  const auto end = std::chrono::steady_clock::now() + 5s;
  EXPECT_THAT(postgres::fault_of_plan(s, "scan",
                                      "SELECT 1 FROM mintage.code WHERE expires < $1::int8", end),
              HasSubstr("Seq Scan on code"));
  EXPECT_EQ(
      postgres::fault_of_plan(s, "probe", "SELECT 1 FROM mintage.code WHERE key = $1::bytea", end),
      "");
}

TEST(cluster_status, shows_nodes_and_hosts) {
  const auto db = database{};
  auto one = test::test_node{db.options(), "x"};
  auto other = test::test_node{db.options(), "y"};
  one.publish(1);
  test::eventually([&] {
    const auto now = read_cluster_status(db.options());
    return now.nodes.size() == 2 && (now.nodes[0].seen == 1) != (now.nodes[1].seen == 1);
  });
  const auto now = read_cluster_status(db.options());
  EXPECT_EQ(now.at, 1U);
  ASSERT_EQ(now.hosts.size(), 1U);
  EXPECT_EQ(now.hosts[0].role, "primary");
  EXPECT_EQ(now.hosts[0].timeline, 1U);
  EXPECT_TRUE(now.nodes[0].is_alive);
  EXPECT_NE(now.nodes[0].settings, now.nodes[1].settings);
}

}  // namespace
}  // namespace mintage::storage
