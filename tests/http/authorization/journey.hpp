/// @file
/// A login page and a client on their way through /authorize.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "tests/support/browser.hpp"
#include "tests/support/test_clients.hpp"

namespace mintage::test {

constexpr std::string_view login_url = "https://login.example/in?tenant=a";
constexpr std::string_view logout_url = "https://login.example/out";

/// One server for all tests of a suite, with an authorization endpoint and a login page that is the
/// test.
class authorization : public testing::Test {
 protected:
  static void SetUpTestSuite();
  static void TearDownTestSuite();

  static stage& here() { return *stage_; }
  static admin_client& admin() { return stage_->admin; }
  static const party& client() { return *client_; }
  [[nodiscard]] static browser new_browser() { return browser{stage_->server.port()}; }

  /// Sends the request, and checks that the browser comes to the login page. @returns the handle.
  static std::string begin(browser& b, const field_list& form);
  /// The calls of a login page. `path` is "" or "/accept" or "/deny".
  static http_answer ask(std::string_view handle, std::string_view path = {},
                         const boost::json::object& body = {});
  /// alice has just logged in.
  [[nodiscard]] static boost::json::object alice();
  /// Accepts for alice. @returns where the browser goes.
  static std::string accept(std::string_view handle, const boost::json::object& said = alice());
  /// @returns the answer of /par.
  static http_answer push(const party& who, const field_list& form);
  /// Whether a page has the header fields of AUZ-04, and goes nowhere.
  static void expect_local_page(const http_answer& got, unsigned status = 400);

 private:
  static std::unique_ptr<stage> stage_;
  static std::unique_ptr<party> client_;
};

}  // namespace mintage::test
