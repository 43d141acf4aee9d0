// SIGKILL at random moments under load. A driver keeps a record of what it was answered: no code is
// consumed twice, and nothing acknowledged is lost. (COD-04, COM-02, NEG-206)
// MINTAGE_KILL_ROUNDS sets the number of rounds, MINTAGE_KILL_SEED repeats the choices of a run.
#include <gtest/gtest.h>

#include <chrono>
#include <iostream>
#include <memory>
#include <random>
#include <thread>

#include "loopback/environment.hpp"
#include "tests/support/test_clients.hpp"

namespace mintage::test {

namespace {

using namespace std::chrono_literals;
using loopback::number_from;
using random_engine = std::mt19937_64;

constexpr auto workers_count = std::size_t{6};
constexpr auto pipelined = std::size_t{32};

std::uint64_t draw(random_engine& random, std::uint64_t below) {
  return std::uniform_int_distribution<std::uint64_t>{0, below - 1}(random);
}

/// What is known of a code whose minting was acknowledged.
struct entry {
  std::string code;
  /// `unknown`: its redemption was sent and not answered.
  enum class state : std::uint8_t { live, unknown, redeemed } is = state::live;
};

/// Mints and redeems on its own connections until it is disconnected, and records the answers.
class worker {
 public:
  worker(const stage& s, std::uint64_t seed)
      : random_{seed},
        stage_{s},
        admin_{s.server.admin_port(), s.server.mint_token()},
        thread_{[this] { run(); }} {}
  ~worker() { join(); }
  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  std::vector<entry> book;  ///< after `join`
  std::string surprise;

 private:
  void run() {
    try {
      auto wire = connection{stage_.server.port()};
      while (surprise.empty()) {
        mint();
        if (draw(random_, 4) > 0) redeem(wire, book.back());
        if (draw(random_, 8) == 0) replay(wire, book[draw(random_, book.size())]);
      }
    } catch (const connection_lost&) {
      // The server was killed.
    } catch (const std::exception& e) {
      surprise = e.what();
    }
  }
  void mint() {
    auto body = mint_body(stage_.c1);
    body["ttl"] = 600;
    book.push_back({admin_.mint(body)});
  }
  void redeem(connection& wire, entry& e) {
    e.is = entry::state::unknown;
    wire.send(redemption(stage_.c1, e.code).render());
    const auto got = wire.receive();
    if (got.status != 200) surprise = "a live code: " + got.octets;
    e.is = entry::state::redeemed;
  }
  void replay(connection& wire, const entry& e) {
    if (e.is != entry::state::redeemed) return;
    wire.send(redemption(stage_.c1, e.code).render());
    const auto got = wire.receive();
    if (got.status != 400) surprise = "a consumed code: " + got.octets;
  }

  random_engine random_;
  const stage& stage_;
  admin_client admin_;
  std::thread thread_;
};

/// Everything that was acknowledged, and the checks of a restarted server against it.
class driver {
 public:
  explicit driver(std::uint64_t seed) : random_{seed} { stage_.server.kill(); }

  void round(const char* durability) {
    if (draw(random_, 5) == 0) kill_while_starting();
    stage_.server.configure({{"storage.rocksdb.durability", toml_string(durability)}});
    stage_.server.start();
    stage_.reconnect();
    check();
    load();
  }
  void finish() {
    stage_.server.start();
    stage_.reconnect();
    check();
    EXPECT_EQ(stage_.server.stop(), 0);
  }
  std::size_t minted = 0;
  std::size_t redeemed = 0;
  std::size_t unknown = 0;
  std::size_t unknown_consumed = 0;

 private:
  void kill_while_starting() {
    auto const config = stage_.server.config_file().string();
    auto child =
        child_process{mintage_command({"serve", "--config", config}), stage_.server.file("log")};
    std::this_thread::sleep_for(std::chrono::microseconds{draw(random_, 100'000)});
  }

  void load() {
    auto workers = std::vector<std::unique_ptr<worker>>{};
    for (auto i = std::size_t{0}; i < workers_count; ++i) {
      workers.push_back(std::make_unique<worker>(stage_, random_()));
    }
    // The server acknowledges a new client, and the removal of the last one.
    auto const made = make_party(stage_.admin).id;
    if (!client_.empty()) stage_.admin.remove(client_);
    removed_ = client_;
    client_ = made;
    std::this_thread::sleep_for(std::chrono::microseconds{draw(random_, 150'000)});
    stage_.server.kill();
    for (auto& each : workers) {
      each->join();
      EXPECT_EQ(each->surprise, "");
      fresh_.insert(fresh_.end(), each->book.begin(), each->book.end());
    }
    minted += fresh_.size();
  }

  /// Redeems codes over one connection. @returns which were granted.
  std::vector<bool> redeem(const std::vector<std::string>& codes) const {
    auto wire = connection{stage_.server.port()};
    auto out = std::vector<bool>{};
    for (auto first = std::size_t{0}; first < codes.size(); first += pipelined) {
      auto const end = std::min(first + pipelined, codes.size());
      auto burst = std::string{};
      for (auto i = first; i < end; ++i) burst += redemption(stage_.c1, codes[i]).render();
      wire.send(burst);
      for (auto i = first; i < end; ++i) {
        auto const got = wire.receive();
        EXPECT_TRUE(got.status == 200 || got.status == 400) << got.octets;
        out.push_back(got.status == 200);
      }
    }
    return out;
  }
  static std::size_t granted(const std::vector<bool>& answers) {
    return static_cast<std::size_t>(std::ranges::count(answers, true));
  }

  void check() {
    auto dead = std::vector<std::string>{};
    auto live = std::vector<std::string>{};
    auto open = std::vector<std::string>{};
    for (auto& e : fresh_) {
      if (e.is == entry::state::redeemed) dead.push_back(e.code);
      if (e.is == entry::state::live) live.push_back(e.code);
      if (e.is == entry::state::unknown) open.push_back(e.code);
    }
    fresh_.clear();
    redeemed += dead.size();
    unknown += open.size();
    // Checks some of the consumed codes of earlier rounds.
    for (auto i = 0; i < 30 && !history_.empty(); ++i) {
      dead.push_back(history_[draw(random_, history_.size())]);
    }
    EXPECT_EQ(granted(redeem(dead)), 0U) << "a consumed code was granted again";
    EXPECT_EQ(granted(redeem(live)), live.size()) << "an acknowledged code is lost";
    unknown_consumed += open.size() - granted(redeem(open));
    // All of them are consumed now.
    EXPECT_EQ(granted(redeem(open)), 0U) << "a code was granted twice";
    EXPECT_EQ(granted(redeem(live)), 0U) << "a code was granted twice";
    for (auto* codes : {&dead, &live, &open}) {
      history_.insert(history_.end(), codes->begin(), codes->end());
    }
    if (!client_.empty()) {
      EXPECT_EQ(stage_.admin.call("GET", "/admin/clients/" + client_).status, 200U);
    }
    if (!removed_.empty()) {
      EXPECT_EQ(stage_.admin.call("GET", "/admin/clients/" + removed_).status, 404U);
    }
  }

  random_engine random_;
  stage stage_{{{"log.level", toml_string("warn")}}};
  std::vector<entry> fresh_;          ///< of the last load
  std::vector<std::string> history_;  ///< consumed
  std::string client_;
  std::string removed_;
};

TEST(a_kill_at_any_moment, consumes_nothing_twice_and_loses_nothing_acknowledged) {
  auto const seed = number_from("MINTAGE_KILL_SEED").value_or(std::random_device{}());
  auto const rounds = number_from("MINTAGE_KILL_ROUNDS").value_or(40);
  std::cout << "seed " << seed << ", " << rounds << " rounds" << std::endl;
  auto book = driver{seed};
  for (auto i = std::uint64_t{0}; i < rounds && !testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE("seed " + std::to_string(seed) + ", round " + std::to_string(i));
    book.round(i % 2 == 0 ? "sync" : "os");
  }
  book.finish();
  std::cout << book.minted << " codes minted, " << book.redeemed << " redeemed under load, "
            << book.unknown << " on their way at a kill, " << book.unknown_consumed
            << " of them consumed\n";
  EXPECT_GT(book.redeemed, 0U);
}

}  // namespace

}  // namespace mintage::test
