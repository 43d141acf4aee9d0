/// @file
/// The algorithms of client assertions. (CAU-10, FAP-09)
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "crypto/digest.hpp"
#include "crypto/key.hpp"
#include "oauth/table.hpp"

namespace mintage::oauth {

/// In the order of documents and messages.
enum class assertion_alg : std::uint8_t {
  es256,
  es384,
  es512,
  eddsa,
  ps256,
  ps384,
  ps512,
  rs256,
  rs384,
  rs512,
  hs256,
  hs384,
  hs512,
};

struct assertion_alg_row {
  assertion_alg id;
  /// The `alg` header parameter, and `token_endpoint_auth_signing_alg`.
  std::string_view name;
  /// The number in the records of clients. On the disk: DO NOT CHANGE, never reuse one. 0 is none.
  std::uint32_t record_number;
  /// For private_key_jwt. Nothing = an HMAC under the client secret, for client_secret_jwt.
  std::optional<crypto::jws_alg> by_key;
  crypto::sha2 hash;
  /// Whether the FAPI 2.0 profile allows it (FAP-09).
  bool is_for_fapi = false;
};

constexpr auto assertion_algs = std::array{
    assertion_alg_row{assertion_alg::es256, "ES256", 1, crypto::jws_alg::es256,
                      crypto::sha2::sha256, true},
    assertion_alg_row{assertion_alg::es384, "ES384", 2, crypto::jws_alg::es384,
                      crypto::sha2::sha384},
    assertion_alg_row{assertion_alg::es512, "ES512", 3, crypto::jws_alg::es512,
                      crypto::sha2::sha512},
    assertion_alg_row{assertion_alg::eddsa, "EdDSA", 4, crypto::jws_alg::eddsa,
                      crypto::sha2::sha512, true},
    assertion_alg_row{assertion_alg::ps256, "PS256", 5, crypto::jws_alg::ps256,
                      crypto::sha2::sha256, true},
    assertion_alg_row{assertion_alg::ps384, "PS384", 6, crypto::jws_alg::ps384,
                      crypto::sha2::sha384},
    assertion_alg_row{assertion_alg::ps512, "PS512", 7, crypto::jws_alg::ps512,
                      crypto::sha2::sha512},
    assertion_alg_row{assertion_alg::rs256, "RS256", 8, crypto::jws_alg::rs256,
                      crypto::sha2::sha256},
    assertion_alg_row{assertion_alg::rs384, "RS384", 9, crypto::jws_alg::rs384,
                      crypto::sha2::sha384},
    assertion_alg_row{assertion_alg::rs512, "RS512", 10, crypto::jws_alg::rs512,
                      crypto::sha2::sha512},
    assertion_alg_row{assertion_alg::hs256, "HS256", 11, std::nullopt, crypto::sha2::sha256},
    assertion_alg_row{assertion_alg::hs384, "HS384", 12, std::nullopt, crypto::sha2::sha384},
    assertion_alg_row{assertion_alg::hs512, "HS512", 13, std::nullopt, crypto::sha2::sha512},
};
static_assert(is_in_order(assertion_algs));

[[nodiscard]] constexpr std::string_view to_string(assertion_alg a) noexcept {
  return row_of(assertion_algs, a).name;
}

/// By its name; `Ed25519` is another name of EdDSA. @returns nothing for `none` and unknown names.
/// @see RFC 9864 §2.2
[[nodiscard]] constexpr std::optional<assertion_alg> parse_assertion_alg(
    std::string_view name) noexcept {
  return name == "Ed25519" ? assertion_alg::eddsa : find_named(assertion_algs, name);
}

}  // namespace mintage::oauth
