#include "oauth/request/percent.hpp"

#include "oauth/request/text.hpp"

namespace mintage::oauth {

std::optional<std::size_t> decode_percent(std::span<char> text, plus_sign plus) noexcept {
  auto size = std::size_t{0};
  for (auto i = std::size_t{0}; i < text.size(); ++i) {
    auto c = text[i];
    if (c == '+' && plus == plus_sign::space) {
      c = ' ';
    } else if (c == '%') {
      if (text.size() - i < 3) return std::nullopt;
      const auto high = hex_value(text[i + 1]);
      const auto low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high << 4 | low);
      i += 2;
    }
    text[size++] = c;
  }
  return size;
}

void append_percent(std::string& out, std::string_view text) {
  constexpr auto digits = std::string_view{"0123456789ABCDEF"};
  for (const auto c : text) {
    if (is_unreserved(c)) {
      out += c;
      continue;
    }
    const auto octet = static_cast<unsigned char>(c);
    out += '%';
    out += digits[octet >> 4];
    out += digits[octet & 15];
  }
}

std::optional<std::string> decode_percent(std::string_view text) {
  auto out = std::string{text};
  const auto size = decode_percent(std::span{out}, plus_sign::itself);
  if (!size) return std::nullopt;
  out.resize(*size);
  return out;
}

}  // namespace mintage::oauth
