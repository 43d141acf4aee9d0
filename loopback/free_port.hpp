/// @file
/// Free TCP ports for servers that keep theirs over restarts.
#pragma once

#include <cstdint>

namespace mintage::loopback {

/// A TCP port of 127.0.0.1 on which nothing listens at this moment. It lies below the ports that
/// the kernel gives to outgoing connections, so that none of these takes it while its server is
/// down. Another process may still take it first: start the server, and ask again when that fails.
/// @throws std::runtime_error when no port is free.
[[nodiscard]] std::uint16_t find_free_port();

}  // namespace mintage::loopback
