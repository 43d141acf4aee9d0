// What is sent again when an answer is lost, and what is not.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "loopback/postgres_group.hpp"
#include "loopback/stall_proxy.hpp"
#include "tests/storage/store_driver.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/postgres_cluster.hpp"

namespace mintage::storage {
namespace {

using namespace std::chrono_literals;
using loopback::postgres_group;
using loopback::stall_proxy;
using mode = stall_proxy::mode;
using steady = std::chrono::steady_clock;
using test::eventually;

constexpr auto code = std::uint64_t{1};
constexpr auto other_code = std::uint64_t{2};
constexpr auto attempt = std::uint64_t{7};
/// As of postgres_options.
constexpr auto patience = 2s;
constexpr auto resolve = 8s;
constexpr auto margin = 3s;

/// One node that reaches one server through a proxy.
class lost_answers : public testing::Test {
 protected:
  lost_answers() {
    test::create_schema(server.conninfo());
    node = test::open_node(server.conninfo("postgres", proxy.port()), false, clock);
    shard = std::make_unique<store_driver>(*node, 0, 1);
    // So that it is connected.
    EXPECT_EQ(shard->read(table::codes, code_key(code), now()).what, verdict::absent);
    EXPECT_EQ(shard->insert(insertion(other_code, now() + 60s), now()), verdict::ok);
  }
  [[nodiscard]] instant now() const { return clock.now(); }
  [[nodiscard]] insert_op fresh() const { return insertion(code, now() + 60s); }
  [[nodiscard]] int count(const std::string& table) const {
    return std::stoi(server.ask("select count(*) from mintage." + table));
  }
  /// Runs a call whose answer is lost after it took effect.
  template <class Call, class Condition>
  auto lose_answer(Call call, Condition took_effect) {
    proxy.set(mode::mute);
    auto out = std::async(std::launch::async, call);
    eventually(took_effect);
    proxy.set(mode::reset);
    proxy.set(mode::pass);
    return out.get();
  }

  loopback::postgres server{"a"};
  stall_proxy proxy{server.port()};
  manual_clock clock;
  std::unique_ptr<engine> node;
  std::unique_ptr<store_driver> shard;
};

TEST_F(lost_answers, to_a_consumption_it_is_asked_for_again_and_was_its_own) {
  ASSERT_EQ(shard->insert(fresh(), now()), verdict::ok);
  const auto found =
      lose_answer([&] { return shard->consume(consumption(code, attempt, now()), now()); },
                  [&] { return count("tomb") == 1; });
  EXPECT_EQ(found.what, verdict::ok);
  EXPECT_EQ(shard->consume(consumption(code, attempt + 1, now()), now()).what, verdict::replayed);
}

TEST_F(lost_answers, to_a_rotation_the_successor_is_found) {
  shard->insert(fresh(), now());
  ASSERT_EQ(shard->consume(consumption(code, attempt, now()), now()).what, verdict::ok);
  const auto op = rotation(code, attempt, 0, now());
  const auto found = lose_answer([&] { return shard->rotate(op, now()); },
                                 [&] {
                                   return server.ask(
                                              "select coalesce(max(generation), 0)"
                                              " from mintage.family") == "1";
                                 });
  EXPECT_TRUE(found.what == verdict::ok ||
              (found.what == verdict::replayed && found.value == op.value));
}

TEST_F(lost_answers, to_a_revocation_it_is_repeated) {
  shard->insert(fresh(), now());
  ASSERT_EQ(shard->consume(consumption(code, attempt, now()), now()).what, verdict::ok);
  const auto found =
      lose_answer([&] { return shard->revoke(table::grants, new_grant_key(code, attempt), now()); },
                  [&] { return server.ask("select bool_or(revoked) from mintage.family") == "t"; });
  EXPECT_EQ(found, verdict::ok);
}

/// A delayed first copy could insert a code that was consumed meanwhile.
TEST_F(lost_answers, to_a_mint_it_is_unknown_and_never_repeated) {
  const auto found = lose_answer([&] { return shard->insert(fresh(), now()); },
                                 [&] { return count("code") == 2; });
  EXPECT_EQ(found, verdict::unknown);
  EXPECT_EQ(shard->consume(consumption(code, attempt, now()), now()).what, verdict::ok);
}

TEST_F(lost_answers, to_a_mint_that_never_arrived_it_is_unknown_too) {
  proxy.set(mode::stall);
  auto found = std::async(std::launch::async, [&] { return shard->insert(fresh(), now()); });
  std::this_thread::sleep_for(200ms);
  proxy.set(mode::reset);
  proxy.set(mode::pass);
  EXPECT_EQ(found.get(), verdict::unknown);
  std::this_thread::sleep_for(500ms);
  EXPECT_EQ(count("code"), 1);
}

TEST_F(lost_answers, of_a_dead_database_are_unknown_after_the_patience) {
  server.kill();
  eventually([&] { return shard->insert(fresh(), now()) == verdict::unknown; });
  const auto begin = steady::now();
  EXPECT_EQ(shard->insert(insertion(code + 2, now() + 60s), now()), verdict::unknown);
  EXPECT_LT(steady::now() - begin, patience + margin);
  server.start();
  eventually([&] { return shard->insert(insertion(code + 3, now() + 60s), now()) == verdict::ok; });
}

TEST_F(lost_answers, are_given_up_at_last) {
  shard->insert(fresh(), now());
  proxy.set(mode::stall);
  const auto begin = steady::now();
  EXPECT_EQ(shard->consume(consumption(code, attempt, now()), now()).what, verdict::unknown);
  EXPECT_LT(steady::now() - begin, resolve + margin);
  proxy.set(mode::pass);
  // It may have been carried out or not, and the same attempt may ask again.
  eventually(
      [&] { return shard->consume(consumption(code, attempt, now()), now()).what == verdict::ok; });
  EXPECT_EQ(count("tomb"), 1);
}

/// One node over a primary that dies with its answers.
class lost_primary : public testing::Test {
 protected:
  lost_primary() {
    test::create_schema(group.conninfo());
    const auto ports = std::to_string(proxy.port()) + "," + std::to_string(group.server(1).port()) +
                       "," + std::to_string(group.server(2).port());
    node = test::open_node(
        "host=127.0.0.1,127.0.0.1,127.0.0.1 port=" + ports + " user=postgres dbname=postgres", true,
        clock);
    shard = std::make_unique<store_driver>(*node, 0, 1);
    EXPECT_EQ(shard->read(table::codes, code_key(code), clock.now()).what, verdict::absent);
    EXPECT_EQ(shard->insert(insertion(other_code, clock.now() + 60s), clock.now()), verdict::ok);
  }
  [[nodiscard]] std::future<verdict> mint() {
    return std::async(std::launch::async, [&] {
      return shard->insert(insertion(code, clock.now() + 60s), clock.now());
    });
  }
  /// Whether the standbys have both codes. One of them may even be behind the schema.
  [[nodiscard]] bool has_arrived() {
    return std::ranges::all_of(std::array{1U, 2U}, [&](auto i) {
      auto& standby = group.server(i);
      return standby.ask("select to_regclass('mintage.code') is not null") == "t" &&
             standby.ask("select count(*) from mintage.code") == "2";
    });
  }

  postgres_group group;
  stall_proxy proxy{group.server(0).port()};
  manual_clock clock;
  std::unique_ptr<engine> node;
  std::unique_ptr<store_driver> shard;
};

TEST_F(lost_primary, and_a_mint_that_never_arrived_is_repeated_on_the_new_timeline) {
  proxy.set(mode::stall);
  auto found = mint();
  std::this_thread::sleep_for(200ms);
  proxy.set(mode::reset);
  group.fail_over();
  EXPECT_EQ(found.get(), verdict::ok);
}

/// Whether it is the record of the lost answer or an older one is not known.
TEST_F(lost_primary, and_a_mint_that_the_new_primary_holds_is_unknown) {
  proxy.set(mode::mute);
  auto found = mint();
  eventually([&] { return has_arrived(); });
  proxy.set(mode::reset);
  group.fail_over();
  EXPECT_EQ(found.get(), verdict::unknown);
  EXPECT_EQ(shard->consume(consumption(code, attempt, clock.now()), clock.now()).what, verdict::ok);
}

/// One node over a primary whose standbys are stopped.
class no_standby : public testing::Test {
 protected:
  no_standby() {
    test::create_schema(group.conninfo());
    node = test::open_node(group.conninfo(), true, clock);
    shard = std::make_unique<store_driver>(*node, 0, 1);
    EXPECT_EQ(shard->insert(insertion(code, clock.now() + 60s), clock.now()), verdict::ok);
    group.server(1).stop();
    group.server(2).stop();
  }
  [[nodiscard]] std::future<consume_result> consume() {
    return std::async(std::launch::async, [&] {
      return shard->consume(consumption(code, attempt, clock.now()), clock.now());
    });
  }
  [[nodiscard]] std::string waiting(const std::string& what) {
    return group.primary().ask("select " + what +
                               " from pg_stat_activity where wait_event = 'SyncRep'");
  }

  postgres_group group;
  manual_clock clock;
  std::unique_ptr<engine> node;
  std::unique_ptr<store_driver> shard;
};

/// PostgreSQL warns, and says that it has committed: code 01000.
TEST_F(no_standby, and_a_wait_that_somebody_cancelled_confirm_nothing) {
  auto found = consume();
  eventually([&] { return waiting("count(*) filter (where query ~ 'tomb')") == "1"; });
  group.primary().run_sql(
      "select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'");
  EXPECT_EQ(found.get().what, verdict::unknown);
  group.server(1).start();
  eventually([&] { return consume().get().what == verdict::ok; });
}

TEST_F(no_standby, keep_sessions_from_adding_up) {
  auto found = consume();
  std::this_thread::sleep_for(6s);
  // Two links to write, one to read, one for the heartbeat and the catalog each, one per host.
  EXPECT_LE(std::stoi(group.primary().ask("select count(*) from pg_stat_activity where"
                                          " backend_type = 'client backend'")),
            8 + 1);
  group.server(1).start();
  group.server(2).start();
  found.get();
  eventually([&] {
    return shard->consume(consumption(code, attempt, clock.now()), clock.now()).what == verdict::ok;
  });
}

}  // namespace
}  // namespace mintage::storage
