#include "oauth/request/token_request.hpp"

#include <array>

#include "oauth/grant/pkce.hpp"
#include "oauth/request/request_parameters.hpp"

namespace mintage::oauth {
namespace {

/// Row P13 of each grant, in the order of `grant_type`.
result<void> require_code(const parameters& sent) {
  if (!sent.has(parameter::code)) return deny(errc::invalid_request, "code is missing", "no code");
  if (sent.has(parameter::code_verifier) && !is_code_verifier(sent[parameter::code_verifier])) {
    return refusal{malformed_verifier()};
  }
  return {};
}

result<void> require_refresh_token(const parameters& sent) {
  if (sent.has(parameter::refresh_token)) return {};
  return deny(errc::invalid_request, "refresh_token is missing", "no refresh_token");
}

result<void> require_nothing(const parameters&) {
  return {};
}

constexpr auto requirements = std::array{require_code, require_refresh_token, require_nothing};
static_assert(requirements.size() == grant_type_names.size());

/// Rows P11 to P13.
result<void> read_grant(const parameters& sent, token_request& out) {
  if (!sent.has(parameter::grant_type)) {
    return deny(errc::invalid_request, "grant_type is missing", "no grant_type");
  }
  const auto grant = parse_grant_type(sent[parameter::grant_type]);
  if (!grant) {
    return deny(errc::unsupported_grant_type, "grant_type is not supported",
                "unsupported grant_type");
  }
  const auto complete = requirements[static_cast<std::size_t>(*grant)](sent);
  if (!complete) return complete;
  out.grant = *grant;
  out.code = sent[parameter::code];
  out.redirect_uri = sent[parameter::redirect_uri];
  out.code_verifier = sent[parameter::code_verifier];
  out.refresh_token = sent[parameter::refresh_token];
  out.scope = sent[parameter::scope];
  for (const auto value : sent.resources()) out.resource_values[out.resources_count++] = value;
  return {};
}

}  // namespace

result<token_request> parse_token_request(const token_request_head& head,
                                          std::span<char> authorization_octets,
                                          std::span<char> body) {
  const auto sent = read_parameters(head.content_type, head.query, body);
  if (!sent) return refusal{sent.error()};
  auto out = token_request{};
  auto authorization = std::optional<std::span<char>>{};
  if (head.authorization) authorization = authorization_octets;
  if (const auto known = read_credentials(authorization, *sent, out.who, out.decoded); !known) {
    return refusal{known.error()};
  }
  if (const auto complete = read_grant(*sent, out); !complete) return refusal{complete.error()};
  return out;
}

}  // namespace mintage::oauth
