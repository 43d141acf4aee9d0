#include "config/difference.hpp"

#include "config/schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace mintage::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

settings parsed(std::string_view toml) {
  auto result = parse(toml, "conf/mintage.toml");
  if (result) return *result;
  for (const auto& m : result.error()) ADD_FAILURE() << to_string(m);
  return {};
}

std::vector<std::string> keys_of(const std::vector<change>& all) {
  auto keys = std::vector<std::string>{};
  for (const auto& c : all) keys.emplace_back(c.key);
  return keys;
}

TEST(config_difference, is_empty_between_equal_settings) {
  const auto found = compare(parsed(""), parsed(""));
  EXPECT_THAT(found.changed, IsEmpty());
  EXPECT_THAT(found.needs_restart, IsEmpty());
  EXPECT_EQ(found.unchanged, schema().size());
}

TEST(config_difference, tells_what_changes_from_what_needs_a_restart) {
  const auto in_use = parsed("");
  const auto wanted = parsed(R"(
log.level = "debug"
tokens.access_ttl = "20m"
http.listen = "127.0.0.1:7080"
)");
  const auto found = compare(in_use, wanted);
  EXPECT_THAT(keys_of(found.changed), ElementsAre("tokens.access_ttl", "log.level"));
  EXPECT_EQ(found.changed.at(0).from, "\"10m\"");
  EXPECT_EQ(found.changed.at(0).to, "\"20m\"");
  EXPECT_THAT(keys_of(found.needs_restart), ElementsAre("http.listen"));
  EXPECT_EQ(found.unchanged, schema().size() - 3);

  const auto after = take_over(in_use, wanted);
  ASSERT_TRUE(after) << to_string(after.error().at(0));
  EXPECT_EQ(after->log.level, app::log_level::debug);
  EXPECT_EQ(after->rules.access_ttl, std::chrono::minutes{20});
  EXPECT_EQ(after->net.listen, in_use.net.listen);
  EXPECT_EQ(after->net.admin_token_file, in_use.net.admin_token_file) << "anchored once";
  const auto left = compare(*after, wanted);
  EXPECT_THAT(left.changed, IsEmpty());
  EXPECT_THAT(keys_of(left.needs_restart), ElementsAre("http.listen")) << "until the restart";
}

TEST(config_difference, changes_the_files_of_tls_but_does_not_turn_it_on_or_off) {
  const auto without = parsed("");
  const auto with = parsed("[http.tls]\ncertificate = \"a.pem\"\nkey = \"a.key\"\n");
  const auto other = parsed("[http.tls]\ncertificate = \"b.pem\"\nkey = \"b.key\"\n");
  EXPECT_THAT(keys_of(compare(without, with).needs_restart),
              ElementsAre("http.tls.certificate", "http.tls.key"));
  EXPECT_THAT(keys_of(compare(with, without).needs_restart),
              ElementsAre("http.tls.certificate", "http.tls.key"));
  EXPECT_THAT(keys_of(compare(with, other).changed),
              ElementsAre("http.tls.certificate", "http.tls.key"));
  EXPECT_EQ(take_over(with, other)->net.tls.certificate, "conf/b.pem");
}

TEST(config_difference, refuses_a_mixture_that_breaks_a_limit) {
  const auto in_use = parsed("issuer = \"https://idp.example.com\"\nprofile = \"fapi2\"\n");
  const auto wanted = parsed("issuer = \"https://idp.example.com\"\n[tokens]\ncode_ttl = \"5m\"\n");
  const auto after = take_over(in_use, wanted);
  ASSERT_FALSE(after);
  EXPECT_EQ(after.error().at(0).key, "tokens.code_ttl");
  EXPECT_EQ(after.error().at(0).line, 0U);
}

TEST(config_difference, derives_what_follows_from_the_settings) {
  const auto in_use = parsed(
      "[http.tls]\ncertificate = \"a.pem\"\nkey = \"a.key\"\nclient_certificates = \"optional\"\n");
  auto wanted = in_use;
  wanted.net.tls.client_ca = "ca.pem";
  EXPECT_EQ(in_use.rules.certificates, oauth::certificate_use::unchecked);
  EXPECT_EQ(take_over(in_use, wanted)->rules.certificates, oauth::certificate_use::checked);
}

// An operator must know beforehand what a reload will not do.
TEST(config_difference, is_documented_key_by_key) {
  auto in = std::ifstream{MINTAGE_OPERATIONS_FILE};
  const auto text = std::string{std::istreambuf_iterator<char>{in}, {}};
  const auto begin = text.find("### What a reload changes");
  ASSERT_NE(begin, std::string::npos);
  const auto section = text.substr(begin, text.find("When it takes effect", begin) - begin);
  for (const auto& s : schema()) {
    const auto name = '`' + std::string{s.key} + '`';
    if (s.takes == effect::live)
      EXPECT_THAT(section, Not(HasSubstr(name))) << "needs no restart";
    else
      EXPECT_THAT(section, HasSubstr(name));
  }
}

}  // namespace
}  // namespace mintage::config
