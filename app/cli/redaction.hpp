/// @file
/// Takes secrets out of texts that are to be shown to others.
#pragma once

#include <string>
#include <string_view>

namespace mintage::app {

/// The text without what has the form of this server's codes, tokens and secrets, and without JWTs:
/// a client may have sent one where a server does not expect it, such as in `redirect_uri` or in
/// the path, and then the refusal shows it.
[[nodiscard]] std::string without_secrets(std::string_view text);

}  // namespace mintage::app
