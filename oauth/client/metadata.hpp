/// @file
/// The metadata that a client is registered with, and its rules. @see RFC 7591 §2, PROTOCOL.md §9
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/random.hpp"
#include "crypto/secret.hpp"
#include "oauth/admin/error.hpp"
#include "oauth/client/client.hpp"
#include "oauth/options.hpp"

namespace mintage::oauth {

/// Body of POST /admin/clients and PATCH /admin/clients/{id}. Members that were not sent are
/// nothing.
struct client_metadata {
  std::optional<std::string> client_id;  ///< with client_secret: import
  std::optional<crypto::secret_string> client_secret;
  std::optional<crypto::secret_string> client_secret_hash;  ///< in place of client_secret
  std::optional<std::int64_t> client_secret_expires_at;     ///< NumericDate, 0 = never
  std::optional<std::string> client_name;
  std::optional<std::vector<std::string>> redirect_uris;
  std::optional<std::string> token_endpoint_auth_method;
  std::optional<std::vector<std::string>> grant_types;
  std::optional<std::vector<std::string>> response_types;
  std::optional<std::string> scope;
  std::optional<std::string> id_token_signed_response_alg;
  std::optional<std::string> status;  ///< "active" or "suspended"
  std::optional<bool> strict_auth_method;
  std::optional<bool> require_pkce;
  std::optional<bool> basic_raw_compat;
  std::optional<bool> rt_without_offline;
  std::optional<std::string> rt_mode;       ///< "rotating" or "static"
  std::optional<std::string> subject_type;  ///< "public" or "pairwise"
  std::optional<std::string> sector_identifier_uri;
  std::optional<std::string> userinfo_signed_response_alg;  ///< empty = plain JSON
  std::optional<std::vector<std::string>> allowed_resources;
  std::optional<std::vector<std::string>> allowed_origins;
  // Seconds; 0 = as in [tokens] of the config.
  std::optional<std::int64_t> access_token_ttl;
  std::optional<std::int64_t> id_token_ttl;
  std::optional<std::int64_t> refresh_idle;
  std::optional<std::int64_t> refresh_absolute;
  std::optional<std::vector<static_claim>> access_token_claims;
  std::optional<std::string> jwks;      ///< the text of a JWK set; empty = none
  std::optional<std::string> jwks_uri;  ///< empty = none
  std::optional<std::string> token_endpoint_auth_signing_alg;  ///< empty = any of the method
  std::optional<std::string> assertion_aud_mode;               ///< "strict" or "compat"
  std::optional<std::string> profile;                          ///< "default" or "fapi2"
  /// One for each row of `subject_fields`.
  std::array<std::optional<std::string>, subject_fields.size()> certificate_subjects;
  std::optional<bool> tls_client_certificate_bound_access_tokens;
  std::optional<bool> dpop_bound_access_tokens;
  std::optional<bool> dpop_nonces;
  std::optional<bool> require_pushed_authorization_requests;
  std::optional<std::string> authorization_signed_response_alg;  ///< empty = the usual one
  std::optional<std::string> request_object_signing_alg;         ///< empty = any with a key pair
  std::optional<std::string> client_uri;                         ///< empty = none
  std::optional<std::string> logo_uri;                           ///< empty = none
  std::optional<std::int64_t> default_max_age;                   ///< seconds; -1 = none
  std::optional<bool> require_auth_time;
  std::optional<std::string> application_type;  ///< "web", "native" or empty
  std::optional<std::string> software_id;
  std::optional<std::string> software_version;
  std::optional<std::vector<std::string>> post_logout_redirect_uris;
  std::optional<std::string> backchannel_logout_uri;  ///< empty = none
  std::optional<bool> backchannel_logout_session_required;
};

/// Checks that this server can give a client such lifetimes: access and ID tokens must expire
/// before their key is removed (keys.overlap), and refresh tokens no later than
/// tokens.refresh_absolute, because cutoffs are stored that long.
/// @returns invalid_request naming the field.
[[nodiscard]] complaint check_lives(const token_lives& own, const options& o);

/// Makes a client from metadata, without its secret. Draws the id (if none was given) and the
/// incarnation. Defaults: client_secret_basic, authorization_code, scope "openid", RS256, PKCE
/// required, public subjects; rotating refresh tokens for public clients, static ones for
/// confidential clients (RFT-02); the strict audience for assertions, but the compatible one for an
/// imported client (CAU-08).
/// Pairwise subjects are shared within the host of sector_identifier_uri, which is not fetched: the
/// operator is responsible for the redirect URIs. Without that member, all redirect URIs must have
/// one host.
/// @returns invalid_request naming the field: a bad URI (absolute, no fragment, no wildcard; http
///          only for a loopback host), an unknown value, a public client with a secret or with
///          client_credentials (CCG-01), require_pkce off for a public client (PKC-01), pairwise
///          subjects without a single sector, an allowed origin that browsers do not send, a member
///          that is too long (512 URIs of 2048 octets; 64 resources and origins; id 128; secret 256
///          octets of printable UTF-8); and what oauth/client/key_metadata.hpp says.
[[nodiscard]] admin_result<client> make_client(const client_metadata& m, instant now,
                                               crypto::random_source& random);
/// Applies the same rules to a changed copy; version + 1. client_id, client_secret,
/// client_secret_hash and token_endpoint_auth_method cannot be changed.
[[nodiscard]] admin_result<client> change_client(const client& before, const client_metadata& m);

}  // namespace mintage::oauth
