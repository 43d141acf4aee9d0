/// @file
/// What a browser is answered, and what it will be answered when it is signed. (AUZ-02, MINT-03,
/// JRM-01)
#pragma once

#include <optional>
#include <string>

#include "oauth/authorization/authorization_response.hpp"
#include "oauth/authorization/browser.hpp"
#include "oauth/authorization/continuation.hpp"
#include "oauth/options.hpp"

namespace mintage::oauth {

/// A redirect (303), or a page.
struct browser_answer {
  /// Empty = it is no redirect.
  std::string location;
  /// HTML; empty = it is no page.
  std::string page;
  /// The value of Set-Cookie; empty = none.
  std::string cookie;
  [[nodiscard]] bool empty() const noexcept { return location.empty() && page.empty(); }
};

/// An answer to a client that waits for its signature (JRM-01).
struct unsigned_response {
  std::string claims;
  crypto::jws_alg alg = crypto::jws_alg::rs256;
  std::string redirect_uri;
  bool is_form = false;
  /// By way of the login page: the browser that must bring it back, and until when. Nothing = the
  /// browser that waits for it.
  std::optional<browser_binding> browser;
  instant expires{};
};

/// Sends the browser to the client: by a redirect, or by the form of a page.
void send_to_client(browser_answer& out, std::string_view redirect_uri, bool is_form,
                    const authorization_response& r);

/// The body for the login page: `{"redirect_to":…}`, the URL of /authorize/continue.
[[nodiscard]] std::string redirect_by_continuation(const continuation& c, const options& o,
                                                   url_seal& seal, instant now);

}  // namespace mintage::oauth
