/// @file
/// The parts of an absolute URI, for the issuer and for redirect URIs. @see RFC 3986
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mintage::oauth {

/// Views into the split text. Nothing is decoded or normalised.
struct uri_parts {
  std::string_view scheme;
  bool has_authority = false;
  bool has_userinfo = false;
  /// With the brackets of an IPv6 literal.
  std::string_view host;
  std::string_view port;
  std::string_view path;
  bool has_query = false;
  bool has_fragment = false;

  /// @param lower in lower case. Schemes are compared case-insensitively.
  [[nodiscard]] bool has_scheme(std::string_view lower) const noexcept;
};

/// @returns nothing unless `text` is an absolute URI in the characters of RFC 3986: a scheme,
///          something after it, valid percent escapes, and a port of 1..65535 if there is a colon
///          for one.
[[nodiscard]] std::optional<uri_parts> split_uri(std::string_view text) noexcept;

/// A redirect URI of a native app without its TCP port, which the system gives anew each time: what
/// stands before and after it.
struct native_uri {
  std::string_view before;
  std::string_view behind;
  friend bool operator==(const native_uri&, const native_uri&) = default;
};
/// @returns nothing unless the URI is http on `127.0.0.1`, `[::1]` or `localhost`.
/// @see RFC 8252 §7.3
[[nodiscard]] std::optional<native_uri> split_native_uri(std::string_view text) noexcept;

/// The origin of a URI as browsers write it: scheme and host in lower case, without the default
/// port.
/// @pre the URI has an authority and its scheme is http or https. @see RFC 6454 §6.2
[[nodiscard]] std::string origin_of(const uri_parts& parts);

/// Whether browsers can request such a host: a name whose labels are letters, digits, `-` and `_`,
/// an IPv4 address of four plain numbers, or an IPv6 address in brackets.
[[nodiscard]] bool is_web_host(std::string_view host) noexcept;

/// Whether `text` is an origin in the spelling of browsers, the only one that can match: http or
/// https, a host in its canonical form, no default port, nothing after it.
/// @see RFC 6454 §6.2, RFC 5952
[[nodiscard]] bool is_web_origin(std::string_view text);

/// "localhost" (any case), 127.0.0.0/8 or "[::1]".
[[nodiscard]] bool is_loopback_host(std::string_view host) noexcept;

}  // namespace mintage::oauth
