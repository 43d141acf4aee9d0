/// @file
/// Single blocking HTTP calls that prepare a measurement, and bulk minting of codes.
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

/// A server: address, protocol, and name.
struct origin {
  boost::asio::ip::tcp::endpoint where;
  std::string host;  ///< value of the Host field
  /// Null = plain HTTP.
  std::shared_ptr<const tls_client> tls = nullptr;
};
/// TLS options for origins whose URL begins with https.
struct tls_wishes {
  /// Trusted certificates in PEM; empty = those of the system.
  std::filesystem::path ca;
  /// Whether reopened connections resume their session.
  bool resumes = false;
};
/// @param url `http://host:port`, `https://host:port`, or `host:port` for plain HTTP.
/// @throws std::runtime_error with the URL when it has another form or cannot be resolved.
[[nodiscard]] origin resolve(std::string_view url, const tls_wishes& tls = {});

struct reply {
  unsigned status = 0;
  std::string body;
};
/// @param token sent as Bearer unless empty. @param json sent as the body of a POST unless empty.
/// @throws std::runtime_error when there is no answer within ten seconds.
[[nodiscard]] reply call(const origin& to, std::string_view target, std::string_view token = {},
                         std::string_view json = {});

/// POSTs JSON bodies one after the other on one connection, without TLS.
/// @param body_of returns the body of the n-th request. @param status expected of each answer.
/// @throws std::runtime_error with the first other answer.
void post_each(const origin& to, std::string_view target, std::string_view token, std::size_t count,
               const std::function<std::string(std::size_t)>& body_of, unsigned status);

/// POST /admin/codes in its bulk form, without TLS: the same line `count` times.
/// @returns the codes. @throws std::runtime_error with the answer when a line is refused.
[[nodiscard]] std::vector<std::string> mint_codes(const origin& admin, std::string_view token,
                                                  std::string_view line, std::size_t count);

}  // namespace mintage::bench
