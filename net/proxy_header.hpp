/// @file
/// The PROXY protocol, version 2, by which a trusted proxy names the source of a connection.
/// (CAU-16) Internal to net/. @see The PROXY protocol, section 2.2
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mintage::net {

/// Octets of a header at most: the fixed part, addresses, and some extensions, which are skipped.
constexpr std::size_t proxy_header_fixed = 16;
constexpr std::size_t max_proxy_header = proxy_header_fixed + 2048;

struct proxy_header {
  enum class outcome : std::uint8_t {
    need_more,  ///< valid so far
    complete,
    broken,  ///< not a header, or one whose meaning this reader does not know
  };
  outcome how = outcome::need_more;
  /// Size of the header in octets; 0 before its first 16 octets are there.
  std::size_t size = 0;
  /// The source as an IPv6 address or a mapped IPv4 one. Nothing when the proxy itself is the
  /// source (LOCAL: a health check), or the source is not TCP over IP.
  std::optional<std::array<std::uint8_t, 16>> source{};
};

/// Whether these octets begin as a header of version 1 or 2 does.
[[nodiscard]] bool is_proxy_header(std::string_view octets) noexcept;

/// Parses the header at the start of a connection. @param octets everything received.
[[nodiscard]] proxy_header read_proxy_header(std::string_view octets) noexcept;

}  // namespace mintage::net
