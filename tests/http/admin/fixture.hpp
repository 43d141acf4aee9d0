/// @file
/// One server for all tests of the admin interface.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "tests/support/test_clients.hpp"

namespace mintage::test {

class admin_interface : public testing::Test {
 protected:
  static void SetUpTestSuite() { stage_ = std::make_unique<stage>(); }
  static void TearDownTestSuite() {
    EXPECT_EQ(stage_->server.stop(), 0);
    stage_.reset();
  }
  static admin_client& admin() { return stage_->admin; }
  static admin_client with_token(std::string token) {
    return {stage_->server.admin_port(), std::move(token)};
  }
  /// Checks a refusal: status, JSON, no-store, and a description that contains `field`.
  static void expect_refused(const http_answer& got, unsigned status, std::string_view field = {}) {
    EXPECT_EQ(got.status, status) << got.octets;
    EXPECT_EQ(got.field("Content-Type"), "application/json");
    EXPECT_EQ(got.field("Cache-Control"), "no-store");
    EXPECT_EQ(got.count("X-Request-Id"), 1U);
    auto body = parse_object(got.body);
    EXPECT_NE(text_of(body, "error"), "");
    EXPECT_NE(text_of(body, "error_description").find(field), std::string::npos)
        << "should name " << field << ": " << got.body;
  }

  static inline std::unique_ptr<stage> stage_;
};

}  // namespace mintage::test
