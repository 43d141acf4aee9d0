#include "oauth/client/certificate_metadata.hpp"

#include <string>

namespace mintage::oauth {
namespace {

constexpr auto one_subject =
    "tls_client_auth needs exactly one of tls_client_auth_subject_dn, tls_client_auth_san_dns, "
    "tls_client_auth_san_uri, tls_client_auth_san_ip and tls_client_auth_san_email";

}  // namespace

complaint set_certificate(client& c, const client_metadata& m) {
  c.has_certificate_bound_tokens =
      m.tls_client_certificate_bound_access_tokens.value_or(c.has_certificate_bound_tokens);
  auto sent = std::optional<certificate_subject>{};
  for (const auto& f : subject_fields) {
    const auto& value = m.certificate_subjects[static_cast<std::size_t>(f.id)];
    if (!value) continue;
    const auto name = std::string{f.name};
    if (c.method != auth_method::tls_client_auth)
      return bad_request(name + " needs the token_endpoint_auth_method tls_client_auth");
    if (sent) return bad_request(one_subject);
    sent = certificate_subject{f.id, *value};
    if (const auto fault = fault_of(*sent); !fault.empty())
      return bad_request(name + ' ' + std::string{fault});
  }
  if (sent) c.subject = std::move(sent);
  if (c.method == auth_method::tls_client_auth && !c.subject) return bad_request(one_subject);
  if (c.method == auth_method::self_signed_tls_client_auth && !c.keys && c.jwks_uri.empty())
    return bad_request("jwks or jwks_uri is required for self_signed_tls_client_auth");
  return std::nullopt;
}

}  // namespace mintage::oauth
