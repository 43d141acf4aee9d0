// Limits on failed client authentications. (CAU-16)

#include "oauth/client/failure_limits.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace mintage::oauth {
namespace {

constexpr auto start = instant{milliseconds{1'800'000'000'000}};

crypto::digest key_of(std::string_view client, std::uint8_t source) {
  auto process_key = crypto::hmac_sha256{crypto::digest{}};
  auto address = crypto::bytes<16>{};
  address[10] = address[11] = 0xff;  // an IPv4 address
  address[15] = source;
  return failure_key(process_key, client, address);
}

TEST(failure_limits, allow_so_many_failures_at_once_and_then_one_now_and_then) {
  auto limits = failure_limits{5, seconds{60}};
  const auto key = key_of("a", 1);
  for (auto i = 0; i < 5; ++i) EXPECT_FALSE(limits.note(key, start)) << i;
  EXPECT_TRUE(limits.is_over(key, start));
  EXPECT_TRUE(limits.note(key, start));
  EXPECT_TRUE(limits.note(key, start + milliseconds{11'999}));
  EXPECT_FALSE(limits.note(key, start + seconds{12}));
  EXPECT_TRUE(limits.note(key, start + seconds{12}));
  for (auto i = 0; i < 5; ++i) EXPECT_FALSE(limits.note(key, start + seconds{600})) << i;
}

TEST(failure_limits, count_what_was_refused_no_further) {
  auto limits = failure_limits{2, seconds{10}};
  const auto key = key_of("a", 1);
  for (auto i = 0; i < 1000; ++i) static_cast<void>(limits.note(key, start));
  EXPECT_FALSE(limits.is_over(key, start + seconds{5}));
}

TEST(failure_limits, keep_clients_and_sources_apart) {
  auto limits = failure_limits{1, seconds{60}};
  EXPECT_FALSE(limits.note(key_of("a", 1), start));
  EXPECT_TRUE(limits.is_over(key_of("a", 1), start));
  EXPECT_FALSE(limits.is_over(key_of("a", 2), start));
  EXPECT_FALSE(limits.is_over(key_of("b", 1), start));
}

TEST(failure_limits, take_a_64_of_IPv6_for_one_source_and_an_IPv4_address_for_itself) {
  const auto key_from = [](crypto::bytes<16> address) {
    auto process_key = crypto::hmac_sha256{crypto::digest{}};
    return failure_key(process_key, "a", address);
  };
  const auto one = crypto::bytes<16>{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1};
  for (auto i = std::size_t{0}; i < one.size(); ++i) {
    auto other = one;
    other[i] ^= 0x80;
    EXPECT_EQ(key_from(other) == key_from(one), i >= 8) << i;
  }
  const auto mapped = crypto::bytes<16>{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1};
  for (auto i = std::size_t{12}; i < mapped.size(); ++i) {
    auto other = mapped;
    other[i] ^= 1;
    EXPECT_NE(key_from(other), key_from(mapped)) << i;
  }
}

TEST(failure_limits, survive_a_clock_set_back) {
  auto limits = failure_limits{3, seconds{60}};
  const auto key = key_of("a", 1);
  EXPECT_FALSE(limits.note(key, start));
  EXPECT_TRUE(limits.note(key, start - seconds{3600}));
  EXPECT_FALSE(limits.note(key, start));
}

TEST(failure_limits, lose_no_count_when_threads_fail_together) {
  auto limits = failure_limits{1000, seconds{1000}};
  const auto key = key_of("a", 1);
  auto threads = std::vector<std::thread>{};
  for (auto t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (auto i = 0; i < 250; ++i) EXPECT_FALSE(limits.note(key, start));
    });
  for (auto& t : threads) t.join();
  EXPECT_TRUE(limits.note(key, start));
}

TEST(failure_limits, take_another_limit) {
  auto limits = failure_limits{2, seconds{60}};
  const auto key = key_of("a", 1);
  EXPECT_FALSE(limits.note(key, start));
  EXPECT_FALSE(limits.note(key, start));
  EXPECT_TRUE(limits.is_over(key, start));
  limits.set_most(0);
  for (auto i = 0; i < 100; ++i) EXPECT_FALSE(limits.note(key, start)) << "no limit";
  limits.set_most(4);
  EXPECT_FALSE(limits.is_over(key_of("b", 1), start));
  for (auto i = 0; i < 4; ++i) EXPECT_FALSE(limits.note(key_of("b", 1), start));
  EXPECT_TRUE(limits.note(key_of("b", 1), start));
}

}  // namespace
}  // namespace mintage::oauth
