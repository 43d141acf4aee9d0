#include "crypto/ecdsa_der.hpp"

#include <algorithm>

namespace mintage::crypto {

namespace {

constexpr auto sequence_tag = std::uint8_t{0x30};
constexpr auto integer_tag = std::uint8_t{0x02};
constexpr auto sign_bit = std::uint8_t{0x80};
/// The long form of a length, with one octet of length.
constexpr auto long_length = std::uint8_t{0x81};
constexpr auto short_length_max = std::size_t{0x7f};

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
  if (der.size() < 2 || der[0] != sequence_tag) return false;
  const auto is_long = der[1] == long_length;
  const auto head = std::size_t{is_long ? 3U : 2U};
  if (der.size() < head || der[head - 1] != der.size() - head) return false;
  // The short form is the only one of a short length.
  if (is_long == (der[head - 1] <= short_length_max)) return false;
  der = der.subspan(head);
  const auto half = raw.size() / 2;
  return take_integer(der, raw.first(half)) && take_integer(der, raw.subspan(half)) && der.empty();
}

ecdsa_der ecdsa_der_from_raw(bytes_view raw) noexcept {
  auto numbers = ecdsa_der{};
  put_integer(numbers, raw.first(raw.size() / 2));
  put_integer(numbers, raw.subspan(raw.size() / 2));
  auto der = ecdsa_der{};
  const auto put = [&der](std::uint8_t octet) { der.octets[der.size++] = octet; };
  put(sequence_tag);
  if (numbers.size > short_length_max) put(long_length);
  put(static_cast<std::uint8_t>(numbers.size));
  std::ranges::copy(numbers.view(), der.octets.begin() + static_cast<std::ptrdiff_t>(der.size));
  der.size += numbers.size;
  return der;
}

}  // namespace mintage::crypto
