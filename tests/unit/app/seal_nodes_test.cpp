// Several nodes change the seal key of one database.
#include <utility>

#include "tests/unit/actors/stages/failing_catalog.hpp"
#include "tests/unit/app/seal_fixture.hpp"

namespace mintage::app {
namespace {

TEST_F(seal_key, is_taken_over_from_another_node) {
  const auto here = open();
  // The same files are those of the other node here, so that this one finds the new key in FILE.
  done(open()->rotate(life));
  const auto other = open();
  EXPECT_EQ(here->ring().content().generation, 1U);
  here->follow();
  EXPECT_EQ(here->ring().derive(purpose), other->ring().derive(purpose));
  EXPECT_EQ(files(), (std::set<std::string>{"seal", "seal.former-1"}));
  here->follow();
  done(other->retire([](actors::sealed_records) { return std::optional<std::size_t>{0}; }));
  here->follow();
  EXPECT_EQ(here->ring().derive(purpose).size(), 1U);
}

TEST_F(seal_key, that_another_node_rotated_and_is_not_here_ends_the_server) {
  const auto here = open();
  done(open()->rotate(life));
  fs::remove(file);
  EXPECT_THROW(here->follow(), file_error);
}

TEST_F(seal_key, is_not_changed_by_a_node_that_has_missed_a_rotation) {
  const auto one = open();
  const auto other = open();
  done(one->rotate(life));
  // It counts the records that are outdated by what it knows: none.
  const auto report =
      other->retire([](actors::sealed_records) { return std::optional<std::size_t>{0}; });
  EXPECT_EQ(json::serialize(done(report)), R"({"forgotten":[1]})");
  EXPECT_EQ(other->ring().content().generation, 2U);
  one->follow();
  EXPECT_EQ(one->ring().derive(purpose), other->ring().derive(purpose));
  done(one->rotate(life));
  // All nodes had the key that it was rotated to; a new one, nobody has.
  EXPECT_NE(refusal(other->rotate(life)).find("meanwhile"), std::string::npos);
  EXPECT_FALSE(fs::exists(next));
  EXPECT_EQ(other->ring().derive(purpose), one->ring().derive(purpose));
  done(other->rotate(life));
  EXPECT_EQ(other->ring().content().generation, 4U);
}

TEST_F(seal_key, is_changed_by_one_of_two_nodes_at_once) {
  const auto one = open();
  const auto other = open();
  done(one->rotate(life));
  other->follow();
  auto is_first = true;
  const auto report = one->retire([&](actors::sealed_records) {
    if (std::exchange(is_first, false)) done(other->rotate(life));
    return std::optional<std::size_t>{0};
  });
  EXPECT_NE(refusal(report).find("another node"), std::string::npos);
  EXPECT_EQ(shown(*one).at("generation").as_int64(), 3);
  EXPECT_EQ(one->ring().derive(purpose), other->ring().derive(purpose));
  EXPECT_EQ(open()->ring().derive(purpose).size(), 3U);
}

TEST_F(seal_key, is_rotated_when_the_answer_of_the_database_is_lost) {
  auto records = actors::test::failing_catalog{engine->records()};
  const auto keeper = open(records);
  records.keeps_note_and_fails = true;
  done(keeper->rotate(life));
  EXPECT_EQ(open()->ring().derive(purpose), keeper->ring().derive(purpose));
  EXPECT_EQ(shown(*keeper).at("generation").as_int64(), 2);
}

TEST_F(seal_key, is_forgotten_by_one_of_two_nodes) {
  auto records = actors::test::failing_catalog{engine->records()};
  const auto keeper = open(records);
  done(keeper->rotate(life));
  clock.at += 1000 + 86400 + 1;
  records.outrun_notes = 1;
  keeper->follow();
  EXPECT_EQ(keeper->ring().derive(purpose).size(), 2U);
  keeper->follow();
  EXPECT_EQ(keeper->ring().derive(purpose).size(), 1U);
}

}  // namespace
}  // namespace mintage::app
