// An idle server uses no CPU.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <vector>

#include "tests/support/test_clients.hpp"

namespace mintage::test {

namespace {

using namespace std::chrono_literals;

TEST(an_idle_server, uses_less_than_two_percent_of_a_core_with_open_connections) {
  auto s = stage{};
  auto wires = std::vector<connection>{};
  for (auto i = 0; i < 50; ++i) wires.emplace_back(s.server.port());
  auto used = 0ms;
  // The server may still be starting, and the machine may be busy. It must become idle eventually.
  for (auto tries = 0; tries < 10; ++tries) {
    const auto before = s.server.cpu_time();
    std::this_thread::sleep_for(2s);
    used = s.server.cpu_time() - before;
    if (used < 40ms) return;
  }
  FAIL() << used.count() << " ms of CPU in two seconds";
}

}  // namespace
}  // namespace mintage::test
