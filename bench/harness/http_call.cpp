#include "bench/harness/http_call.hpp"

#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
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

constexpr auto call_deadline = std::chrono::seconds{10};

/// Starts an operation with `begin(handler)` and waits for its end.
template <class Begin>
void wait_for(asio::io_context& context, Begin begin) {
  auto error = boost::system::error_code{};
  begin([&error](boost::system::error_code e, auto...) { error = e; });
  context.restart();
  context.run();
  if (error) throw boost::system::system_error{error};
}

template <class Stream>
reply exchange(asio::io_context& context, Stream& stream, const std::string& request) {
  auto buffer = beast::flat_buffer{};
  auto parser = http::response_parser<http::string_body>{};
  parser.body_limit(boost::none);
  wait_for(context, [&](auto done) { asio::async_write(stream, asio::buffer(request), done); });
  wait_for(context, [&](auto done) { http::async_read(stream, buffer, parser, done); });
  return {parser.get().result_int(), std::move(parser.get().body())};
}

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
                 std::string_view token, bool is_last = true) {
  auto out =
      std::string{method} + " " + std::string{target} + " HTTP/1.1\r\nHost: " + to.host + "\r\n";
  if (is_last) out += "Connection: close\r\n";
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
    if (error) return;  // the answer has the reason
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

origin resolve(std::string_view url, const tls_wishes& tls) {
  const auto wrong = [&](const char* why) {
    return std::runtime_error{std::string{url} + ": " + why};
  };
  auto text = url;
  const auto is_tls = text.starts_with("https://");
  if (is_tls) text.remove_prefix(8);
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
  auto out = origin{found.begin()->endpoint(), std::string{text}};
  if (is_tls) out.tls = std::make_shared<tls_client>(tls.ca, host, tls.resumes);
  return out;
}

reply call(const origin& to, std::string_view target, std::string_view token,
           std::string_view json) {
  auto request = head(json.empty() ? "GET" : "POST", to, target, token);
  if (!json.empty()) {
    request +=
        "Content-Type: application/json\r\nContent-Length: " + std::to_string(json.size()) + "\r\n";
  }
  request.append("\r\n").append(json);
  auto context = asio::io_context{};
  auto plain = beast::tcp_stream{context};
  plain.expires_after(call_deadline);
  wait_for(context, [&](auto done) { plain.async_connect(to.where, done); });
  if (to.tls == nullptr) return exchange(context, plain, request);
  SSL_CTX_up_ref(to.tls->context());
  auto settings = asio::ssl::context{to.tls->context()};
  auto stream = asio::ssl::stream<beast::tcp_stream>{std::move(plain), settings};
  to.tls->expect_host(stream.native_handle());
  wait_for(context,
           [&](auto done) { stream.async_handshake(asio::ssl::stream_base::client, done); });
  return exchange(context, stream, request);
}

void post_each(const origin& to, std::string_view target, std::string_view token, std::size_t count,
               const std::function<std::string(std::size_t)>& body_of, unsigned status) {
  auto context = asio::io_context{};
  auto socket = connect(context, to);
  socket.set_option(tcp::no_delay{true});
  const auto begin =
      head("POST", to, target, token, false) + "Content-Type: application/json\r\nContent-Length: ";
  for (auto i = std::size_t{0}; i < count; ++i) {
    const auto body = body_of(i);
    asio::write(socket, asio::buffer(begin + std::to_string(body.size()) + "\r\n\r\n" + body));
    const auto got = read_reply(socket);
    if (got.status != status) {
      throw std::runtime_error{std::string{target} + ": " + std::to_string(got.status) + " " +
                               got.body.substr(0, 300)};
    }
  }
}

std::vector<std::string> mint_codes(const origin& admin, std::string_view token,
                                    std::string_view line, std::size_t count) {
  if (count == 0) return {};
  if (admin.tls != nullptr) throw std::runtime_error{"minting codes: not over TLS"};
  auto context = asio::io_context{};
  auto socket = connect(context, admin);
  asio::write(socket, asio::buffer(head("POST", admin, "/admin/codes", token) +
                                   "Content-Type: application/x-ndjson\r\n"
                                   "Transfer-Encoding: chunked\r\n\r\n"));
  // The server reads no more lines than it has answered, so writing and reading must overlap.
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
