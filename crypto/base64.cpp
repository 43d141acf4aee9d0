#include "crypto/base64.hpp"

#include <array>
#include <cstring>

namespace mintage::crypto {

namespace {

constexpr auto url_alphabet =
    std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"};
constexpr auto standard_alphabet =
    std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"};

/// The two characters of every 12-bit value: half the look-ups of a one-character table.
using pair_table = std::array<std::array<char, 2>, 4096>;

constexpr pair_table make_pairs(std::string_view alphabet) {
  auto pairs = pair_table{};
  for (auto i = std::size_t{0}; i < pairs.size(); ++i) {
    pairs[i] = {alphabet[i >> 6], alphabet[i & 63]};
  }
  return pairs;
}

/// The value of every character; `no_value` for those outside of the alphabet.
using value_table = std::array<std::uint8_t, 256>;
constexpr auto no_value = std::uint8_t{0x80};

constexpr value_table make_values(std::string_view alphabet) {
  auto values = value_table{};
  values.fill(no_value);
  for (auto i = std::size_t{0}; i < alphabet.size(); ++i) {
    values[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}

constexpr auto url_pairs = make_pairs(url_alphabet);
constexpr auto url_values = make_values(url_alphabet);
constexpr auto standard_values = make_values(standard_alphabet);

/// Decodes up to four characters to the low bits of an integer, six bits each.
/// @returns nothing when one is outside of the alphabet.
std::optional<std::uint32_t> decode_group(std::string_view text, const value_table& values) {
  auto bits = std::uint32_t{0};
  auto seen = std::uint8_t{0};
  for (const auto c : text) {
    const auto value = values[static_cast<std::uint8_t>(c)];
    seen |= value;
    bits = bits << 6 | value;
  }
  if ((seen & no_value) != 0) return std::nullopt;
  return bits;
}

std::optional<std::string> decode(std::string_view text, const value_table& values) {
  const auto rest = text.size() % 4;
  if (rest == 1) return std::nullopt;
  auto out = std::string{};
  out.reserve(text.size() / 4 * 3 + 2);
  for (; text.size() >= 4; text.remove_prefix(4)) {
    const auto bits = decode_group(text.substr(0, 4), values);
    if (!bits) return std::nullopt;
    const auto octets = std::array{static_cast<char>(*bits >> 16), static_cast<char>(*bits >> 8),
                                   static_cast<char>(*bits)};
    out.append(octets.data(), octets.size());
  }
  if (rest == 0) return out;
  // Two characters carry one octet and four unused bits; three carry two octets and two unused
  // bits.
  const auto unused = rest == 2 ? 4U : 2U;
  const auto bits = decode_group(text, values);
  if (!bits || (*bits & ((1U << unused) - 1)) != 0) return std::nullopt;
  const auto octets = *bits >> unused;
  if (rest == 3) out.push_back(static_cast<char>(octets >> 8));
  out.push_back(static_cast<char>(octets));
  return out;
}

}  // namespace

char* base64url_write(char* out, bytes_view data) noexcept {
  const auto* in = data.data();
  auto left = data.size();
  for (; left >= 3; left -= 3, in += 3, out += 4) {
    const auto bits = static_cast<std::uint32_t>(in[0] << 16 | in[1] << 8 | in[2]);
    std::memcpy(out, url_pairs[bits >> 12].data(), 2);
    std::memcpy(out + 2, url_pairs[bits & 0xFFF].data(), 2);
  }
  if (left == 0) return out;
  const auto bits = static_cast<std::uint32_t>(in[0] << 16 | (left == 2 ? in[1] << 8 : 0));
  std::memcpy(out, url_pairs[bits >> 12].data(), 2);
  out += 2;
  if (left == 2) *out++ = url_pairs[bits & 0xFFF][0];
  return out;
}

void base64url_append(std::string& out, bytes_view data) {
  const auto before = out.size();
  out.resize(before + base64url_size(data.size()));
  base64url_write(out.data() + before, data);
}

std::string base64url(bytes_view data) {
  auto out = std::string{};
  base64url_append(out, data);
  return out;
}

std::optional<std::string> base64url_decode(std::string_view text) {
  return decode(text, url_values);
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.ends_with('=')) {
    if (text.size() % 4 != 0) return std::nullopt;
    text.remove_suffix(text.ends_with("==") ? 2 : 1);
  }
  return decode(text, standard_values);
}

}  // namespace mintage::crypto
