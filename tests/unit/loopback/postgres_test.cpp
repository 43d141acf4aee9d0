#include "loopback/postgres.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>

#include "loopback/postgres_group.hpp"
#include "tests/support/eventually.hpp"

namespace mintage::loopback {
namespace {

using namespace std::chrono_literals;
using test::eventually;

TEST(sql_session, tells_rows_nulls_and_errors_apart) {
  const auto server = postgres{"a"};
  auto session = sql_session{server.conninfo()};
  EXPECT_EQ(session.run("select 1; select 'a b', null"),
            (sql_rows{{sql_value{"a b"}, sql_value{}}}));
  try {
    session.run("select 1/0");
    FAIL();
  } catch (const sql_error& failed) {
    EXPECT_EQ(failed.state(), "22012");
  }
  session.prepare("sum", "select $1::int + $2::int");
  EXPECT_EQ(session.run_prepared("sum", std::array<sql_value, 2>{"1", "2"})[0][0], "3");
  EXPECT_THROW(static_cast<void>(session.ask("select 1, 2")), sql_error);
}

TEST(sql_session, gives_up_on_a_server_that_is_frozen) {
  auto server = postgres{"a"};
  auto session = sql_session{server.conninfo(), 100ms};
  server.freeze();
  try {
    session.run("select 1");
    FAIL();
  } catch (const sql_error& failed) {
    EXPECT_EQ(failed.state(), "");
  }
  EXPECT_THROW((sql_session{server.conninfo(), 100ms}), sql_error);
  server.thaw();
  EXPECT_EQ(server.ask("select 1"), "1");
}

TEST(postgres, keeps_what_was_committed_when_it_stops_and_when_it_is_killed) {
  auto server = postgres{"a"};
  const auto port = server.port();
  server.run_sql("create table t (n int); insert into t values (1)");
  server.kill();
  EXPECT_FALSE(server.is_running());
  EXPECT_THROW(server.run_sql("select 1"), sql_error);
  server.start();
  EXPECT_EQ(server.ask("select n from t"), "1");
  server.stop();
  server.start();
  EXPECT_EQ(server.ask("select n from t"), "1");
  EXPECT_EQ(server.port(), port);
  EXPECT_GT(server.cpu_time(), 0ms);
}

TEST(postgres, takes_settings) {
  const auto server = postgres{"a", {.settings = {"max_connections=7"}}};
  EXPECT_EQ(server.ask("show max_connections"), "7");
  EXPECT_EQ(server.ask("show fsync"), "off");
}

TEST(postgres, says_why_it_does_not_start) {
  try {
    const auto server = postgres{"a", {.settings = {"max_connections=none"}}};
    FAIL();
  } catch (const std::runtime_error& failed) {
    EXPECT_NE(std::string{failed.what()}.find("max_connections"), std::string::npos);
  }
}

TEST(postgres_group, answers_no_commit_without_a_standby) {
  auto group = postgres_group{};
  group.primary().run_sql("create table t (n int)");
  group.server(1).stop();
  group.primary().run_sql("insert into t values (1)");
  group.server(2).freeze();
  auto session = sql_session{group.primary().conninfo(), 200ms};
  EXPECT_THROW(session.run("insert into t values (2)"), sql_error);
  group.server(2).thaw();
  eventually([&] { return group.server(2).ask("select count(*) from t") == "2"; });
}

TEST(postgres_group, loses_nothing_by_a_failover_and_may_have_another) {
  auto group = postgres_group{};
  group.primary().run_sql("create table t (n int); insert into t values (1)");
  for (auto round = 2; round <= 3; ++round) {
    const auto old = group.primary_number();
    EXPECT_LT(group.fail_over(), 10s);
    EXPECT_NE(group.primary_number(), old);
    group.primary().run_sql("insert into t values (" + std::to_string(round) + ")");
    EXPECT_EQ(group.primary().ask("select count(*) from t"), std::to_string(round));
    group.renew(old);
    group.primary().await_standbys(2);
  }
  EXPECT_NE(group.conninfo().find(std::to_string(group.primary().port())), std::string::npos);
}

TEST(postgres_group, goes_back_to_what_a_stopped_standby_holds) {
  auto group = postgres_group{};
  group.primary().run_sql("create table t (n int); insert into t values (1)");
  eventually([&] {
    return group.server(2).ask("select to_regclass('t') is not null") == "t" &&
           group.server(2).ask("select count(*) from t") == "1";
  });
  group.server(2).stop();
  group.primary().run_sql("insert into t values (2)");
  group.restore(2);
  EXPECT_EQ(group.primary_number(), 2U);
  EXPECT_EQ(group.primary().ask("select count(*) from t"), "1");
  group.primary().run_sql("insert into t values (3)");
}

TEST(postgres_group, loses_commits_when_it_is_asynchronous) {
  auto group = postgres_group{postgres_group::replication::asynchronous};
  group.primary().run_sql("create table t (n int)");
  const auto has_table = [&](std::size_t i) {
    return group.server(i).ask("select to_regclass('t') is not null") == "t";
  };
  eventually([&] { return has_table(1) && has_table(2); });
  group.primary().stop_sending();
  group.primary().run_sql("insert into t values (1)");
  group.fail_over();
  EXPECT_EQ(group.primary().ask("select count(*) from t"), "0");
}

TEST(postgres_group, switches_synchronous_replication) {
  auto group = postgres_group{postgres_group::replication::asynchronous};
  group.primary().set_synchronous("nobody");
  auto session = sql_session{group.primary().conninfo(), 200ms};
  EXPECT_THROW(session.run("create table t ()"), sql_error);
  group.primary().set_synchronous("");
  group.primary().run_sql("create table u ()");
}

}  // namespace
}  // namespace mintage::loopback
