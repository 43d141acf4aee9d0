#include "app/cli/declared/members.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "crypto/key.hpp"
#include "oauth/client/assertion_alg.hpp"
#include "oauth/client/key_metadata.hpp"
#include "oauth/grant/grant_types.hpp"

namespace mintage::app {
namespace {

using names = std::vector<std::string_view>;
using enum member_kind;
using enum member_use;

names signing_algs() {
  auto out = names{};
  for (const auto alg : crypto::jws_algs) out.push_back(crypto::to_string(alg));
  return out;
}
names signing_algs_or_none() {
  auto out = signing_algs();
  out.insert(out.begin(), "");
  return out;
}
names assertion_algs_or_none() {
  auto out = names{""};
  for (const auto& row : oauth::assertion_algs) out.push_back(row.name);
  return out;
}
names request_algs_or_none() {
  auto out = names{""};
  for (const auto& row : oauth::assertion_algs)
    if (row.by_key) out.push_back(row.name);
  return out;
}
names grants() {
  auto out = names{};
  for (const auto& row : oauth::grants) out.push_back(row.name);
  return out;
}
names methods() {
  return oauth::registrable_methods();
}
names states() {
  return {"active", "suspended"};
}
names refresh_modes() {
  return {"rotating", "static"};
}
names subject_types() {
  return {"public", "pairwise"};
}
names profiles() {
  return {"default", "fapi2"};
}
names audiences() {
  return {"strict", "compat"};
}
names applications() {
  return {"", "web", "native"};
}
names formats() {
  return {"jwt", "opaque"};
}

constexpr auto of_clients = std::to_array<declared_member>({
    {"client_id", text, identity, "The id of the client, which it is made with."},
    {secret_file_member, text, only_here,
     "File with the secret that the client is made with; its owner alone may read it."},
    {secret_variable_member, text, only_here,
     "Environment variable with the secret that the client is made with."},
    {secret_hash_member, text, only_here,
     "File with the hash of the secret that the client is made with: bcrypt, PBKDF2 or argon2."},
    {"client_name", text, usual, "A name for people."},
    {"status", text, if_said, "Whether it is let in; left out, it stays as it is.", states},
    {"token_endpoint_auth_method", text, fixed, "How the client authenticates.", methods},
    {"redirect_uris", texts, usual, "Where codes may be sent, octet for octet."},
    {"grant_types", texts, usual, "The grants that it may use.", grants},
    {"scope", text, usual, "What it may be granted, separated by spaces."},
    {"id_token_signed_response_alg", text, usual, "How its ID tokens are signed.", signing_algs},
    {"userinfo_signed_response_alg", text, usual,
     "How answers of userinfo are signed; empty = plain JSON.", signing_algs_or_none},
    {"require_pkce", truth, usual, "Whether PKCE is demanded."},
    {"strict_auth_method", truth, usual,
     "Whether the secret is taken in the registered place only."},
    {"basic_raw_compat", truth, usual,
     "Whether Basic credentials are taken that were not form-encoded first."},
    {"rt_mode", text, usual, "How its refresh tokens behave.", refresh_modes},
    {"rt_without_offline", truth, usual, "Whether it gets refresh tokens without offline_access."},
    {"subject_type", text, usual, "Whether sub is another one in each sector.", subject_types},
    {"sector_identifier_uri", text, if_said, "The https URL whose host is its sector."},
    {"allowed_resources", texts, usual, "The resources that it may name."},
    {"allowed_origins", texts, usual, "Origins whose pages may call the server."},
    {"access_token_ttl", number, usual, "Life of its access tokens in seconds; 0 = the server's."},
    {"id_token_ttl", number, usual, "Life of its ID tokens in seconds; 0 = the server's."},
    {"refresh_idle", number, usual,
     "How long its refresh tokens live unused, in seconds; 0 = the server's."},
    {"refresh_absolute", number, usual,
     "How long its refresh tokens live at most, in seconds; 0 = the server's."},
    {"access_token_claims", object, usual, "Claims of each of its JWT access tokens."},
    {"jwks", object, usual, "Its public keys: a JWK set."},
    {keys_file_member, text, only_here, "File with its public keys: a JWK set, or one JWK."},
    {"jwks_uri", text, usual, "Where its JWK set is fetched from, by https."},
    {"token_endpoint_auth_signing_alg", text, usual,
     "The only algorithm of its assertions; empty = any of its method.", assertion_algs_or_none},
    {"assertion_aud_mode", text, partial, "What its assertions may name as aud.", audiences},
    {"profile", text, usual, "The rules that it is held to.", profiles, R"("default")"},
    {"tls_client_auth_subject_dn", text, partial,
     "The subject of its certificate, as of RFC 4514."},
    {"tls_client_auth_san_dns", text, partial, "A DNS name in its certificate."},
    {"tls_client_auth_san_uri", text, partial, "A URI in its certificate."},
    {"tls_client_auth_san_ip", text, partial, "An IP address in its certificate."},
    {"tls_client_auth_san_email", text, partial, "The address of a mailbox in its certificate."},
    {"tls_client_certificate_bound_access_tokens", truth, usual,
     "Whether its tokens are bound to its certificate."},
    {"dpop_bound_access_tokens", truth, usual, "Whether its tokens must be bound to a DPoP key."},
    {"dpop_nonces", truth, usual, "Whether its DPoP proofs need a nonce in any case."},
    {"require_pushed_authorization_requests", truth, usual,
     "Whether its authorization requests are taken by /par alone."},
    {"request_object_signing_alg", text, usual,
     "The only algorithm of its request objects; empty = any.", request_algs_or_none},
    {"authorization_signed_response_alg", text, usual,
     "The algorithm of signed answers to its authorization requests.", signing_algs_or_none},
    {"default_max_age", number, usual,
     "How old a login may be, in seconds, that a request does not limit; -1 = any age.", nullptr,
     "-1"},
    {"require_auth_time", truth, usual, "Whether it relies on auth_time."},
    {"client_uri", text, usual, "Its home page, for login pages."},
    {"logo_uri", text, usual, "Its picture, for login pages."},
    {"post_logout_redirect_uris", texts, usual, "Where browsers may be sent after a logout."},
    {"backchannel_logout_uri", text, usual, "Where it is told of the end of a session, by https."},
    {"backchannel_logout_session_required", truth, usual, "Whether logout tokens must have sid."},
    {"application_type", text, usual, "What it is, for people.", applications},
    {"software_id", text, usual, "What the application calls itself."},
    {"software_version", text, usual, "Its version."},
});

constexpr auto of_resources = std::to_array<declared_member>({
    {"identifier", text, identity, "The aud of its tokens: an absolute URI."},
    {"token_format", text, usual, "The format of its access tokens.", formats},
    {"alg", text, usual, "How its access tokens are signed.", signing_algs},
    {"scopes", texts, usual, "Scope tokens that refer to it."},
    {"resource_servers", texts, usual, "Ids of the clients that may introspect its tokens."},
    {"access_token_claims", object, usual, "Claims of each JWT access token for it."},
});

}  // namespace

std::span<const declared_member> client_members() {
  return of_clients;
}
std::span<const declared_member> resource_members() {
  return of_resources;
}

const declared_member* find_member(std::span<const declared_member> all, std::string_view name) {
  const auto found = std::ranges::find(all, name, &declared_member::name);
  return found == all.end() ? nullptr : &*found;
}

boost::json::value nothing_of(const declared_member& m) {
  if (!m.nothing.empty()) return boost::json::parse({m.nothing.data(), m.nothing.size()});
  switch (m.kind) {
    case text:
      return "";
    case texts:
      return boost::json::array{};
    case number:
      return 0;
    case truth:
      return false;
    case object:
      return boost::json::object{};
  }
  return nullptr;
}

}  // namespace mintage::app
