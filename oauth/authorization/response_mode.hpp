/// @file
/// How the answer to an authorization request reaches the client. (AUZ-03, JRM-01)
/// @see OAuth 2.0 Multiple Response Types §2.1, OAuth 2.0 Form Post Response Mode, JARM §2.3
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "oauth/table.hpp"

namespace mintage::oauth {

/// In handles and continuations, by number: DO NOT CHANGE.
enum class response_mode : std::uint8_t { query, form_post, query_jwt, form_post_jwt };

struct response_mode_row {
  response_mode id;
  /// The value of `response_mode`.
  std::string_view name;
  /// The parameters are the claims of one signed JWT (JRM-01).
  bool is_signed = false;
  /// The browser sends them by POST, from a page of this server; else they are in the query.
  bool is_form = false;
};
constexpr auto response_modes = std::array{
    response_mode_row{.id = response_mode::query, .name = "query"},
    response_mode_row{.id = response_mode::form_post, .name = "form_post", .is_form = true},
    response_mode_row{.id = response_mode::query_jwt, .name = "query.jwt", .is_signed = true},
    response_mode_row{.id = response_mode::form_post_jwt,
                      .name = "form_post.jwt",
                      .is_signed = true,
                      .is_form = true},
};
static_assert(is_in_order(response_modes));

/// Another name of `query.jwt`, since codes come in the query. @see JARM §2.3.4
inline constexpr auto short_jwt_mode = std::string_view{"jwt"};

[[nodiscard]] constexpr std::string_view to_string(response_mode m) noexcept {
  return row_of(response_modes, m).name;
}
/// @returns nothing for `fragment`, `fragment.jwt` and unknown names.
[[nodiscard]] constexpr std::optional<response_mode> parse_response_mode(
    std::string_view name) noexcept {
  return name == short_jwt_mode ? response_mode::query_jwt : find_named(response_modes, name);
}
[[nodiscard]] constexpr bool is_signed(response_mode m) noexcept {
  return row_of(response_modes, m).is_signed;
}
[[nodiscard]] constexpr bool is_form(response_mode m) noexcept {
  return row_of(response_modes, m).is_form;
}

}  // namespace mintage::oauth
