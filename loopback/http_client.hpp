/// @file
/// A blocking HTTP/1.1 client that sends exactly the octets it is given: framing is what is tested.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loopback/request_text.hpp"
#include "loopback/stream.hpp"
#include "loopback/tcp_socket.hpp"

namespace mintage::loopback {

struct http_answer {
  unsigned status = 0;
  field_list fields;
  std::string body;
  /// The head as received, then the body without the framing of chunks.
  std::string octets;

  [[nodiscard]] std::size_t count(std::string_view name) const;
  /// The value of the first field with that name (any case), or empty.
  [[nodiscard]] std::string field(std::string_view name) const;
};

struct connection_options {
  /// Limit of each single wait.
  std::chrono::milliseconds patience = std::chrono::seconds{20};
  /// Null = no TLS; must outlive the connection.
  const tls_side* side = nullptr;
  /// Called with all that is sent and with each body, or chunk of one, that is received; may be
  /// null. On the threads of `send` and of the receiving calls.
  void (*watch)(std::string_view octets) = nullptr;
};

/// `send` and the receiving calls may run on two threads.
class connection {
 public:
  /// To 127.0.0.1. @throws connection_lost when nothing listens.
  explicit connection(std::uint16_t port, const connection_options& options = {});
  /// To any address.
  connection(const sockaddr* where, socklen_t size, const connection_options& options);
  connection(connection&& other) noexcept = default;
  connection& operator=(connection&& other) noexcept = default;

  /// @returns false when the peer has closed, or accepts no octets for as long as the patience.
  bool send(std::string_view octets) noexcept;
  /// Half-closes the connection: no more octets are sent, answers can still be received.
  void finish_sending() noexcept;

  /// @param to_head the request was a HEAD, so no body follows. @throws connection_lost
  [[nodiscard]] http_answer receive(bool to_head = false);
  /// @returns nothing when the connection ends before the first octet of an answer.
  [[nodiscard]] std::optional<http_answer> receive_or_end();
  /// Receives the head only; the body is then read in chunks.
  [[nodiscard]] http_answer receive_head();
  /// Appends the data of one chunk. @returns false after the last one.
  bool receive_chunk(std::string& out);

  /// Waits for the end of the connection, orderly or by reset. @returns false if octets come
  /// instead.
  [[nodiscard]] bool ends();
  /// Waits until the peer has closed, without reading what it sent before.
  [[nodiscard]] bool is_cut() const noexcept;

  /// The common name in the server's certificate. @pre it is over TLS.
  [[nodiscard]] std::string server_name() const { return stream_->server_name(); }

 private:
  connection(tcp_socket socket, const connection_options& options);
  bool fill();
  std::string take(std::size_t size);
  std::string take_line();
  void compact();
  void watch(std::string_view octets) const;

  connection_options options_;
  tcp_socket socket_;
  std::unique_ptr<stream> stream_;  // ends before its socket
  std::string buffer_;
  std::size_t used_ = 0;
};

/// Sends `count` lines in chunks to an endpoint that answers each with a line. A second thread
/// writes: the server reads no more lines than it has answered.
/// @param head of the request with the line ends of its fields, without those of the body.
/// @param line_of the n-th line with its end.
/// @returns the lines of the answer without their ends. @throws connection_lost;
/// std::runtime_error with the answer unless its status is 200.
[[nodiscard]] std::vector<std::string> exchange_lines(
    connection& c, std::string_view head, std::size_t count,
    const std::function<std::string_view(std::size_t)>& line_of);
/// The value of `"code":"…"` in a line of a bulk answer; empty when there is none.
[[nodiscard]] std::string code_in(std::string_view line);
/// The codes of all lines. @throws std::runtime_error when a line has none, or they are not
/// `count`.
[[nodiscard]] std::vector<std::string> codes_in(std::vector<std::string> lines, std::size_t count);
/// Splits at LF; the last piece may lack it.
[[nodiscard]] std::vector<std::string> lines_of(std::string_view text);

}  // namespace mintage::loopback
