// POST /admin/codes: the rules of minting, and minting in bulk. (MINT-01, MINT-02)
#include <thread>

#include "tests/http/admin/fixture.hpp"

namespace mintage::test {

namespace {

namespace json = boost::json;

struct minting : admin_interface {
  static http_answer mint(const json::object& body) {
    return admin().call("POST", "/admin/codes", json::serialize(body));
  }
};

TEST_F(minting, answers_201_with_the_code_and_its_life) {
  auto body = mint_body(stage_->c1);
  auto got = mint(body);
  EXPECT_EQ(got.status, 201U);
  EXPECT_EQ(got.field("Cache-Control"), "no-store");
  EXPECT_EQ(parse_object(got.body).at("expires_in"), 60);
  body["ttl"] = 600;
  EXPECT_EQ(parse_object(mint(body).body).at("expires_in"), 600);
}

TEST_F(minting, names_every_field_that_is_wrong) {
  struct {
    const char* field;
    json::value value;
    const char* error;
  } const rows[] = {
      {"client_id", nullptr, "invalid_request"},
      {"redirect_uri", "https://client.example/CB", "invalid_request"},
      {"redirect_uri", "https://client.example/cb/", "invalid_request"},
      {"scope", "openid admin", "invalid_scope"},
      {"scope", "openid\tprofile", "invalid_scope"},
      {"sub", nullptr, "invalid_request"},
      {"sub", "", "invalid_request"},
      {"sub", json::string(256, 's'), "invalid_request"},
      {"sub", "caf\u00e9", "invalid_request"},
      {"auth_time", nullptr, "invalid_request"},
      {"auth_time", 33000000000, "invalid_request"},
      {"auth_time", "now", "invalid_request"},
      {"ttl", 0, "invalid_request"},
      {"ttl", 601, "invalid_request"},
      {"ttl", -1, "invalid_request"},
      {"code_challenge", "", "invalid_request"},
      {"code_challenge", "short", "invalid_request"},
      {"claims", "not an object", "invalid_request"},
      {"resource", "https://api.example/", "invalid_target"},
      {"dpop_jkt", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4", "invalid_request"},
      {"dpop_jkt", "", "invalid_request"},
      {"surprise", 1, "invalid_request"},
  };
  for (auto& row : rows) {
    auto body = mint_body(stage_->c1);
    body[row.field] = row.value;
    SCOPED_TRACE(row.field + json::serialize(row.value));
    auto got = mint(body);
    expect_refused(got, 400, row.field);
    EXPECT_EQ(text_of(parse_object(got.body), "error"), row.error);
    EXPECT_EQ(code_in(got.body), "");
  }
}

TEST_F(minting, refuses_an_unknown_client_without_repeating_its_name) {
  auto body = mint_body(stage_->c1);
  body["client_id"] = "nobody-marker";
  auto got = mint(body);
  expect_refused(got, 400, "client_id");
  EXPECT_EQ(got.octets.find("nobody-marker"), std::string::npos);
}

TEST_F(minting, PKC_01_a_client_that_requires_pkce_gets_no_code_without_a_challenge) {
  auto who = make_party(admin(), {{"require_pkce", true}});
  expect_refused(mint(mint_body(who)), 400, "code_challenge");
  who.pkce = true;
  stage_->expect_live(who, stage_->mint(who));
}

/// A line for `c1` whose answer shows its number by `expires_in`: 1..600 s.
std::string numbered(const party& who, std::size_t n) {
  auto body = mint_body(who);
  body["ttl"] = 1 + n % 600;
  return json::serialize(body) + "\n";
}

TEST_F(minting, in_bulk_10000_lines_are_answered_in_order_and_bad_ones_in_place) {
  constexpr auto count = std::size_t{10000};
  auto lines = std::vector<std::string>{};
  for (auto n = std::size_t{0}; n < count; ++n) {
    lines.push_back(n % 100 == 7 ? "{\"client_id\":\n" : numbered(stage_->c1, n));
  }
  auto answers = admin().bulk(lines);
  ASSERT_EQ(answers.size(), count);
  for (auto n = std::size_t{0}; n < count; ++n) {
    auto got = parse_object(answers[n]);
    if (n % 100 == 7) {
      ASSERT_EQ(text_of(got, "error"), "invalid_request") << n;
    } else {
      ASSERT_EQ(text_of(got, "code").size(), 49U) << n << answers[n];
      ASSERT_EQ(got.at("expires_in").as_int64(), static_cast<std::int64_t>(1 + n % 600)) << n;
    }
  }
  stage_->expect_live(stage_->c1, code_in(answers[598]));
  stage_->expect_live(stage_->c1, code_in(answers[9598]));
}

TEST_F(minting, takes_claims_of_64_kib) {
  auto groups = json::array{};
  for (auto i = 0; i < 400; ++i) groups.emplace_back(json::string(140, 'g'));
  auto body = mint_body(stage_->c1);
  body["claims"] = {{"groups", groups}};
  const auto minted = mint(body);
  ASSERT_EQ(minted.status, 201U) << minted.octets;
  body["claims"] = {{"groups", json::string(65536, 'g')}};
  const auto refused = mint(body);
  EXPECT_EQ(refused.status, 400U);
  EXPECT_TRUE(text_of(parse_object(refused.body), "error_description").starts_with("claims "));
}

TEST_F(minting, in_bulk_a_line_that_is_too_long_is_answered_in_place) {
  auto padded = numbered(stage_->c1, 0);
  padded.insert(padded.size() - 2, std::string(17000, ' '));
  auto just_fits = numbered(stage_->c1, 5);
  just_fits.insert(just_fits.size() - 2, std::string(16384 - just_fits.size() + 1, ' '));
  auto answers =
      admin().bulk({numbered(stage_->c1, 1), padded, just_fits, numbered(stage_->c1, 3)});
  ASSERT_EQ(answers.size(), 4U);
  EXPECT_EQ(parse_object(answers[0]).at("expires_in"), 2);
  EXPECT_EQ(text_of(parse_object(answers[1]), "error"), "invalid_request");
  EXPECT_EQ(parse_object(answers[2]).at("expires_in"), 6);
  EXPECT_EQ(parse_object(answers[3]).at("expires_in"), 4);
}

TEST_F(minting, in_bulk_the_last_line_needs_no_end) {
  auto last = numbered(stage_->c1, 1);
  last.pop_back();
  auto answers = admin().bulk({numbered(stage_->c1, 0), last});
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(parse_object(answers[1]).at("expires_in"), 2);
}

TEST_F(minting, in_bulk_answers_come_while_the_request_is_still_being_written) {
  auto wire = connection{stage_->server.admin_port()};
  auto line = numbered(stage_->c1, 0);
  auto piece = chunked(line);
  piece.resize(piece.size() - 5);
  wire.send(admin().head("POST", "/admin/codes") +
            "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n");
  wire.send(piece);
  EXPECT_EQ(wire.receive_head().status, 200U);
  auto text = std::string{};
  while (text.find('\n') == std::string::npos) ASSERT_TRUE(wire.receive_chunk(text));
  EXPECT_NE(code_in(text), "");
  wire.send(piece + "0\r\n\r\n");
  text.clear();
  while (wire.receive_chunk(text)) {
  }
  EXPECT_NE(code_in(text), "");
  EXPECT_EQ(lines_of(text).size(), 1U);
}

TEST_F(minting, in_bulk_with_a_declared_length) {
  auto body = numbered(stage_->c1, 0) + numbered(stage_->c1, 1);
  auto wire = connection{stage_->server.admin_port()};
  auto request =
      admin().head("POST", "/admin/codes") +
      "Content-Type: application/x-ndjson\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n\r\n" + body;
  wire.send(request + request);
  for (auto i = 0; i < 2; ++i) EXPECT_EQ(lines_of(wire.receive().body).size(), 2U);
}

TEST_F(minting, in_bulk_a_caller_that_does_not_read_is_held_and_harms_nobody) {
  auto wire = connection{stage_->server.admin_port(), std::chrono::milliseconds{500}};
  wire.send(admin().head("POST", "/admin/codes") +
            "Content-Type: application/x-ndjson\r\nContent-Length: 1000000000\r\n\r\n");
  // Until the server reads no more: lines in flight and buffers are bounded.
  auto many = std::string{};
  for (auto n = std::size_t{0}; n < 1000; ++n) many += numbered(stage_->c1, n);
  auto taken = 0;
  while (taken < 1000 && wire.send(many)) ++taken;
  EXPECT_LT(taken, 1000) << "200 MB of lines were swallowed unread";
  stage_->expect_live(stage_->c1, stage_->mint(stage_->c1));
}

}  // namespace

}  // namespace mintage::test
