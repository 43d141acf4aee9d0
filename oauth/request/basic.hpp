/// @file
/// The Basic scheme of the Authorization header, with the form encoding inside. (CAU-03, CAU-04)
#pragma once

#include <memory>
#include <span>
#include <string>

#include "oauth/request/token_request.hpp"

namespace mintage::oauth {

/// Reads an Authorization value into `who` (ids, secrets, `raw_only`) and, when the inner
/// decoding changes something, `decoded`. The Base64 is replaced by what it encodes, in place.
/// @returns false when this is no decodable Basic value, or user or password is empty: both are
///          then as they were.
/// @see RFC 7617 §2, RFC 6749 §2.3.1
[[nodiscard]] bool read_basic(std::span<char> authorization, presented_credentials& who,
                              std::unique_ptr<std::string>& decoded);

}  // namespace mintage::oauth
