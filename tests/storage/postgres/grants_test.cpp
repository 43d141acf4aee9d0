#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <barrier>
#include <future>
#include <map>
#include <random>
#include <thread>
#include <vector>

#include "tests/storage/postgres/node.hpp"

namespace mintage::test {
namespace {

using loopback::sql_error;

class statements_of_grants : public testing::Test {
 protected:
  octets new_grant(bool is_brief = false) {
    const auto one = attempt_at(a.mint(), is_brief);
    EXPECT_TRUE(a.consume(one));
    return one.birth;
  }
  /// As the engine moves a cutoff.
  void cut(const std::string& who, millis before) {
    a.run_text("insert into mintage.cutoff values ('" + who + "', " + std::to_string(before) +
               ", 0) on conflict (key) do update set before = excluded.before");
  }

  node a;
  node b;
};

// RFT-05, NEG-208
TEST_F(statements_of_grants, one_of_six_nodes_rotates_and_the_others_read_its_successor) {
  constexpr auto nodes_count = 6;
  constexpr auto generations = 60;
  const auto family = new_grant();
  auto start = std::barrier{nodes_count};
  auto winners = std::array<std::map<int, octets>, nodes_count>{};
  auto read = std::array<std::map<int, octets>, nodes_count>{};
  {
    auto threads = std::vector<std::jthread>{};
    for (auto i = std::size_t{0}; i < nodes_count; ++i) {
      threads.emplace_back([&, i] {
        auto mine = node{};
        for (auto generation = 0; generation < generations; ++generation) {
          start.arrive_and_wait();
          const auto value = std::to_string(generation + 1) + " by " + std::to_string(i);
          if (mine.rotate(family, generation, value)) {
            winners[i][generation + 1] = value;
          } else {
            const auto found = mine.find_grant(family);
            read[i][std::stoi(found.at(0).at(found_grant::generation).value())] =
                octets_of(found[0].at(found_grant::value));
          }
        }
      });
    }
  }
  auto winner = std::map<int, octets>{};
  for (const auto& each : winners) {
    for (const auto& [generation, value] : each) {
      EXPECT_TRUE(winner.emplace(generation, value).second) << "two winners";
    }
  }
  EXPECT_EQ(winner.size(), generations);
  for (const auto& each : read) {
    for (const auto& [generation, value] : each) EXPECT_EQ(value, winner.at(generation));
  }
}

TEST_F(statements_of_grants, rotation_needs_the_generation_the_life_and_no_revocation) {
  const auto family = new_grant();
  EXPECT_FALSE(a.rotate(family, 1, "R"));
  EXPECT_TRUE(a.rotate(family, 0, "R"));
  EXPECT_FALSE(b.rotate(family, 0, "R"));
  EXPECT_TRUE(b.revoke(family));
  EXPECT_TRUE(b.revoke(family)) << "revoked again";
  EXPECT_FALSE(a.rotate(family, 1, "R"));
  EXPECT_EQ(a.find_grant(family).at(0).at(found_grant::revoked), "t");
}

// NEG-211
TEST_F(statements_of_grants, no_rotation_that_begins_after_a_revocation_succeeds) {
  for (auto i = 0; i < 80; ++i) {
    const auto family = new_grant();
    auto is_revoked = std::atomic<bool>{false};
    auto revocation = std::async(std::launch::async, [&] {
      b.revoke(family);
      is_revoked = true;
    });
    auto generation = 0;
    for (auto j = 0; j < 6; ++j) {
      const auto was_revoked = is_revoked.load();
      if (!a.rotate(family, generation, "R")) continue;
      ++generation;
      EXPECT_FALSE(was_revoked);
    }
    revocation.get();
    EXPECT_FALSE(a.rotate(family, generation, "R"));
  }
}

TEST_F(statements_of_grants, overlapping_batches_do_not_deadlock_when_they_are_sorted) {
  auto families = std::vector<octets>{};
  for (auto i = 0; i < 32; ++i) families.push_back(new_grant());
  const auto work = [&] {
    auto mine = node{};
    auto random = std::mt19937{std::random_device{}()};
    for (auto i = 0; i < 60; ++i) {
      auto some = families;
      std::ranges::shuffle(some, random);
      some.resize(16);
      std::ranges::sort(some);
      const auto rows = mine.run(statement::rotate,
                                 {bytea_array(some), array(16, 0), array(16, 0), array(16, now + 1),
                                  bytea_array(std::vector<octets>(16, "R")), std::to_string(now)});
      EXPECT_EQ(rows.size(), 16U);
    }
  };
  auto other = std::async(std::launch::async, work);
  EXPECT_NO_THROW(work());
  EXPECT_NO_THROW(other.get());
}

TEST_F(statements_of_grants, a_grant_lies_in_one_of_two_tables) {
  const auto values = [](const octets& key) { return std::vector{bytea_array({key})}; };
  const auto brief = new_grant(true);
  EXPECT_EQ(b.run(statement::find_brief, values(brief)).size(), 1U);
  EXPECT_TRUE(b.run(statement::find_family, values(brief)).empty());
  const auto family = new_grant(false);
  EXPECT_EQ(b.run(statement::find_family, values(family)).size(), 1U);
  EXPECT_TRUE(b.run(statement::find_brief, values(family)).empty());
}

TEST_F(statements_of_grants, put_grant_replaces_an_expired_one_alone) {
  const auto put = [&](const octets& key, millis at) {
    return a
        .run(statement::put_grant,
             {bytea_array({key}), array(1, at + grant_life), array({random_uuid()}),
              array({random_uuid()}), bytea_array({"G"}), std::to_string(at)})
        .size();
  };
  const auto key = random_octets(18);
  EXPECT_EQ(put(key, now), 1U);
  EXPECT_TRUE(a.rotate(key, 0, "R"));
  EXPECT_EQ(put(key, now), 0U);
  EXPECT_TRUE(a.revoke(key));
  EXPECT_EQ(put(key, now + 3 * grant_life), 1U);
  const auto found = a.find_grant(key);
  EXPECT_EQ(found.at(0).at(found_grant::generation), "0");
  EXPECT_EQ(found[0].at(found_grant::revoked), "f");
}

// RFT-11: the same statement that reads a record reads its cutoffs.
TEST_F(statements_of_grants, cutoffs_come_with_the_record) {
  const auto subject = random_uuid();
  const auto session = random_uuid();
  const auto key = random_octets(34);
  a.run(statement::mint,
        {bytea_array({key}), array(1, now + code_life), array({subject}), array({session}),
         bytea_array({"B" + key}), bytea_array({"V"}), std::to_string(now)});
  const auto find = [&] { return b.run(statement::find_code, {bytea_array({key})}).at(0); };
  EXPECT_FALSE(find().at(5));
  EXPECT_FALSE(find().at(6));
  cut(subject, 100);
  cut(session, 200);
  EXPECT_EQ(find().at(5), "100");
  EXPECT_EQ(find().at(6), "200");
  for (const auto is_brief : {true, false}) {
    const auto one = attempt_at(random_octets(34), is_brief);
    a.run(statement::mint,
          {bytea_array({one.key}), array(1, now + code_life), array({subject}), array({session}),
           bytea_array({one.binding}), bytea_array({"V"}), std::to_string(now)});
    ASSERT_TRUE(a.consume(one));
    const auto grant = b.find_grant(one.birth).at(0);
    EXPECT_EQ(grant.at(found_grant::subject_cut), "100");
    EXPECT_EQ(grant.at(found_grant::session_cut), "200");
  }
}

TEST_F(statements_of_grants, a_token_is_put_once_and_again_only_with_the_same_value) {
  const auto put = [&](statement how, const octets& key, const octets& value, millis at = now) {
    return a
        .run(how, {bytea_array({key}), array(1, at + code_life), bytea_array({value}),
                   std::to_string(at)})
        .size();
  };
  const auto key = random_octets(34);
  EXPECT_EQ(put(statement::put_token, key, "T"), 1U);
  EXPECT_EQ(put(statement::put_token, key, "T"), 0U);
  EXPECT_EQ(put(statement::put_token_again, key, "T"), 1U);
  EXPECT_EQ(put(statement::put_token_again, key, "U"), 0U);
  EXPECT_EQ(b.run(statement::revoke_token, {bytea_array({key}), std::to_string(now)}).size(), 1U);
  EXPECT_EQ(put(statement::put_token_again, key, "T"), 0U) << "a revoked token came back";
  EXPECT_EQ(b.run(statement::find_token, {bytea_array({key})}).at(0).at(2), "t");
  EXPECT_EQ(put(statement::put_token, key, "U", now + code_life), 1U) << "expired";
  EXPECT_EQ(b.run(statement::find_token, {bytea_array({key})}).at(0).at(2), "f");
}

// CAU-07, DPO-08
TEST_F(statements_of_grants, each_replay_id_is_noted_by_one_node_until_it_expires) {
  constexpr auto nodes_count = 4;
  constexpr auto ids_count = 100;
  auto ids = std::vector<octets>{};
  for (auto i = 0; i < ids_count; ++i) ids.push_back(random_octets(34));
  const auto note = [](node& by, const octets& id, millis at) {
    return static_cast<int>(
        by.run(statement::note_replay,
               {bytea_array({id}), array(1, at + 1000), array({random_uuid()}), std::to_string(at)})
            .size());
  };
  auto noted = std::atomic<int>{};
  auto start = std::barrier{nodes_count};
  auto threads = std::vector<std::jthread>{};
  for (auto i = 0; i < nodes_count; ++i) {
    threads.emplace_back([&] {
      auto mine = node{};
      for (const auto& id : ids) {
        start.arrive_and_wait();
        noted += note(mine, id, now);
      }
    });
  }
  threads.clear();
  EXPECT_EQ(noted, ids_count);
  EXPECT_EQ(note(a, ids[0], now + 999), 0);
  EXPECT_EQ(note(a, ids[0], now + 1000), 1);
}

TEST_F(statements_of_grants, a_replay_id_tells_whose_it_is) {
  const auto id = random_octets(34);
  const auto mine = random_uuid();
  a.run(statement::note_replay,
        {bytea_array({id}), array(1, now + 1), array({mine}), std::to_string(now)});
  EXPECT_EQ(b.run(statement::whose_replay, {bytea_array({id})}).at(0).at(1), mine);
}

}  // namespace
}  // namespace mintage::test
