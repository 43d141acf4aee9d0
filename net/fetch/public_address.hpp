/// @file
/// Which addresses are public: others may not be asked for documents. (CAU-11)
#pragma once

#include <sys/socket.h>

#include <cstdint>

namespace mintage::net {

/// Private, link-local, loopback, multicast, documentation and other blocks of IANA's registries of
/// special purpose are not public. An IPv6 address is judged by the IPv4 address in it when it is
/// mapped (::ffff:0:0/96) or translated (64:ff9b::/96).
/// @see RFC 6890
enum class address_scope : std::uint8_t { other, loopback, public_ };

/// @param address of AF_INET or AF_INET6, with all its octets; any other family is `other`.
[[nodiscard]] address_scope scope_of(const sockaddr* address) noexcept;

}  // namespace mintage::net
