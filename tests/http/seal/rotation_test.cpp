// A new seal key in a server that serves: nothing becomes void, now and after restarts.
#include "tests/http/seal/fixture.hpp"
#include "tests/support/steady_load.hpp"

namespace mintage::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class seal_rotation : public seal {
 protected:
  /// A load that refreshes sessions of before each rotation.
  [[nodiscard]] steady_load::plan load() {
    return {.servers = {{s_.server.port(), s_.server.admin_port()}},
            .admin_token = s_.server.admin_token(),
            .clients = make_load_clients(s_.admin),
            .threads = 4};
  }
};

TEST_F(seal_rotation, under_load_fails_no_request) {
  auto before = take_all();
  auto busy = steady_load{load()};
  busy.await_rounds(3);
  for (auto n = 2; n <= 4; ++n) {
    rotate();
    EXPECT_EQ(generation(), n);
    busy.await_rounds(3);
  }
  EXPECT_THAT(busy.finish(), testing::IsEmpty());
  EXPECT_GT(busy.succeeded(), 100U);
  expect_all_valid(before);
}

TEST_F(seal_rotation, keeps_all_valid_over_restarts_and_further_rotations) {
  auto first = take_all();
  const auto old_key = content();
  rotate();
  const auto new_key = content();
  EXPECT_NE(new_key, old_key);
  EXPECT_EQ(content(".former-1"), old_key);
  EXPECT_FALSE(exists(key(".next")));
  auto second = take_all();
  restart();
  EXPECT_EQ(generation(), 2);
  auto third = take_all();
  rotate();
  EXPECT_EQ(content(".former-2"), new_key);
  EXPECT_EQ(content(".former-1"), old_key);
  expect_all_valid(second);
  restart();
  EXPECT_EQ(generation(), 3);
  expect_all_valid(third);
  expect_all_valid(first);
}

TEST_F(seal_rotation, leaves_nothing_sealed_with_the_former_key) {
  rotate();
  const auto now = status();
  EXPECT_EQ(now.at("outdated").at("keys"), 0);
  EXPECT_EQ(now.at("outdated").at("secrets"), 0);
  EXPECT_EQ(now.at("file_is_current"), true);
  EXPECT_EQ(now.at("next_is_at_hand"), false);
  ASSERT_EQ(now.at("former").as_array().size(), 1U);
  const auto& former = now.at("former").at(0);
  EXPECT_EQ(former.at("generation"), 1);
  const auto year = std::int64_t{365} * 24 * 3600;
  EXPECT_GE(former.at("kept_until").to_number<std::int64_t>(),
            now.at("since").to_number<std::int64_t>() + year);
}

TEST_F(seal_rotation, is_explained_on_the_command_line) {
  const auto fresh = run({"status"});
  EXPECT_EQ(fresh.code, 0) << fresh.err;
  EXPECT_THAT(fresh.out, testing::ContainsRegex("generation +1\n"));
  EXPECT_THAT(fresh.out, testing::ContainsRegex("in use since +the first start\n"));

  const auto done = rotate();
  EXPECT_THAT(done.out, HasSubstr("generation 2 is in use"));
  EXPECT_THAT(done.out, HasSubstr(key().string()));
  EXPECT_THAT(done.out, HasSubstr(key(".former-1").string()));
  EXPECT_THAT(done.out, HasSubstr("Refresh tokens of before stay valid"));
  const auto told = run({"status"});
  EXPECT_THAT(told.out, testing::ContainsRegex("in its file +yes\n"));
  EXPECT_THAT(told.out, testing::ContainsRegex("former generation 1 +kept until 20"));
  EXPECT_THAT(told.out, testing::ContainsRegex("left to seal anew +0 signing keys, 0 client"));
  const auto as_json = run({"status", "--json"});
  EXPECT_EQ(parse_object(as_json.out).at("generation"), 2);

  const auto unsure = run({"retire", "--json"});
  EXPECT_EQ(unsure.code, 1);
  EXPECT_THAT(unsure.err, HasSubstr("--yes"));
  EXPECT_EQ(status().at("former").as_array().size(), 1U);
  EXPECT_THAT(s_.server.log(), HasSubstr("seal key rotated"));
}

TEST_F(seal_rotation, ends_what_was_given_before_when_the_former_key_is_retired) {
  const auto before = take_all();
  const auto empty = run({"retire", "--yes"});
  EXPECT_EQ(empty.code, 0) << empty.err;
  EXPECT_THAT(empty.out, HasSubstr("no former seal key"));
  rotate();
  auto after = take_all();
  const auto done = run({"retire", "--yes"});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("Forgotten: generation 1."));
  EXPECT_THAT(status().at("former").as_array(), testing::IsEmpty());
  for (auto round = 0; round < 2; ++round) {
    const auto refused = refresh_once(before);
    EXPECT_EQ(refused.status, 400U) << refused.octets;
    EXPECT_THAT(refused.body, HasSubstr("invalid_grant"));
    if (round == 0) restart();
  }
  expect_all_valid(after);
}

TEST_F(seal_rotation, needs_the_former_file_for_backups_of_before) {
  const auto made = s_.server.file("backups/first");
  const auto server = "http://127.0.0.1:" + std::to_string(s_.server.admin_port());
  const auto config = s_.server.config_file().string();
  ASSERT_EQ(run_program({"backup", "--config", config, "--admin", server, made.string()}).code, 0);
  rotate();
  const auto later = s_.server.file("backups/second");
  ASSERT_EQ(run_program({"backup", "--config", config, "--admin", server, later.string()}).code, 0);
  EXPECT_EQ(run_program({"verify-backup", "--config", config, later.string()}).code, 0);
  const auto other = run_program({"verify-backup", "--config", config, made.string()});
  EXPECT_EQ(other.code, 1);
  EXPECT_THAT(other.out, HasSubstr("is not the one of this backup"));

  ASSERT_EQ(s_.server.stop(), 0);
  std::filesystem::rename(s_.server.file("db"), s_.server.file("lost"));
  EXPECT_EQ(run_program({"restore", "--config", config, made.string()}).code, 1);
  EXPECT_FALSE(exists(s_.server.file("db")));
  move_key("", ".of-the-lost");
  move_key(".former-1", "");
  const auto restored = run_program({"restore", "--config", config, made.string()});
  EXPECT_EQ(restored.code, 0) << restored.err;
  start();
  EXPECT_EQ(generation(), 1);
  s_.expect_live(s_.c1, s_.mint(s_.c1));
  rotate();
  EXPECT_EQ(generation(), 2);
}

}  // namespace
}  // namespace mintage::test
