/// @file
/// Token requests that tests change.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "crypto/base64.hpp"
#include "oauth/request/token_request.hpp"

namespace mintage::oauth::samples {

using how = presented_credentials::how;

constexpr auto form_type = std::string_view{"application/x-www-form-urlencoded"};
constexpr auto assertion_type =
    std::string_view{"urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"};

/// A request with the octets that a parsed one points into.
struct sample {
  std::string body = "grant_type=authorization_code&code=mco_x&redirect_uri=https%3A%2F%2Fa%2Fcb";
  std::optional<std::string> authorization = std::nullopt;
  std::string query = "";
  std::optional<std::string> content_type = std::string{form_type};

  result<token_request> parse() {
    auto octets = authorization ? std::span<char>{*authorization} : std::span<char>{};
    return parse_token_request(
        {.content_type = content_type, .authorization = authorization, .query = query}, octets,
        body);
  }
};

inline std::string basic(std::string_view value, std::string_view scheme = "Basic ") {
  auto encoded = crypto::base64url(value);
  for (auto& c : encoded) c = c == '-' ? '+' : c == '_' ? '/' : c;
  encoded.resize((encoded.size() + 3) / 4 * 4, '=');
  return std::string{scheme} + encoded;
}

inline sample with(std::string_view more) {
  auto s = sample{};
  s.body += more;
  return s;
}

inline sample by_header(std::string authorization, std::string_view more = {}) {
  auto s = with(more);
  s.authorization = std::move(authorization);
  return s;
}

/// TOK-17: the description has allowed characters only and is not empty.
inline void expect_sendable(const denial& why) {
  EXPECT_FALSE(why.description.empty());
  EXPECT_FALSE(why.reason.text().empty());
  for (const auto c : why.description) {
    EXPECT_TRUE(c >= 0x20 && c <= 0x7e && c != '"' && c != '\\') << why.description;
  }
}

inline void expect_refused(sample s, errc code, std::string_view reason) {
  const auto parsed = s.parse();
  ASSERT_FALSE(parsed) << s.body;
  EXPECT_EQ(parsed.error().code, code) << s.body;
  EXPECT_EQ(parsed.error().reason, reason) << s.body;
  expect_sendable(parsed.error());
}

}  // namespace mintage::oauth::samples
