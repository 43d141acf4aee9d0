// The files of the seal key: kills in the middle of a rotation, and files that are not what they
// should be.
#include <chrono>
#include <filesystem>
#include <random>
#include <thread>

#include "tests/http/seal/fixture.hpp"
#include "tests/support/refused_start.hpp"

namespace mintage::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class seal_files : public seal {
 protected:
  /// POST /admin/seal/rotate
  http_answer ask() { return s_.admin.call("POST", "/admin/seal/rotate"); }
  /// Checks a refusal that names `word`, after which nothing has changed.
  void expect_refused(const std::string& word) {
    const auto before = content();
    const auto got = ask();
    EXPECT_EQ(got.status, 409U) << got.octets;
    EXPECT_THAT(got.body, HasSubstr(word));
    EXPECT_EQ(generation(), 1);
    EXPECT_EQ(content(), before);
    s_.expect_live(s_.c1, s_.mint(s_.c1));
  }
};

// Killed before the commit: the new key is there, and not in use.
TEST_F(seal_files, of_a_rotation_that_was_killed_early_serve_the_next_one) {
  auto before = take_all();
  s_.server.kill();
  make_key("mintage.seal.next");
  const auto next = content(".next");
  start();
  EXPECT_EQ(generation(), 1);
  EXPECT_EQ(status().at("next_is_at_hand"), true);
  expect_refreshed(before);
  rotate();
  EXPECT_EQ(content(), next);
  EXPECT_FALSE(exists(key(".next")));
  EXPECT_EQ(status().at("next_is_at_hand"), false);
  expect_all_valid(before);
}

// Killed after the commit, before, between and after the steps that swap the files.
TEST_F(seal_files, of_a_rotation_that_was_killed_late_are_put_in_order_at_the_start) {
  auto before = take_all();
  rotate();
  const auto used = content();
  const auto former = content(".former-1");
  const auto swap_back = [&](bool is_linked) {
    move_key("", ".next");
    if (is_linked)
      fs::create_hard_link(key(".former-1"), key());
    else
      move_key(".former-1", "");
  };
  for (const auto is_linked : {false, true}) {
    ASSERT_EQ(s_.server.stop(), 0);
    swap_back(is_linked);
    start();
    EXPECT_EQ(generation(), 2);
    EXPECT_EQ(content(), used);
    EXPECT_EQ(content(".former-1"), former);
    EXPECT_FALSE(exists(key(".next")));
    expect_refreshed(before);
  }
  ASSERT_EQ(s_.server.stop(), 0);
  move_key("", ".next");  // neither link nor copy of the former one in its place
  start();
  EXPECT_EQ(content(), used);
  expect_all_valid(before);
  rotate();
  EXPECT_EQ(generation(), 3);
}

TEST_F(seal_files, survive_kills_at_any_moment_of_a_rotation) {
  auto before = take_all();
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  auto random = std::mt19937{seed};
  auto last = 1;
  for (auto round = 0; round < 6; ++round) {
    const auto wait = std::chrono::microseconds{random() % 12000};
    auto wire = connection{s_.server.admin_port()};
    wire.send(admin_client{s_.server.admin_port(), s_.server.admin_token()}.head(
                  "POST", "/admin/seal/rotate") +
              "Content-Length: 0\r\n\r\n");
    std::this_thread::sleep_for(wait);
    s_.server.kill();
    auto answered = false;
    try {
      const auto got = wire.receive_or_end();
      answered = got && got->status == 200U;
    } catch (const connection_lost&) {  // killed before it answered
    }
    start();
    const auto now = generation();
    EXPECT_GE(now, answered ? last + 1 : last) << "an acknowledged rotation is lost";
    EXPECT_LE(now, last + 1);
    last = now;
    EXPECT_EQ(status().at("file_is_current"), true);
    static_cast<void>(content());
    expect_refreshed(before);
  }
  expect_all_valid(before);
  rotate();
  EXPECT_EQ(generation(), last + 1);
}

TEST_F(seal_files, that_are_lost_are_not_made_again) {
  rotate();
  ASSERT_EQ(s_.server.stop(), 0);
  move_key("", ".aside");
  expect_refused_start(s_.server, {key().string(), "seal key is missing"});
  make_key("mintage.seal.next");
  expect_refused_start(s_.server, {key().string(), "seal key is missing"});
  EXPECT_FALSE(exists(key()));
  fs::copy_file(key(".former-1"), key());
  expect_refused_start(s_.server, {key().string(), "is not the seal key of this database"});
  fs::remove(key());
  move_key(".aside", "");
  start();
  EXPECT_EQ(generation(), 2);
  EXPECT_EQ(status().at("next_is_at_hand"), true);
}

TEST_F(seal_files, of_the_next_key_are_refused_when_they_are_none) {
  write_file(key(".next"), "no key\n");
  fs::permissions(key(".next"), fs::perms{0600});
  expect_refused("mintage.seal.next: is not a seal key");
  restart();
  expect_refused("mintage.seal.next: is not a seal key");
  fs::remove(key(".next"));

  make_key("mintage.seal.next");
  fs::permissions(key(".next"), fs::perms{0644});
  expect_refused("accessible by its owner only");
  fs::remove(key(".next"));

  fs::create_directory(key(".next"));
  expect_refused("mintage.seal.next: ");
  fs::remove(key(".next"));

  fs::copy_file(key(), key(".next"));
  expect_refused("is the seal key in use");
  fs::remove(key(".next"));
  rotate();
  EXPECT_EQ(generation(), 2);
}

// As in a folder that the server may not write to: the operator does it.
TEST_F(seal_files, that_cannot_be_swapped_are_both_used_until_the_operator_has_done_it) {
  auto before = take_all();
  const auto old_key = content();
  make_key("mintage.seal.next");
  const auto next = content(".next");
  fs::create_directory(key(".former-1"));
  const auto done = rotate();
  EXPECT_THAT(done.out, HasSubstr("It is not in its file yet."));
  EXPECT_THAT(done.out, HasSubstr(key(".next").string()));
  EXPECT_EQ(content(), old_key);
  EXPECT_EQ(status().at("file_is_current"), false);
  expect_refreshed(before);
  restart();
  EXPECT_EQ(generation(), 2);
  EXPECT_EQ(status().at("file_is_current"), false);
  EXPECT_EQ(content(), old_key);
  expect_refreshed(before);
  EXPECT_EQ(ask().status, 409U) << "the next key is in use";

  move_key("", ".former");
  move_key(".next", "");
  EXPECT_EQ(status().at("file_is_current"), true);
  EXPECT_EQ(content(), next);
  restart();
  EXPECT_EQ(generation(), 2);
  expect_all_valid(before);
}

TEST_F(seal_files, are_made_by_a_command_that_replaces_none) {
  const auto file = s_.server.file("made");
  make_key("made");
  EXPECT_EQ(fs::status(file).permissions(), fs::perms{0600});
  const auto text = read_file(file);
  EXPECT_EQ(text.size(), 44U);
  const auto again = run_program({"seal", "make", file.string()});
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.err, HasSubstr(file.string()));
  EXPECT_EQ(read_file(file), text);
  const auto nowhere = run_program({"seal", "make", s_.server.file("absent/key").string()});
  EXPECT_EQ(nowhere.code, 1);
  EXPECT_THAT(nowhere.err, HasSubstr("no such folder"));
}

}  // namespace
}  // namespace mintage::test
