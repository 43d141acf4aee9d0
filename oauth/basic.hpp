/// @file
/// The Basic scheme of the Authorization header, with the form encoding inside. (CAU-03, CAU-04)
#pragma once

#include <span>

#include "oauth/token_request.hpp"

namespace mintage::oauth {

/// Reads an Authorization value into `out.who` (ids, secrets, `raw_only`) and, when the inner
/// decoding changes something, `out.decoded`. The Base64 is replaced by what it encodes, in place.
/// @returns false when this is no decodable Basic value, or user or password is empty: `out` is
///          then as it was.
/// @see RFC 7617 §2, RFC 6749 §2.3.1
[[nodiscard]] bool read_basic(std::span<char> authorization, token_request& out);

}  // namespace mintage::oauth
