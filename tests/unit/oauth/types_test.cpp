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
  EXPECT_EQ(to_string(errc::unsupported_response_type), "unsupported_response_type");
  EXPECT_EQ(to_string(errc::login_required), "login_required");
  EXPECT_EQ(to_string(errc::interaction_required), "interaction_required");
  EXPECT_EQ(to_string(errc::consent_required), "consent_required");
  EXPECT_EQ(to_string(errc::account_selection_required), "account_selection_required");
  EXPECT_EQ(to_string(errc::unmet_authentication_requirements),
            "unmet_authentication_requirements");
  EXPECT_EQ(to_string(errc::invalid_request_uri), "invalid_request_uri");
  EXPECT_EQ(to_string(errc::invalid_request_object), "invalid_request_object");
  EXPECT_EQ(to_string(errc::request_uri_not_supported), "request_uri_not_supported");
  EXPECT_EQ(to_string(errc::registration_not_supported), "registration_not_supported");
  EXPECT_EQ(to_string(errc::unknown_request), "unknown_request");
  EXPECT_EQ(to_string(errc::already_answered), "already_answered");
}

TEST(numeric_date, rounds_down_to_whole_seconds) {
  EXPECT_EQ(numeric_date(instant{milliseconds{1999}}), 1);
  EXPECT_EQ(numeric_date(instant{milliseconds{-1}}), -1);
}

}  // namespace
}  // namespace mintage::oauth
