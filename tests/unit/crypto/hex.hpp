/// @file
/// Octets in the notation of the RFCs.
#pragma once

#include <stdexcept>
#include <string>

#include "crypto/bytes.hpp"

namespace mintage::crypto {

inline std::string hex(bytes_view data) {
  constexpr auto digits = std::string_view{"0123456789abcdef"};
  auto out = std::string{};
  for (const auto octet : data) {
    out.push_back(digits[octet >> 4]);
    out.push_back(digits[octet & 15]);
  }
  return out;
}

/// White space between the digits is skipped.
inline std::string from_hex(std::string_view text) {
  auto digits = std::string{};
  for (const auto c : text) {
    if (c != ' ') digits.push_back(c);
  }
  if (digits.size() % 2 != 0) throw std::invalid_argument{"odd number of digits"};
  auto out = std::string{};
  for (auto i = std::size_t{0}; i < digits.size(); i += 2) {
    out.push_back(static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  }
  return out;
}

}  // namespace mintage::crypto
