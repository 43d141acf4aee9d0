/// @file
/// CRC-32C, the checksum of RocksDB's files.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mintage::storage {

namespace detail {
/// Tables for eight octets at a time; table 0 is the one for a single octet.
constexpr auto crc32c_tables = [] {
  auto all = std::array<std::array<std::uint32_t, 256>, 8>{};
  for (auto i = std::uint32_t{0}; i < 256; ++i) {
    auto crc = i;
    for (auto bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0x82f63b78U : 0U);
    all[0][i] = crc;
  }
  for (auto t = std::size_t{1}; t < 8; ++t) {
    for (auto i = std::size_t{0}; i < 256; ++i) {
      all[t][i] = (all[t - 1][i] >> 8) ^ all[0][all[t - 1][i] & 0xffU];
    }
  }
  return all;
}();
}  // namespace detail

/// @see RFC 3720 §B.4
[[nodiscard]] inline std::uint32_t crc32c(std::string_view octets) noexcept {
  const auto& t = detail::crc32c_tables;
  auto at = [&](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(octets[i])}; };
  auto crc = ~std::uint32_t{0};
  for (; octets.size() >= 8; octets.remove_prefix(8)) {
    const auto low = crc ^ (at(0) | at(1) << 8 | at(2) << 16 | at(3) << 24);
    crc = t[7][low & 0xffU] ^ t[6][low >> 8 & 0xffU] ^ t[5][low >> 16 & 0xffU] ^ t[4][low >> 24] ^
          t[3][at(4)] ^ t[2][at(5)] ^ t[1][at(6)] ^ t[0][at(7)];
  }
  for (; !octets.empty(); octets.remove_prefix(1)) crc = (crc >> 8) ^ t[0][(crc ^ at(0)) & 0xffU];
  return ~crc;
}

/// The checksum in RocksDB's stored form: a checksum over octets that contain checksums would be
/// weak.
[[nodiscard]] inline std::uint32_t masked_crc32c(std::string_view octets) noexcept {
  const auto crc = crc32c(octets);
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8U;
}

}  // namespace mintage::storage
