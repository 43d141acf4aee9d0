/// @file
/// Single HTTP calls that prepare a measurement, and the mint of many codes. They block.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace mintage::bench {

/// An origin without TLS: where to connect, and what it is called.
struct origin {
  boost::asio::ip::tcp::endpoint where;
  std::string host;  ///< value of the Host field
};
/// @param url `http://host:port`, or `host:port`. @throws std::runtime_error naming it when it is
/// something else or cannot be resolved.
[[nodiscard]] origin resolve(std::string_view url);

struct reply {
  unsigned status = 0;
  std::string body;
};
/// @param token sent as Bearer unless empty. @param json sent as the body of a POST unless empty.
/// @throws std::runtime_error when there is no answer.
[[nodiscard]] reply call(const origin& to, std::string_view target, std::string_view token = {},
                         std::string_view json = {});

/// POST /admin/codes in its bulk form: the same line `count` times.
/// @returns the codes. @throws std::runtime_error with the answer when one line is refused.
[[nodiscard]] std::vector<std::string> mint_codes(const origin& admin, std::string_view token,
                                                  std::string_view line, std::size_t count);

}  // namespace mintage::bench
