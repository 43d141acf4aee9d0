#include "app/cli/explanation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "app/cli/command_error.hpp"

namespace mintage::app {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

std::string text_of(const json::object& from, const char* name) {
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_string() ? std::string{value->get_string()} : std::string{};
}

class audit_lines : public testing::Test {
 protected:
  audit_lines() {
    auto file = std::ofstream{path_};
    file << R"({"time":"2026-11-29T10:00:00.000+00:00","level":"info","event":"refused",)"
         << R"("endpoint":"token","request_id":"AAAAAAAAAAAAAAAAAAAAAA","client":"shop",)"
         << R"("error":"invalid_grant","reason":"redirect_uri differs",)"
         << R"("came":"redirect_uri=a\u0022b"})" << '\n'
         << R"({"event":"code_exchanged","request_id":"refusedAAAAAAAAAAAAAAA"})" << '\n'
         << R"({"event":"refused", torn)" << '\n'
         << R"({"event":"refused","request_id":"BBBBBBBBBBBBBBBBBBBBBB","client":"",)"
         << R"("error":"invalid_request","reason":"a reason of tomorrow"})" << '\n';
  }
  ~audit_lines() override { std::filesystem::remove(path_); }

  std::filesystem::path path_ = std::filesystem::temp_directory_path() /
                                ("mintage-explain-" + std::to_string(::getpid()) + ".jsonl");
};

TEST_F(audit_lines, are_explained_by_the_rows_of_this_program) {
  const auto found = refusals_in(path_, "AAAAAAAAAAAAAAAAAAAAAA", 1);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(text_of(found[0], "client_id"), "shop");
  EXPECT_EQ(text_of(found[0], "rule"), "COD-02");
  EXPECT_EQ(text_of(found[0], "clause"), "RFC 6749 §4.1.3");
  EXPECT_EQ(text_of(found[0], "setting"), "client.redirect_uris");
  EXPECT_EQ(text_of(found[0], "came"), "redirect_uri=a\"b");
  auto out = std::ostringstream{};
  print_refusal(out, found[0]);
  for (const auto* part :
       {"AAAAAAAAAAAAAAAAAAAAAA", "2026-11-29", "shop", "invalid_grant", "redirect_uri differs",
        "COD-02 (RFC 6749 §4.1.3)", "octet for octet", "client.redirect_uris"}) {
    EXPECT_THAT(out.str(), HasSubstr(part));
  }
}

TEST_F(audit_lines, are_told_newest_first_and_others_are_skipped) {
  const auto all = refusals_in(path_, "", 10);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(text_of(all[0], "reason"), "a reason of tomorrow");
  EXPECT_FALSE(all[0].contains("rule"));
  EXPECT_EQ(refusals_in(path_, "", 1).size(), 1U);
  EXPECT_TRUE(refusals_in(path_, "refusedAAAAAAAAAAAAAAA", 1).empty());
  EXPECT_TRUE(refusals_in(path_, "CCCCCCCCCCCCCCCCCCCCCC", 1).empty());
  auto out = std::ostringstream{};
  print_refusals(out, all);
  EXPECT_THAT(out.str(), HasSubstr("BBBBBBBBBBBBBBBBBBBBBB"));
  EXPECT_THAT(out.str(), HasSubstr("REASON"));
  print_refusal(out, all[0]);
}

TEST(refusals_in, says_that_a_file_cannot_be_read) {
  EXPECT_THROW((void)refusals_in("/nowhere/audit.jsonl", "", 1), command_error);
}

}  // namespace
}  // namespace mintage::app
