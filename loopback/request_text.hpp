/// @file
/// Encodings of request bodies and header fields, independent of the code under test.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mintage::loopback {

using field_list = std::vector<std::pair<std::string, std::string>>;

/// Percent-encodes for application/x-www-form-urlencoded.
[[nodiscard]] std::string form_encode(std::string_view text);
/// `name=value&…`, encoded.
[[nodiscard]] std::string form_text(const field_list& form);
/// Padded standard Base64, for the Basic scheme.
[[nodiscard]] std::string base64(std::string_view text);
/// One chunk, then the last chunk and `trailers` (each with its line end).
[[nodiscard]] std::string chunked(std::string_view body, std::string_view trailers = {});

}  // namespace mintage::loopback
