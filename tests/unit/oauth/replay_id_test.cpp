#include "oauth/replay_id.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace mintage::oauth {
namespace {

TEST(name_replay_id, depends_on_the_kind_and_on_each_part) {  // CAU-07, DPO-08
  auto hash = crypto::sha256_hasher{};
  const auto name = [&](replay_kind kind, std::initializer_list<std::string_view> parts) {
    return name_replay_id(kind, parts, hash).hash;
  };
  const auto of_assertion = replay_kind::client_assertion;
  const auto one = name(of_assertion, {"client", "jti"});
  EXPECT_EQ(one, name(of_assertion, {"client", "jti"}));
  const auto others = std::set{one,
                               name(replay_kind::dpop_proof, {"client", "jti"}),
                               name(of_assertion, {"client2", "jti"}),
                               name(of_assertion, {"client", "jti2"}),
                               name(of_assertion, {"clien", "tjti"}),
                               name(of_assertion, {"client", "jti", ""}),
                               name(of_assertion, {"clientjti"})};
  EXPECT_EQ(others.size(), 7U);
}

TEST(name_replay_id, stays_what_it_is_on_disks) {
  auto hash = crypto::sha256_hasher{};
  const auto name = name_replay_id(replay_kind::client_assertion, {"client", "jti"}, hash);
  EXPECT_EQ(name.hash, crypto::sha256(std::string{"\x01\0\0\0\x06"
                                                  "client\0\0\0\x03jti",
                                                  1 + 4 + 6 + 4 + 3}));
}

TEST(name_replay_id, spreads_over_all_slots) {
  auto hash = crypto::sha256_hasher{};
  auto shards = std::set<std::size_t>{};
  for (auto i = 0; i < 200; ++i) {
    const auto where =
        name_replay_id(replay_kind::dpop_proof, {"id", std::to_string(i)}, hash).where;
    ASSERT_LT(where.value, slots_count);
    shards.insert(where.shard(8));
  }
  EXPECT_EQ(shards.size(), 8U);
}

TEST(replay_ids, are_taken_in_order) {
  auto ids = replay_ids{};
  EXPECT_TRUE(ids.empty());
  for (const auto slot_number : {std::uint16_t{1}, std::uint16_t{2}})
    ids.add({.where = {slot_number},
             .expires = {},
             .when_known = replay_store_silent(),
             .usable_from = {}});
  EXPECT_EQ(ids.front().where, slot{1});
  ids.pop();
  EXPECT_EQ(ids.front().where, slot{2});
  ids.pop();
  EXPECT_TRUE(ids.empty());
}

}  // namespace
}  // namespace mintage::oauth
