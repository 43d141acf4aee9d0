/// @file
/// A browser on its way through /authorize.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "tests/support/test_clients.hpp"

namespace mintage::test {

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
  /// The server has another TCP port now.
  void move_to(std::uint16_t port) noexcept { port_ = port; }

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

}  // namespace mintage::test
