#include "storage/newer_fields.hpp"

#include <optional>

namespace mintage::storage {
namespace {

/// One field of an encoded message. Views into that.
struct wire_field {
  std::uint32_t number = 0;
  std::string_view whole;
  /// Of a text or a message.
  std::string_view content;
};

/// Takes a varint off the front. @returns nothing when there is none.
std::optional<std::uint64_t> take_varint(std::string_view& from) noexcept {
  auto value = std::uint64_t{0};
  for (auto i = std::size_t{0}; i < from.size() && i < 10; ++i) {
    const auto octet = static_cast<unsigned char>(from[i]);
    value |= std::uint64_t{octet & 0x7fU} << (7 * i);
    if ((octet & 0x80U) != 0) continue;
    from.remove_prefix(i + 1);
    return value;
  }
  return std::nullopt;
}

std::optional<std::string_view> take_octets(std::string_view& from, std::uint64_t size) noexcept {
  if (size > from.size()) return std::nullopt;
  const auto taken = from.substr(0, static_cast<std::size_t>(size));
  from.remove_prefix(taken.size());
  return taken;
}

/// Takes a field off the front. @returns nothing at the end, and for octets that are no field.
/// @see https://protobuf.dev/programming-guides/encoding/
std::optional<wire_field> take_field(std::string_view& from) noexcept {
  const auto begin = from;
  const auto tag = take_varint(from);
  if (!tag) return std::nullopt;
  auto out = wire_field{};
  out.number = static_cast<std::uint32_t>(*tag >> 3);
  auto content = std::optional<std::string_view>{};
  switch (*tag & 7) {
    case 0:  // a varint
      if (take_varint(from)) content = std::string_view{};
      break;
    case 1:
      content = take_octets(from, 8);
      break;
    case 2:
      if (const auto size = take_varint(from)) content = take_octets(from, *size);
      break;
    case 5:
      content = take_octets(from, 4);
      break;
    default:  // groups, which proto3 does not have
      break;
  }
  if (!content) return std::nullopt;
  out.content = *content;
  out.whole = begin.substr(0, begin.size() - from.size());
  return out;
}

}  // namespace

std::string newer_fields(std::string_view message, std::uint32_t newest) {
  auto out = std::string{};
  while (const auto field = take_field(message)) {
    if (field->number > newest) out += field->whole;
  }
  return out;
}

std::string_view field_content(std::string_view message, std::uint32_t number) {
  auto out = std::string_view{};
  while (const auto field = take_field(message)) {
    if (field->number == number) out = field->content;
  }
  return out;
}

}  // namespace mintage::storage
