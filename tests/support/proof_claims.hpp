/// @file
/// The claims of DPoP proofs for the server under test.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string_view>

namespace mintage::test {

/// Those of a good proof: a new `jti`, `htm`, `htu` (the issuer and `path`), `iat` now.
[[nodiscard]] boost::json::object proof_claims(std::string_view path = "/token",
                                               std::string_view method = "POST");

}  // namespace mintage::test
