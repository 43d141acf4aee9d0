#include "loopback/request_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstddef>
#include <cstdint>

namespace mintage::loopback {

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

std::string chunked(std::string_view body, std::string_view trailers) {
  auto size = std::array<char, 20>{};
  auto end = std::to_chars(size.data(), size.data() + size.size(), body.size(), 16).ptr;
  auto out = std::string{size.data(), end} + "\r\n";
  out += body;
  out += "\r\n0\r\n";
  out += trailers;
  return out + "\r\n";
}

}  // namespace mintage::loopback
