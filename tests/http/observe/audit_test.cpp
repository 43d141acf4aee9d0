// The audit stream: what was minted, exchanged, refused and changed, and by which request.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/http/observe/journal_lines.hpp"
#include "tests/support/test_clients.hpp"

namespace mintage::test {

namespace {

/// Runs a client and a code through all their events. @returns the client's id.
std::string act(stage& s) {
  const auto who = make_party(s.admin);
  const auto path = "/admin/clients/" + who.id;
  s.admin.change(who.id, {{"client_name", "Renamed"}});
  EXPECT_EQ(s.admin.call("POST", path + "/secrets", "{}").status, 201U);
  EXPECT_EQ(s.admin.call("DELETE", path + "/secrets/1").status / 100, 2U);
  EXPECT_EQ(s.admin.call("GET", path).status, 200U);
  s.admin.remove(who.id);
  return who.id;
}

std::vector<std::string> events_of_client(std::string_view text, const std::string& id) {
  auto out = std::vector<std::string>{};
  for (const auto& line : journal_lines(text)) {
    if (text_of(line, "client") == id) out.push_back(text_of(line, "event"));
  }
  return out;
}

const auto to_file =
    settings{{"log.audit", toml_string("file")}, {"log.audit_file", toml_string("audit.jsonl")}};

TEST(the_audit_stream, tells_every_change_of_a_client_in_order_and_no_reading) {
  auto s = stage{to_file};
  const auto id = act(s);
  ASSERT_EQ(s.server.stop(), 0);
  EXPECT_EQ(events_of_client(read_file(s.server.file("audit.jsonl")), id),
            (std::vector<std::string>{"client_created", "client_changed", "secret_added",
                                      "secret_ended", "client_removed"}));
}

TEST(the_audit_stream, tells_mint_exchange_and_refusal_with_their_request_ids) {
  auto s = stage{to_file};
  const auto minted = s.admin.call("POST", "/admin/codes", boost::json::serialize(mint_body(s.c1)));
  ASSERT_EQ(minted.status, 201U);
  const auto code = text_of(parse_object(minted.body), "code");
  const auto exchanged = s.redeem(s.c1, code);
  ASSERT_EQ(exchanged.status, 200U);
  const auto refused = s.redeem(s.c1, code);
  ASSERT_EQ(refused.status, 400U);
  ASSERT_EQ(s.server.stop(), 0);
  const auto text = read_file(s.server.file("audit.jsonl"));
  struct {
    const char* event;
    const http_answer& answer;
  } const rows[] = {{"code_minted", minted}, {"code_exchanged", exchanged}, {"refused", refused}};
  for (const auto& row : rows) {
    const auto lines = lines_of_event(text, row.event);
    ASSERT_EQ(lines.size(), 1U) << row.event << "\n" << text;
    EXPECT_EQ(text_of(lines[0], "request_id"), row.answer.field("X-Request-Id")) << text;
    EXPECT_EQ(text_of(lines[0], "client"), s.c1.id);
  }
  const auto exchange = lines_of_event(text, "code_exchanged").at(0);
  EXPECT_EQ(text_of(exchange, "sub"), "alice");
  EXPECT_EQ(text_of(exchange, "scope"), "openid profile");
  EXPECT_NE(text_of(exchange, "grant"), "");
  EXPECT_NE(text_of(lines_of_event(text, "refused").at(0), "reason"), "");
}

TEST(the_audit_stream, tells_every_change_of_a_key_and_who_asked_for_it) {
  auto s = stage{to_file};
  const auto rotated = s.admin.call("POST", "/admin/keys/rotate", R"({"alg":"ES256","now":true})");
  ASSERT_EQ(rotated.status, 200U);
  auto kids = std::vector<std::string>{};
  const auto body = parse_object(rotated.body);
  for (const auto& each : body.at("keys").as_array()) {
    if (text_of(each.as_object(), "alg") == "ES256") {
      kids.push_back(text_of(each.as_object(), "kid"));
    }
  }
  ASSERT_EQ(kids.size(), 2U);
  const auto removed = s.admin.call("DELETE", "/admin/keys/" + kids[0]);
  ASSERT_EQ(removed.status, 204U);
  ASSERT_EQ(s.server.stop(), 0);
  const auto text = read_file(s.server.file("audit.jsonl"));
  const auto asked = lines_of_event(text, "keys_rotated");
  ASSERT_EQ(asked.size(), 1U) << text;
  EXPECT_EQ(text_of(asked[0], "request_id"), rotated.field("X-Request-Id"));
  const auto gone = lines_of_event(text, "key_removed");
  ASSERT_EQ(gone.size(), 1U) << text;
  EXPECT_EQ(text_of(gone[0], "request_id"), removed.field("X-Request-Id"));
  EXPECT_EQ(text_of(gone[0], "kid"), kids[0]);
  auto told = std::vector<std::string>{};
  for (const auto& line : lines_of_event(text, "key_changed")) {
    if (text_of(line, "alg") != "ES256") continue;
    told.push_back((text_of(line, "kid") == kids[0] ? "first " : "second ") +
                   text_of(line, "state"));
  }
  EXPECT_EQ(told, (std::vector<std::string>{"first active", "first retiring", "second active",
                                            "first removed"}))
      << text;
  EXPECT_NE(s.server.log().find("key_changed"), std::string::npos);
}

TEST(the_audit_stream, tells_a_mint_that_was_refused) {
  auto s = stage{to_file};
  auto nobody = s.c1;
  nobody.id = "nobody-of-that-name";
  EXPECT_EQ(
      s.admin.call("POST", "/admin/codes", boost::json::serialize(mint_body(nobody))).status / 100,
      4U);
  ASSERT_EQ(s.server.stop(), 0);
  const auto lines = lines_of_event(read_file(s.server.file("audit.jsonl")), "code_not_minted");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(text_of(lines[0], "client"), nobody.id);
  EXPECT_NE(text_of(lines[0], "reason"), "");
}

TEST(the_audit_stream, goes_on_in_its_file_after_a_restart_and_is_the_owners_alone) {
  auto s = stage{to_file};
  const auto first = act(s);
  ASSERT_EQ(s.server.stop(), 0);
  s.server.start();
  s.reconnect();
  const auto second = act(s);
  ASSERT_EQ(s.server.stop(), 0);
  const auto text = read_file(s.server.file("audit.jsonl"));
  EXPECT_EQ(events_of_client(text, first).size(), 5U);
  EXPECT_EQ(events_of_client(text, second).size(), 5U);
  EXPECT_EQ(std::filesystem::status(s.server.file("audit.jsonl")).permissions() &
                std::filesystem::perms{0077},
            std::filesystem::perms::none);
}

TEST(the_audit_stream, can_follow_the_ready_line_on_standard_output) {
  auto s = stage{{{"log.audit", toml_string("stdout")}}};
  const auto id = act(s);
  ASSERT_EQ(s.server.stop(), 0);
  const auto out = s.server.output();
  ASSERT_TRUE(out.starts_with("ready http=")) << out;
  EXPECT_EQ(events_of_client(out.substr(out.find('\n') + 1), id).size(), 5U);
}

TEST(the_audit_stream, is_off_unless_it_is_asked_for) {
  auto s = stage{};
  act(s);
  ASSERT_EQ(s.server.stop(), 0);
  EXPECT_EQ(lines_of(s.server.output()).size(), 1U);
  EXPECT_FALSE(std::filesystem::exists(s.server.file("audit.jsonl")));
}

}  // namespace

}  // namespace mintage::test
