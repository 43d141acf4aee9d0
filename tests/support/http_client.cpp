#include "tests/support/http_client.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>

#include "tests/support/secret_book.hpp"
#include "tests/support/secure_ports.hpp"

namespace mintage::test {

connection::connection(std::uint16_t port, std::chrono::milliseconds patience)
    : loopback::connection{port,
                           {.patience = patience,
                            .side = is_secure(port) ? &test_side() : nullptr,
                            .watch = remember_secrets_in}} {}

std::string form_encode(std::string_view text) {
  constexpr auto digits = std::string_view{"0123456789ABCDEF"};
  auto out = std::string{};
  for (auto c : text) {
    auto octet = static_cast<unsigned char>(c);
    if (std::isalnum(octet) != 0 || std::string_view{"-._~"}.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += '%';
      out += digits[octet >> 4];
      out += digits[octet & 15];
    }
  }
  return out;
}

std::string form_text(const field_list& form) {
  auto out = std::string{};
  for (auto& [name, value] : form) {
    if (!out.empty()) out += '&';
    out += form_encode(name) + "=" + form_encode(value);
  }
  return out;
}

std::string base64(std::string_view text) {
  constexpr auto alphabet =
      std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"};
  auto out = std::string{};
  for (auto at = std::size_t{0}; at < text.size(); at += 3) {
    auto group = std::uint32_t{0};
    auto here = std::min<std::size_t>(3, text.size() - at);
    for (auto i = std::size_t{0}; i < 3; ++i) {
      group = group << 8 | (i < here ? static_cast<unsigned char>(text[at + i]) : 0U);
    }
    for (auto i = std::size_t{0}; i < 4; ++i) {
      out += i <= here ? alphabet[group >> (18 - 6 * i) & 63] : '=';
    }
  }
  return out;
}

}  // namespace mintage::test
