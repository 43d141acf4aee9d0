// Nodes that start: at once, with other settings, clocks and schemas, and after a restore.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <latch>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/cluster/cluster.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/refused_start.hpp"

namespace mintage::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(first_start, of_two_nodes_at_once_leaves_one_seal_key) {
  auto all = cluster{0};
  auto nodes = std::vector<std::unique_ptr<node>>{};
  for (auto i = 0; i < 2; ++i) {
    nodes.push_back(all.make_node({{"keys.seal_key_file", toml_string("mintage.seal")},
                                   {"admin.token_file", toml_string("admin.token")},
                                   {"admin.mint_token_file", toml_string("mint.token")}}));
  }
  run_db(*nodes[0], "init");
  auto start = std::latch{2};
  auto started = std::array<std::promise<bool>, 2>{};
  auto threads = std::vector<std::jthread>{};
  auto end = std::promise<void>{};  // broken before the threads are joined, should the test throw
  const auto over = end.get_future().share();
  for (auto i = std::size_t{0}; i < 2; ++i) {
    threads.emplace_back([&, i, over] {
      start.arrive_and_wait();
      auto is_up = true;
      try {
        nodes[i]->start();
      } catch (const std::runtime_error& refused) {
        EXPECT_THAT(refused.what(), HasSubstr("seal key"));
        is_up = false;
      }
      started.at(i).set_value(is_up);
      over.wait();  // a child ends with the thread that started it
    });
  }
  const auto up = std::array{started[0].get_future().get(), started[1].get_future().get()};
  EXPECT_NE(up[0], up[1]) << "one makes the seal key, the other one asks for it";
  const auto winner = std::size_t{up[0] ? 0U : 1U};
  const auto loser = 1 - winner;
  EXPECT_FALSE(std::filesystem::exists(nodes[loser]->server().file("mintage.seal")));
  nodes[loser]->server().configure(
      {{"keys.seal_key_file", toml_string(nodes[winner]->server().file("mintage.seal").string())}});
  nodes[loser]->start();
  EXPECT_EQ(nodes[loser]->readiness(), 200U);
  end.set_value();
}

TEST(settings_differ, in_the_issuer_and_the_start_is_refused) {
  auto all = cluster{1};
  auto other = all.make_node({{"issuer", toml_string("http://127.0.0.1:9099")}});
  expect_refused_start(other->server(), {"issuer"});
}

TEST(settings_differ, in_a_lifetime_and_it_is_told) {
  auto all = cluster{1};
  auto other = all.make_node({{"tokens.code_ttl", toml_string("55s")}});
  other->start();
  EXPECT_EQ(other->readiness(), 200U);
  for (const auto* each : {other.get(), &all.at(0)}) {
    eventually([&] {
      const auto page = each->admin().call("GET", "/metrics").body;
      return page.find("\nmintage_cluster_config_mismatch 1\n") != std::string::npos;
    });
  }
}

/// A cluster of two nodes; the clock of the second one can be set.
class clocks_apart : public testing::Test {
 protected:
  clocks_apart() { set_ahead(0); }
  /// Writes once, with a fixed width, because the server reads the file meanwhile.
  void set_ahead(int seconds) {
    auto text = std::to_string(seconds);
    text.resize(4096, ' ');
    auto file = std::fstream{clock_file(), std::ios::in | std::ios::out};
    if (!file.is_open()) file.open(clock_file(), std::ios::out);
    file << text;
  }
  void start_second() {
    // Sanitizers warn when their library is not the first one, which does not matter here.
    second->server().set_environment({"LD_PRELOAD=" MINTAGE_SETTABLE_CLOCK,
                                      "MINTAGE_TEST_CLOCK=" + clock_file(),
                                      "ASAN_OPTIONS=verify_asan_link_order=0"});
    second->start();
    EXPECT_EQ(second->readiness(), 200U);
  }
  [[nodiscard]] std::string clock_file() const { return second->server().file("clock").string(); }
  void expect_silence_while_ahead(int seconds) {
    start_second();
    const auto code = all.mint(0);
    set_ahead(seconds);
    eventually([&] { return !second->try_mint(all.client()); });
    EXPECT_EQ(second->readiness(), 503U);
    EXPECT_EQ(second->status_of(redemption(all.client(), code)), 503U);
    EXPECT_THAT(second->server().log(), HasSubstr("clock"));
    EXPECT_EQ(all.redeem(0, all.mint(0)), 200U);
    set_ahead(0);
    eventually([&] { return second->readiness() == 200; });
    EXPECT_EQ(second->status_of(redemption(all.client(), code)), 200U);
  }

  cluster all{1};
  std::unique_ptr<node> second = all.make_node();
};

// NEG-210
TEST_F(clocks_apart, NEG_210_an_hour_behind_answers_nothing) {
  expect_silence_while_ahead(-3600);
}
TEST_F(clocks_apart, an_hour_ahead_answers_nothing) {
  expect_silence_while_ahead(3600);
}

TEST_F(clocks_apart, five_seconds_behind_is_corrected) {
  set_ahead(-5);
  start_second();
  // A code that has expired stays so.
  auto body = mint_body(all.client());
  body["ttl"] = 1;
  const auto brief = all.at(0).admin().mint(body);
  std::this_thread::sleep_for(1500ms);
  EXPECT_EQ(second->status_of(redemption(all.client(), brief)), 400U);
  // A cutoff that this node makes covers a code that another one minted just before.
  const auto code = all.mint(0);
  ASSERT_EQ(second->admin().call("POST", "/admin/subjects/alice/revoke").status, 204U);
  EXPECT_EQ(all.redeem(0, code), 400U);
  EXPECT_EQ(second->status_of(redemption(all.client(), code)), 400U);
  // And no later one.
  std::this_thread::sleep_for(100ms);
  EXPECT_EQ(second->status_of(redemption(all.client(), all.mint(0))), 200U);
}

class upgrade : public testing::Test {
 protected:
  void set_schema(int schema, int compatible) {
    all.database().primary().run_sql("update mintage.self set schema = " + std::to_string(schema) +
                                         ", compatible = " + std::to_string(compatible),
                                     "mintage");
  }
  cluster all{2};
};

TEST_F(upgrade, to_a_schema_that_only_adds_leaves_nodes_serving_and_starting) {
  auto is_over = std::atomic<bool>{false};
  auto failed = std::atomic<int>{};
  auto load = std::jthread{[&] {
    while (!is_over) failed += all.redeem(0, all.mint(0)) == 200 ? 0 : 1;
  }};
  all.database().primary().run_sql(
      "set lock_timeout = '2s'; alter table mintage.code add column later int8;"
      " alter table mintage.family add column later text default 'x';"
      " create table mintage.later (n int)",
      "mintage");
  set_schema(1000, 1);
  all.at(1).server().kill();
  all.at(1).start();
  EXPECT_EQ(all.redeem(1, all.mint(1)), 200U);
  is_over = true;
  load.join();
  EXPECT_EQ(failed, 0);
}

TEST_F(upgrade, refuses_a_program_that_is_older_than_the_schema_allows) {
  auto late = all.make_node();
  set_schema(1000, 1000);
  expect_refused_start(late->server(), {"schema"});
}

TEST_F(upgrade, refuses_a_program_whose_schema_is_not_there_yet) {
  auto late = all.make_node();
  set_schema(0, 0);
  expect_refused_start(late->server(), {"mintage db migrate"});
}

// NEG-212
TEST(restored, NEG_212_from_a_backup_taken_before_a_redemption_redeems_nothing_of_before) {
  auto all = cluster{2};
  const auto code = all.mint(0);
  const auto unused = all.mint(0);
  const auto session = all.log_in(0, all.client());
  auto& backup = all.database().server(2);
  const auto written = all.database().primary().received_lsn();
  while (backup.received_lsn() < written) std::this_thread::sleep_for(2ms);
  backup.stop();
  EXPECT_EQ(all.redeem(0, code), 200U);

  for (auto i = std::size_t{0}; i < all.size(); ++i) all.at(i).server().kill();
  all.database().restore(2);
  run_db(all.at(0), "restored");
  for (auto i = std::size_t{0}; i < all.size(); ++i) all.at(i).start();
  EXPECT_EQ(all.redeem(0, code), 400U);
  EXPECT_EQ(all.redeem(1, unused), 400U);
  EXPECT_EQ(all.at(1).status_of(refresh(all.client(), session.refresh)), 400U);
  EXPECT_EQ(all.redeem(1, all.mint(0)), 200U);
}

}  // namespace
}  // namespace mintage::test
