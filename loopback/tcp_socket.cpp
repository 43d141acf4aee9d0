#include "loopback/tcp_socket.hpp"

#include <netinet/tcp.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace mintage::loopback {
namespace {

template <class Value>
void set(int fd, int level, int option, const Value& value) noexcept {
  ::setsockopt(fd, level, option, &value, sizeof value);
}

int connected(const sockaddr* where, socklen_t size, std::chrono::milliseconds patience,
              int receive_buffer) {
  const auto fd = ::socket(where->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) throw connection_lost{std::string{"socket: "} + std::strerror(errno)};
  const auto limit = timeval{patience.count() / 1000, (patience.count() % 1000) * 1000};
  set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set(fd, SOL_SOCKET, SO_RCVTIMEO, limit);
  set(fd, SOL_SOCKET, SO_SNDTIMEO, limit);
  if (receive_buffer != 0) set(fd, SOL_SOCKET, SO_RCVBUF, receive_buffer);
  if (::connect(fd, where, size) == 0) return fd;
  const auto why = std::string{"connect: "} + std::strerror(errno);
  ::close(fd);
  throw connection_lost{why};
}

}  // namespace

tcp_socket::tcp_socket(const sockaddr* where, socklen_t size, std::chrono::milliseconds patience,
                       int receive_buffer)
    : fd_{connected(where, size, patience, receive_buffer)} {}

tcp_socket::tcp_socket(in_addr to, std::uint16_t port, std::chrono::milliseconds patience,
                       int receive_buffer) {
  auto where = sockaddr_in{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr = to;
  fd_ =
      connected(reinterpret_cast<const sockaddr*>(&where), sizeof where, patience, receive_buffer);
}

tcp_socket::tcp_socket(std::uint16_t port, std::chrono::milliseconds patience, int receive_buffer)
    : tcp_socket{in_addr{htonl(INADDR_LOOPBACK)}, port, patience, receive_buffer} {}

tcp_socket::~tcp_socket() {
  if (fd_ >= 0) ::close(fd_);
}

tcp_socket::tcp_socket(tcp_socket&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}

tcp_socket& tcp_socket::operator=(tcp_socket&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

void tcp_socket::reset() noexcept {
  set(fd_, SOL_SOCKET, SO_LINGER, linger{1, 0});
  ::close(std::exchange(fd_, -1));
}

}  // namespace mintage::loopback
