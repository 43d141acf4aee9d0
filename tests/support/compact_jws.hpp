/// @file
/// A compact JWS and the signature it ends with.
#pragma once

#include <algorithm>
#include <string_view>

#include "crypto/base64.hpp"
#include "crypto/jws.hpp"

namespace mintage::test {

/// Whether `compact` is three parts and `key` made the last of the others; looks at no header
/// parameter.
[[nodiscard]] inline bool verify_compact(const crypto::signing_key& key, std::string_view compact) {
  const auto last = compact.rfind('.');
  if (last == compact.npos || std::ranges::count(compact, '.') != 2) return false;
  const auto signature = crypto::base64url_decode(compact.substr(last + 1));
  return signature &&
         crypto::verify_signature(key.public_part(), compact.substr(0, last), *signature);
}

}  // namespace mintage::test
