/// @file
/// What came with a refused request, for `mintage explain`. Runs for refused requests only.
///
/// Every text is ASCII: other octets, quotes and backslashes are escaped as \xHH, and long ones are
/// cut. Secrets, tokens, codes, verifiers and signatures are never in it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "oauth/authorization/authorization_parameters.hpp"
#include "oauth/client/registry.hpp"
#include "oauth/request/token_request.hpp"
#include "oauth/token/token_query.hpp"

namespace mintage::oauth {

constexpr std::size_t longest_came = 600;

/// A text of a request for log and operator: printable ASCII without quotes, and without what has
/// the form of a secret, which somebody may have sent in the wrong place.
/// @param most octets of the result, besides the dots of a text that was cut.
[[nodiscard]] std::string escape_for_people(std::string_view text, std::size_t most = 128);

/// What the server knows when it refuses a request.
struct refusal_context {
  denial_reason why;
  /// The value of the DPoP header field; empty = absent.
  std::string_view proof;
  /// The clients; null = not loaded.
  const client_registry* known = nullptr;
  instant now{};
};

/// The parts of a request to the token endpoint that its refusal is about.
[[nodiscard]] std::string came_with(const token_request& request, const refusal_context& around);
/// The same for a question about a token.
[[nodiscard]] std::string came_with(const token_query_request& request,
                                    const refusal_context& around);

/// The same for an authorization request.
/// @param c its client; null when it is unknown.
[[nodiscard]] std::string came_with(const authorization_parameters& sent, denial_reason why,
                                    const client* c);

/// Client and grant type, as far as they were read.
[[nodiscard]] std::string came_with(const partly_read_request& refused);

/// The header and the claims of a presented JWT that may be shown: alg, typ, kid, iss, sub, aud,
/// exp, iat, nbf, client_id, scope, htm, htu. Nothing is verified.
[[nodiscard]] std::string describe_jwt(std::string_view compact);

}  // namespace mintage::oauth
