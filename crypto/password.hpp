/// @file
/// argon2id hashes of secrets that people choose (CAU-12).
#pragma once

#include <string>
#include <string_view>

#include "crypto/random.hpp"

namespace mintage::crypto {

/// Hashes with 19 MiB, t = 2, p = 1, an output of 32 octets and a salt of 16 octets. Takes 20 to 40
/// ms of one core. Thread-safe.
/// @returns the PHC string `$argon2id$v=19$m=19456,t=2,p=1$…`.
[[nodiscard]] std::string argon2id_hash(std::string_view password, random_source& random);

/// @returns whether `encoded` is the hash of `password`; false also when `encoded` is not a PHC
///          string.
[[nodiscard]] bool argon2id_verify(std::string_view encoded, std::string_view password);

}  // namespace mintage::crypto
