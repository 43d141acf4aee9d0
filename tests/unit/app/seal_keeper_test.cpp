// The seal key is rotated whole or not at all, whatever happens meanwhile.
#include <fstream>

#include "app/seal_files.hpp"
#include "app/seal_note.hpp"
#include "crypto/seal.hpp"
#include "tests/unit/app/seal_fixture.hpp"

namespace mintage::app {
namespace {

TEST_F(seal_key, is_made_once_and_found_again) {
  const auto first = open()->ring().derive(purpose);
  EXPECT_EQ(files(), std::set<std::string>{"seal"});
  EXPECT_EQ(open()->ring().derive(purpose), first);
}

TEST_F(seal_key, is_rotated_and_the_former_one_still_opens) {
  const auto keeper = open();
  const auto ring = keeper->ring();
  const auto before = ring.derive(purpose).front();
  const auto pepper = ring.lasting(crypto::lasting_subkey::pepper);
  const auto report = done(keeper->rotate(life));
  EXPECT_EQ(report.at("generation").to_number<int>(), 2);
  EXPECT_TRUE(report.at("file_replaced").as_bool());
  EXPECT_EQ(report.at("next_step").as_string(), "");
  EXPECT_EQ(files(), (std::set<std::string>{"seal", "seal.former-1"}));

  const auto reopened = open();
  for (const auto& r : {ring, reopened->ring()}) {
    const auto all = r.derive(purpose);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_NE(all[0], before);
    EXPECT_EQ(all[1], before);
    EXPECT_EQ(r.lasting(crypto::lasting_subkey::pepper), pepper);
    EXPECT_EQ(r.content().generation, 2U);
    EXPECT_EQ(r.content().former.front().kept_until, clock.at + 1000 + 86400);
  }
  EXPECT_EQ(reopened->ring().derive(purpose), ring.derive(purpose));
}

TEST_F(seal_key, of_a_rotation_that_was_killed_before_its_note_is_the_former_one) {
  const auto first = open()->ring().derive(purpose);
  make_seal_key(next);
  const auto keeper = open();
  EXPECT_EQ(keeper->ring().derive(purpose).front(), first.front());
  EXPECT_TRUE(shown(*keeper).at("next_is_at_hand").as_bool());
  const auto taken = *read_seal_key(next, {});
  // Another node may use it before this one has heard of it.
  EXPECT_EQ(keeper->ring().derive(purpose), (std::vector{first.front(), taken.derive(purpose)}));
  done(keeper->rotate(life));
  EXPECT_EQ(keeper->ring().derive(purpose).front(), taken.derive(purpose));
  EXPECT_EQ(files(), (std::set<std::string>{"seal", "seal.former-1"}));
}

TEST_F(seal_key, of_a_rotation_that_was_killed_after_its_note_is_the_new_one) {
  const auto names = std::set<std::string>{"seal", "seal.former-1"};
  const auto keeper = open();
  done(keeper->rotate(life));
  const auto all = keeper->ring().derive(purpose);
  // Nothing was renamed yet.
  fs::rename(file, next);
  fs::rename(folder.path() / "seal.former-1", file);
  EXPECT_EQ(open()->ring().derive(purpose), all);
  EXPECT_EQ(files(), names) << "the start went on with it";
  // The former file had both of its names.
  fs::rename(file, next);
  fs::create_hard_link(folder.path() / "seal.former-1", file);
  EXPECT_EQ(open()->ring().derive(purpose), all);
  EXPECT_EQ(files(), names);
  // The former file is lost.
  fs::rename(file, next);
  EXPECT_EQ(open()->ring().derive(purpose), all);
  EXPECT_EQ(files(), names);
}

TEST_F(seal_key, that_cannot_be_put_in_its_place_is_used_all_the_same) {
  const auto keeper = open();
  fs::create_directory(folder.path() / "seal.former-1");
  const auto report = done(keeper->rotate(life));
  EXPECT_FALSE(report.at("file_replaced").as_bool());
  EXPECT_NE(report.at("next_step").as_string().find(next.string()), std::string::npos);
  EXPECT_FALSE(shown(*keeper).at("file_is_current").as_bool());
  EXPECT_EQ(open()->ring().derive(purpose), keeper->ring().derive(purpose));
  EXPECT_NE(refusal(keeper->rotate(life)).find("is the seal key in use"), std::string::npos);
  // The operator does it.
  fs::remove(folder.path() / "seal.former-1");
  fs::rename(next, file);
  EXPECT_EQ(open()->ring().derive(purpose), keeper->ring().derive(purpose));
  EXPECT_EQ(done(keeper->rotate(life)).at("generation").to_number<int>(), 3);
}

// As after a restore, for which the former file was copied to its place.
TEST_F(seal_key, takes_its_place_when_the_former_one_was_kept_by_hand) {
  const auto keeper = open();
  fs::copy_file(file, folder.path() / "seal.former-1");
  EXPECT_TRUE(done(keeper->rotate(life)).at("file_replaced").as_bool());
  EXPECT_EQ(files(), (std::set<std::string>{"seal", "seal.former-1"}));
  // One of another key is not lost.
  make_seal_key(folder.path() / "seal.former-2");
  const auto other = read_seal_key(folder.path() / "seal.former-2", {})->derive(purpose);
  EXPECT_FALSE(done(keeper->rotate(life)).at("file_replaced").as_bool());
  EXPECT_EQ(read_seal_key(folder.path() / "seal.former-2", {})->derive(purpose), other);
}

TEST_F(seal_key, is_not_rotated_when_the_new_one_cannot_be_made_or_read) {
  const auto keeper = open();
  const auto before = note();
  fs::create_directory(next);
  EXPECT_NE(refusal(keeper->rotate(life)).find(next.string()), std::string::npos);
  fs::remove(next);
  std::ofstream{next} << "not a key\n";
  fs::permissions(next, fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_NE(refusal(keeper->rotate(life)).find("is not a seal key"), std::string::npos);
  EXPECT_EQ(note(), before);
  EXPECT_EQ(open()->ring().derive(purpose).size(), 1U) << "the start is not ended by it";
}

TEST_F(seal_key, is_not_rotated_back) {
  const auto keeper = open();
  done(keeper->rotate(life));
  fs::copy_file(folder.path() / "seal.former-1", next);
  EXPECT_NE(refusal(keeper->rotate(life)).find("is a former seal key"), std::string::npos);
  EXPECT_EQ(keeper->ring().content().generation, 2U);
}

TEST_F(seal_key, is_not_rotated_against_an_objection) {
  const auto keeper = open();
  objection = "another node is not ready";
  EXPECT_EQ(refusal(keeper->rotate(life)), objection);
  EXPECT_EQ(files(), std::set<std::string>{"seal"});
}

TEST_F(seal_key, of_a_former_file_alone_does_not_start_the_server) {
  done(open()->rotate(life));
  fs::rename(folder.path() / "seal.former-1", file);
  EXPECT_THROW(open(), file_error);
  fs::remove(file);
  EXPECT_THROW(open(), file_error);
  EXPECT_EQ(files(), std::set<std::string>{}) << "a new one is not made";
}

TEST_F(seal_key, is_forgotten_when_its_time_is_over_by_a_clock_that_is_sure) {
  const auto keeper = open();
  done(keeper->rotate(life));
  const auto left = [&] {
    keeper->follow();
    EXPECT_EQ(open()->ring().derive(purpose), keeper->ring().derive(purpose)) << "in the note, too";
    return keeper->ring().derive(purpose).size();
  };
  clock.at += 1000 + 86400;
  EXPECT_EQ(left(), 2U);
  clock.at += 1;
  clock.sure = false;
  EXPECT_EQ(left(), 2U);
  EXPECT_NE(refusal(keeper->rotate(life)).find("clock"), std::string::npos);
  clock.sure = true;
  EXPECT_EQ(left(), 1U);
}

TEST_F(seal_key, opens_what_lives_for_minutes_for_two_days) {
  const auto keeper = open();
  done(keeper->rotate(std::chrono::days{100}));
  const auto short_lived = [](const seal_keeper& k) {
    return k.ring().derive_all(purpose, crypto::subkey_life::minutes).all.size();
  };
  clock.at += 2 * 86400;
  keeper->follow();
  EXPECT_EQ(short_lived(*keeper), 2U);
  clock.at += 1;
  keeper->follow();
  EXPECT_EQ(short_lived(*keeper), 1U);
  EXPECT_EQ(short_lived(*open()), 1U);
  EXPECT_EQ(keeper->ring().derive(purpose).size(), 2U);
}

TEST_F(seal_key, to_come_stays_accepted_when_former_ones_are_retired) {
  done(open()->rotate(life));
  make_seal_key(next);
  const auto keeper = open();
  ASSERT_EQ(keeper->ring().derive_all(purpose).makers, 2U);
  done(keeper->retire([](actors::sealed_records) { return std::optional<std::size_t>{0}; }));
  EXPECT_EQ(keeper->ring().derive_all(purpose).makers, 2U);
}

// What systemd does not hand over cannot even be looked for.
TEST_F(seal_key, is_found_when_only_one_of_its_files_can_be_read) {
  const auto keeper = open();
  done(keeper->rotate(life));
  const auto all = keeper->ring().derive(purpose);
  fs::rename(file, next);
  fs::create_directory(file);
  EXPECT_EQ(open()->ring().derive(purpose), all);
  fs::remove(file);
  fs::rename(next, file);
  fs::create_directory(next);
  EXPECT_EQ(open()->ring().derive(purpose), all);
}

TEST_F(seal_key, keeps_the_name_of_its_generation_after_a_missed_rotation) {
  const auto first = *[&] {
    static_cast<void>(open());
    return read_seal_key(file, {});
  }();
  const auto keeper = open();
  done(keeper->rotate(life));
  fs::rename(folder.path() / "seal.former-1", folder.path() / "first");
  done(keeper->rotate(life));
  fs::remove(folder.path() / "seal.former-2");
  fs::rename(file, next);
  fs::rename(folder.path() / "first", file);
  static_cast<void>(open());
  EXPECT_EQ(files(), (std::set<std::string>{"seal", "seal.former-1"}));
  EXPECT_TRUE(crypto::are_same(*read_seal_key(folder.path() / "seal.former-1", {}), first));
}

TEST_F(seal_key, is_retired_when_no_record_needs_it) {
  const auto keeper = open();
  done(keeper->rotate(life));
  const auto counted = [&](std::optional<std::size_t> left) {
    return keeper->retire([left](actors::sealed_records) { return left; });
  };
  EXPECT_NE(refusal(counted(1)), "");
  EXPECT_NE(refusal(counted(std::nullopt)), "");
  EXPECT_EQ(json::serialize(done(counted(0))), R"({"forgotten":[1]})");
  EXPECT_EQ(keeper->ring().derive(purpose).size(), 1U);
  const auto reopened = open();
  EXPECT_EQ(reopened->ring().derive(purpose), keeper->ring().derive(purpose));
  EXPECT_EQ(reopened->ring().content().generation, 2U);
}

TEST_F(seal_key, has_few_former_ones) {
  const auto keeper = open();
  for (auto i = 0; i < 32; ++i) done(keeper->rotate(life));
  EXPECT_NE(refusal(keeper->rotate(life)).find("retire"), std::string::npos);
}

TEST_F(seal_key, fits_a_backup_by_either_file) {
  done(open()->rotate(life));
  const auto made = note();
  EXPECT_EQ(compare_seal_key(file, made, {}), seal_key_fit::fits);
  fs::rename(file, next);
  EXPECT_EQ(compare_seal_key(file, made, {}), seal_key_fit::fits);
  fs::rename(folder.path() / "seal.former-1", file);
  EXPECT_EQ(compare_seal_key(file, made, {}), seal_key_fit::fits);
  fs::remove(next);
  EXPECT_EQ(compare_seal_key(file, made, {}), seal_key_fit::other);
  fs::remove(file);
  EXPECT_EQ(compare_seal_key(file, made, {}), seal_key_fit::missing);
}

TEST(seal_note, holds_the_ring_and_opens_with_its_newest_root_alone) {
  auto ring = crypto::first_ring(crypto::root_key{crypto::sha256("first")});
  EXPECT_TRUE(open_seal_note(ring.newest, make_seal_note(ring)));
  for (auto i = std::uint32_t{32}; i > 0; --i)
    ring.former.push_back({.generation = i, .replaced = 66, .kept_until = 77, .key = ring.newest});
  ring.newest = crypto::root_key{crypto::sha256("second")};
  ring.generation = 33;
  ring.since = 55;
  const auto note = make_seal_note(ring);
  EXPECT_FALSE(open_seal_note(ring.former.front().key, note));
  // What a version without rings does: it must not take the newest root for the first.
  EXPECT_FALSE(crypto::unseal(ring.newest.derive("mintage/check/1"), "note/seal-check", note));
  const auto opened = open_seal_note(ring.newest, note);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->generation, 33U);
  EXPECT_EQ(opened->since, 55);
  EXPECT_EQ(opened->lasting, ring.lasting);
  ASSERT_EQ(opened->former.size(), 32U);
  EXPECT_EQ(opened->former.front().generation, 32U);
  EXPECT_EQ(opened->former.back().generation, 1U);
  EXPECT_EQ(opened->former.front().replaced, 66);
  EXPECT_EQ(opened->former.front().kept_until, 77);
  EXPECT_EQ(opened->former.front().key.derive("x"), ring.former.front().key.derive("x"));
}

}  // namespace
}  // namespace mintage::app
