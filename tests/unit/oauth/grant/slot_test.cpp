#include "oauth/grant/slot.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <gtest/gtest.h>

namespace mintage::oauth {
namespace {

class fixed_random final : public crypto::random_source {
 public:
  explicit fixed_random(std::vector<std::uint8_t> octets) : octets_{std::move(octets)} {}
  void fill(std::span<std::uint8_t> out) override {
    std::copy_n(octets_.begin(), out.size(), out.begin());
  }

 private:
  std::vector<std::uint8_t> octets_;
};

std::string text_of(slot s) {
  auto out = std::string{};
  s.append_to(out);
  return out;
}

TEST(slot_parse, refuses_what_is_not_two_base64url_characters) {
  for (const auto* text : {"", "A", "AAA", "A=", "+A", "A/", " A", "A\x80", ".A", "~~"}) {
    EXPECT_FALSE(slot::parse(text)) << text;
  }
}

TEST(slot_text, has_the_high_six_bits_first) {
  EXPECT_EQ(text_of(slot{0}), "AA");
  EXPECT_EQ(text_of(slot{1}), "AB");
  EXPECT_EQ(text_of(slot{64}), "BA");
  EXPECT_EQ(text_of(slot{62}), "A-");
  EXPECT_EQ(text_of(slot{4095}), "__");
}

TEST(slot_text, is_read_back_for_every_slot) {
  for (auto value = std::uint16_t{0}; value < slots_count; ++value) {
    EXPECT_EQ(slot::parse(text_of(slot{value})), slot{value});
  }
}

TEST(slot_draw, takes_twelve_bits_of_the_source) {
  auto all_set = fixed_random{{0xff, 0xff}};
  EXPECT_EQ(slot::draw(all_set).value, 4095);
  auto some = fixed_random{{0xf1, 0x23}};
  EXPECT_EQ(slot::draw(some).value, 0x123);
}

TEST(slot_shard, deals_equal_ranges_in_order) {
  for (const auto shards : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{64}}) {
    auto counts = std::vector<std::size_t>(shards);
    auto last = std::size_t{0};
    for (auto value = std::uint16_t{0}; value < slots_count; ++value) {
      const auto shard = slot{value}.shard(shards);
      ASSERT_LT(shard, shards);
      ASSERT_GE(shard, last);
      last = shard;
      ++counts[shard];
    }
    const auto [least, most] = std::minmax_element(counts.begin(), counts.end());
    EXPECT_LE(*most - *least, 1U);
  }
}

}  // namespace
}  // namespace mintage::oauth
