// Two shards, of which one is lost and not replaced.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "loopback/postgres.hpp"
#include "oauth/grant/slot.hpp"
#include "tests/cluster/cluster.hpp"

namespace mintage::test {
namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

TEST(two_shards, of_which_one_is_lost_serve_new_logins) {
  auto first = loopback::postgres{"a"};
  auto second = loopback::postgres{"b"};
  auto s = node{{{"storage.postgres.shards", "[" + toml_string(first.conninfo()) + ", " +
                                                 toml_string(second.conninfo()) + "]"},
                 {"storage.postgres.require_sync", "false"}}};
  run_db(s, "init");
  s.start();
  auto admin = s.admin();
  const auto who = make_party(admin);
  // The node serves as soon as the first shard does; the second one may come a moment later.
  auto before = std::vector<std::string>{};
  auto of_the_second = 0;
  while (of_the_second < 10) {
    before.push_back(admin.mint(mint_body(who)));
    constexpr auto slot_at = std::string_view{"mco_"}.size();
    const auto where = oauth::slot::parse(std::string_view{before.back()}.substr(slot_at, 2));
    of_the_second += where->shard(2) == 1 ? 1 : 0;
  }

  second.kill();
  const auto lost_at = steady::now();
  auto attempts = 0;
  auto succeeded = 0;
  while (steady::now() < lost_at + 6s) {
    const auto begin = steady::now();
    const auto code = s.try_mint(who);
    const auto is_redeemed = code && s.status_of(redemption(who, *code)) == 200;
    if (begin < lost_at + 1s) continue;
    ++attempts;
    succeeded += is_redeemed ? 1 : 0;
  }
  EXPECT_GT(attempts, 100);
  EXPECT_GE(succeeded * 100, attempts * 99) << succeeded << " of " << attempts;
  auto waiting = 0;
  for (const auto& code : before) {
    const auto status = s.status_of(redemption(who, code));
    EXPECT_TRUE(status == 200 || status == 503) << status;
    waiting += status == 503 ? 1 : 0;
  }
  EXPECT_GT(waiting, 0) << "no code was of the lost shard";

  second.start();
  const auto end = steady::now() + 30s;
  for (const auto& code : before) {
    auto status = s.status_of(redemption(who, code));
    while (status == 503 && steady::now() < end) status = s.status_of(redemption(who, code));
    EXPECT_TRUE(status == 200 || status == 400) << status;
    waiting -= status == 200 ? 1 : 0;
  }
  EXPECT_EQ(waiting, 0) << "the codes of the lost shard could not be redeemed";
}

}  // namespace
}  // namespace mintage::test
