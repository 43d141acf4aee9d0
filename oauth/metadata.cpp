#include "oauth/metadata.hpp"

#include "crypto/base64.hpp"
#include "crypto/digest.hpp"
#include "oauth/authorization/prompt.hpp"
#include "oauth/authorization/response_mode.hpp"
#include "oauth/client/profile_rules.hpp"
#include "oauth/dpop/proof.hpp"
#include "oauth/request/json_writer.hpp"

namespace mintage::oauth {
namespace {

using namespace std::string_view_literals;

/// The algorithms that sign now. RS256 first, as Discovery §3 requires it (MET-02); not where the
/// profile forbids it to all clients (FAP-09).
std::vector<std::string> signing_algorithms(const key_ring& ring, client_profile p) {
  using enum crypto::jws_alg;
  auto names = std::vector<std::string>{};
  for (const auto alg : {rs256, es256, ps256, es384, eddsa}) {
    if (p == client_profile::fapi2 && !is_for_fapi(alg)) continue;
    if (ring.active(alg) != nullptr) names.emplace_back(to_string(alg));
  }
  return names;
}

/// The authentication methods that an endpoint accepts (CAU-01, FAP-01).
std::vector<std::string_view> methods_at(endpoint e, const options& o) {
  auto names = std::vector<std::string_view>{};
  for (const auto& method : auth_methods) {
    if (o.profile == client_profile::fapi2 && !is_for_fapi(method.id)) continue;
    if (is_allowed_at(method.id, e) && o.certificates >= method.needs) names.push_back(method.name);
  }
  return names;
}

/// The algorithms of the assertions that an endpoint accepts (CAU-10, FAP-09).
std::vector<std::string_view> assertion_algs_at(endpoint e, client_profile p) {
  auto names = std::vector<std::string_view>{};
  for (const auto& alg : assertion_algs) {
    if (p == client_profile::fapi2 && !alg.is_for_fapi) continue;
    const auto method = alg.by_key ? auth_method::private_key_jwt : auth_method::client_secret_jwt;
    if (is_allowed_at(method, e)) names.push_back(alg.name);
  }
  return names;
}

/// The algorithms of request objects: those of keys (JAR-01, FAP-09).
std::vector<std::string_view> request_object_algs(client_profile p) {
  auto names = std::vector<std::string_view>{};
  for (const auto& alg : assertion_algs) {
    if (p == client_profile::fapi2 && !alg.is_for_fapi) continue;
    if (alg.by_key) names.push_back(alg.name);
  }
  return names;
}

/// What the authorization endpoint takes and answers. (AUZ-03, MCP-05, JAR-01, JRM-01, PAR-02)
void add_authorization(json_writer& json, const options& o,
                       const std::vector<std::string>& algorithms) {
  auto modes = std::vector<std::string_view>{};
  for (const auto& row : response_modes) modes.push_back(row.name);
  modes.push_back(short_jwt_mode);
  json.strings("response_modes_supported", modes);
  json.strings("prompt_values_supported", names_of(prompts));
  json.boolean("authorization_response_iss_parameter_supported", true);
  json.strings("authorization_signing_alg_values_supported", algorithms);
  json.strings("request_object_signing_alg_values_supported", request_object_algs(o.profile));
  json.boolean("require_pushed_authorization_requests",
               o.require_pushed_requests || o.profile == client_profile::fapi2);  // FAP-08
}

/// The endpoints under the URL that asks for client certificates, as a JSON object.
/// @see RFC 8705 §5
std::string aliases(const options& o) {
  auto out = std::string{};
  auto json = json_writer{out};
  for (const auto& e : endpoints) {
    if (const auto url = alias_url(o, e.id); !url.empty()) json.string(e.metadata_member, url);
  }
  json.end();
  return out;
}

}  // namespace

std::string render_metadata(const options& o, const key_ring& ring) {
  const auto base = base_url(o);
  auto out = std::string{};
  auto json = json_writer{out};
  json.string("issuer", o.issuer);
  if (!o.authorization_endpoint.empty() && !serves_authorization(o)) {
    json.string("authorization_endpoint", o.authorization_endpoint);
  }
  for (const auto& e : endpoints) {
    if (!e.metadata_member.empty() && exists(e, o)) json.string(e.metadata_member, base, e.name);
  }
  if (announces_registration(o)) {
    json.string("registration_endpoint", base, row_of(endpoints, endpoint::registration).name);
  }
  json.strings("scopes_supported", {"openid"sv, "offline_access"sv});
  json.strings("response_types_supported", response_types_of(all_of_enum<grant_type>()));
  // Explicit: without the list, clients must assume the implicit grant (MET-02).
  json.strings("grant_types_supported", names_of(grants));
  json.strings("subject_types_supported", {"public"sv, "pairwise"sv});
  const auto algorithms = signing_algorithms(ring, o.profile);
  json.strings("id_token_signing_alg_values_supported", algorithms);
  json.strings("userinfo_signing_alg_values_supported", algorithms);
  json.strings("introspection_signing_alg_values_supported", algorithms);
  for (const auto& e : endpoints) {
    if (!exists(e, o)) continue;
    if (!e.auth_methods_member.empty()) json.strings(e.auth_methods_member, methods_at(e.id, o));
    const auto algs = assertion_algs_at(e.id, o.profile);
    if (!algs.empty()) json.strings(e.auth_algs_member, algs);
  }
  json.strings("dpop_signing_alg_values_supported", proof_alg_names(o.profile));
  json.strings("code_challenge_methods_supported", {"S256"sv});
  json.strings("claims_supported", {"iss"sv, "sub"sv, "aud"sv, "exp"sv, "iat"sv, "auth_time"sv,
                                    "nonce"sv, "acr"sv, "amr"sv, "at_hash"sv, "sid"sv});
  // Without an authorization endpoint the front-end that mints the codes reads the requests.
  json.boolean("claims_parameter_supported", serves_authorization(o));
  json.boolean("request_parameter_supported", serves_authorization(o));
  if (serves_authorization(o)) add_authorization(json, o, algorithms);
  // Explicit: without the member, clients must assume true (MET-02).
  json.boolean("request_uri_parameter_supported", false);
  json.boolean("backchannel_logout_supported", true);
  json.boolean("backchannel_logout_session_supported", true);
  json.boolean("frontchannel_logout_supported", false);  // LGO-06
  if (o.certificates != certificate_use::none)
    json.boolean("tls_client_certificate_bound_access_tokens", true);
  if (!o.mtls_base_url.empty()) json.raw("mtls_endpoint_aliases", aliases(o));
  json.end();
  return out;
}

document make_document(std::string body) {
  // 22 characters are 132 bits of the digest, so different documents have different tags.
  constexpr auto tag_size = std::size_t{22};
  const auto hash = crypto::base64url(crypto::sha256(body));
  return {.body = std::move(body), .etag = '"' + hash.substr(0, tag_size) + '"'};
}

}  // namespace mintage::oauth
