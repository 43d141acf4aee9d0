/// @file
/// DPoP proofs for the server under test.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "tests/support/dpop_key.hpp"

namespace mintage::test {

/// Those of a good proof: a new `jti`, `htm`, `htu` (the issuer and `path`), `iat` now.
[[nodiscard]] boost::json::object proof_claims(std::string_view path = "/token",
                                               std::string_view method = "POST");
/// A good proof for a POST to `path`.
[[nodiscard]] std::string proof_by(dpop_key& who, std::string_view path = "/token");

}  // namespace mintage::test
