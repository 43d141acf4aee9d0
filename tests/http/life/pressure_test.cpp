// Limits under load, and peers that are slow or do not read. (TOK-08, TOK-19, row P03)
#include <gtest/gtest.h>

#include <unistd.h>

#include <chrono>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/test_clients.hpp"

namespace mintage::test {

namespace {

using namespace std::chrono_literals;

TEST(max_in_flight, beyond_it_requests_get_503_with_retry_after_and_their_codes_stay_live) {
  auto s = stage{{{"http.max_in_flight", "1"}, {"http.io_threads", "1"}}};
  auto wires = std::vector<connection>{};
  for (auto i = 0; i < 50; ++i) wires.emplace_back(s.server.port());
  auto refused = std::vector<std::string>{};
  auto served = std::size_t{0};
  for (auto round = 0; round < 50 && refused.empty(); ++round) {
    auto codes = s.admin.mint_many(mint_body(s.c1), wires.size());
    for (auto i = std::size_t{0}; i < wires.size(); ++i) {
      wires[i].send(redemption(s.c1, codes[i]).render());
    }
    for (auto i = std::size_t{0}; i < wires.size(); ++i) {
      auto got = wires[i].receive();
      if (got.status == 200) {
        ++served;
        continue;
      }
      ASSERT_EQ(got.status, 503U) << got.octets;
      EXPECT_EQ(text_of(parse_object(got.body), "error"), "temporarily_unavailable");
      EXPECT_EQ(got.field("Cache-Control"), "no-store");
      EXPECT_GE(std::stoi("0" + got.field("Retry-After")), 1) << got.octets;
      refused.push_back(codes[i]);
    }
  }
  EXPECT_GT(served, 0U);
  EXPECT_FALSE(refused.empty()) << "the limit was never reached";
  for (auto& code : refused) s.expect_live(s.c1, code);
}

/// Resident memory in MiB of the server, which is the only child of this process.
std::size_t memory_of_server() {
  auto children = std::ifstream{"/proc/thread-self/children"};
  auto pid = std::string{};
  children >> pid;
  auto pages = std::size_t{0};
  auto ignored = std::size_t{0};
  std::ifstream{"/proc/" + pid + "/statm"} >> ignored >> pages;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) / (1024 * 1024);
}

/// Sends far more requests at once than are admitted, over connections that retry at once.
class storm {
 public:
  explicit storm(const stage& s) {
    for (auto i = 0; i < 200; ++i) wires_.emplace_back(s.server.port());
  }
  void rage(stage& s) {
    const auto codes = s.admin.mint_many(mint_body(s.c1), wires_.size());
    for (auto i = std::size_t{0}; i < wires_.size(); ++i) {
      auto burst = redemption(s.c1, codes[i]).render();
      for (auto j = 0; j < 9; ++j)
        burst += redemption(s.c1, "mco_" + std::string(45, 'A')).render();
      ASSERT_TRUE(wires_[i].send(burst));
    }
    for (auto i = std::size_t{0}; i < wires_.size(); ++i) {
      for (auto j = 0; j < 10; ++j) {
        const auto got = wires_[i].receive();
        ++answers[got.status];
        if (got.status == 503U && j == 0) refused_codes.push_back(codes[i]);
      }
    }
  }
  std::map<unsigned, std::size_t> answers;
  std::vector<std::string> refused_codes;

 private:
  std::vector<connection> wires_;
};

TEST(a_storm, is_refused_in_part_and_leaves_nothing_behind) {
  // So few that even a fast server with a core of its own has more to do at once.
  auto s = stage{
      {{"http.max_in_flight", "2"}, {"http.io_threads", "1"}, {"log.level", toml_string("error")}}};
  auto weather = storm{s};
  auto memory = std::size_t{0};
  for (auto round = 0; round < 5; ++round) {
    weather.rage(s);
    const auto page = admin_client{s.server.admin_port(), {}}.call("GET", "/metrics").body;
    EXPECT_NE(page.find("mintage_in_flight 0\n"), std::string::npos) << page;
    s.expect_live(s.c1, s.mint(s.c1));  // normal again at once
    if (round == 0) memory = memory_of_server();
  }
  EXPECT_GT(weather.answers[200], 0U);
  EXPECT_GT(weather.answers[503], 0U);
  EXPECT_EQ(weather.answers[200] + weather.answers[400] + weather.answers[503], 10'000U);
  ASSERT_GT(memory, 0U);
  EXPECT_LT(memory_of_server(), memory + 48);
  for (const auto& code : weather.refused_codes) s.expect_live(s.c1, code);
}

TEST(a_slow_client, is_cut_with_408_in_the_head_and_in_the_body) {
  auto s = stage{
      {{"http.header_timeout", toml_string("300ms")}, {"http.body_timeout", toml_string("300ms")}}};
  auto request = redemption(s.c1, s.mint(s.c1));
  for (auto& part : {std::string{"POST /token HTTP/1.1\r\nHo"}, request.head() + "grant_"}) {
    auto wire = connection{s.server.port()};
    wire.send(part);
    EXPECT_EQ(wire.receive().status, 408U);
    EXPECT_TRUE(wire.ends());
  }
  // An octet now and then does not extend the deadline, which is for the whole request.
  auto wire = connection{s.server.port()};
  wire.send("POST /token HTTP/1.1\r\nHost: x\r\n");
  auto begun = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begun < 10s && wire.send("X-Drop: 1\r\n")) {
    std::this_thread::sleep_for(50ms);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
  EXPECT_EQ(request.send_to(s.server.port()).status, 200U);
}

TEST(an_idle_connection, is_closed_without_an_answer) {
  auto s = stage{{{"http.idle_timeout", toml_string("300ms")}}};
  auto wire = connection{s.server.port()};
  auto call = redemption(s.c1, s.mint(s.c1));
  wire.send(call.render());
  EXPECT_EQ(wire.receive().status, 200U);
  EXPECT_TRUE(wire.ends());
}

TEST(a_client_that_reads_nothing, is_cut_and_harms_no_other) {
  auto s = stage{{{"http.write_timeout", toml_string("500ms")}, {"http.io_threads", "1"}}};
  auto deaf = connection{s.server.port(), 2s};
  auto burst = std::string{};
  for (auto i = 0; i < 1000; ++i) burst += "GET /jwks HTTP/1.1\r\nHost: x\r\n\r\n";
  // Until answers fill the sockets and the server reads no more, or has disconnected.
  auto sent = 0;
  while (sent < 1000 && deaf.send(burst)) ++sent;
  EXPECT_LT(sent, 1000) << "a gigabyte of answers went nowhere";
  for (auto i = 0; i < 20; ++i) s.expect_live(s.c1, s.mint(s.c1));
  EXPECT_TRUE(deaf.is_cut());
}

TEST(a_client_that_leaves, before_its_answer_does_not_get_its_code_back) {
  auto s = stage{};
  auto code = s.mint(s.c1);
  {
    auto wire = connection{s.server.port()};
    wire.send(redemption(s.c1, code).render());
    wire.finish_sending();
    EXPECT_EQ(wire.receive().status, 200U) << "half-closed is not gone";
  }
  s.expect_dead(s.c1, code);
}

TEST(max_connections, further_ones_wait_and_are_served_when_others_leave) {
  auto s = stage{{{"http.max_connections", "4"}}};
  auto first = std::vector<connection>{};
  for (auto i = 0; i < 4; ++i) {
    first.emplace_back(s.server.port());
    first.back().send("GET /jwks HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(first.back().receive().status, 200U);
  }
  auto late = connection{s.server.port()};
  late.send("GET /jwks HTTP/1.1\r\nHost: x\r\n\r\n");
  first.clear();
  EXPECT_EQ(late.receive().status, 200U);
}

}  // namespace

}  // namespace mintage::test
