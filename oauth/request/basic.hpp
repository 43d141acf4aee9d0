/// @file
/// The Basic scheme of the Authorization header, with the form encoding inside it. (CAU-03, CAU-04)
#pragma once

#include <memory>
#include <span>
#include <string>

#include "oauth/request/token_request.hpp"

namespace mintage::oauth {

/// Reads an Authorization value into `who` (ids, secrets, `raw_only`) and, when the form decoding
/// changes something, `decoded`. The Base64 is replaced by its decoded octets, in place.
/// @returns false when it cannot be decoded as Basic, or user or password is empty; then `who` and
///          `decoded` are unchanged.
/// @see RFC 7617 §2, RFC 6749 §2.3.1
[[nodiscard]] bool read_basic(std::span<char> authorization, presented_credentials& who,
                              std::unique_ptr<std::string>& decoded);

}  // namespace mintage::oauth
