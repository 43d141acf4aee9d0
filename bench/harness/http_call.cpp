#include "bench/harness/http_call.hpp"

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <stdexcept>

namespace mintage::bench {
namespace {

using boost::asio::ip::tcp;
using namespace std::chrono_literals;

loopback::connection connect(const origin& to, std::chrono::milliseconds patience) {
  return {to.where.data(),
          static_cast<socklen_t>(to.where.size()),
          {.patience = patience, .side = to.tls.get()}};
}

std::string head(std::string_view method, const origin& to, std::string_view target,
                 std::string_view token) {
  auto out =
      std::string{method} + " " + std::string{target} + " HTTP/1.1\r\nHost: " + to.host + "\r\n";
  if (!token.empty()) out += "Authorization: Bearer " + std::string{token} + "\r\n";
  return out;
}

std::string json_body(std::string_view json) {
  return "Content-Type: application/json\r\nContent-Length: " + std::to_string(json.size()) +
         "\r\n\r\n" + std::string{json};
}

std::vector<std::string> mint_lines(const origin& admin, std::string_view token,
                                    std::string_view line, std::size_t count) {
  auto c = connect(admin, 60s);
  return loopback::exchange_lines(c, head("POST", admin, "/admin/codes", token), count,
                                  [&](std::size_t) { return line; });
}

}  // namespace

origin resolve(std::string_view url, const tls_options& tls) {
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
  auto context = boost::asio::io_context{};
  auto resolver = tcp::resolver{context};
  auto error = boost::system::error_code{};
  const auto found = resolver.resolve(host, std::string{text.substr(colon + 1)}, error);
  if (error || found.empty()) throw wrong("cannot be resolved");
  auto out = origin{found.begin()->endpoint(), std::string{text}};
  if (is_tls) {
    out.tls = std::make_shared<loopback::tls_side>(loopback::tls_client_options{
        .trusted_file = tls.ca, .host = host, .resumes = tls.resumes, .offers_weak = false});
  }
  return out;
}

loopback::http_answer call(const origin& to, std::string_view target, std::string_view token,
                           std::string_view json) {
  auto c = connect(to, 10s);
  const auto begin =
      head(json.empty() ? "GET" : "POST", to, target, token) + "Connection: close\r\n";
  c.send(begin + (json.empty() ? "\r\n" : json_body(json)));
  return c.receive();
}

void post_each(const origin& to, std::string_view target, std::string_view token, std::size_t count,
               const std::function<std::string(std::size_t)>& body_of, unsigned status) {
  auto c = connect(to, 60s);
  const auto begin = head("POST", to, target, token);
  for (auto i = std::size_t{0}; i < count; ++i) {
    c.send(begin + json_body(body_of(i)));
    const auto got = c.receive();
    if (got.status != status) {
      throw std::runtime_error{std::string{target} + ": " + std::to_string(got.status) + " " +
                               got.body.substr(0, 300)};
    }
  }
}

std::vector<std::string> mint_codes(const origin& admin, std::string_view token,
                                    std::string_view line, std::size_t count) {
  if (count == 0) return {};
  return loopback::codes_in(mint_lines(admin, token, line, count), count);
}

std::vector<std::string> mint_acknowledged(const origin& admin, std::string_view token,
                                           std::string_view line, std::size_t count) {
  auto out = std::vector<std::string>{};
  try {
    for (const auto& answer : mint_lines(admin, token, line, count)) {
      if (auto code = loopback::code_in(answer); !code.empty()) out.push_back(std::move(code));
    }
  } catch (const std::runtime_error&) {  // refused, or the connection was lost
    out.clear();
  }
  return out;
}

}  // namespace mintage::bench
