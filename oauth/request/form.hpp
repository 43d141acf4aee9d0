/// @file
/// application/x-www-form-urlencoded, decoded in place. (TOK-04 to TOK-08)
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "oauth/types.hpp"

namespace mintage::oauth {

constexpr std::size_t max_parameters = 64;
constexpr std::size_t max_parameter_name = 128;
constexpr std::size_t max_parameter_value = 4096;
constexpr std::size_t max_long_parameter_value = 16384;

struct form_field {
  std::string_view name;
  std::string_view value;
  /// Name or value exceeds its limit (TOK-08): an error only for a name that the server knows.
  bool is_too_long = false;
};

/// The decoded fields of one body, in order. Views only.
class form {
 public:
  [[nodiscard]] const form_field* begin() const noexcept { return fields_.data(); }
  [[nodiscard]] const form_field* end() const noexcept { return fields_.data() + size_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// @returns false when full.
  bool add(form_field field) noexcept;

 private:
  std::array<form_field, max_parameters> fields_;
  std::size_t size_ = 0;
};

/// Decodes one name or value in place: `+` is a space, `%HH` an octet.
/// @returns the decoded size; nothing when an escape is broken, or the result has a NUL or is not
///          UTF-8. The octets are unspecified then.
[[nodiscard]] std::optional<std::size_t> decode_component(std::span<char> text) noexcept;

/// Decodes `body` in place; decoding never lengthens. The fields are views into it. Names of more
/// than 128 octets and values of more than 4 KiB are marked as too long; for client_assertion,
/// assertion, subject_token, actor_token, token, authorization_details, request and id_token_hint
/// the limit is 16 KiB.
/// @returns invalid_request for broken escapes, NUL, bad UTF-8 or too many fields.
[[nodiscard]] result<void> decode_form(std::span<char> body, form& out);

/// Whether `content_type` is the form type; its only parameter may be charset=utf-8 (TOK-03).
[[nodiscard]] bool is_form_content_type(std::string_view content_type) noexcept;

}  // namespace mintage::oauth
