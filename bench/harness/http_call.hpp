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

#include "loopback/http_client.hpp"

namespace mintage::bench {

/// A server: address, protocol, and name.
struct origin {
  boost::asio::ip::tcp::endpoint where;
  std::string host;  ///< value of the Host field
  /// Null = plain HTTP.
  std::shared_ptr<const loopback::tls_side> tls = nullptr;
};
/// TLS options for origins whose URL begins with https.
struct tls_options {
  /// Trusted certificates in PEM; empty = those of the system.
  std::filesystem::path ca;
  /// Whether reopened connections resume their session.
  bool resumes = false;
};
/// @param url `http://host:port`, `https://host:port`, or `host:port` for plain HTTP.
/// @throws std::runtime_error with the URL when it has another form or cannot be resolved.
[[nodiscard]] origin resolve(std::string_view url, const tls_options& tls = {});

/// @param token sent as Bearer unless empty. @param json sent as the body of a POST unless empty.
/// @throws loopback::connection_lost when there is no answer, or silence for ten seconds.
[[nodiscard]] loopback::http_answer call(const origin& to, std::string_view target,
                                         std::string_view token = {}, std::string_view json = {});

/// POSTs JSON bodies one after the other on one connection.
/// @param body_of returns the body of the n-th request. @param status expected of each answer.
/// @throws std::runtime_error with the first other answer; loopback::connection_lost.
void post_each(const origin& to, std::string_view target, std::string_view token, std::size_t count,
               const std::function<std::string(std::size_t)>& body_of, unsigned status);

/// POST /admin/codes in its bulk form: the same line `count` times.
/// @param line with its end. @returns the codes. @throws std::runtime_error with the answer when
/// a line is refused; loopback::connection_lost.
[[nodiscard]] std::vector<std::string> mint_codes(const origin& admin, std::string_view token,
                                                  std::string_view line, std::size_t count);
/// The same with a server that may fail. @returns the codes that it acknowledged: none when it
/// cannot be reached, or its answer does not come whole.
[[nodiscard]] std::vector<std::string> mint_acknowledged(const origin& admin,
                                                         std::string_view token,
                                                         std::string_view line, std::size_t count);

}  // namespace mintage::bench
