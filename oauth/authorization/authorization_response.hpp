/// @file
/// The answer to an authorization request: its parameters, in a URL, a form or a JWT. (AUZ-02,
/// MINT-03, MCP-05, JRM-01) @see RFC 6749 §4.1.2, RFC 9207 §2
#pragma once

#include <string>
#include <string_view>

#include "oauth/authorization/authorization_request.hpp"
#include "oauth/options.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

/// The life of a signed answer (JRM-01).
inline constexpr seconds signed_response_life{120};

/// Parameters of an answer; empty ones are left out. Views.
struct authorization_response {
  std::string_view code;
  std::string_view error;
  std::string_view error_description;
  std::string_view state;
  std::string_view iss;
  /// A JWT with all others as claims, which then are empty (JRM-01).
  std::string_view response;

  [[nodiscard]] static authorization_response success(std::string_view code,
                                                      const response_target& to,
                                                      const options& o) noexcept;
  [[nodiscard]] static authorization_response failure(std::string_view error,
                                                      std::string_view description,
                                                      const response_target& to,
                                                      const options& o) noexcept;
  /// Those whose names and values are sent.
  [[nodiscard]] static authorization_response signed_as(std::string_view jwt) noexcept {
    auto out = authorization_response{};
    out.response = jwt;
    return out;
  }
};

/// Calls `f(name, value)` for each parameter that is not empty, in the order of documents.
template <class F>
void for_each_parameter(const authorization_response& r, F&& f) {
  const auto give = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) f(name, value);
  };
  give("code", r.code);
  give("error", r.error);
  give("error_description", r.error_description);
  give("state", r.state);
  give("iss", r.iss);
  give("response", r.response);
}

/// Appends the URL to send the browser to: the parameters follow the query that the redirect URI
/// may have, form-encoded. @see RFC 6749 §4.1.2, §3.1.2
void append_location(std::string& out, std::string_view redirect_uri,
                     const authorization_response& r);

/// The claims of a signed answer: `iss`, `aud` = the client, `exp`, and the parameters.
/// Typ is not set: the header is `alg` and `kid`, with the client's algorithm. @see JARM §2.1
[[nodiscard]] std::string response_claims(const authorization_response& r,
                                          const response_target& to, const options& o, instant now);

}  // namespace mintage::oauth
