#include "crypto/phc.hpp"

#include <algorithm>
#include <charconv>

#include "crypto/base64.hpp"

namespace mintage::crypto {

bool phc_reader::take(std::string_view expected) noexcept {
  if (!rest_.starts_with(expected)) return false;
  rest_.remove_prefix(expected.size());
  return true;
}

std::optional<std::uint32_t> phc_reader::take_number() noexcept {
  auto value = std::uint32_t{0};
  const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
  const auto size = static_cast<std::size_t>(end - rest_.data());
  if (error != std::errc{} || (rest_.starts_with('0') && size > 1)) return std::nullopt;
  rest_.remove_prefix(size);
  return value;
}

std::optional<std::string> phc_reader::take_base64() {
  const auto size = std::min(rest_.find('$'), rest_.size());
  auto text = std::string{rest_.substr(0, size)};
  rest_.remove_prefix(size);
  if (text.find('=') != text.npos) return std::nullopt;
  std::replace(text.begin(), text.end(), '.', '+');
  return base64_decode(text);
}

}  // namespace mintage::crypto
