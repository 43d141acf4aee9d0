// Signing keys on the command line.
#include "tests/http/cli/fixture.hpp"

namespace mintage::test {

namespace {

using testing::HasSubstr;

struct keys : command_line {
  static std::string kid_of(std::string_view state) {
    const auto listed = run_json({"keys", "list"});
    for (const auto& each : listed.at("keys").as_array()) {
      const auto& key = each.as_object();
      if (text_of(key, "alg") == "ES256" && text_of(key, "state") == state) {
        return text_of(key, "kid");
      }
    }
    return {};
  }
};

TEST_F(keys, are_not_touched_by_commands_that_are_wrong) {
  const auto before = kid_of("active");
  EXPECT_EQ(run({"keys", "remove"}).code, 2);
  EXPECT_EQ(run({"keys", "rotate", "now"}).code, 2);
  expect_failure(run({"keys", "rotate", "--alg", "HS256"}), 1, "alg");
  expect_failure(run({"keys", "remove", "nobody"}), 1, "no such key");
  for (const auto* id : {"-mwAbc", "-hAbc", "-", "--Abc", "-1"}) {
    expect_failure(run({"keys", "remove", id}), 1, "no such key");
  }
  EXPECT_EQ(kid_of("active"), before);
  EXPECT_EQ(kid_of("pending"), "");
}

TEST_F(keys, are_listed_rotated_and_removed) {
  const auto first = kid_of("active");
  const auto rotated = run({"keys", "rotate", "--alg", "ES256"});
  EXPECT_EQ(rotated.code, 0) << rotated.err;
  const auto second = kid_of("pending");
  EXPECT_THAT(rotated.out, HasSubstr(second));
  EXPECT_THAT(rotated.out, HasSubstr("pending"));
  expect_failure(run({"keys", "rotate", "--alg", "ES256"}), 1, "under way");
  EXPECT_EQ(run({"keys", "rotate", "--alg", "ES256", "--now"}).code, 0);
  EXPECT_EQ(kid_of("active"), second);
  EXPECT_EQ(kid_of("retiring"), first);
  const auto listed = run({"keys", "list"});
  for (const auto* head : {"KEY ID", "STATE", "ACTIVE FROM", "REMOVED AT", "RS256"}) {
    EXPECT_THAT(listed.out, HasSubstr(head));
  }
  // One id in 64 begins with a dash.
  const auto removed = run_program([&] {
    auto words = with_access({"keys", "remove"});
    words.insert(words.end(), {"--", first});
    return words;
  }());
  EXPECT_EQ(removed.code, 0) << removed.err;
  EXPECT_THAT(removed.out, HasSubstr(first));
  EXPECT_EQ(kid_of("retiring"), "");
  EXPECT_EQ(kid_of("active"), second);
}

}  // namespace

}  // namespace mintage::test
