/// @file
/// A browser, a login page and a client on their way through /authorize.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "tests/support/test_clients.hpp"

namespace mintage::test {

constexpr std::string_view login_url = "https://login.example/in?tenant=a";
constexpr std::string_view logout_url = "https://login.example/out";

/// Keeps the cookies of the server, as a browser does.
class browser {
 public:
  explicit browser(std::uint16_t port) : port_{port} {}

  /// GET of a path with its query. Stores the cookie that is set.
  http_answer get(const std::string& target);
  /// POST of a form.
  http_answer post(const std::string& target, const field_list& form);
  /// The same by a page of another site, without the cookies (SameSite=Lax).
  http_answer post_from_elsewhere(const std::string& target, const field_list& form);

  /// All cookies, as they are sent.
  [[nodiscard]] std::string cookie() const;
  void forget() { cookies_.clear(); }

 private:
  http_answer send(std::string_view method, const std::string& target, std::string_view body,
                   bool has_cookies = true);

  std::uint16_t port_;
  std::map<std::string, std::string> cookies_;
};

/// The parameters of an authorization request of `who`: code, S256, openid profile, state, nonce.
[[nodiscard]] field_list authorization_form(const party& who);
/// Replaces the parameter of this name; an empty value removes it.
[[nodiscard]] field_list with(field_list form, std::string_view name, std::string_view value);
/// `/authorize?` and the parameters.
[[nodiscard]] std::string authorize(const field_list& form);

/// The value of a parameter in the query of a URL, decoded; empty when it is absent.
[[nodiscard]] std::string parameter_of(std::string_view url, std::string_view name);
/// The path and the query of a URL.
[[nodiscard]] std::string target_of(std::string_view url);

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
