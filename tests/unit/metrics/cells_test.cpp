#include "metrics/cells.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <string>
#include <thread>

namespace mintage::metrics {
namespace {

TEST(doubling_histogram, counts_as_a_search_through_the_bounds_does) {
  auto random = std::mt19937_64{7};
  auto h = doubling_histogram<32, 10>{};
  const auto bounds = h.bounds();
  auto expected = std::vector<std::uint64_t>(bounds.size() + 1);
  auto total = std::uint64_t{0};
  for (auto i = 0; i < 10'000; ++i) {
    const auto value = random() % 40'000;
    h.add(value);
    total += value;
    const auto at = std::lower_bound(bounds.begin(), bounds.end(), value) - bounds.begin();
    ++expected[static_cast<std::size_t>(at)];
  }
  for (auto b = std::size_t{0}; b < expected.size(); ++b) EXPECT_EQ(h.count(b), expected[b]) << b;
  EXPECT_EQ(h.sum(), total);
}

TEST(literal_tally, is_readable_while_it_is_written) {
  static constexpr std::string_view texts[] = {"a", "b", "c", "d"};
  auto t = literal_tally{};
  auto stop = std::atomic<bool>{false};
  auto reader = std::thread{[&] {
    while (!stop)
      for (const auto& e : t.entries()) EXPECT_EQ(e.text.size(), 1U);
  }};
  for (auto i = 0; i < 100'000; ++i) t.add(texts[i % 4]);
  stop = true;
  reader.join();
  ASSERT_EQ(t.entries().size(), 4U);
  for (const auto& e : t.entries()) EXPECT_EQ(e.count, 25'000U);
}

TEST(literal_tally, keeps_counting_when_it_is_full) {
  auto names = std::vector<std::string>{};
  for (auto i = 0; i < 200; ++i) names.push_back(std::to_string(i));
  auto t = literal_tally{};
  for (const auto& n : names) t.add(n);
  auto total = std::uint64_t{0};
  for (const auto& e : t.entries()) total += e.count;
  EXPECT_EQ(total, 200U);
}

TEST(shared_tally, loses_nothing_of_several_writers) {
  auto t = shared_tally{};
  auto writers = std::vector<std::thread>{};
  for (auto i = 0; i < 4; ++i)
    writers.emplace_back([&] {
      for (auto n = 0; n < 10'000; ++n) t.add();
    });
  for (auto& w : writers) w.join();
  EXPECT_EQ(t.get(), 40'000U);
}

}  // namespace
}  // namespace mintage::metrics
