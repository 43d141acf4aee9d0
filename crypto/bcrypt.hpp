/// @file
/// bcrypt hashes of secrets that other servers stored (CAU-12).
#pragma once

#include <string_view>

#include "crypto/hash_fault.hpp"

namespace mintage::crypto {

/// Checks the form `$2b$COST$` (also `$2a$`, `$2y$`), followed by 22 characters of salt and 31 of
/// hash, and that the cost is 4 to 14: 14 takes about a second. `$2x$`, which marks hashes of a
/// faulty implementation, is refused.
[[nodiscard]] hash_fault bcrypt_fault(std::string_view encoded) noexcept;

/// Compares through libxcrypt. Thread-safe.
/// bcrypt reads the first 72 octets of a password only, and no NUL: longer ones match by their
/// first 72 octets, as on the server that made the hash; one with a NUL never matches.
/// @returns false also when `encoded` has a fault.
[[nodiscard]] bool bcrypt_verify(std::string_view encoded, std::string_view password);

}  // namespace mintage::crypto
