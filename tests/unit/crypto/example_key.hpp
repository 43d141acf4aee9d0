/// @file
/// The P-256 keys that RFCs print.
#pragma once

#include <string>

#include "crypto/base64.hpp"
#include "hex.hpp"

namespace mintage::crypto {

// RFC 7515 App. A.3.
inline constexpr auto example_x = std::string_view{"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"};
inline constexpr auto example_y = std::string_view{"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"};
inline constexpr auto example_d = std::string_view{"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"};
inline constexpr auto example_jws = std::string_view{
    "eyJhbGciOiJFUzI1NiJ9"
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlf"
    "Q.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"};

// KAT-04.
inline constexpr auto kat_04_x = std::string_view{"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs"};
inline constexpr auto kat_04_y = std::string_view{"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"};

/// PKCS #8 of RFC 7515's key, without its optional public part.
inline std::string example_der() {
  return from_hex(
             "3041 020100 3013 06072a8648ce3d0201 06082a8648ce3d030107 0427 3025 020101 0420") +
         *base64url_decode(example_d);
}

/// The same with a public part (RFC 5915), which need not belong to it.
inline std::string example_der_with_public(std::string_view x, std::string_view y) {
  return from_hex(
             "308187 020100 3013 06072a8648ce3d0201 06082a8648ce3d030107 046d 306b 020101 0420") +
         *base64url_decode(example_d) + from_hex("a144 034200 04") + *base64url_decode(x) +
         *base64url_decode(y);
}

}  // namespace mintage::crypto
