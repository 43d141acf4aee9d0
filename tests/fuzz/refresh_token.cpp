/// @file
/// Fuzzes the text of refresh tokens: a text that parses is the only spelling of its token.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/base64.hpp"
#include "oauth/grant/refresh.hpp"

namespace {

using mintage::oauth::presented_refresh_token;

/// The text of `token`.
std::string spell(const presented_refresh_token& token) {
  auto octets = std::string{mintage::crypto::as_chars(token.family)};
  for (const auto shift : {24, 16, 8, 0})
    octets += static_cast<char>(token.generation >> shift & 0xff);
  octets += mintage::crypto::as_chars(token.mac);
  auto text = std::string{"mrt_"};
  token.where.append_to(text);
  return text + mintage::crypto::base64url(octets);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = std::string_view{reinterpret_cast<const char*>(data), size};
  const auto token = mintage::oauth::parse_refresh_token(text);
  if (!token) return 0;
  if (spell(*token) != text) __builtin_trap();  // RFT-06
  static auto keys = mintage::oauth::refresh_keys{{}, 1};
  auto family = mintage::oauth::grant{};
  family.where = token->where;
  family.family = token->family;
  if (keys.proves(*token, family) != (keys.make(family, token->generation) == text))
    __builtin_trap();
  return 0;
}
