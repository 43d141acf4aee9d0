// Refusals of strangers: few lines in the log, all of them counted.
#include <gtest/gtest.h>

#include "tests/http/observe/journal_lines.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/test_clients.hpp"

namespace mintage::test {
namespace {

TEST(strangers, who_are_refused_again_and_again_get_few_lines_and_a_count) {
  auto s = stage{{{"log.format", toml_string("json")}}};
  constexpr auto requests = 2000;
  auto burst = std::string{};
  for (auto n = 0; n < requests; ++n) burst += "GET /nope HTTP/1.1\r\nHost: x\r\n\r\n";
  auto wire = connection{s.server.port()};
  wire.send(burst);
  for (auto n = 0; n < requests; ++n) ASSERT_EQ(wire.receive().status, 404U);
  const auto page = admin_client{s.server.admin_port(), {}}.call("GET", "/metrics").body;
  EXPECT_NE(page.find("mintage_refused_total{reason=\"There is nothing at this path.\"} 2000\n"),
            std::string::npos);
  ASSERT_EQ(s.server.stop(), 0);
  const auto lines = lines_of_event(s.server.log(), "refused").size();
  EXPECT_GT(lines, 0U);
  EXPECT_LE(lines, 200U);
  auto left_out = std::size_t{0};
  for (const auto& line : lines_of_event(s.server.log(), "refused_not_logged")) {
    EXPECT_EQ(text_of(line, "reason"), "There is nothing at this path.");
    left_out += std::stoul(text_of(line, "count"));
  }
  EXPECT_EQ(lines + left_out, std::size_t{requests});
}

TEST(strangers, who_have_gone_are_counted_while_the_server_runs) {
  auto s = stage{{{"log.format", toml_string("json")}}};
  constexpr auto requests = 100;
  auto burst = std::string{};
  for (auto n = 0; n < requests; ++n) burst += "GET /nope HTTP/1.1\r\nHost: x\r\n\r\n";
  auto wire = connection{s.server.port()};
  wire.send(burst);
  for (auto n = 0; n < requests; ++n) ASSERT_EQ(wire.receive().status, 404U);
  // A count is due 10 s after its first line.
  eventually([&] { return lines_of_event(s.server.log(), "refused_not_logged").size() == 1; });
}

}  // namespace
}  // namespace mintage::test
