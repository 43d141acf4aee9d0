#include "storage/rocksdb/live_codes.hpp"

#include <gtest/gtest.h>

namespace mintage::storage {
namespace {

/// Keys with the same octets after the slot share a set.
record_key key_of(std::uint8_t place, std::uint16_t slot = 0) {
  auto name = crypto::bytes<32>{};
  name[0] = place;
  return {oauth::slot{slot}, name};
}

stored_record live(std::string value, std::uint32_t failures = 0) {
  auto binding = crypto::digest{};
  binding.fill(7);
  auto op = insert_op{.kind = table::codes,
                      .key = {},
                      .expires = instant{oauth::milliseconds{1000}},
                      .binding = binding,
                      .value = std::move(value)};
  auto r = stored_record{};
  r.assign(op);
  r.body.set_failures(failures);
  return r;
}

void keep(live_codes& codes, const record_key& key, std::string value) {
  auto r = live(std::move(value));
  codes.keep(key, r);
}

TEST(live_codes, a_kept_code_is_found_and_taken_once_as_it_was) {
  auto codes = live_codes{64, 1000};
  auto kept = live("value", 3);
  codes.keep(key_of(1), kept);
  const auto* found = codes.find(key_of(1));
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->value, "value");
  EXPECT_EQ(found->expires, instant{oauth::milliseconds{1000}});
  EXPECT_EQ(found->binding, [] {
    auto d = crypto::digest{};
    d.fill(7);
    return d;
  }());

  auto taken = stored_record{};
  taken.body.set_state(records::envelope::CONSUMED);
  taken.body.mutable_attempt()->assign("left over");
  ASSERT_TRUE(codes.take(key_of(1), taken));
  EXPECT_EQ(taken.expires, instant{oauth::milliseconds{1000}});
  EXPECT_EQ(taken.body.SerializeAsString(), live("value", 3).body.SerializeAsString());
  EXPECT_FALSE(codes.take(key_of(1), taken));
  EXPECT_EQ(codes.find(key_of(1)), nullptr);
}

TEST(live_codes, what_is_forgotten_is_unknown) {
  auto codes = live_codes{64, 1000};
  keep(codes, key_of(1), "one");
  codes.forget(key_of(2));
  EXPECT_NE(codes.find(key_of(1)), nullptr);
  codes.forget(key_of(1));
  EXPECT_EQ(codes.find(key_of(1)), nullptr);
  auto r = stored_record{};
  EXPECT_FALSE(codes.take(key_of(1), r));
}

TEST(live_codes, keys_of_one_place_are_told_apart_and_the_oldest_gives_way) {
  auto codes = live_codes{64, 1000};
  for (auto slot = std::uint16_t{0}; slot < 5; ++slot)
    keep(codes, key_of(1, slot), std::to_string(slot));
  EXPECT_EQ(codes.find(key_of(1, 0)), nullptr);
  for (auto slot = std::uint16_t{1}; slot < 5; ++slot) {
    const auto* found = codes.find(key_of(1, slot));
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->value, std::to_string(slot));
  }
}

TEST(live_codes, keys_of_other_places_keep_theirs) {
  auto codes = live_codes{64, 1000};
  for (auto place = std::uint8_t{0}; place < 16; ++place)
    for (auto slot = std::uint16_t{0}; slot < 4; ++slot) keep(codes, key_of(place, slot), "v");
  for (auto place = std::uint8_t{0}; place < 16; ++place)
    for (auto slot = std::uint16_t{0}; slot < 4; ++slot)
      EXPECT_NE(codes.find(key_of(place, slot)), nullptr) << int{place} << ' ' << slot;
}

TEST(live_codes, values_take_no_more_than_their_room_and_old_ones_make_way) {
  auto codes = live_codes{4, 100};  // one set
  keep(codes, key_of(0, 0), std::string(60, 'a'));
  keep(codes, key_of(0, 1), std::string(60, 'b'));
  EXPECT_NE(codes.find(key_of(0, 0)), nullptr);
  EXPECT_EQ(codes.find(key_of(0, 1)), nullptr);
  keep(codes, key_of(0, 2), std::string(101, 'c'));  // too large
  keep(codes, key_of(0, 3), "d");
  for (auto slot = std::uint16_t{4}; slot < 7; ++slot) keep(codes, key_of(0, slot), "");
  keep(codes, key_of(0, 7), std::string(100, 'e'));  // "a" and "d" have given way
  EXPECT_NE(codes.find(key_of(0, 7)), nullptr);

  auto r = stored_record{};
  ASSERT_TRUE(codes.take(key_of(0, 7), r));
  EXPECT_EQ(r.body.value(), std::string(100, 'e'));
  keep(codes, key_of(0, 8), std::string(100, 'f'));
  EXPECT_NE(codes.find(key_of(0, 8)), nullptr);
}

}  // namespace
}  // namespace mintage::storage
