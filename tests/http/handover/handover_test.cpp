// How a server stops, and how the next one takes its place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "tests/http/handover/succession.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/refused_start.hpp"
#include "tests/support/steady_load.hpp"

namespace mintage::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using steady = std::chrono::steady_clock;

http_answer get(std::uint16_t port, const std::string& path) {
  auto wire = connection{port};
  wire.send("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  return wire.receive();
}

TEST(a_stop_with_a_delay, is_told_to_balancers_while_requests_are_served) {
  auto s = stage{{{"shutdown.delay", toml_string("60s")}}};
  auto kept = connection{s.server.port()};
  kept.send(redemption(s.c1, s.mint(s.c1)).render());
  EXPECT_EQ(kept.receive().field("Connection"), "");
  const auto code = s.mint(s.c1);
  s.server.ask_to_stop();
  eventually([&] { return get(s.server.port(), "/healthz").status == 503; });
  EXPECT_EQ(get(s.server.admin_port(), "/readyz").status, 503U);
  EXPECT_EQ(get(s.server.admin_port(), "/livez").status, 200U);
  kept.send(redemption(s.c1, code).render());
  const auto last = kept.receive();
  EXPECT_EQ(last.status, 200U);
  EXPECT_EQ(last.field("Connection"), "close");
  EXPECT_TRUE(kept.ends());
  s.expect_live(s.c1, s.mint(s.c1));
  s.server.hang_up();  // which changes nothing any more
  s.expect_live(s.c1, s.mint(s.c1));
  EXPECT_THAT(s.server.log(), HasSubstr("not ready any more"));
}

TEST(a_stop_with_a_delay, ends_by_itself_or_by_a_second_signal) {
  auto s = succession{{{"shutdown.delay", toml_string("1500ms")}}};
  s.start();
  auto begin = steady::now();
  EXPECT_EQ(s.stop(), 0);
  EXPECT_GE(steady::now() - begin, 1500ms);

  s.configure({{"shutdown.delay", toml_string("60s")}});
  s.start();
  s.current().signal(SIGTERM);
  eventually([&] { return get(s.port(), "/healthz").status == 503; });
  begin = steady::now();
  EXPECT_EQ(s.stop(), 0);
  EXPECT_LT(steady::now() - begin, 40s);
  EXPECT_THAT(s.log(), HasSubstr("asked again"));
}

TEST(handed_sockets, keep_connections_until_the_next_server_takes_them) {
  auto s = succession{};
  s.start();
  auto admin = admin_client{s.admin_port(), s.admin_token()};
  const auto who = make_party(admin);
  const auto code = admin.mint(mint_body(who));
  ASSERT_EQ(s.stop(), 0);
  auto waiting = connection{s.port(), 60s};
  waiting.send(redemption(who, code).render());
  s.start();
  EXPECT_EQ(waiting.receive().status, 200U);
}

TEST(handed_sockets, lead_the_next_server_to_wait_for_the_database_of_this_one) {
  auto s = succession{};
  s.start();
  auto next = s.begin(program_of_this_build());
  eventually([&] { return s.log().find("waiting for another server") != std::string::npos; });
  EXPECT_EQ(get(s.port(), "/healthz").status, 200U);
  ASSERT_EQ(s.stop(), 0);
  static_cast<void>(loopback::await_ready(*next, s.files().file("log")));
  s.take_over(std::move(next));
  EXPECT_EQ(get(s.port(), "/healthz").status, 200U);
}

TEST(handed_sockets, must_be_bound_to_what_the_config_says) {
  auto s = succession{{{"http.listen", toml_string("127.0.0.2:0")}}};
  auto refused = s.begin(program_of_this_build());
  EXPECT_EQ(refused->wait(60s), std::optional{1});
  EXPECT_THAT(s.log(), HasSubstr("was handed over for http.listen, which is 127.0.0.2:0"));
}

// Twice, as a service manager does it. Every request of every application succeeds.
TEST(a_restart_under_load, refuses_no_connection_and_fails_no_request) {
  auto s = succession{{{"shutdown.delay", toml_string("1s")}}};
  s.start();
  auto admin = admin_client{s.admin_port(), s.admin_token()};
  auto load = steady_load{{.servers = {{s.port(), s.admin_port()}},
                           .admin_token = s.admin_token(),
                           .clients = make_load_clients(admin)}};
  load.await_rounds(3);
  for (auto i = 0; i < 2; ++i) {
    s.replace_by(program_of_this_build());
    load.await_rounds(3);
  }
  EXPECT_THAT(load.finish(), IsEmpty());
}

}  // namespace
}  // namespace mintage::test
