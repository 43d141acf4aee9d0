/// @file
/// A connected TCP socket.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <stdexcept>

namespace mintage::loopback {

/// The peer cannot be reached, ended the connection, or was silent for too long.
class connection_lost : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Owns the socket. Blocking, without delay, closed in programs that are started.
class tcp_socket {
 public:
  /// Connects to 127.0.0.1. @param patience limit of connecting and of each blocking call.
  /// @param receive_buffer octets of the kernel's buffer; 0 = default. @throws connection_lost
  tcp_socket(std::uint16_t port, std::chrono::milliseconds patience, int receive_buffer = 0);
  tcp_socket(in_addr to, std::uint16_t port, std::chrono::milliseconds patience,
             int receive_buffer = 0);
  tcp_socket(const sockaddr* where, socklen_t size, std::chrono::milliseconds patience,
             int receive_buffer = 0);
  ~tcp_socket();
  tcp_socket(tcp_socket&& other) noexcept;
  tcp_socket& operator=(tcp_socket&& other) noexcept;

  [[nodiscard]] int get() const noexcept { return fd_; }
  /// Closes it with a reset instead of an orderly end.
  void reset() noexcept;

 private:
  int fd_ = -1;
};

}  // namespace mintage::loopback
