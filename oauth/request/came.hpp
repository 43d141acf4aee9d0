/// @file
/// What came with a refused request, for `mintage explain`. Runs for refused requests only.
///
/// Every text is ASCII: other octets, quotes and backslashes are escaped as \xHH, and long ones are
/// cut. Secrets, tokens, codes, verifiers and signatures are never in it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "oauth/client/registry.hpp"
#include "oauth/request/token_request.hpp"
#include "oauth/token/token_query.hpp"

namespace mintage::oauth {

constexpr std::size_t longest_came = 600;

/// @param most octets of the result, besides the dots of a text that was cut.
[[nodiscard]] std::string escape_for_people(std::string_view text, std::size_t most = 128);

/// The parts of a request to the token endpoint that its refusal is about.
/// @param known the clients; null = not loaded.
[[nodiscard]] std::string came_with(const token_request& request, denial_reason why,
                                    const client_registry* known, instant now);
/// The same for a question about a token.
[[nodiscard]] std::string came_with(const token_query_request& request, denial_reason why,
                                    const client_registry* known, instant now);

/// Client and grant type, as far as they were read.
[[nodiscard]] std::string came_with(const partly_read_request& refused);

/// The header and the claims of a presented JWT that may be shown: alg, typ, kid, iss, sub, aud,
/// exp, iat, nbf, client_id, scope, htm, htu. Nothing is verified.
[[nodiscard]] std::string describe_jwt(std::string_view compact);

}  // namespace mintage::oauth
