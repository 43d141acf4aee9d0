/// @file
/// The HTTP client of tests: TLS where a port has it, and no secret that passes is forgotten.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loopback/http_client.hpp"

namespace mintage::test {

using loopback::base64;
using loopback::chunked;
using loopback::code_in;
using loopback::connection_lost;
using loopback::field_list;
using loopback::form_encode;
using loopback::form_text;
using loopback::http_answer;
using loopback::lines_of;

/// A connection to 127.0.0.1, over TLS if `is_secure(port)`. Secrets in its octets are remembered
/// for the check of what the server writes.
class connection : public loopback::connection {
 public:
  /// @param patience limit of each single wait. @throws connection_lost when nobody listens.
  explicit connection(std::uint16_t port,
                      std::chrono::milliseconds patience = std::chrono::seconds{20});

  /// As those of the base; refusals are noted for `take_refused_ids`.
  [[nodiscard]] http_answer receive(bool to_head = false);
  [[nodiscard]] std::optional<http_answer> receive_or_end();

 private:
  std::uint16_t port_;
};

/// The request ids of all answers of 4xx that came from this port since the last call.
[[nodiscard]] std::vector<std::string> take_refused_ids(std::uint16_t port);

}  // namespace mintage::test
