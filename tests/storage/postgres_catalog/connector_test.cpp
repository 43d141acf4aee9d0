#include "storage/postgres/connector.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "loopback/postgres_group.hpp"
#include "storage/postgres/administration.hpp"
#include "storage/postgres/schema.hpp"
#include "storage/postgres/session.hpp"
#include "tests/storage/postgres_catalog/shared_server.hpp"
#include "tests/support/eventually.hpp"

namespace mintage::storage::postgres {
namespace {

using namespace std::chrono_literals;
using test::database;
using testing::HasSubstr;

steady_time in(std::chrono::milliseconds t) {
  return std::chrono::steady_clock::now() + t;
}

shard_address address_of(const std::string& conninfo) {
  auto parsed = parse_address(conninfo);
  EXPECT_TRUE(parsed.has_value());
  return *parsed;
}

requirements no_standby() {
  auto needs = requirements{};
  needs.require_sync = false;
  return needs;
}

void ignore(std::string_view) {}

TEST(parse_address, splits_hosts_and_ports) {
  const auto two = address_of("host=a,b port=1,2 dbname=m");
  ASSERT_EQ(two.hosts.size(), 2U);
  EXPECT_EQ(two.hosts[0].name, "a:1");
  EXPECT_EQ(two.hosts[1].name, "b:2");
  EXPECT_EQ(address_of("postgresql://a,b/m").hosts[1].name, "b:5432");
  EXPECT_FALSE(parse_address("host=a,b,c port=1,2").has_value());
  EXPECT_FALSE(parse_address("hosts=a").has_value());
}

TEST(parse_address, finds_passwords) {
  EXPECT_TRUE(has_password("host=a password=x"));
  EXPECT_TRUE(has_password("postgresql://u:x@a/m"));
  EXPECT_FALSE(has_password("host=a passfile=/x"));
}

TEST(connector, makes_a_connection_that_has_passed_its_barrier) {
  const auto db = database{};
  auto c = connector{address_of(db.conninfo()), no_standby(), ignore};
  const auto got = c.take(in(5s));
  ASSERT_TRUE(got.has_value()) << c.last_error();
  EXPECT_EQ(got->timeline, 1U);
  EXPECT_EQ(got->bucket_ms, 200'000);
  EXPECT_EQ(c.highest_timeline(), 1U);
  EXPECT_EQ(c.last_error(), "");
}

TEST(connector, pins_plans) {
  const auto db = database{};
  auto c = connector{address_of(db.conninfo()), no_standby(), ignore};
  auto got = c.take(in(5s));
  ASSERT_TRUE(got.has_value());
  auto s = session{std::move(got->link)};
  const auto mode = s.run({"", "SHOW plan_cache_mode"}, {}, in(1s));
  ASSERT_TRUE(mode.has_value());
  EXPECT_EQ(mode->octets(0, 0), "force_generic_plan");
  EXPECT_EQ(s.run({"", "SHOW default_transaction_isolation"}, {}, in(1s))->octets(0, 0),
            "read committed");
}

TEST(connector, says_what_is_wrong) {
  const auto error_of = [](const std::string& conninfo, requirements needs) {
    auto c = connector{address_of(conninfo), std::move(needs), ignore};
    EXPECT_FALSE(c.take(in(500ms)).has_value());
    return c.last_error();
  };
  const auto db = database{};
  EXPECT_THAT(error_of(db.conninfo(), {}), HasSubstr("synchronous_standby_names"));
  auto other_shard = no_standby();
  other_shard.shards_count = 2;
  EXPECT_THAT(error_of(db.conninfo(), other_shard), HasSubstr("it is shard 0 of 1"));
  const auto empty = database{test::shared_server(), true};
  EXPECT_THAT(error_of(empty.conninfo(), no_standby()), HasSubstr("mintage db init"));
  db.run("UPDATE mintage.self SET schema = 0");
  EXPECT_THAT(error_of(db.conninfo(), no_standby()), HasSubstr("mintage db migrate"));
  const auto later = std::to_string(postgres::schema_version + 1);
  db.run("UPDATE mintage.self SET schema = " + later + ", compatible = " + later);
  EXPECT_THAT(error_of(db.conninfo(), no_standby()), HasSubstr("too new"));
}

TEST(connector, refuses_a_database_of_another_cluster) {
  const auto one = database{};
  const auto other = database{};
  const auto needs = no_standby();
  auto first = connector{address_of(one.conninfo()), needs, ignore};
  ASSERT_TRUE(first.take(in(5s)).has_value());
  auto second = connector{address_of(other.conninfo()), needs, ignore};
  EXPECT_FALSE(second.take(in(500ms)).has_value());
  EXPECT_THAT(second.last_error(), HasSubstr("another cluster"));
}

TEST(connector, works_as_a_role_without_rights_of_its_own) {
  const auto db = database{test::shared_server(), true};
  db.run(
      "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mintage') THEN "
      "CREATE ROLE mintage LOGIN; END IF; END $$");
  create_postgres_schema(db.options(), 600s, ignore);
  auto c = connector{address_of(db.conninfo() + " user=mintage"), no_standby(), ignore};
  const auto before = db.ask("SELECT pg_current_wal_insert_lsn()");
  ASSERT_TRUE(c.take(in(5s)).has_value()) << c.last_error();
  EXPECT_NE(db.ask("SELECT pg_current_wal_insert_lsn()"), before);
}

TEST(connector, waits_at_the_barrier_without_dialling_again) {
  auto group = loopback::postgres_group{};
  create_postgres_schema({.shards = {group.conninfo()}}, 600s, ignore);
  auto told = std::string{};
  auto c = connector{address_of(group.conninfo()), {}, [&](auto sentence) { told = sentence; }};
  ASSERT_TRUE(c.take(in(10s)).has_value()) << c.last_error();
  EXPECT_THAT(told, HasSubstr("timeline 1"));

  group.server(1).freeze();
  group.server(2).freeze();
  EXPECT_FALSE(c.take(in(3s)).has_value());
  EXPECT_EQ(group.primary().ask("SELECT count(*) FROM pg_stat_activity WHERE "
                                "application_name = 'mintage'"),
            "1");
  group.server(1).thaw();
  group.server(2).thaw();
  EXPECT_TRUE(c.take(in(10s)).has_value()) << c.last_error();
}

TEST(connector, follows_a_failover_and_refuses_the_former_primary) {
  auto group = loopback::postgres_group{};
  create_postgres_schema({.shards = {group.conninfo()}}, 600s, ignore);
  auto c = connector{address_of(group.conninfo()), {}, ignore};
  ASSERT_TRUE(c.take(in(10s)).has_value()) << c.last_error();
  const auto former = group.primary_number();
  group.fail_over();
  auto got = c.take(in(20s));
  ASSERT_TRUE(got.has_value()) << c.last_error();
  EXPECT_EQ(got->timeline, 2U);
  EXPECT_EQ(c.failovers(), 1U);

  // The former primary comes back without its standbys and takes writes.
  group.server(former).start();
  group.server(former).set_synchronous("");
  auto needs = requirements{};
  needs.require_sync = false;
  auto both = connector{address_of(group.conninfo()), needs, ignore};
  ASSERT_TRUE(both.take(in(10s)).has_value());
  test::eventually([&] {
    auto again = both.take(in(10s));
    return again && again->timeline == 2;
  });
  for (auto i = 0; i < 5; ++i) {
    auto again = both.take(in(10s));
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(again->timeline, 2U);
  }
}

}  // namespace
}  // namespace mintage::storage::postgres
