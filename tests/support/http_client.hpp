/// @file
/// The HTTP client of tests: TLS where a port has it, and no secret that passes is forgotten.
#pragma once

#include <chrono>
#include <cstdint>

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
};

}  // namespace mintage::test
