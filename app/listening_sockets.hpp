/// @file
/// Listening sockets that the service manager has bound, and keeps open while this program is
/// started again.
#pragma once

#include <vector>

#include "net/handed_sockets.hpp"

namespace mintage::app {

/// Takes the sockets of LISTEN_FDS that are meant for this process, and removes LISTEN_PID,
/// LISTEN_FDS and LISTEN_FDNAMES from the environment. Programs that this process starts do not get
/// the sockets. @pre no other thread uses the environment. @see sd_listen_fds(3)
[[nodiscard]] std::vector<net::handed_socket> take_listening_sockets();

}  // namespace mintage::app
