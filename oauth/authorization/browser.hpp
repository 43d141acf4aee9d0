/// @file
/// The cookie that binds an authorization request to the browser that sent it, so that requests
/// cannot be swapped between browsers. (AUZ-01)
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/bytes.hpp"
#include "crypto/digest.hpp"
#include "crypto/random.hpp"

namespace mintage::oauth {

/// SHA-256 of a cookie's text, cut to 16 octets. What handles and continuations know of a browser.
using browser_binding = crypto::bytes<16>;

/// The value of the cookie: 16 random octets in base64url.
class browser_id {
 public:
  static constexpr std::size_t size = 22;

  [[nodiscard]] static browser_id draw(crypto::random_source& random);
  /// @returns nothing unless `text` is of this form.
  [[nodiscard]] static std::optional<browser_id> parse(std::string_view text) noexcept;
  [[nodiscard]] std::string_view text() const noexcept { return {text_.data(), text_.size()}; }
  [[nodiscard]] browser_binding binding(crypto::sha256_hasher& hash) const;

 private:
  std::array<char, size> text_{};
};

/// Compares in constant time.
[[nodiscard]] bool is_same_browser(const browser_binding& a, const browser_binding& b) noexcept;

/// A POST from another site comes without the first cookie (SameSite=Lax), so that a browser may
/// have one that is in use. Such a request has a cookie of its own.
enum class browser_cookie_use : std::uint8_t { usual, posted };

/// The cookies of an issuer. https: `__Host-mintage_browser`, with Secure; http on a loopback host:
/// `mintage_browser` without it, because programs that are no browsers do not send Secure cookies
/// over http.
class browser_cookie {
 public:
  /// @param issuer of oauth::options.
  explicit browser_cookie(std::string_view issuer) noexcept;

  /// Finds the browser in the value of a Cookie header field: the first well-formed cookie of this
  /// name. A well-formed one is used again, so that parallel tabs work.
  /// @returns nothing when there is none. @see RFC 6265 §4.2.1
  [[nodiscard]] std::optional<browser_id> find(
      std::string_view cookie_field,
      browser_cookie_use use = browser_cookie_use::usual) const noexcept;
  /// The value of Set-Cookie. It has no expiry: it ends with the browser's session. SameSite=Lax,
  /// since the browser comes back by a redirect from the login page, which may be another site.
  void append(std::string& out, const browser_id& browser,
              browser_cookie_use use = browser_cookie_use::usual) const;

 private:
  [[nodiscard]] std::string_view name_of(browser_cookie_use use) const noexcept;

  bool is_secure_;
};

}  // namespace mintage::oauth
