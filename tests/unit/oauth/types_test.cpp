#include "oauth/types.hpp"

#include <gtest/gtest.h>

namespace mintage::oauth {
namespace {

TEST(errc_text, is_the_code_of_the_rfcs) {
  EXPECT_EQ(to_string(errc::invalid_request), "invalid_request");
  EXPECT_EQ(to_string(errc::invalid_client), "invalid_client");
  EXPECT_EQ(to_string(errc::invalid_grant), "invalid_grant");
  EXPECT_EQ(to_string(errc::unauthorized_client), "unauthorized_client");
  EXPECT_EQ(to_string(errc::unsupported_grant_type), "unsupported_grant_type");
  EXPECT_EQ(to_string(errc::invalid_scope), "invalid_scope");
  EXPECT_EQ(to_string(errc::invalid_target), "invalid_target");
  EXPECT_EQ(to_string(errc::invalid_token), "invalid_token");
  EXPECT_EQ(to_string(errc::insufficient_scope), "insufficient_scope");
  EXPECT_EQ(to_string(errc::invalid_dpop_proof), "invalid_dpop_proof");
  EXPECT_EQ(to_string(errc::use_dpop_nonce), "use_dpop_nonce");
  EXPECT_EQ(to_string(errc::slow_down), "temporarily_unavailable");  // TOK-19
  EXPECT_EQ(to_string(errc::server_error), "server_error");
  EXPECT_EQ(to_string(errc::temporarily_unavailable), "temporarily_unavailable");
  EXPECT_EQ(to_string(errc::access_denied), "access_denied");
  EXPECT_EQ(to_string(errc::not_found), "not_found");
  EXPECT_EQ(to_string(errc::conflict), "conflict");
}

TEST(numeric_date, rounds_down_to_whole_seconds) {
  EXPECT_EQ(numeric_date(instant{milliseconds{1999}}), 1);
  EXPECT_EQ(numeric_date(instant{milliseconds{-1}}), -1);
}

}  // namespace
}  // namespace mintage::oauth
