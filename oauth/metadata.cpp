#include "oauth/metadata.hpp"

#include "crypto/base64.hpp"
#include "crypto/digest.hpp"
#include "oauth/json_writer.hpp"
#include "oauth/uri.hpp"

namespace mintage::oauth {
namespace {

using namespace std::string_view_literals;

std::vector<std::string> signing_algorithms(const key_ring& ring) {
  auto names = std::vector<std::string>{};
  for (const auto alg : {crypto::jws_alg::rs256, crypto::jws_alg::es256}) {
    if (ring.active(alg) != nullptr) names.emplace_back(to_string(alg));
  }
  return names;
}

}  // namespace

endpoint_paths paths_of(const options& o) {
  const auto parts = split_uri(base_url(o)).value_or(uri_parts{});
  const auto below = std::string{parts.path};
  return {
      .token = below + "/token",
      .jwks = below + "/jwks",
      .openid_configuration = below + "/.well-known/openid-configuration",
      .oauth_metadata = "/.well-known/oauth-authorization-server" + below,
  };
}

std::string render_metadata(const options& o, const key_ring& ring) {
  const auto base = base_url(o);
  auto out = std::string{};
  auto json = json_writer{out};
  json.string("issuer", o.issuer);
  json.string("token_endpoint", base, "/token");
  json.string("jwks_uri", base, "/jwks");
  json.strings("scopes_supported", {"openid"sv, "offline_access"sv});
  json.strings("response_types_supported", {"code"sv});
  // Explicit, because the default of an absent list claims the implicit grant (MET-02).
  json.strings("grant_types_supported", {"authorization_code"sv});
  json.strings("subject_types_supported", {"public"sv});
  json.strings("id_token_signing_alg_values_supported", signing_algorithms(ring));
  json.strings("token_endpoint_auth_methods_supported",
               {"client_secret_basic"sv, "client_secret_post"sv, "none"sv});
  json.strings("code_challenge_methods_supported", {"S256"sv});
  json.strings("claims_supported", {"iss"sv, "sub"sv, "aud"sv, "exp"sv, "iat"sv, "auth_time"sv,
                                    "nonce"sv, "acr"sv, "amr"sv, "at_hash"sv, "sid"sv});
  json.boolean("claims_parameter_supported", false);
  json.boolean("request_parameter_supported", false);
  // Explicit, because the default of an absent member is true (MET-02).
  json.boolean("request_uri_parameter_supported", false);
  json.end();
  return out;
}

document make_document(std::string body) {
  // 22 characters are 132 bits of the digest: no two documents of ours will ever share them.
  constexpr auto tag_size = std::size_t{22};
  const auto hash = crypto::base64url(crypto::sha256(body));
  return {.body = std::move(body), .etag = '"' + hash.substr(0, tag_size) + '"'};
}

}  // namespace mintage::oauth
