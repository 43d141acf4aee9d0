/// @file
/// The PROXY protocol, version 2: how a trusted proxy says who speaks through it. (CAU-16)
/// Internal to net/. @see The PROXY protocol, section 2.2
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mintage::net {

/// Octets of a whole header at most: the fixed part, addresses, and some room for extensions, which
/// are skipped.
constexpr std::size_t proxy_header_fixed = 16;
constexpr std::size_t max_proxy_header = proxy_header_fixed + 2048;

struct proxy_header {
  enum class outcome : std::uint8_t {
    need_more,  ///< right so far
    complete,
    broken,  ///< no such header, or one that this reader cannot know the meaning of
  };
  outcome how = outcome::need_more;
  /// Octets of the whole header; 0 before its first 16 are there.
  std::size_t size = 0;
  /// Who speaks, as an IPv6 address or a mapped IPv4 one; nothing when the proxy speaks for itself
  /// (LOCAL: a health check), or through something else than TCP over IP.
  std::optional<std::array<std::uint8_t, 16>> source{};
};

/// Whether these octets begin as a header of version 1 or 2 does.
[[nodiscard]] bool is_proxy_header(std::string_view octets) noexcept;

/// Reads the header that a connection begins with. @param octets what has arrived.
[[nodiscard]] proxy_header read_proxy_header(std::string_view octets) noexcept;

}  // namespace mintage::net
