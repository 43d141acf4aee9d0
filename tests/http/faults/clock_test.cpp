// A system clock that jumps ahead. (NEG-210)
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

#include "tests/support/test_clients.hpp"

namespace mintage::test {

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

constexpr auto day = seconds{24h};

/// A server whose wall clock can be set.
class clock_of_a_server : public testing::Test {
 protected:
  void start(const settings& overrides) {
    s.emplace(overrides);
    ASSERT_EQ(s->server.stop(), 0);
    set_ahead(0s);
    // Sanitizers warn when their library is not the first one, which does not matter here.
    s->server.set_environment({"LD_PRELOAD=" MINTAGE_SETTABLE_CLOCK,
                               "MINTAGE_TEST_CLOCK=" + clock_file(),
                               "ASAN_OPTIONS=verify_asan_link_order=0"});
    s->server.start();
    s->reconnect();
  }
  [[nodiscard]] std::string clock_file() const { return s->server.file("clock").string(); }

  /// Writes once, with a fixed width, because the server reads the file meanwhile.
  void set_ahead(seconds by) const {
    auto text = std::to_string(by.count());
    text.resize(4096, ' ');
    auto file = std::fstream{clock_file(), std::ios::in | std::ios::out};
    if (!file.is_open()) file.open(clock_file(), std::ios::out);
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
  }

  [[nodiscard]] bool is_ready() { return s->admin.call("GET", "/readyz").status == 200; }
  void await_ready(bool wanted) {
    const auto end = std::chrono::steady_clock::now() + 30s;
    while (is_ready() != wanted && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(20ms);
    EXPECT_EQ(is_ready(), wanted);
  }
  void await_in_log(std::string_view text) {
    const auto end = std::chrono::steady_clock::now() + 30s;
    while (s->server.log().find(text) == std::string::npos &&
           std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(20ms);
    EXPECT_THAT(s->server.log(), testing::HasSubstr(text));
  }

  /// How far the dates of a new token are ahead of this test's clock.
  [[nodiscard]] seconds token_is_ahead() {
    const auto token = s->log_in(s->c1, {{"auth_time", now()}}).access;
    return seconds{s->introspect(s->c1, token).at("iat").to_number<std::int64_t>() - now()};
  }
  static std::int64_t now() {
    return std::chrono::floor<seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  }
  static testing::Matcher<seconds> near(seconds t) {
    return testing::AllOf(testing::Ge(t - 30s), testing::Le(t + 30s));
  }

  std::optional<stage> s;
};

TEST_F(clock_of_a_server, that_jumps_a_day_ahead_and_back_dates_no_token) {
  start({});
  EXPECT_THAT(token_is_ahead(), near(0s));
  set_ahead(day);
  EXPECT_FALSE(is_ready());
  EXPECT_THAT(token_is_ahead(), near(0s));
  await_in_log("the clock jumped ahead");
  set_ahead(0s);
  EXPECT_TRUE(is_ready());
  EXPECT_THAT(token_is_ahead(), near(0s));
}

TEST_F(clock_of_a_server, that_jumps_100_days_ahead_ends_no_refresh_token_and_no_key) {
  start({});
  const auto token = s->log_in_offline(s->c1).refresh;
  const auto keys = s->admin.call("GET", "/admin/keys").body;
  set_ahead(100 * day);
  EXPECT_EQ(refresh(s->c1, token).send_to(s->server.port()).status, 200U);
  await_in_log("the clock jumped ahead");
  EXPECT_EQ(s->admin.call("GET", "/admin/keys").body, keys);
  const auto page = s->admin.call("GET", "/metrics").body;
  EXPECT_THAT(page, testing::HasSubstr("mintage_clock_jumps_total 1"));
  set_ahead(0s);
  EXPECT_EQ(refresh(s->c1, token).send_to(s->server.port()).status, 200U);
}

TEST_F(clock_of_a_server, is_believed_when_the_operator_confirms_it) {
  start({{"clock.confirm_after", "0"}});
  set_ahead(day);
  EXPECT_FALSE(is_ready());
  const auto confirmed =
      run_program({"clock", "confirm", "--config", s->server.config_file().string(), "--admin",
                   "http://127.0.0.1:" + std::to_string(s->server.admin_port())});
  EXPECT_EQ(confirmed.code, 0) << confirmed.err;
  EXPECT_THAT(confirmed.out, testing::HasSubstr("86400 s later"));
  EXPECT_TRUE(is_ready());
  EXPECT_THAT(token_is_ahead(), near(day));
  const auto again = s->admin.call("POST", "/admin/clock/confirm");
  EXPECT_EQ(again.status, 200U);
  EXPECT_EQ(parse_object(again.body).at("moved_seconds").to_number<std::int64_t>(), 0);
}

TEST_F(clock_of_a_server, is_believed_when_its_time_lasts) {
  start({{"clock.confirm_after", "\"1s\""}});
  set_ahead(day);
  EXPECT_FALSE(is_ready());
  await_ready(true);
  EXPECT_THAT(token_is_ahead(), near(day));
  await_in_log("is confirmed");
}

}  // namespace

}  // namespace mintage::test
