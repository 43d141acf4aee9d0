/// @file
/// A client that speaks in octets.
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "loopback/stream.hpp"
#include "loopback/tcp_socket.hpp"

namespace mintage::net {

struct received {
  unsigned status = 0;
  std::string head;
  std::map<std::string, std::string> fields;  ///< names in lower case
  std::string body;
};

/// One connection to the server. Every wait has a generous limit.
class peer {
 public:
  /// @param receive_buffer size of the kernel's buffer in octets; 0 = default.
  explicit peer(std::uint16_t port, int receive_buffer = 0);
  /// Connects to another address than 127.0.0.1.
  peer(in_addr address, std::uint16_t port);
  /// Connects over TLS. @throws loopback::tls_refused
  peer(std::uint16_t port, const loopback::tls_side& side,
       const loopback::session_ptr& offered = nullptr, int receive_buffer = 0);
  /// Continues over TLS. @throws loopback::tls_refused
  void secure(const loopback::tls_side& side, const loopback::session_ptr& offered = nullptr);

  void send(std::string_view octets);
  /// Sends what the kernel accepts at once. @returns the number of octets.
  std::size_t send_some(std::string_view octets);
  void shut_down();
  void reset();
  /// @param has_body false after HEAD.
  [[nodiscard]] received receive(bool has_body = true);
  /// Reads a head and leaves the body unread.
  [[nodiscard]] received receive_head();
  /// The next octets of a chunked body, decoded; nothing after its end.
  [[nodiscard]] std::optional<std::string> receive_chunk();
  /// The next line of a chunked body.
  [[nodiscard]] std::optional<std::string> receive_line();
  /// Reads to the end. @returns whether the server closed in order, without a reset.
  [[nodiscard]] bool is_closed(std::string* rest = nullptr);
  [[nodiscard]] bool has_octets() const;
  /// Whether the server has closed the connection by itself.
  [[nodiscard]] bool is_reset() const;
  /// @pre the connection uses TLS.
  [[nodiscard]] loopback::stream& tls() { return *stream_; }

 private:
  [[nodiscard]] bool fill();
  [[nodiscard]] std::string take(std::size_t n);
  [[nodiscard]] std::string take_line();

  loopback::tcp_socket socket_;
  std::optional<loopback::stream> stream_;  // ends before its socket
  std::string buffer_;
  std::string lines_;
  bool chunks_ended_ = false;
  bool closed_ = false;
};

}  // namespace mintage::net
