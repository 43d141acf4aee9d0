// The log: each refusal with its true reason, the effective config, and no secret. (TOK-17, TOK-21;
// support/secret_book searches for secrets)
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/http/observe/journal_lines.hpp"
#include "tests/support/secret_book.hpp"
#include "tests/support/test_clients.hpp"

namespace mintage::test {

namespace {

constexpr auto unknown_code = "mco_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A refusal and its entry in the log.
struct told {
  std::string what;
  http_answer answer;
  std::string client;
  std::string reason;  ///< from the log
};

/// Causes refusals of every kind that a client can cause.
std::vector<told> refuse_in_many_ways(stage& s) {
  auto out = std::vector<told>{};
  const auto send = [&](std::string what, const token_call& call, std::string client) {
    out.push_back({std::move(what), call.send_to(s.server.port()), std::move(client), {}});
  };
  const auto other = make_party(s.admin);
  const auto code = s.mint(s.c1);
  auto wrong = s.c1;
  wrong.secret = "mcs_0123456789012345678901234567890123456789012";
  send("wrong secret", redemption(wrong, code), s.c1.id);
  wrong.id = "nobody-of-that-name";
  send("unknown client", redemption(wrong, code), wrong.id);
  send("unknown code", redemption(s.c1, unknown_code), s.c1.id);
  send("foreign code", redemption(other, code), other.id);
  send("wrong redirect URI",
       redemption(s.c1, code).set("redirect_uri", "https://client.example/other"), s.c1.id);
  send("no grant type", redemption(s.c1, code).drop("grant_type"), {});
  send("unsupported grant type", redemption(s.c1, code).set("grant_type", "password"), {});
  s.expect_live(s.c1, code);
  send("consumed code", redemption(s.c1, code), s.c1.id);
  return out;
}

TEST(a_refusal, is_one_line_with_the_answers_request_id_the_client_and_the_true_reason) {
  auto s = stage{{{"log.format", toml_string("json")}}};
  auto refusals = refuse_in_many_ways(s);
  ASSERT_EQ(s.server.stop(), 0);
  const auto lines = lines_of_event(s.server.log(), "refused");
  for (auto& each : refusals) {
    SCOPED_TRACE(each.what);
    const auto id = each.answer.field("X-Request-Id");
    const auto is_its = [&](auto& line) { return text_of(line, "request_id") == id; };
    ASSERT_EQ(std::ranges::count_if(lines, is_its), 1) << each.answer.octets;
    const auto& line = *std::ranges::find_if(lines, is_its);
    EXPECT_EQ(text_of(line, "endpoint"), "token");
    EXPECT_EQ(text_of(line, "error"), text_of(parse_object(each.answer.body), "error"));
    if (!each.client.empty()) {
      EXPECT_EQ(text_of(line, "client"), each.client);
    }
    each.reason = text_of(line, "reason");
    EXPECT_NE(each.reason, "");
    for (const auto& other : refusals) {
      EXPECT_TRUE(&other == &each || other.reason != each.reason) << each.reason;
    }
  }
}

TEST(a_refusal, is_a_line_of_text_too) {
  auto s = stage{};
  auto wrong = s.c1;
  wrong.secret = "mcs_0123456789012345678901234567890123456789012";
  const auto got = redemption(wrong, unknown_code).send_to(s.server.port());
  ASSERT_EQ(s.server.stop(), 0);
  auto found = 0;
  for (const auto& line : lines_of(s.server.log())) {
    if (line.find(got.field("X-Request-Id")) == std::string::npos) continue;
    ++found;
    for (const auto& part : {std::string{"refused"}, "client=\"" + s.c1.id + "\"",
                             std::string{"error=\"invalid_client\""}}) {
      EXPECT_NE(line.find(part), std::string::npos) << part << " in " << line;
    }
  }
  EXPECT_EQ(found, 1);
}

TEST(a_client_id, cannot_forge_a_line_and_is_cut) {
  for (const auto* format : {"json", "text"}) {
    auto s = stage{{{"log.format", toml_string(format)}}};
    for (const auto& id : {std::string{"x\"\\,\"event\":\"forged\""}, std::string(200, 'y') + "z",
                           std::string{"a\xc3\xa9\xe2\x80\xa8"
                                       "b"},
                           std::string{"line\nforged\r\n"}}) {
      auto evil = s.c1;
      evil.id = id;
      evil.how = party::way::post;
      const auto got = redemption(evil, unknown_code).send_to(s.server.port());
      EXPECT_EQ(got.status, 400U) << got.octets;
    }
    ASSERT_EQ(s.server.stop(), 0);
    const auto log = s.server.log();
    EXPECT_TRUE(std::ranges::all_of(log, [](char c) { return c == '\n' || (c >= 32 && c < 127); }));
    for (const auto& line : lines_of(log)) {
      EXPECT_FALSE(line.starts_with("forged")) << line;
      EXPECT_LT(line.size(), 2000U);
    }
    if (format == std::string_view{"json"}) {
      EXPECT_TRUE(lines_of_event(log, "forged").empty());
      EXPECT_EQ(lines_of_event(log, "refused").size(), 4U);
    }
  }
}

TEST(the_start, tells_every_effective_setting) {
  auto s = stage{{{"log.format", toml_string("json")}}};
  ASSERT_EQ(s.server.stop(), 0);
  auto told = std::string{};
  for (const auto& line : lines_of_event(s.server.log(), "config")) {
    told += text_of(line, "setting") + "\n";
  }
  for (const auto* part : {"issuer = \"http://127.0.0.1:9080\"", "http.listen = \"127.0.0.1:0\"",
                           "storage.rocksdb.durability = \"sync\"", "tokens.code_ttl = \"1m\"",
                           "log.format = \"json\"", "keys.seal_key_file = "}) {
    EXPECT_NE(told.find(part), std::string::npos) << part << " in\n" << told;
  }
  EXPECT_EQ(lines_of_event(s.server.log(), "ready").size(), 1U);
  EXPECT_EQ(lines_of_event(s.server.log(), "stopped").size(), 1U);
}

TEST(a_level, above_info_tells_no_refusal) {
  auto s = stage{{{"log.level", toml_string("error")}}};
  EXPECT_EQ(s.redeem(s.c1, unknown_code).status, 400U);
  ASSERT_EQ(s.server.stop(), 0);
  EXPECT_EQ(s.server.log(), "");
}

TEST(the_search_for_secrets, finds_one_in_whatever_form) {
  const auto secret = std::string{"mcs_Ab0-Cd1_Ef2Gh3Ij4Kl5Mn6Op7Qr8St9Uv0Wx1Yz2-3"};
  const auto word = std::string{"old times: a+b%c"};
  remember_secrets_in(R"({"client_secret":")" + secret + R"("})");
  remember_secrets_in("Authorization: Basic " + base64("someone:" + form_encode(word)) + "\r\n");
  for (const auto& [what, text] : std::vector<std::pair<std::string, std::string>>{
           {"as it is", secret},
           {"cut off", secret.substr(0, 20)},
           {"its end", secret.substr(30)},
           {"base64", base64(secret)},
           {"base64, shifted by one", base64("x" + secret)},
           {"base64, shifted by two", base64("xy" + secret)},
           {"Basic", base64("client:" + form_encode(word))},
           {"words", word},
           {"percent-encoded", form_encode(word)},
           {"escaped", "old times: a+b\\u0025c"}}) {
    EXPECT_FALSE(secrets_found_in("2026 info a line \"" + text + "\" of it\n").empty()) << what;
  }
  EXPECT_TRUE(secrets_found_in("2026 info \"mcs_\" client=\"s6BhdRkqt3\" old times\n").empty());
}

}  // namespace

}  // namespace mintage::test
