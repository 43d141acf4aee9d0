/// @file
/// Single HTTP calls that prepare a measurement, and the mint of many codes. They block.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/harness/tls_client.hpp"

namespace mintage::bench {

/// Where to connect, how, and what it is called.
struct origin {
  boost::asio::ip::tcp::endpoint where;
  std::string host;  ///< value of the Host field
  /// Null = plain HTTP.
  std::shared_ptr<const tls_client> tls = nullptr;
};
/// How origins are spoken to whose URL begins with https.
struct tls_wishes {
  /// Certificates in PEM that are trusted; empty = those of the system.
  std::filesystem::path ca;
  /// Whether connections that are opened again resume their session.
  bool resumes = false;
};
/// @param url `http://host:port`, `https://host:port`, or `host:port` for plain HTTP.
/// @throws std::runtime_error naming it when it is something else or cannot be resolved.
[[nodiscard]] origin resolve(std::string_view url, const tls_wishes& tls = {});

struct reply {
  unsigned status = 0;
  std::string body;
};
/// @param token sent as Bearer unless empty. @param json sent as the body of a POST unless empty.
/// @throws std::runtime_error when there is no answer within ten seconds.
[[nodiscard]] reply call(const origin& to, std::string_view target, std::string_view token = {},
                         std::string_view json = {});

/// POSTs bodies of JSON one after the other on one connection, without TLS.
/// @param body_of the n-th request. @param status that each answer must have.
/// @throws std::runtime_error with the first other answer.
void post_each(const origin& to, std::string_view target, std::string_view token, std::size_t count,
               const std::function<std::string(std::size_t)>& body_of, unsigned status);

/// POST /admin/codes in its bulk form, without TLS: the same line `count` times.
/// @returns the codes. @throws std::runtime_error with the answer when one line is refused.
[[nodiscard]] std::vector<std::string> mint_codes(const origin& admin, std::string_view token,
                                                  std::string_view line, std::size_t count);

}  // namespace mintage::bench
