#include "oauth/request/response.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "crypto/base64.hpp"
#include "crypto/random.hpp"

namespace mintage::oauth {
namespace {

TEST(token_answer, has_its_members_in_order) {  // TOK-14
  auto out = std::string{};
  append_token_answer(out, {.access_token = "at",
                            .expires_in = seconds{600},
                            .scope = "openid offline_access",
                            .refresh_token = "rt",
                            .id_token = "it"});
  EXPECT_EQ(out, R"({"access_token":"at","token_type":"Bearer","expires_in":600,)"
                 R"("scope":"openid offline_access","refresh_token":"rt","id_token":"it"})");
}

TEST(token_answer, leaves_out_what_is_absent) {  // TOK-14
  auto out = std::string{};
  append_token_answer(out, {.access_token = "at",
                            .expires_in = seconds{1},
                            .scope = {},
                            .refresh_token = {},
                            .id_token = {}});
  EXPECT_EQ(out, R"({"access_token":"at","token_type":"Bearer","expires_in":1})");
}

TEST(error_body, names_code_and_description) {  // TOK-17
  auto out = std::string{};
  append_error(out, errc::invalid_grant, "no such code");
  EXPECT_EQ(out, R"({"error":"invalid_grant","error_description":"no such code"})");
  out.clear();
  append_error(out, errc::server_error, {});
  EXPECT_EQ(out, R"({"error":"server_error"})");
}

TEST(error_head, spreads_those_who_come_back) {  // TOK-19
  auto unavailable = std::map<unsigned, int>{};
  auto limited = std::map<unsigned, int>{};
  auto random = crypto::buffered_random{};
  for (auto i = 0; i < 4'000; ++i) {
    const auto id = crypto::base64url(random.take<16>());
    ++unavailable[head_of(errc::temporarily_unavailable, false, id).retry_after];
    ++limited[head_of(errc::slow_down, false, id).retry_after];
    EXPECT_EQ(head_of(errc::invalid_grant, false, id).retry_after, 0U);
  }
  ASSERT_EQ(unavailable.size(), 4U);
  EXPECT_EQ(unavailable.begin()->first, 1U);
  EXPECT_EQ(unavailable.rbegin()->first, 4U);
  for (const auto& [seconds, count] : unavailable) EXPECT_GT(count, 800) << seconds;
  ASSERT_EQ(limited.size(), 8U);
  EXPECT_EQ(limited.begin()->first, 10U);
  EXPECT_EQ(limited.rbegin()->first, 17U);
  for (const auto& [seconds, count] : limited) EXPECT_GT(count, 350) << seconds;
}

TEST(error_head, follows_the_table) {  // TOK-18, TOK-19
  struct row {
    errc code;
    unsigned status;
    unsigned retry_after;
  };
  const auto rows = {
      row{errc::invalid_request, 400, 0},
      row{errc::invalid_client, 400, 0},
      row{errc::invalid_grant, 400, 0},
      row{errc::unauthorized_client, 400, 0},
      row{errc::unsupported_grant_type, 400, 0},
      row{errc::invalid_scope, 400, 0},
      row{errc::invalid_target, 400, 0},
      row{errc::invalid_token, 401, 0},
      row{errc::insufficient_scope, 403, 0},
      row{errc::invalid_dpop_proof, 400, 0},
      row{errc::use_dpop_nonce, 400, 0},
      row{errc::slow_down, 429, 10},
      row{errc::server_error, 500, 0},
      row{errc::temporarily_unavailable, 503, 1},
      row{errc::access_denied, 403, 0},
      row{errc::not_found, 404, 0},
      row{errc::conflict, 409, 0},
      row{errc::unsupported_response_type, 400, 0},
      row{errc::login_required, 400, 0},
      row{errc::interaction_required, 400, 0},
      row{errc::consent_required, 400, 0},
      row{errc::account_selection_required, 400, 0},
      row{errc::unmet_authentication_requirements, 400, 0},
      row{errc::invalid_request_uri, 400, 0},
      row{errc::invalid_request_object, 400, 0},
      row{errc::request_uri_not_supported, 400, 0},
      row{errc::registration_not_supported, 400, 0},
      row{errc::unknown_request, 404, 0},
      row{errc::already_answered, 409, 0},
  };
  for (const auto& r : rows) {
    const auto head = head_of(r.code, false, {});
    EXPECT_EQ(head.status, r.status) << to_string(r.code);
    EXPECT_EQ(head.retry_after, r.retry_after) << to_string(r.code);
    EXPECT_FALSE(head.basic_challenge) << to_string(r.code);
    const auto by_header = head_of(r.code, true, {});
    const auto challenged = r.code == errc::invalid_client;
    EXPECT_EQ(by_header.status, challenged ? 401 : r.status) << to_string(r.code);
    EXPECT_EQ(by_header.basic_challenge, challenged) << to_string(r.code);
  }
}

TEST(unavailable, is_a_503_with_a_description_of_allowed_characters) {  // TOK-17, TOK-19
  for (const auto& d : {overloaded(), lost()}) {
    EXPECT_EQ(d.code, errc::temporarily_unavailable);
    EXPECT_TRUE(std::all_of(d.description.begin(), d.description.end(),
                            [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }));
    EXPECT_FALSE(d.reason.text().empty());
  }
}

}  // namespace
}  // namespace mintage::oauth
