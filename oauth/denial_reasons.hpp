/// @file
/// The reasons of all denials. Each file below oauth/denial_reasons/ has the rows of one part of
/// the server, in the order of the files that make the denials.
///
/// Included by code that makes denials. A new reason needs a row; the compiler says so.
#pragma once

#include <array>
#include <cstdlib>
#include <span>

#include "oauth/denial_reason.hpp"
#include "oauth/denial_reasons/admin_rows.hpp"
#include "oauth/denial_reasons/assertion_rows.hpp"
#include "oauth/denial_reasons/authorization_rows.hpp"
#include "oauth/denial_reasons/certificate_rows.hpp"
#include "oauth/denial_reasons/client_rows.hpp"
#include "oauth/denial_reasons/dpop_rows.hpp"
#include "oauth/denial_reasons/fetch_rows.hpp"
#include "oauth/denial_reasons/grant_rows.hpp"
#include "oauth/denial_reasons/handle_rows.hpp"
#include "oauth/denial_reasons/http_rows.hpp"
#include "oauth/denial_reasons/logout_rows.hpp"
#include "oauth/denial_reasons/registration_rows.hpp"
#include "oauth/denial_reasons/request_rows.hpp"
#include "oauth/denial_reasons/server_rows.hpp"
#include "oauth/denial_reasons/tls_rows.hpp"
#include "oauth/denial_reasons/token_rows.hpp"

namespace mintage::oauth {

inline constexpr auto denial_tables = std::to_array<std::span<const denial_row>>({
    http_rows,
    tls_rows,
    admin_rows,
    server_rows,
    request_rows,
    certificate_rows,
    client_rows,
    assertion_rows,
    dpop_rows,
    fetch_rows,
    grant_rows,
    handle_rows,
    token_rows,
    authorization_rows,
    registration_rows,
    logout_rows,
});

namespace detail {

/// One row, or none. A span, since GCC 12 with -fsanitize=undefined takes no comparison of a row's
/// address for a constant.
[[nodiscard]] constexpr std::span<const denial_row> rows_of(std::string_view reason) noexcept {
  for (const auto& rows : denial_tables) {
    for (const auto& row : rows) {
      if (row.reason == reason) return {&row, 1};
    }
  }
  return {};
}

}  // namespace detail

/// @returns the row of a reason; null when there is none, as for the reasons of another version.
[[nodiscard]] constexpr const denial_row* find_denial_row(std::string_view reason) noexcept {
  return detail::rows_of(reason).data();
}

/// Not constexpr: what the compiler complains about when a reason has no row.
[[noreturn]] inline void this_reason_needs_a_row_in_oauth_denial_reasons() {
  std::abort();
}

MINTAGE_CONSTEVAL denial_reason::denial_reason(const char* literal)
    : row_{find_denial_row(literal)} {
  if (detail::rows_of(literal).empty()) this_reason_needs_a_row_in_oauth_denial_reasons();
}

}  // namespace mintage::oauth
