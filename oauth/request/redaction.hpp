/// @file
/// Takes secrets out of texts that are to be shown to others.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mintage::oauth {

/// Secrets of this server are shorter; a JWT that is cut here loses what is left of it.
constexpr std::size_t longest_secret = 256;

/// The text without what has the form of this server's codes, tokens and secrets, and without JWTs:
/// a client may have sent one where a server does not expect it, such as in `redirect_uri` or in
/// the path, and then the refusal shows it.
[[nodiscard]] std::string without_secrets(std::string_view text);

}  // namespace mintage::oauth
