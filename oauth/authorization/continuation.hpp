/// @file
/// Continuations: the sealed answer that a browser carries from the login page back to this server,
/// which compares the browser and sends it on to the client. (AUZ-01)
///
/// The login page cannot see the cookie of this server, so that only this step can tell whether
/// the browser is the one that began (swapped handles, login CSRF).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/secret.hpp"
#include "oauth/authorization/authorization_response.hpp"
#include "oauth/authorization/browser.hpp"
#include "oauth/authorization/url_seal.hpp"

namespace mintage::oauth {

/// The name of the parameter of GET /authorize/continue.
inline constexpr auto continuation_parameter = std::string_view{"with"};
/// The longest life of a continuation that has an error, or leads from a logout.
inline constexpr seconds error_continuation_life{60};

/// Views.
struct continuation {
  browser_binding browser{};
  /// The end of the code, or of `error_continuation_life`.
  instant expires{};
  std::string_view redirect_uri;
  /// Whether the answer is sent by a form.
  bool is_form = false;
  /// With `response` when the mode is signed.
  authorization_response answer;
};

/// The answer to the login page is `{base}/authorize/continue?with=` and this text (base64url).
[[nodiscard]] std::string make_continuation(const continuation& c, url_seal& seal, instant now);

/// A continuation and the octets that its views refer to.
class opened_continuation {
 public:
  opened_continuation(opened_continuation&&) noexcept = default;
  opened_continuation& operator=(opened_continuation&&) noexcept = default;
  [[nodiscard]] const continuation& get() const noexcept { return value_; }
  [[nodiscard]] const continuation* operator->() const noexcept { return &value_; }

 private:
  friend std::optional<opened_continuation> open_continuation(std::string_view, url_seal&, instant);
  opened_continuation() = default;
  crypto::secret_string octets_;
  continuation value_;
};

/// The text of the parameter in the query of /authorize/continue.
/// @returns nothing unless it is there once.
[[nodiscard]] std::optional<std::string_view> find_continuation(std::string_view query) noexcept;
/// @returns nothing when the text is no continuation, was altered or has expired.
[[nodiscard]] std::optional<opened_continuation> open_continuation(std::string_view text,
                                                                   url_seal& seal, instant now);

// Why /authorize/continue shows a local page: invalid_request.
[[nodiscard]] denial unknown_continuation() noexcept;
[[nodiscard]] denial continuation_of_another_browser() noexcept;

}  // namespace mintage::oauth
