/// @file
/// A compact JWS and the signature it ends with.
#pragma once

#include <string_view>

#include "crypto/jws.hpp"

namespace mintage::test {

/// Whether `compact` is three parts and `key` made the last of the others; looks at no header
/// parameter.
[[nodiscard]] inline bool verify_compact(const crypto::signing_key& key, std::string_view compact) {
  return crypto::verify_compact(key.public_part(), compact);
}

}  // namespace mintage::test
