#include "oauth/grant/slot.hpp"

#include <array>

namespace mintage::oauth {
namespace {

constexpr auto alphabet =
    std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"};
constexpr std::uint8_t not_in_alphabet = 0xff;

constexpr auto values = [] {
  auto table = std::array<std::uint8_t, 256>{};
  table.fill(not_in_alphabet);
  for (auto i = std::size_t{0}; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}();

}  // namespace

slot slot::draw(crypto::random_source& random) {
  const auto octets = random.take<2>();
  // 4096 divides 65536: every slot is equally likely.
  return slot{static_cast<std::uint16_t>((octets[0] << 8 | octets[1]) % slots_count)};
}

std::optional<slot> slot::parse(std::string_view text) noexcept {
  if (text.size() != 2) return std::nullopt;
  const auto high = values[static_cast<unsigned char>(text[0])];
  const auto low = values[static_cast<unsigned char>(text[1])];
  if (high == not_in_alphabet || low == not_in_alphabet) return std::nullopt;
  return slot{static_cast<std::uint16_t>(high << 6 | low)};
}

void slot::append_to(std::string& out) const {
  out += alphabet[(value >> 6) & 63];
  out += alphabet[value & 63];
}

}  // namespace mintage::oauth
