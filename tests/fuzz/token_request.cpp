/// @file
/// Fuzzes a token request: the first line is the Authorization value, the second the content type,
/// the rest the body.

#include <cstddef>
#include <cstdint>
#include <string>

#include "oauth/request/token_request.hpp"

namespace {

/// Reads every view of a parsed request.
std::size_t read_all(const mintage::oauth::token_request& r) {
  auto sum = std::size_t{0};
  for (const auto view : {r.who.id, r.who.secret, r.who.raw_id, r.who.raw_secret, r.code,
                          r.redirect_uri, r.code_verifier, r.refresh_token, r.scope})
    for (const auto c : view) sum += static_cast<unsigned char>(c);
  for (const auto view : r.resources())
    for (const auto c : view) sum += static_cast<unsigned char>(c);
  return sum;
}

/// P13: whether a parsed request has what its grant requires.
bool is_complete(const mintage::oauth::token_request& r) {
  using mintage::oauth::grant_type;
  if (r.grant == grant_type::authorization_code) return !r.code.empty();
  return r.grant != grant_type::refresh_token || !r.refresh_token.empty();
}

std::string take_line(std::string& text) {
  const auto end = std::min(text.find('\n'), text.size());
  auto line = text.substr(0, end);
  text.erase(0, std::min(end + 1, text.size()));
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto body = std::string{reinterpret_cast<const char*>(data), size};
  auto authorization = take_line(body);
  const auto content_type = take_line(body);
  auto head = mintage::oauth::token_request_head{};
  head.content_type = content_type;
  if (!authorization.empty()) head.authorization = authorization;
  const auto request = mintage::oauth::parse_token_request(head, authorization, body);
  if (request) {
    [[maybe_unused]] volatile auto sum = read_all(*request);
    if (!is_complete(*request)) __builtin_trap();
  }
  return 0;
}
