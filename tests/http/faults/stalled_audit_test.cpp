// A stalled reader of the audit stream: which requests wait for it, and which do not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/support/test_clients.hpp"

namespace mintage::test {

namespace {

using namespace std::chrono_literals;

/// More lines than the stream has room for: 8,192, and what the pipe holds.
constexpr auto more_than_the_room = std::size_t{10'000};

/// A server whose audit stream goes to a pipe without a reader.
class a_stalled_audit_stream : public testing::Test {
 protected:
  stage s{{{"log.audit", toml_string("stdout")},
           {"log.audit_wait", toml_string("200ms")},
           {"log.level", toml_string("error")},
           {"tokens.code_ttl", "600"},
           {"http.failures_per_minute", "0"}}};

  /// The status of a page, requested on a connection of its own.
  [[nodiscard]] unsigned status_of(const std::string& path, std::uint16_t port) const {
    auto wire = connection{port, 5s};
    wire.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return wire.receive().status;
  }
  void expect_pages() {
    EXPECT_EQ(status_of("/jwks", s.server.port()), 200U);
    EXPECT_EQ(status_of("/livez", s.server.admin_port()), 200U);
    EXPECT_EQ(status_of("/metrics", s.server.admin_port()), 200U);
  }
  [[nodiscard]] double metric(const std::string& name) {
    const auto page = s.admin.call("GET", "/metrics").body;
    const auto at = page.find("\n" + name + " ");
    return at == std::string::npos ? -1 : std::stod(page.substr(at + name.size() + 2));
  }

  /// Sends unauthenticated requests, many at a time. @returns the number of answers.
  std::size_t ask_for_nothing(std::size_t count) const {
    constexpr auto at_a_time = std::size_t{100};
    auto answered = std::size_t{0};
    auto many = std::string{};
    for (auto i = std::size_t{0}; i < at_a_time; ++i)
      many += "GET /nope HTTP/1.1\r\nHost: x\r\n\r\n";
    auto wire = connection{s.server.port(), 5s};
    while (answered < count) {
      wire.send(many);
      for (auto i = std::size_t{0}; i < at_a_time; ++i, ++answered)
        EXPECT_EQ(wire.receive().status, 404U);
    }
    return answered;
  }
  /// Uses up the room by actions that must be recorded.
  void fill() {
    auto lines = std::vector<std::string>(1000, boost::json::serialize(mint_body(s.c1)) + "\n");
    for (auto minted = std::size_t{0}; minted < 20'000;) {
      for (const auto& line : s.admin.bulk(lines)) {
        if (code_in(line).empty()) return;
        ++minted;
      }
    }
    FAIL() << "the stream has room without end";
  }
};

TEST_F(a_stalled_audit_stream, holds_up_nobody_when_strangers_fill_it) {
  EXPECT_EQ(ask_for_nothing(more_than_the_room), more_than_the_room);
  expect_pages();
  EXPECT_GT(metric("mintage_audit_dropped_total"), 0);
  // Grants have separate room.
  EXPECT_EQ(s.redeem(s.c1, s.mint(s.c1)).status, 200U);
  s.server.read_output();
  EXPECT_EQ(metric("mintage_audit_unwritten_lines"), 0);
}

TEST_F(a_stalled_audit_stream, that_is_full_refuses_what_must_be_told_and_undoes_nothing) {
  const auto code = s.mint(s.c1);
  const auto machine =
      make_party(s.admin, {{"grant_types", {"client_credentials"}}, {"scope", "profile"}});

  fill();
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(s.redeem(s.c1, code).status, 503U);
  EXPECT_EQ(client_credentials(machine).send_to(s.server.port()).status, 503U);
  EXPECT_EQ(s.admin.call("DELETE", "/admin/clients/" + s.c1.id).status, 503U);
  const auto took = std::chrono::steady_clock::now() - begun;
  EXPECT_GE(took, 600ms);
  EXPECT_LT(took, 10s);
  expect_pages();
  EXPECT_EQ(s.admin.call("GET", "/admin/clients/" + s.c1.id).status, 200U)
      << "reading tells nothing";
  auto stranger = s.c1;
  stranger.secret = "wrong-secret-marker";
  EXPECT_EQ(s.redeem(stranger, code).status, 401U) << "what is not done need not be told";
  ask_for_nothing(100);

  s.server.read_output();
  EXPECT_EQ(s.redeem(s.c1, code).status, 200U);
  EXPECT_EQ(s.server.stop(), 0);
}

TEST_F(a_stalled_audit_stream, is_waited_for_while_there_is_hope) {
  s.server.configure({{"log.audit_wait", toml_string("5s")}});
  ASSERT_EQ(s.server.stop(), 0);
  s.server.start();
  s.reconnect();
  const auto code = s.mint(s.c1);
  fill();
  auto wire = connection{s.server.port()};
  wire.send(redemption(s.c1, code).render());
  s.server.read_output();
  EXPECT_EQ(wire.receive().status, 200U);
}

TEST_F(a_stalled_audit_stream, does_not_keep_the_server_from_stopping) {
  fill();
  EXPECT_EQ(s.server.stop(), 1) << "lines are lost";
}

}  // namespace

}  // namespace mintage::test
