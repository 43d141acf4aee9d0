// Initial access tokens on the command line. (DCR-01)
#include "tests/http/cli/fixture.hpp"

namespace mintage::test {
namespace {

using testing::HasSubstr;
using testing::Not;

struct registration_tokens : command_line {};

TEST_F(registration_tokens, are_made_listed_and_removed) {
  const auto made = run({"registration-token", "add", "--name", "shop team", "--limit", "3",
                         "--expires-in", "0", "--scope", "openid orders", "--grant",
                         "client_credentials", "--resource", "https://api.example"});
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("mit_"));
  const auto listed = run({"registration-token", "list"});
  EXPECT_EQ(listed.code, 0) << listed.err;
  for (const auto* part : {"shop team", "never", "0 of 3", "openid orders"})
    EXPECT_THAT(listed.out, HasSubstr(part));
  EXPECT_THAT(listed.out, Not(HasSubstr("mit_")));
  const auto all = run_json({"registration-token", "list"});
  const auto& one = all.at("registration_tokens").as_array().at(0).as_object();
  EXPECT_EQ(one.at("allowed_resources").as_array().at(0), "https://api.example");
  const auto id = text_of(one, "id");
  EXPECT_EQ(run({"registration-token", "remove", id}).code, 0);
  EXPECT_THAT(run({"registration-token", "list"}).out, Not(HasSubstr(id)));
}

TEST_F(registration_tokens, are_not_made_by_commands_that_are_wrong) {
  EXPECT_EQ(run({"registration-token"}).code, 2);
  EXPECT_EQ(run({"registration-token", "remove"}).code, 2);
  expect_failure(run({"registration-token", "add", "--grant", "implicit"}), 1, "grant_types");
  expect_failure(run({"registration-token", "remove", "irt_nobody"}), 1,
                 "no such initial access token");
}

}  // namespace
}  // namespace mintage::test
