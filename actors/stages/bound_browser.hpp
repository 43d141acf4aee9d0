/// @file
/// The browser that an authorization or a logout is bound to. (AUZ-01, LGO-02)
#pragma once

#include <optional>

#include "crypto/random.hpp"
#include "oauth/authorization/browser.hpp"
#include "service/exchange.hpp"

namespace mintage::actors {

/// The browser of a request; one without a cookie gets one by the answer. A POST without the usual
/// cookie, perhaps from another site, leaves that one alone.
inline const oauth::browser_id& bind_browser(service::authorization_exchange& x,
                                             const oauth::browser_cookie& cookie,
                                             crypto::random_source& random) {
  using use = oauth::browser_cookie_use;
  if (!x.browser && x.is_posted) x.browser = x.posting_browser;
  if (!x.browser) {
    x.browser = oauth::browser_id::draw(random);
    cookie.append(x.to_browser.cookie, *x.browser, x.is_posted ? use::posted : use::usual);
  }
  return *x.browser;
}

}  // namespace mintage::actors
