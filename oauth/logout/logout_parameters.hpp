/// @file
/// The parameters of /end_session. (LGO-02) @see OIDC RP-Initiated Logout 1.0 §2
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "oauth/types.hpp"

namespace mintage::oauth {

/// Views into the octets of the request; empty = not sent.
struct logout_parameters {
  std::string_view id_token_hint;
  std::string_view client_id;
  std::string_view post_logout_redirect_uri;
  std::string_view state;
  std::string_view logout_hint;
  std::string_view ui_locales;
};

/// Reads GET /end_session. Unknown names and empty values are ignored.
/// @param query of the target, without '?'. Decoded in place.
/// @returns invalid_request when it is malformed, or a parameter is repeated or too long.
[[nodiscard]] result<logout_parameters> read_logout_query(std::span<char> query);
/// Reads POST /end_session. @param content_type nothing = absent.
[[nodiscard]] result<logout_parameters> read_logout_form(
    std::optional<std::string_view> content_type, std::span<char> body);

}  // namespace mintage::oauth
