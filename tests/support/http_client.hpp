/// @file
/// The HTTP client of tests: TLS where a port has it, and no secret that passes is forgotten.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "loopback/http_client.hpp"

namespace mintage::test {

using loopback::chunked;
using loopback::code_in;
using loopback::connection_lost;
using loopback::field_list;
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

/// Percent-encodes for application/x-www-form-urlencoded.
[[nodiscard]] std::string form_encode(std::string_view text);
/// `name=value&…`, encoded.
[[nodiscard]] std::string form_text(const field_list& form);
/// Padded standard Base64, for the Basic scheme.
[[nodiscard]] std::string base64(std::string_view text);

}  // namespace mintage::test
