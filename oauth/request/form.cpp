#include "oauth/request/form.hpp"

#include <algorithm>

#include "oauth/denial_reasons.hpp"
#include "oauth/request/percent.hpp"
#include "oauth/request/text.hpp"

namespace mintage::oauth {
namespace {

/// Whether decoding would change or refuse nothing. One pass without branches, since most fields
/// are plain.
bool is_plain(std::span<const char> text) noexcept {
  auto special = 0U;
  for (const auto c : text) {
    const auto octet = static_cast<unsigned char>(c);
    special |= static_cast<unsigned>(octet == '%') | static_cast<unsigned>(octet == '+') |
               static_cast<unsigned>(octet == 0) | static_cast<unsigned>(octet >= 0x80);
  }
  return special == 0;
}

bool is_utf8_without_nul(std::string_view text) noexcept {
  return text.find('\0') == text.npos && is_utf8(text);
}

/// Whether the parameter carries a token; only tokens are long (TOK-08).
bool may_be_long(std::string_view name) noexcept {
  constexpr auto names = std::to_array<std::string_view>(
      {"client_assertion", "assertion", "subject_token", "actor_token", "token",
       "authorization_details", "request", "id_token_hint"});
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// @returns the position of `c`, or the end.
std::size_t find(std::span<const char> text, char c) noexcept {
  return std::min(std::string_view{text.data(), text.size()}.find(c), text.size());
}

/// Decodes one non-empty segment between two '&'.
result<form_field> decode_segment(std::span<char> segment) {
  const auto equals = find(segment, '=');
  const auto name = segment.first(equals);
  const auto value = segment.subspan(std::min(equals + 1, segment.size()));
  const auto name_size = decode_component(name);
  const auto value_size = decode_component(value);
  if (!name_size || !value_size) {
    return deny(errc::invalid_request,
                "the body has a broken percent escape, a NUL or octets that are not UTF-8",
                "broken form encoding");
  }
  auto field = form_field{.name = {name.data(), *name_size}, .value = {value.data(), *value_size}};
  field.is_too_long = field.name.size() > max_parameter_name ||
                      (field.value.size() > max_parameter_value &&
                       (field.value.size() > max_long_parameter_value || !may_be_long(field.name)));
  return field;
}

std::string_view trim(std::string_view text) noexcept {
  constexpr auto blanks = std::string_view{" \t"};
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Removes one element from the front of `rest`, up to a ';' outside of quoted strings.
std::string_view take_element(std::string_view& rest) noexcept {
  auto end = std::size_t{0};
  for (auto quoted = false; end < rest.size() && (quoted || rest[end] != ';'); ++end) {
    if (rest[end] == '"') quoted = !quoted;
    if (quoted && rest[end] == '\\') ++end;
  }
  const auto element = rest.substr(0, end);
  rest.remove_prefix(std::min(rest.size(), end + 1));
  return trim(element);
}

/// @param value a token or a quoted string. @see RFC 9110 §5.6.6
bool is_utf8_charset(std::string_view value) noexcept {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') {
    return equals_lower(value, "utf-8");
  }
  constexpr auto expected = std::string_view{"utf-8"};
  auto matched = std::size_t{0};
  for (auto i = std::size_t{1}; i + 1 < value.size(); ++i) {
    if (value[i] == '\\') ++i;
    if (matched == expected.size() || to_lower(value[i]) != expected[matched]) return false;
    ++matched;
  }
  return matched == expected.size();
}

}  // namespace

bool form::add(form_field field) noexcept {
  if (size_ == fields_.size()) return false;
  fields_[size_++] = field;
  return true;
}

std::optional<std::size_t> decode_component(std::span<char> text) noexcept {
  if (is_plain(text)) return text.size();
  const auto size = decode_percent(text, plus_sign::space);
  if (!size || !is_utf8_without_nul({text.data(), *size})) return std::nullopt;
  return size;
}

result<void> decode_form(std::span<char> body, form& out) {
  while (!body.empty()) {
    const auto size = find(body, '&');
    const auto segment = body.first(size);
    body = body.subspan(std::min(size + 1, body.size()));
    if (segment.empty()) continue;
    const auto field = decode_segment(segment);
    if (!field) return refusal{field.error()};
    if (!out.add(*field)) {
      return deny(errc::invalid_request, "the body has too many parameters",
                  "more parameters than allowed");
    }
  }
  return {};
}

bool is_form_content_type(std::string_view content_type) noexcept {
  if (!equals_lower(take_element(content_type), "application/x-www-form-urlencoded")) return false;
  while (!content_type.empty()) {
    const auto parameter = take_element(content_type);
    const auto equals = parameter.find('=');
    if (!equals_lower(trim(parameter.substr(0, equals)), "charset")) continue;
    if (equals == std::string_view::npos) return false;
    if (!is_utf8_charset(trim(parameter.substr(equals + 1)))) return false;
  }
  return true;
}

}  // namespace mintage::oauth
