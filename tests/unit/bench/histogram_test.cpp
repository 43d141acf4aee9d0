#include "bench/harness/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace mintage::bench {
namespace {

/// The definition of the nearest-rank percentile, on all values.
std::int64_t oracle(std::vector<std::int64_t> values, double p) {
  std::sort(values.begin(), values.end());
  const auto exact = p * static_cast<double>(values.size()) / 100;
  const auto rank = std::max(1.0, std::ceil(exact - 1e-6));
  return values[static_cast<std::size_t>(rank) - 1];
}

constexpr auto percentiles = {0.0, 1.0, 50.0, 90.0, 99.0, 99.9, 99.99, 100.0};

void expect_like_oracle(const std::vector<std::int64_t>& values) {
  auto h = histogram{};
  for (const auto v : values) h.record(nanoseconds{v});
  ASSERT_EQ(h.count(), values.size());
  for (const auto p : percentiles) {
    const auto exact = oracle(values, p);
    const auto got = h.percentile(p).count();
    EXPECT_GE(got, exact) << "p" << p;
    EXPECT_LE(static_cast<double>(got), static_cast<double>(exact) * (1 + 1.0 / 128)) << "p" << p;
  }
  EXPECT_EQ(h.max().count(), *std::max_element(values.begin(), values.end()));
}

TEST(histogram, is_zero_when_empty) {
  const auto h = histogram{};
  EXPECT_EQ(h.count(), 0U);
  EXPECT_EQ(h.percentile(99).count(), 0);
  EXPECT_EQ(h.max().count(), 0);
  EXPECT_EQ(h.mean().count(), 0);
}

TEST(histogram, agrees_with_sorting_all_values) {
  auto random = std::mt19937_64{7};
  for (const auto size : {1U, 2U, 3U, 99U, 100U, 101U, 1000U, 20'000U}) {
    auto uniform = std::vector<std::int64_t>{};
    auto skewed = std::vector<std::int64_t>{};
    auto bimodal = std::vector<std::int64_t>{};
    auto log_normal = std::lognormal_distribution<double>{13, 2};
    for (auto i = 0U; i < size; ++i) {
      uniform.push_back(static_cast<std::int64_t>(random() % 10'000'000));
      skewed.push_back(static_cast<std::int64_t>(std::min(log_normal(random), 1e12)));
      bimodal.push_back(i % 100 == 0 ? 5'000'000'000 : 40'000);
    }
    expect_like_oracle(uniform);
    expect_like_oracle(skewed);
    expect_like_oracle(bimodal);
  }
}

TEST(histogram, holds_the_borders_of_its_buckets) {
  for (auto bit = 0; bit < 42; ++bit) {
    const auto power = std::int64_t{1} << bit;
    expect_like_oracle({power - 1, power, power + 1});
  }
}

TEST(histogram, keeps_small_values_exact) {
  for (auto v = std::int64_t{0}; v < 256; ++v) {
    auto h = histogram{};
    h.record(nanoseconds{v});
    h.record(nanoseconds{1000});
    EXPECT_EQ(h.percentile(50).count(), v);
  }
}

TEST(histogram, takes_values_beyond_its_range_and_below_zero) {
  auto h = histogram{};
  h.record(nanoseconds{-5});
  h.record(std::chrono::hours{100});
  EXPECT_EQ(h.percentile(50).count(), 0);
  EXPECT_EQ(h.percentile(100), nanoseconds{std::chrono::hours{100}});
  EXPECT_EQ(h.max(), nanoseconds{std::chrono::hours{100}});
}

TEST(histogram, adds_as_if_recorded_in_one) {
  auto random = std::mt19937_64{3};
  auto all = histogram{};
  auto parts = std::vector<histogram>(3);
  for (auto i = 0U; i < 5000; ++i) {
    const auto v = nanoseconds{static_cast<std::int64_t>(random() % (1ULL << (10 + i % 20)))};
    all.record(v);
    parts[i % 3].record(v);
  }
  auto sum = histogram{};
  for (const auto& p : parts) sum.add(p);
  EXPECT_EQ(sum.count(), all.count());
  EXPECT_EQ(sum.mean(), all.mean());
  for (const auto p : percentiles) EXPECT_EQ(sum.percentile(p), all.percentile(p));
}

}  // namespace
}  // namespace mintage::bench
