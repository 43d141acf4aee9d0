/// @file
/// The URL that a DPoP proof names. (DPO-06)
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mintage::oauth {

/// An http or https URL without query and fragment, in its normal form: scheme and host in lower
/// case, no default port, unreserved octets not escaped and other escapes in upper case, no dot
/// segments. The path keeps its case and its trailing slash; an empty one is "/".
/// @returns nothing when `text` is no such URL, or has a user name.
/// @see RFC 3986 §§6.2.2, 6.2.3, RFC 9449 §4.3
[[nodiscard]] std::optional<std::string> normal_target_uri(std::string_view text);

/// Whether `htu` names one of `urls`, which are in normal form.
[[nodiscard]] bool names_target(std::string_view htu, std::span<const std::string> urls);

}  // namespace mintage::oauth
