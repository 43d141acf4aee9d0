#include "oauth/request/json_writer.hpp"

#include <array>
#include <charconv>
#include <cstring>

namespace mintage::oauth {
namespace {

constexpr bool needs_escape(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

constexpr auto each_octet = std::uint64_t{0x0101010101010101};
constexpr auto each_high_bit = each_octet * 0x80;

/// Whether one of eight octets is below `limit` (at most 128): the subtraction borrows into its
/// high bit.
constexpr bool any_below(std::uint64_t octets, std::uint64_t limit) noexcept {
  return ((octets - each_octet * limit) & ~octets & each_high_bit) != 0;
}

constexpr bool any_needs_escape(std::uint64_t octets) noexcept {
  return any_below(octets, 0x20) || any_below(octets ^ each_octet * '"', 1) ||
         any_below(octets ^ each_octet * '\\', 1);
}

/// Number of octets at the front that need no escape. Eight at a time: the tokens of an answer are
/// long and need none.
std::size_t plain_prefix(std::string_view text) noexcept {
  auto i = std::size_t{0};
  for (; i + 8 <= text.size(); i += 8) {
    auto octets = std::uint64_t{};
    std::memcpy(&octets, text.data() + i, sizeof octets);
    if (any_needs_escape(octets)) break;
  }
  while (i < text.size() && !needs_escape(text[i])) ++i;
  return i;
}

void append_escape(std::string& out, char c) {
  constexpr auto hex = std::string_view{"0123456789abcdef"};
  switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\b':
      out += "\\b";
      break;
    case '\f':
      out += "\\f";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      out += "\\u00";
      out.push_back(hex[static_cast<unsigned char>(c) >> 4]);
      out.push_back(hex[static_cast<unsigned char>(c) & 15]);
  }
}

void append_escaped(std::string& out, std::string_view text) {
  for (;;) {
    const auto plain = plain_prefix(text);
    out.append(text.substr(0, plain));
    if (plain == text.size()) return;
    append_escape(out, text[plain]);
    text.remove_prefix(plain + 1);
  }
}

}  // namespace

void json_writer::begin_member(std::string_view name) {
  out_.append(first_ ? "\"" : ",\"");
  first_ = false;
  out_.append(name);
  out_.append("\":");
}

void json_writer::string(std::string_view name, std::string_view head, std::string_view tail) {
  begin_member(name);
  out_.push_back('"');
  append_escaped(out_, head);
  append_escaped(out_, tail);
  out_.push_back('"');
}

void json_writer::integer(std::string_view name, std::int64_t value) {
  begin_member(name);
  auto digits = std::array<char, 20>{};  // the longest int64
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out_.append(digits.data(), written.ptr);
}

void json_writer::boolean(std::string_view name, bool value) {
  begin_member(name);
  out_.append(value ? "true" : "false");
}

void json_writer::raw(std::string_view name, std::string_view text) {
  begin_member(name);
  out_.append(text);
}

void json_writer::members(std::string_view object) {
  const auto inner = object.substr(1, object.size() - 2);
  if (inner.empty()) return;
  if (!first_) out_.push_back(',');
  first_ = false;
  out_.append(inner);
}

template <class Values>
void json_writer::append_array(std::string_view name, const Values& values) {
  begin_member(name);
  auto separator = '[';
  for (const auto& value : values) {
    out_.push_back(separator);
    out_.push_back('"');
    append_escaped(out_, value);
    out_.push_back('"');
    separator = ',';
  }
  out_.append(separator == '[' ? "[]" : "]");
}

void json_writer::strings(std::string_view name, std::span<const std::string> values) {
  append_array(name, values);
}

void json_writer::strings(std::string_view name, std::span<const std::string_view> values) {
  append_array(name, values);
}

void json_writer::strings(std::string_view name, std::initializer_list<std::string_view> values) {
  append_array(name, values);
}

}  // namespace mintage::oauth
