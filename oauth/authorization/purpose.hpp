/// @file
/// What is asked about the request of a browser, an authorization or a logout, and by whom.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "oauth/endpoints.hpp"
#include "oauth/table.hpp"

namespace mintage::oauth {

enum class authorization_purpose : std::uint8_t {
  begin,          ///< a browser, with a request of a client: GET or POST /authorize (AUZ-01)
  push,           ///< a client, with its request: POST /par (PAR-01)
  proceed,        ///< a browser that comes from the login page: GET /authorize/continue
  show,           ///< the login page asks what a handle means
  accept,         ///< the login page says who has logged in (MINT-01)
  deny,           ///< the login page says that nobody has
  begin_logout,   ///< a browser, for a client: GET or POST /end_session (LGO-02)
  show_logout,    ///< the login page asks what a logout means
  accept_logout,  ///< the login page has ended the session
  deny_logout     ///< the person stays logged in
};

struct authorization_purpose_row {
  authorization_purpose id;
  /// The name in logs and metrics.
  std::string_view label;
  /// Whether the login page asks, by the admin interface.
  bool is_admin = false;
};
constexpr auto authorization_purposes = std::array{
    authorization_purpose_row{authorization_purpose::begin, label_of(endpoint::authorize)},
    authorization_purpose_row{authorization_purpose::push,
                              label_of(endpoint::pushed_authorization)},
    authorization_purpose_row{authorization_purpose::proceed,
                              label_of(endpoint::authorize_continue)},
    authorization_purpose_row{authorization_purpose::show, "admin_authorization", true},
    authorization_purpose_row{authorization_purpose::accept, "admin_accept", true},
    authorization_purpose_row{authorization_purpose::deny, "admin_deny", true},
    authorization_purpose_row{authorization_purpose::begin_logout, label_of(endpoint::end_session)},
    authorization_purpose_row{authorization_purpose::show_logout, "admin_logout", true},
    authorization_purpose_row{authorization_purpose::accept_logout, "admin_logout_accept", true},
    authorization_purpose_row{authorization_purpose::deny_logout, "admin_logout_deny", true},
};
static_assert(is_in_order(authorization_purposes));

/// The name in logs and metrics.
[[nodiscard]] constexpr std::string_view to_string(authorization_purpose p) noexcept {
  return row_of(authorization_purposes, p).label;
}

}  // namespace mintage::oauth
