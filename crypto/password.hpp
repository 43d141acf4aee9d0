/// @file
/// Argon2 hashes of secrets that people choose, and of those that other servers stored (CAU-12).
/// @see RFC 9106
#pragma once

#include <string>
#include <string_view>

#include "crypto/hash_fault.hpp"
#include "crypto/random.hpp"

namespace mintage::crypto {

/// Hashes with 19 MiB, t = 2, p = 1, an output of 32 octets and a salt of 16 octets. Takes 20 to 40
/// ms of one core. Thread-safe.
/// @returns the PHC string `$argon2id$v=19$m=19456,t=2,p=1$…`.
[[nodiscard]] std::string argon2id_hash(std::string_view password, random_source& random);

/// Checks a PHC string `$argon2id$v=19$m=KIB,t=PASSES,p=LANES$SALT$HASH` (`$argon2i$…`). Limits:
/// 512 characters; memory of 8 KiB per lane to 256 MiB; 1 to 16 passes, and 1 GiB of memory times
/// passes; 1 to 16 lanes; salts of 8 octets or more, hashes of 16 or more.
[[nodiscard]] hash_fault argon2id_fault(std::string_view encoded);
[[nodiscard]] hash_fault argon2i_fault(std::string_view encoded);

/// Compares on the calling thread alone, whatever the number of lanes. Thread-safe.
/// @returns whether `encoded` is the hash of `password`; false also when `encoded` has a fault.
/// @throws std::bad_alloc
[[nodiscard]] bool argon2id_verify(std::string_view encoded, std::string_view password);
[[nodiscard]] bool argon2i_verify(std::string_view encoded, std::string_view password);

}  // namespace mintage::crypto
