/// @file
/// The pages that this server shows in browsers: errors, and the form of form_post. No scripts.
/// (AUZ-02, AUZ-04)
#pragma once

#include <string>
#include <string_view>

#include "oauth/authorization/authorization_response.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

inline constexpr auto page_content_type = std::string_view{"text/html; charset=utf-8"};
/// Header fields of every answer to a browser, pages and redirects alike, each with CR LF.
/// `Cache-Control: no-store` is in all answers anyway. The only style is that of the pages, by its
/// hash. `form-action` stays open because browsers apply it to the redirects after the form of
/// form_post as well, and where a client sends its user is its own affair.
inline constexpr auto page_header_fields = std::string_view{
    "Referrer-Policy: no-referrer\r\n"
    "Content-Security-Policy: default-src 'none'; "
    "style-src 'sha256-ZCsUIKjWkbWmcVUQWHj12Q4NKJlrGZ3Iggzy5GkyQfw='; "
    "base-uri 'none'; frame-ancestors 'none'\r\n"
    "X-Frame-Options: DENY\r\n"
    "X-Content-Type-Options: nosniff\r\n"};

/// Appends text for HTML: `&`, `<`, `>`, `"` and `'` as references.
void append_html(std::string& out, std::string_view text);

/// A page that says what is wrong. Of the request nothing is shown (TOK-17).
/// @param request_id of the answer, for the operator.
[[nodiscard]] std::string render_error_page(const denial& why, std::string_view request_id);

/// A page with one form: the parameters as hidden fields, the redirect URI as its action, and a
/// button, which must be pressed because no script does it.
/// @see OAuth 2.0 Form Post Response Mode §2
[[nodiscard]] std::string render_form_post(std::string_view redirect_uri,
                                           const authorization_response& r);

}  // namespace mintage::oauth
