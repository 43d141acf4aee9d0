/// @file
/// The octets of authorization requests and continuations, which are sealed into URLs: as short as
/// is simple. In URLs and in records: a reader takes the current version alone, since both live for
/// minutes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "oauth/authorization/authorization_request.hpp"

namespace mintage::oauth {

/// Appends a version octet, then each field: numbers at a fixed width or as varints, texts with
/// their lengths in front.
void append_encoded(std::string& out, const authorization_request& r);
/// Reads it strictly: the whole text, this version, only known bits, no text that is longer than
/// what is left.
/// @returns views of `octets`, or nothing.
[[nodiscard]] std::optional<authorization_request> read_encoded_request(
    std::string_view octets) noexcept;

}  // namespace mintage::oauth
