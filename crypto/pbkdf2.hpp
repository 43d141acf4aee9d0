/// @file
/// PBKDF2 hashes of secrets that other servers stored (CAU-12). @see RFC 8018 §5.2
#pragma once

#include <string_view>

#include "crypto/hash_fault.hpp"

namespace mintage::crypto {

/// Checks a hash of PBKDF2 with HMAC-SHA-256 or HMAC-SHA-512, in PHC form
/// `$pbkdf2-sha256$i=ROUNDS,l=SIZE$SALT$HASH`, `,l=SIZE` being optional, or as passlib writes it:
/// `$pbkdf2-sha256$ROUNDS$SALT$HASH`, whose hash has the size of the digest. Limits: 1 to 2,000,000
/// rounds; salts of 4 to 64 octets; hashes of 16 to 64 octets.
[[nodiscard]] hash_fault pbkdf2_sha256_fault(std::string_view encoded);
[[nodiscard]] hash_fault pbkdf2_sha512_fault(std::string_view encoded);

/// Compares through OpenSSL. Thread-safe. A password with a NUL never matches.
/// @returns false also when `encoded` has a fault.
[[nodiscard]] bool pbkdf2_sha256_verify(std::string_view encoded, std::string_view password);
[[nodiscard]] bool pbkdf2_sha512_verify(std::string_view encoded, std::string_view password);

}  // namespace mintage::crypto
