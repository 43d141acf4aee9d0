// What is answered when nodes, servers and the network between them fail: the failure matrix of
// docs/CLUSTER.md, row by row.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "loopback/environment.hpp"
#include "tests/cluster/cluster.hpp"

namespace mintage::test {
namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

constexpr auto lease = 2s;
/// What a busy machine may add to a lease.
constexpr auto margin = 2s;

/// Logins at one node, one after the other, until it is stopped.
class logins {
 public:
  logins(cluster& all, std::size_t node)
      : thread_{[this, &all, node](const std::stop_token& stop) {
          while (!stop.stop_requested()) {
            const auto code = all.at(node).try_mint(all.client());
            const auto status = code ? all.redeem(node, *code) : 503;
            (status == 200 ? succeeded_ : failed_)++;
          }
        }} {}
  void stop() {
    thread_.request_stop();
    thread_.join();
  }
  [[nodiscard]] int succeeded() const { return succeeded_; }
  [[nodiscard]] int failed() const { return failed_; }

 private:
  std::atomic<int> succeeded_ = 0;
  std::atomic<int> failed_ = 0;
  std::jthread thread_;
};

/// Codes of which the first half is redeemed.
struct half_redeemed {
  half_redeemed(cluster& all, std::size_t node) {
    for (auto i = 0; i < 20; ++i) {
      codes.push_back(all.mint(node));
      if (i >= 10) continue;
      EXPECT_EQ(all.redeem(node, codes.back()), 200U);
    }
  }
  /// What was redeemed stays so, and the rest can be redeemed.
  void check(cluster& all, std::size_t node) const {
    for (auto i = std::size_t{0}; i < codes.size(); ++i) {
      EXPECT_EQ(all.redeem(node, codes[i]), i < 10 ? 400U : 200U) << "code " << i;
    }
  }
  std::vector<std::string> codes;
};

// NEG-206
TEST(node_killed, leaves_the_others_alone) {
  auto all = cluster{};
  const auto codes = half_redeemed{all, 2};
  auto first = logins{all, 0};
  auto second = logins{all, 1};
  all.at(2).server().kill();
  std::this_thread::sleep_for(1s);
  first.stop();
  second.stop();
  EXPECT_EQ(first.failed() + second.failed(), 0);
  EXPECT_GT(first.succeeded(), 0);
  codes.check(all, 0);
  all.at(2).start();
  all.await_service(2);
}

TEST(node_killed, among_many_refreshes_of_one_token_logs_nobody_out) {
  auto all = cluster{3, {{"tokens.refresh_grace", toml_string("60s")}}};
  auto admin = all.at(0).admin();
  const auto who =
      make_party(admin, {{"token_endpoint_auth_method", "none"}, {"require_pkce", true}});
  const auto first = all.log_in(0, who).refresh;
  const auto count = loopback::number_from("MINTAGE_CLUSTER_REFRESHES").value_or(1500);
  auto guard = std::mutex{};
  auto successors = std::set<std::string>{};
  auto answered = std::atomic<std::uint64_t>{};
  auto threads = std::vector<std::jthread>{};
  for (auto i = std::size_t{0}; i < 6; ++i) {
    threads.emplace_back([&, i] {
      try {
        auto wire = connection{all.at(i % 3).server().port()};
        for (auto n = std::uint64_t{0}; n < count / 6; ++n) {
          wire.send(refresh(who, first).render());
          const auto got = wire.receive();
          ++answered;
          EXPECT_EQ(got.status, 200U) << got.octets;
          const auto lock = std::scoped_lock{guard};
          if (got.status == 200) successors.insert(tokens_in(got).refresh);
        }
      } catch (const connection_lost&) {
        EXPECT_EQ(i % 3, 2U) << "only the killed node breaks connections";
      }
    });
  }
  while (answered < count / 10) std::this_thread::sleep_for(1ms);
  all.at(2).server().kill();
  threads.clear();
  ASSERT_EQ(successors.size(), 1U);
  EXPECT_EQ(all.at(0).status_of(refresh(who, *successors.begin())), 200U);
}

TEST(node_frozen, redeems_nothing_that_was_redeemed_meanwhile) {
  auto all = cluster{2};
  auto& frozen = all.at(1);
  const auto code = all.mint(0);
  auto wire = connection{frozen.server().port(), 40s};
  frozen.set_network(proxy_mode::stall);
  wire.send(redemption(all.client(), code).render());
  std::this_thread::sleep_for(200ms);
  frozen.server().freeze();
  frozen.set_network(proxy_mode::pass);
  EXPECT_EQ(all.redeem(0, code), 200U);
  std::this_thread::sleep_for(lease + 1s);
  frozen.server().thaw();
  const auto status = wire.receive().status;
  EXPECT_TRUE(status == 400 || status == 503) << status;
  all.await_readiness(1, 200);
  all.await_service(1);
}

void cut_off(proxy_mode how) {
  auto all = cluster{};
  auto& lonely = all.at(1);
  const auto code = all.mint(0);
  lonely.set_network(how);
  EXPECT_LT(all.await_readiness(1, 503), lease + margin);
  EXPECT_EQ(all.redeem(1, code), 503U);
  EXPECT_FALSE(lonely.try_mint(all.client()));
  auto others = logins{all, 0};
  const auto begin = steady::now();
  auto admin = all.at(0).admin();
  static_cast<void>(make_party(admin));  // waits until the lost node no longer counts
  EXPECT_LT(steady::now() - begin, lease + 1s + margin);
  others.stop();
  EXPECT_EQ(others.failed(), 0);
  lonely.set_network(proxy_mode::pass);
  all.await_readiness(1, 200);
  EXPECT_EQ(all.redeem(1, code), 200U);
}
TEST(node_cut_off, by_silence_refuses_within_its_lease) {
  cut_off(proxy_mode::stall);
}
TEST(node_cut_off, by_resets_refuses_within_its_lease) {
  cut_off(proxy_mode::reset);
}

TEST(primary_killed, loses_nothing_that_was_acknowledged) {
  auto all = cluster{};
  const auto codes = half_redeemed{all, 0};
  auto load = std::vector<std::unique_ptr<logins>>{};
  for (auto i = std::size_t{0}; i < all.size(); ++i) {
    load.push_back(std::make_unique<logins>(all, i));
  }
  all.database().fail_over();
  for (auto i = std::size_t{0}; i < all.size(); ++i) all.await_service(i);
  for (auto& each : load) each->stop();
  for (auto i = std::size_t{0}; i < all.size(); ++i) EXPECT_EQ(all.at(i).readiness(), 200U);
  codes.check(all, 1);
}

TEST(standby_lost, is_not_noticed_while_another_one_confirms) {
  auto all = cluster{2};
  auto load = logins{all, 0};
  all.database().server(1).kill();
  std::this_thread::sleep_for(500ms);
  all.database().server(1).start();
  all.database().primary().await_standbys(2);
  all.database().server(2).freeze();
  std::this_thread::sleep_for(500ms);
  all.database().server(2).thaw();
  load.stop();
  EXPECT_EQ(load.failed(), 0);
  EXPECT_GT(load.succeeded(), 0);
}

TEST(no_quorum, means_503_for_everything_but_documents) {
  auto all = cluster{};
  const auto code = all.mint(0);
  const auto session = all.log_in(0, all.client());
  all.database().server(1).stop();
  all.database().server(2).stop();
  for (auto i = std::size_t{0}; i < all.size(); ++i) {
    EXPECT_LT(all.await_readiness(i, 503), lease + margin);
    EXPECT_EQ(all.redeem(i, code), 503U);
    EXPECT_EQ(all.at(i).status_of(refresh(all.client(), session.refresh)), 503U);
    EXPECT_EQ(all.at(i).status_of(question("/introspect", all.client(), session.access)), 503U);
    EXPECT_FALSE(all.at(i).try_mint(all.client()));
    auto wire = connection{all.at(i).server().port()};
    wire.send("GET /jwks HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(wire.receive().status, 200U);
  }
  // Sessions whose node gave up stay in their wait for a standby: they must not add up.
  std::this_thread::sleep_for(2s);
  // A node has one for its heartbeat, one each for catalog and outbox, three links of its loop, and
  // one that looks for a primary that confirms.
  EXPECT_LE(all.sessions(), static_cast<int>(all.size()) * 7);
  all.database().server(1).start();
  for (auto i = std::size_t{0}; i < all.size(); ++i) {
    all.await_readiness(i, 200);
    all.await_service(i);
  }
  // Its redemption was sent, and may have been carried out without an answer.
  EXPECT_NE(all.redeem(0, code), 503U);
}

TEST(zombie, confirms_nothing_and_is_left_by_nodes_that_know_the_new_primary) {
  auto all = cluster{};
  auto& old = all.database().primary();
  const auto session = all.log_in(2, all.client());
  // The old primary loses its standbys, and node 2 reaches the old primary alone.
  old.stop_sending();
  all.at(2).proxy(1).set(proxy_mode::reset);
  all.at(2).proxy(2).set(proxy_mode::reset);
  all.database().promote_standby();
  EXPECT_LT(all.await_readiness(2, 503), lease + margin);
  for (auto i = std::size_t{0}; i < 2; ++i) {
    all.await_service(i);
    EXPECT_EQ(all.at(i).readiness(), 200U);
  }
  EXPECT_EQ(all.at(0).status_of(question("/revoke", all.client(), session.refresh)), 200U);
  EXPECT_EQ(all.at(2).status_of(refresh(all.client(), session.refresh)), 503U);
  EXPECT_FALSE(all.at(2).try_mint(all.client()));

  // The old primary takes writes again. Nodes that have seen the new one refuse it.
  old.set_synchronous("");
  all.at(0).proxy(1).set(proxy_mode::reset);
  all.at(0).proxy(2).set(proxy_mode::reset);
  EXPECT_LT(all.await_readiness(0, 503), lease + margin);
  std::this_thread::sleep_for(500ms);
  EXPECT_EQ(all.at(0).readiness(), 503U);
  EXPECT_FALSE(all.at(0).try_mint(all.client()));
  all.at(0).set_network(proxy_mode::pass);
  all.await_service(0);
  EXPECT_EQ(all.at(1).status_of(refresh(all.client(), session.refresh)), 400U);
}

TEST(slow, database_is_waited_for_and_beyond_the_lease_refused) {
  auto all = cluster{2};
  all.at(0).set_network(proxy_mode::pass, 50ms);
  for (auto i = 0; i < 5; ++i) EXPECT_EQ(all.redeem(0, all.mint(0)), 200U);
  all.at(0).set_network(proxy_mode::pass, 500ms);
  EXPECT_EQ(all.redeem(0, all.mint(1)), 200U);
  all.at(0).set_network(proxy_mode::pass, 3s);
  EXPECT_LT(all.await_readiness(0, 503), 3s + lease + margin);
  EXPECT_EQ(all.redeem(0, all.mint(1)), 503U);
  EXPECT_EQ(all.redeem(1, all.mint(1)), 200U);
  all.at(0).set_network(proxy_mode::pass);
  all.await_readiness(0, 200);
  all.await_service(0);
}

}  // namespace
}  // namespace mintage::test
