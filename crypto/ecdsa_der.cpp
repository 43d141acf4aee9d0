#include "crypto/ecdsa_der.hpp"

#include <algorithm>

namespace mintage::crypto {

namespace {

constexpr auto sequence_tag = std::uint8_t{0x30};
constexpr auto integer_tag = std::uint8_t{0x02};
constexpr auto sign_bit = std::uint8_t{0x80};

/// Takes one INTEGER from the front of `der` and writes it, padded, to `out`.
bool take_integer(bytes_view& der, std::span<std::uint8_t> out) noexcept {
  if (der.size() < 3 || der[0] != integer_tag) return false;
  const auto length = std::size_t{der[1]};
  // One octet more than the coordinate, for the leading zero of a positive number.
  if (length == 0 || length > out.size() + 1 || length > der.size() - 2) return false;
  auto number = der.subspan(2, length);
  der = der.subspan(2 + length);
  if ((number[0] & sign_bit) != 0) return false;
  if (number[0] == 0 && length > 1) {
    if ((number[1] & sign_bit) == 0) return false;
    number = number.subspan(1);
  }
  if (number.size() > out.size()) return false;
  std::fill(out.begin(), out.end(), std::uint8_t{0});
  std::copy(number.begin(), number.end(), out.end() - static_cast<std::ptrdiff_t>(number.size()));
  return true;
}

void put_integer(ecdsa_der& der, bytes_view number) noexcept {
  while (number.size() > 1 && number[0] == 0) number = number.subspan(1);
  const auto padded = (number[0] & sign_bit) != 0;
  auto put = [&der](std::uint8_t octet) { der.octets[der.size++] = octet; };
  put(integer_tag);
  put(static_cast<std::uint8_t>(number.size() + (padded ? 1 : 0)));
  if (padded) put(0);
  for (const auto octet : number) put(octet);
}

}  // namespace

bool ecdsa_raw_from_der(bytes_view der, std::span<std::uint8_t> raw) noexcept {
  // Lengths take one octet each (ecdsa_coordinate_max).
  if (der.size() < 2 || der[0] != sequence_tag || der[1] != der.size() - 2) return false;
  der = der.subspan(2);
  const auto half = raw.size() / 2;
  return take_integer(der, raw.first(half)) && take_integer(der, raw.subspan(half)) && der.empty();
}

ecdsa_der ecdsa_der_from_raw(bytes_view raw) noexcept {
  auto der = ecdsa_der{};
  der.size = 2;
  put_integer(der, raw.first(raw.size() / 2));
  put_integer(der, raw.subspan(raw.size() / 2));
  der.octets[0] = sequence_tag;
  der.octets[1] = static_cast<std::uint8_t>(der.size - 2);
  return der;
}

}  // namespace mintage::crypto
