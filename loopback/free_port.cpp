#include "loopback/free_port.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>
#include <stdexcept>

namespace mintage::loopback {
namespace {

// Linux gives ports from 32768 on to outgoing connections: net.ipv4.ip_local_port_range.
constexpr auto first = std::uint16_t{20000};
constexpr auto last = std::uint16_t{32767};

bool is_free(std::uint16_t port) {
  const auto fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  auto where = sockaddr_in{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto is_bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0;
  ::close(fd);
  return is_bound;
}

}  // namespace

std::uint16_t find_free_port() {
  auto device = std::random_device{};
  auto any = std::uniform_int_distribution<std::uint16_t>{first, last};
  for (auto i = 0; i < 1000; ++i) {
    const auto port = any(device);
    if (is_free(port)) return port;
  }
  throw std::runtime_error{"no TCP port is free"};
}

}  // namespace mintage::loopback
