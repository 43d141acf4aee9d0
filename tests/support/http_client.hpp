/// @file
/// A blocking HTTP/1.1 client that sends exactly the octets it is given, so that tests can vary the
/// framing.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "loopback/tls_client.hpp"

namespace mintage::test {

using field_list = std::vector<std::pair<std::string, std::string>>;

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

/// The connection ended, or was silent for too long, inside an answer.
class connection_lost : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One connection to 127.0.0.1, over TLS where `is_secure(port)` says so. `send` and the receiving
/// calls may run on two threads.
class connection {
 public:
  /// @param patience limit of each single wait.
  /// @throws connection_lost when nothing listens.
  explicit connection(std::uint16_t port,
                      std::chrono::milliseconds patience = std::chrono::seconds{20});
  ~connection();
  connection(connection&& other) noexcept;
  connection& operator=(connection&& other) noexcept;

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
  [[nodiscard]] std::string server_name() const { return tls_->server_name(); }

 private:
  bool fill();
  std::string take(std::size_t size);
  std::string take_line();
  void compact();

  int socket_ = -1;
  std::unique_ptr<loopback::tls_client> tls_;
  std::chrono::milliseconds patience_;
  std::string buffer_;
  std::size_t used_ = 0;
};

/// Percent-encodes for application/x-www-form-urlencoded.
[[nodiscard]] std::string form_encode(std::string_view text);
/// `name=value&…`, encoded.
[[nodiscard]] std::string form_text(const field_list& form);
/// One chunk, then the last chunk and `trailers` (each with its line end).
[[nodiscard]] std::string chunked(std::string_view body, std::string_view trailers = {});
/// Padded standard Base64, for the Basic scheme.
[[nodiscard]] std::string base64(std::string_view text);

}  // namespace mintage::test
