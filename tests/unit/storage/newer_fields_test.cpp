// A record that a newer version wrote, changed by this one: nothing of it is lost.
#include "storage/newer_fields.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <string>

#include "storage/codec.hpp"

namespace mintage::storage {
namespace {

/// Fields 900 to 902 of a newer version: a number, a text and eight octets.
const auto newer = std::string{"\xa0\x38\x01\xaa\x38\x03new\xb1\x38", 11} + std::string(8, '\7');

template <class Message>
Message with_newer(Message m) {
  m.MergeFromString(newer);
  return m;
}

/// Whether the encoding ends with the newer fields, once.
bool has_newer(const std::string& octets) {
  return octets.find(newer) != std::string::npos && octets.find(newer) == octets.rfind(newer);
}

template <class Message>
Message parsed(const std::string& octets) {
  auto m = Message{};
  EXPECT_TRUE(m.ParseFromString(octets));
  return m;
}

TEST(newer_fields, are_those_above_the_newest_known_in_their_order) {
  auto record = records::logout_notice{};
  record.set_client_id("app");
  record.set_created(7);
  EXPECT_EQ(newer_fields(record.SerializeAsString(), 5), "");
  EXPECT_EQ(newer_fields(with_newer(record).SerializeAsString(), 5), newer);
  EXPECT_EQ(newer_fields(record.SerializeAsString(), 4), std::string("\x29\x07\0\0\0\0\0\0\0", 9));
  EXPECT_EQ(field_content(record.SerializeAsString(), 1), "app");
  EXPECT_EQ(field_content(record.SerializeAsString(), 2), "");
}

TEST(newer_fields, end_where_octets_are_no_field) {
  for (auto cut = std::size_t{0}; cut < newer.size(); ++cut) {
    const auto found = newer_fields(newer.substr(0, cut), 5);
    EXPECT_TRUE(newer.starts_with(found) && found.size() <= cut) << cut;
  }
  EXPECT_EQ(newer_fields(std::string(20, '\xff'), 5), "");
  EXPECT_EQ(newer_fields("\xa3\x38", 5), "");  // a group
}

TEST(newer_fields, of_a_client_its_secrets_and_its_registration_are_kept) {
  auto m = records::client{};
  m.set_id("app");
  m.set_method(1);
  *m.add_secrets() = with_newer(records::stored_secret{});
  *m.mutable_registered() = with_newer(records::registration{});
  m.mutable_registered()->set_token(std::string(32, 't'));
  auto c = decode_client(with_newer(m).SerializeAsString()).value();
  c.name = "changed";
  c.secrets.emplace_back().hash = "another";
  const auto written = parsed<records::client>(encode(c));
  EXPECT_EQ(written.name(), "changed");
  EXPECT_EQ(newer_fields(encode(c), newest_client_field), newer);
  EXPECT_TRUE(has_newer(written.registered().SerializeAsString()));
  ASSERT_EQ(written.secrets_size(), 2);
  EXPECT_TRUE(has_newer(written.secrets(0).SerializeAsString()));
  EXPECT_FALSE(has_newer(written.secrets(1).SerializeAsString()));
  // And once more: they do not multiply.
  EXPECT_EQ(encode(decode_client(encode(c)).value()), encode(c));
}

TEST(newer_fields, of_a_login_go_from_its_code_to_its_grant) {
  auto m = records::authorization_code{};
  m.mutable_who()->set_sub("alice");
  *m.mutable_who() = with_newer(m.who());
  auto g = oauth::grant{};
  g.who = decode_code(with_newer(m).SerializeAsString()).value().who;
  const auto written = parsed<records::grant>(encode(g));
  EXPECT_TRUE(has_newer(written.who().SerializeAsString()));
  EXPECT_EQ(written.who().sub(), "alice");

  auto rotated = decode_grant(with_newer(written).SerializeAsString()).value();
  ++rotated.generation;
  EXPECT_EQ(newer_fields(encode(rotated), newest_grant_field), newer);
  EXPECT_TRUE(has_newer(parsed<records::grant>(encode(rotated)).who().SerializeAsString()));
}

TEST(newer_fields, of_keys_resources_and_initial_access_tokens_are_kept) {
  const auto k = decode_key(with_newer(records::key{}).SerializeAsString()).value();
  EXPECT_EQ(newer_fields(encode(k), newest_key_field), newer);
  const auto r = decode_resource(with_newer(records::resource{}).SerializeAsString()).value();
  EXPECT_EQ(newer_fields(encode(r), newest_resource_field), newer);
  auto m = records::registration_token{};
  m.set_hash(std::string(32, 'h'));
  const auto t = decode_registration_token(with_newer(m).SerializeAsString()).value();
  EXPECT_EQ(newer_fields(encode(t), newest_token_field), newer);
}

/// The highest field number of each message of records.proto.
std::map<std::string, std::uint32_t> newest_fields() {
  const auto begin = std::regex{"^message (\\w+) \\{"};
  const auto field = std::regex{"^  (?:optional |repeated )?[a-z0-9_]+ [a-z0-9_]+ = (\\d+);.*"};
  auto out = std::map<std::string, std::uint32_t>{};
  auto in = std::ifstream{MINTAGE_RECORDS_PROTO};
  auto message = std::string{};
  auto found = std::smatch{};
  for (auto line = std::string{}; std::getline(in, line);) {
    if (std::regex_search(line, found, begin)) message = found[1];
    if (!std::regex_match(line, found, field)) continue;
    out[message] = std::max(out[message], static_cast<std::uint32_t>(std::stoul(found[1])));
  }
  return out;
}

// A field that is above the newest known one would be written twice.
TEST(newer_fields, are_none_of_this_version) {
  const auto newest = newest_fields();
  EXPECT_EQ(newest_login_field, newest.at("login"));
  EXPECT_EQ(newest_grant_field, newest.at("grant"));
  EXPECT_EQ(newest_secret_field, newest.at("stored_secret"));
  EXPECT_EQ(newest_client_field, newest.at("client"));
  EXPECT_EQ(newest_registration_field, newest.at("registration"));
  EXPECT_EQ(newest_token_field, newest.at("registration_token"));
  EXPECT_EQ(newest_resource_field, newest.at("resource"));
  EXPECT_EQ(newest_key_field, newest.at("key"));
}

// They would be lost where this version writes the record again.
TEST(newer_fields, are_never_added_to_closed_messages) {
  const auto newest = newest_fields();
  const auto closed = std::map<std::string, std::uint32_t>{
      {"envelope", 8}, {"target", 3}, {"outbox_entry", 4}, {"static_claim", 2}};
  for (const auto& [message, field] : closed) EXPECT_EQ(newest.at(message), field) << message;
}

}  // namespace
}  // namespace mintage::storage
