// What survives a restart, and what must survive a kill. (COD-04, COM-02)
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>

#include "tests/support/jwt_check.hpp"
#include "tests/support/test_clients.hpp"

namespace mintage::test {

namespace {

using namespace std::chrono_literals;

boost::json::object long_lived(const party& who) {
  auto out = mint_body(who);
  out["ttl"] = 600;
  return out;
}

boost::json::object jwks_of(const stage& s) {
  auto wire = connection{s.server.port()};
  wire.send("GET /jwks HTTP/1.1\r\nHost: x\r\n\r\n");
  return parse_object(wire.receive().body);
}

std::set<std::string> kids_of(const stage& s) {
  auto out = std::set<std::string>{};
  auto keys = jwks_of(s);
  for (auto& each : keys.at("keys").as_array()) out.insert(text_of(each.as_object(), "kid"));
  return out;
}

void restart(stage& s, const settings& changes = {}) {
  EXPECT_EQ(s.server.stop(), 0) << s.server.log();
  s.server.configure(changes);
  s.server.start();
  s.reconnect();
}

TEST(a_restart, keeps_clients_codes_consumption_keys_and_tokens) {
  auto s = stage{};
  auto imported = make_party(s.admin, {{"client_id", "imp"}, {"client_secret", "chosen secret"}});
  auto live = s.admin.mint(long_lived(s.c1));
  auto consumed = s.admin.mint(long_lived(s.c1));
  auto first = s.redeem(s.c1, consumed);
  ASSERT_EQ(first.status, 200U);
  auto kids = kids_of(s);
  auto tokens = s.server.admin_token() + s.server.mint_token();
  restart(s);
  EXPECT_EQ(kids_of(s), kids);
  EXPECT_EQ(s.server.admin_token() + s.server.mint_token(), tokens);
  s.expect_dead(s.c1, consumed);
  s.expect_live(s.c1, live);
  s.expect_live(imported, s.mint(imported));
  auto old = read_jwt(text_of(parse_object(first.body), "access_token"));
  EXPECT_TRUE(is_signed_by(old, jwks_of(s)));
}

TEST(a_restart, keeps_a_removed_client_removed) {
  auto s = stage{};
  auto who = make_party(s.admin);
  s.admin.remove(who.id);
  restart(s);
  EXPECT_EQ(s.admin.call("GET", "/admin/clients/" + who.id).status, 404U);
}

settings pools(int size) {
  auto text = std::to_string(size);
  return {
      {"pools.validator.size", text}, {"pools.code_store.size", text}, {"pools.signer.size", text}};
}

TEST(a_restart, with_other_pool_sizes_loses_nothing) {
  auto s = stage{pools(1)};
  // Enough codes for every shard of any pool size.
  auto codes = s.admin.mint_many(long_lived(s.c1), 300);
  auto consumed = std::vector<std::string>{};
  for (auto size : {3, 2}) {
    for (auto i = 0; i < 50; ++i) {
      auto code = codes.back();
      codes.pop_back();
      s.expect_live(s.c1, code);
      consumed.push_back(code);
    }
    restart(s, pools(size));
    for (auto& code : consumed) s.expect_dead(s.c1, code);
  }
  for (auto& code : codes) s.expect_live(s.c1, code);
}

/// Clients that redeem one code after the other until they are disconnected.
class load {
 public:
  static constexpr auto connections = std::size_t{8};
  load(const stage& s, const std::vector<std::string>& codes) {
    for (auto w = std::size_t{0}; w < connections; ++w) {
      auto mine = std::vector<std::string>{};
      for (auto i = w; i < codes.size(); i += connections) mine.push_back(codes[i]);
      workers_.emplace_back([this, &s, mine] { run(s, mine); });
    }
  }
  /// Waits until `count` codes were redeemed. @returns false when the load ended before.
  bool reaches(std::size_t count) const {
    while (redeemed_ < count && running_ > 0) std::this_thread::sleep_for(1ms);
    return redeemed_ >= count;
  }
  void join() {
    for (auto& worker : workers_) worker.join();
  }
  std::vector<std::string> answered;    ///< with 200
  std::vector<std::string> unanswered;  ///< never sent, or without an answer
  std::string surprises;

 private:
  void run(const stage& s, const std::vector<std::string>& mine) {
    auto next = mine.begin();
    try {
      auto wire = connection{s.server.port()};
      for (; next != mine.end(); ++next) {
        if (!wire.send(redemption(s.c1, *next).render())) break;
        auto got = wire.receive_or_end();
        if (!got) break;
        auto lock = std::scoped_lock{guard_};
        if (got->status != 200) {
          surprises += got->octets;
          continue;
        }
        answered.push_back(*next);
        ++redeemed_;
      }
    } catch (const connection_lost&) {
      // Disconnected inside an answer: `next` counts as unanswered.
    }
    auto lock = std::scoped_lock{guard_};
    unanswered.insert(unanswered.end(), next, mine.end());
    --running_;
  }

  std::mutex guard_;
  std::atomic<std::size_t> redeemed_{0};
  std::atomic<std::size_t> running_{connections};
  std::vector<std::thread> workers_;
};

/// Number of the codes that can be redeemed.
std::size_t live_of(const stage& s, const std::vector<std::string>& codes) {
  auto wire = connection{s.server.port()};
  auto out = std::size_t{0};
  for (auto& code : codes) {
    wire.send(redemption(s.c1, code).render());
    out += wire.receive().status == 200 ? 1U : 0U;
  }
  return out;
}

TEST(a_stop, under_load_finishes_what_was_admitted_and_ends_with_0_in_time) {
  auto s = stage{};
  auto codes = s.admin.mint_many(long_lived(s.c1), 3000);
  auto clients = load{s, codes};
  ASSERT_TRUE(clients.reaches(500));
  auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(s.server.stop(), 0) << s.server.log();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
  clients.join();
  EXPECT_EQ(clients.surprises, "");
  s.server.start();
  s.reconnect();
  // Admitted requests were answered, so codes without an answer are not consumed.
  for (auto i = std::size_t{0}; i < std::min<std::size_t>(200, clients.answered.size()); ++i) {
    s.expect_dead(s.c1, clients.answered[clients.answered.size() - 1 - i]);
  }
  EXPECT_EQ(live_of(s, clients.unanswered), clients.unanswered.size())
      << "an unanswered code is consumed";
}

TEST(a_stop, asked_for_in_the_moment_of_readiness_is_orderly) {
  auto server = server_process{};
  for (auto i = 0; i < 20; ++i) {
    server.start();
    ASSERT_EQ(server.stop(), 0) << "start " << i;
  }
}

TEST(a_stop, closes_idle_connections_at_once) {
  auto s = stage{};
  auto idle = connection{s.server.port()};
  auto used = connection{s.server.port()};
  used.send(redemption(s.c1, s.mint(s.c1)).render());
  EXPECT_EQ(used.receive().status, 200U);
  s.server.ask_to_stop();
  EXPECT_TRUE(idle.ends());
  EXPECT_TRUE(used.ends());
  EXPECT_EQ(s.server.stop(), 0);
}

class a_kill : public testing::TestWithParam<const char*> {};

TEST_P(a_kill, loses_nothing_acknowledged_and_revives_nothing) {
  auto s = stage{{{"storage.rocksdb.durability", toml_string(GetParam())}}};
  for (auto round = 0; round < 3; ++round) {
    auto clients = load{s, s.admin.mint_many(long_lived(s.c1), 2000)};
    ASSERT_TRUE(clients.reaches(300));
    s.server.kill();
    clients.join();
    EXPECT_EQ(clients.surprises, "");
    s.server.start();
    s.reconnect();
    for (auto& code : clients.answered) s.expect_dead(s.c1, code);
    // The codes in flight, one per connection, may be either; the rest is live.
    EXPECT_GE(live_of(s, clients.unanswered) + load::connections, clients.unanswered.size());
  }
  s.expect_live(s.c1, s.mint(s.c1));
}

INSTANTIATE_TEST_SUITE_P(durability, a_kill, testing::Values("sync", "os"),
                         [](auto& each) { return std::string{each.param}; });

TEST(a_kill_behind_an_admin_call, keeps_every_client_that_was_answered) {
  auto s = stage{};
  auto who = make_party(s.admin);
  s.server.kill();
  s.server.start();
  s.reconnect();
  s.expect_live(who, s.mint(who));
}

}  // namespace

}  // namespace mintage::test
