#include "oauth/request/token_request.hpp"

#include "oauth/denial_reasons.hpp"
#include "oauth/request/request_parameters.hpp"

namespace mintage::oauth {
namespace {

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
  out.grant = *grant;
  out.scope = sent[parameter::scope];
  for (const auto value : sent.resources()) out.resource_values[out.resources_count++] = value;
  return row_of(grants, *grant).read(sent, out);
}

void note(const parameters& sent, const token_request& read, partly_read_request* refused) {
  if (refused == nullptr) return;
  refused->client_id = sent[parameter::client_id];
  if (refused->client_id.empty()) refused->client_id = read.who.raw_id;
  refused->grant_type = sent[parameter::grant_type];
}

}  // namespace

result<token_request> parse_token_request(const token_request_head& head,
                                          std::span<char> authorization_octets,
                                          std::span<char> body, partly_read_request* refused) {
  const auto sent = read_parameters(head.content_type, head.query, body);
  if (!sent) return refusal{sent.error()};
  auto out = token_request{};
  auto authorization = std::optional<std::span<char>>{};
  if (head.authorization) authorization = authorization_octets;
  if (const auto known = read_credentials(authorization, *sent, out.who, out.decoded); !known) {
    note(*sent, out, refused);
    return refusal{known.error()};
  }
  if (const auto complete = read_grant(*sent, out); !complete) {
    note(*sent, out, refused);
    return refusal{complete.error()};
  }
  return out;
}

}  // namespace mintage::oauth
