// The members of the files of mintage apply against those of the admin interface.
#include "app/cli/declared/members.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>
#include <string>

#include "net/admin/json.hpp"

namespace mintage::app {
namespace {

namespace json = boost::json;

std::string object_of(std::string_view name, const json::value& v) {
  return json::serialize(json::object{{json::string_view{name.data(), name.size()}, v}});
}

/// What no file has: secrets, and what follows from other members.
const std::set<std::string_view> not_in_files{"client_secret", "client_secret_hash",
                                              "client_secret_expires_at", "response_types"};

TEST(declared_members, are_those_of_the_admin_interface) {
  auto of_files = not_in_files;
  for (const auto& m : client_members()) {
    if (m.use == member_use::only_here) continue;
    EXPECT_TRUE(of_files.insert(m.name).second) << m.name;
  }
  const auto names = net::client_member_names();
  EXPECT_EQ(of_files, (std::set<std::string_view>{names.begin(), names.end()}));
  auto reader = net::admin_json{};
  for (const auto& m : resource_members()) {
    EXPECT_TRUE(reader.read_resource(object_of(m.name, nullptr))) << m.name;
  }
}

TEST(declared_members, have_the_kind_that_the_server_reads) {
  auto reader = net::admin_json{};
  for (const auto& m : client_members()) {
    if (m.use == member_use::only_here) continue;
    const auto read = reader.read_client(object_of(m.name, nothing_of(m)));
    EXPECT_TRUE(read) << m.name << ": " << read.error().description;
  }
}

// A client with none of them, from which the server must be able to take each away.
TEST(declared_members, can_be_taken_away) {
  auto random = crypto::buffered_random{};
  auto reader = net::admin_json{};
  const auto made = oauth::make_client(
      *reader.read_client(R"({"client_name":"x","redirect_uris":["https://a.example/"]})"), {},
      random);
  ASSERT_TRUE(made);
  const auto shown = json::parse(net::render(oauth::admin_answer{*made})).as_object();
  for (const auto& m : client_members()) {
    if (m.use != member_use::usual || shown.contains(m.name)) continue;
    const auto changed =
        oauth::change_client(*made, *reader.read_client(object_of(m.name, nothing_of(m))));
    EXPECT_TRUE(changed) << changed.error().description;
  }
}

TEST(declared_members, have_words_that_the_server_takes) {
  auto random = crypto::buffered_random{};
  auto reader = net::admin_json{};
  for (const auto* name :
       {"id_token_signed_response_alg", "userinfo_signed_response_alg", "rt_mode", "subject_type",
        "application_type", "status", "authorization_signed_response_alg", "assertion_aud_mode"}) {
    const auto* row = find_member(client_members(), name);
    ASSERT_NE(row, nullptr) << name;
    for (const auto word : row->words()) {
      auto body = json::parse(object_of(name, json::string_view{word.data(), word.size()}));
      body.as_object()["redirect_uris"] = json::array{"https://a.example/"};
      const auto read = reader.read_client(json::serialize(body));
      ASSERT_TRUE(read) << name;
      EXPECT_TRUE(oauth::make_client(*read, {}, random)) << name << ' ' << word;
    }
  }
}

}  // namespace
}  // namespace mintage::app
