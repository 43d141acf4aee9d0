#include "bench/load/http_call.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cstdio>
#include <stdexcept>
#include <thread>

namespace mintage::bench {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

reply read_reply(tcp::socket& socket) {
  auto buffer = beast::flat_buffer{};
  auto parser = http::response_parser<http::string_body>{};
  parser.body_limit(boost::none);
  http::read(socket, buffer, parser);
  return {parser.get().result_int(), std::move(parser.get().body())};
}

tcp::socket connect(asio::io_context& context, const origin& to) {
  auto socket = tcp::socket{context};
  socket.connect(to.where);
  return socket;
}

std::string head(std::string_view method, const origin& to, std::string_view target,
                 std::string_view token) {
  auto out = std::string{method} + " " + std::string{target} + " HTTP/1.1\r\nHost: " + to.host +
             "\r\nConnection: close\r\n";
  if (!token.empty()) out += "Authorization: Bearer " + std::string{token} + "\r\n";
  return out;
}

/// Sends `line` `count` times in chunks of about 16 KiB.
void send_lines(tcp::socket& socket, std::string_view line, std::size_t count) {
  while (count != 0) {
    const auto some = std::min(count, std::max<std::size_t>(1, 16384 / line.size()));
    auto size = std::array<char, 32>{};
    std::snprintf(size.data(), size.size(), "%zx\r\n", some * line.size());
    auto chunk = std::string{size.data()};
    for (auto i = std::size_t{0}; i < some; ++i) chunk += line;
    chunk += "\r\n";
    auto error = boost::system::error_code{};
    asio::write(socket, asio::buffer(chunk), error);
    if (error) return;  // the answer says why
    count -= some;
  }
  auto ignored = boost::system::error_code{};
  asio::write(socket, asio::buffer(std::string_view{"0\r\n\r\n"}), ignored);
}

std::vector<std::string> codes_in(std::string_view lines) {
  constexpr auto before = std::string_view{"\"code\":\""};
  auto out = std::vector<std::string>{};
  while (!lines.empty()) {
    const auto line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    const auto begin = line.find(before);
    if (begin == line.npos) throw std::runtime_error{"no code: " + std::string{line}};
    const auto code = line.substr(begin + before.size());
    out.emplace_back(code.substr(0, code.find('"')));
  }
  return out;
}

}  // namespace

origin resolve(std::string_view url) {
  const auto wrong = [&](const char* why) {
    return std::runtime_error{std::string{url} + ": " + why};
  };
  auto text = url;
  if (text.starts_with("https://")) throw wrong("TLS is not supported; measure behind it");
  if (text.starts_with("http://")) text.remove_prefix(7);
  if (text.ends_with('/')) text.remove_suffix(1);
  if (text.find('/') != text.npos) throw wrong("must be an origin without path");
  const auto colon = text.rfind(':');
  if (colon == text.npos || text.ends_with(']')) throw wrong("must name a port");
  auto host = std::string{text.substr(0, colon)};
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  auto context = asio::io_context{};
  auto resolver = tcp::resolver{context};
  auto error = boost::system::error_code{};
  const auto found = resolver.resolve(host, std::string{text.substr(colon + 1)}, error);
  if (error || found.empty()) throw wrong("cannot be resolved");
  return {found.begin()->endpoint(), std::string{text}};
}

reply call(const origin& to, std::string_view target, std::string_view token,
           std::string_view json) {
  auto context = asio::io_context{};
  auto socket = connect(context, to);
  auto request = head(json.empty() ? "GET" : "POST", to, target, token);
  if (!json.empty()) {
    request +=
        "Content-Type: application/json\r\nContent-Length: " + std::to_string(json.size()) + "\r\n";
  }
  request.append("\r\n").append(json);
  asio::write(socket, asio::buffer(request));
  return read_reply(socket);
}

std::vector<std::string> mint_codes(const origin& admin, std::string_view token,
                                    std::string_view line, std::size_t count) {
  if (count == 0) return {};
  auto context = asio::io_context{};
  auto socket = connect(context, admin);
  asio::write(socket, asio::buffer(head("POST", admin, "/admin/codes", token) +
                                   "Content-Type: application/x-ndjson\r\n"
                                   "Transfer-Encoding: chunked\r\n\r\n"));
  // The server takes no more lines than it has answers for, so writing and reading overlap.
  auto writer = std::thread{[&] { send_lines(socket, line, count); }};
  auto got = reply{};
  auto failure = std::string{};
  try {
    got = read_reply(socket);
  } catch (const std::exception& e) {
    failure = e.what();
  }
  auto ignored = boost::system::error_code{};
  if (!failure.empty()) socket.shutdown(tcp::socket::shutdown_both, ignored);
  writer.join();
  if (!failure.empty()) throw std::runtime_error{"minting codes: " + failure};
  if (got.status != 200) throw std::runtime_error{"minting codes: " + got.body.substr(0, 300)};
  auto codes = codes_in(got.body);
  if (codes.size() != count) throw std::runtime_error{"minting codes: lines are missing"};
  return codes;
}

}  // namespace mintage::bench
