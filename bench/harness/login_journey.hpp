/// @file
/// Logins as a browser, its login page and an application do them: /authorize, the page's verdict,
/// /authorize/continue, /token. Each answer is checked.
#pragma once

#include <string>
#include <string_view>

#include "bench/harness/http_call.hpp"
#include "bench/harness/requests.hpp"
#include "loopback/http_client.hpp"

namespace mintage::bench {

/// Where the journey leads, and whose it is.
struct journey_plan {
  origin server;
  origin admin;
  /// May accept authorizations.
  std::string admin_token;
  std::string token_path;
  /// Where /authorize sends the browser; without a query.
  std::string login_url;
  client who;
};

/// One browser on connections of its own. Used on one thread. Every step throws
/// std::runtime_error when the answer is not the one that a login needs, and
/// loopback::connection_lost.
class login_journey {
 public:
  /// @param plan outlives this object.
  explicit login_journey(const journey_plan& plan);

  /// GET /authorize with PKCE. @returns the handle that the login page would get.
  [[nodiscard]] std::string authorize();
  /// POST /par. The `request_uri` is dropped.
  void push();
  /// The login page accepts. @returns the path and query that the browser is sent to.
  [[nodiscard]] std::string accept(std::string_view handle);
  /// @param target from `accept`, of a handle of the same browser. @returns the code.
  [[nodiscard]] std::string proceed(std::string_view target);
  /// POST /token.
  void redeem(std::string_view code);
  /// All of them, but `push`.
  void log_in() { redeem(proceed(accept(authorize()))); }

 private:
  [[nodiscard]] loopback::http_answer ask(loopback::connection& c, std::string_view request,
                                          unsigned expected);

  const journey_plan& plan_;
  loopback::connection public_;
  loopback::connection admin_;
  form_template redemption_;
  std::string query_;
  std::string authorize_head_;
  std::string push_request_;
  /// The browser's cookie, as it sends it; empty before the first answer.
  std::string cookie_;
  std::string request_;
};

}  // namespace mintage::bench
