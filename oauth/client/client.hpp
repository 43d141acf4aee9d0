/// @file
/// A registered client, as the registry stores it and the rules read it. @see RFC 7591 §2,
/// PROTOCOL.md §9
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/key.hpp"
#include "oauth/client/assertion_alg.hpp"
#include "oauth/client/auth_method.hpp"
#include "oauth/client/certificate_subject.hpp"
#include "oauth/client/key_set.hpp"
#include "oauth/client/profile.hpp"
#include "oauth/client/registered.hpp"
#include "oauth/client/secret_kinds.hpp"
#include "oauth/grant/grant_types.hpp"
#include "oauth/grant/resource.hpp"
#include "oauth/options.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

enum class client_status : std::uint8_t { active, suspended };
[[nodiscard]] constexpr std::string_view to_string(client_status s) noexcept {
  return s == client_status::active ? "active" : "suspended";
}
/// The kind of a client's refresh tokens (RFT-02).
enum class rt_mode : std::uint8_t { rotating, static_ };
[[nodiscard]] constexpr std::string_view to_string(rt_mode m) noexcept {
  return m == rt_mode::rotating ? "rotating" : "static";
}
/// Whether the tokens of all clients name a person by the same subject (Core §8).
enum class subject_type : std::uint8_t { public_, pairwise };
[[nodiscard]] constexpr std::string_view to_string(subject_type t) noexcept {
  return t == subject_type::public_ ? "public" : "pairwise";
}

/// What `aud` of a client's assertions may be (CAU-08). The profile FAPI 2.0 is stricter than both.
enum class aud_mode : std::uint8_t {
  strict,  ///< the issuer alone, as a string or as the only element of an array
  compat   ///< also the URLs of endpoints, for applications that send those
};
[[nodiscard]] constexpr std::string_view to_string(aud_mode m) noexcept {
  return m == aud_mode::strict ? "strict" : "compat";
}

/// Lifetimes of a client's tokens that differ from [tokens] in the config; 0 = as in [tokens].
struct token_lives {
  seconds access{};
  seconds id{};
  seconds refresh_idle{};
  seconds refresh_absolute{};
  friend bool operator==(const token_lives&, const token_lives&) = default;
};
/// Replaces each 0 by the value of the config.
[[nodiscard]] token_lives resolve(const token_lives& own, const options& o) noexcept;

/// One stored live secret (CAU-12): HMAC-SHA-256 under the pepper when the server generated it; a
/// slow hash when it was imported, our own argon2id or that of another server; sealed when the
/// client's method needs its text (CAU-10).
struct stored_secret {
  using kind = secret_kind;
  kind how = kind::hmac;
  /// 32 octets (hmac), the text of the slow hash, or what oauth/client/sealed_secret.hpp made.
  std::string hash;
  /// Number of the secret among the client's, from 1; never reused.
  std::uint32_t number = 1;
  /// `client_secret_expires_at`; nothing = never.
  std::optional<instant> expires;
  /// Fields of the stored record that a newer version knows; written again with it.
  std::string newer_fields{};
};

struct client {
  /// 1..128 octets of %x21-7E. Generated ids are `cl_` and 22 base64url characters (CAU-03,
  /// CAU-12).
  std::string id;
  /// Drawn when the record is made. A removed and re-imported id has another value, so that its old
  /// codes and grants stay invalid.
  std::uint64_t incarnation = 0;
  /// Counts changes of this record. Proven secrets are cached per version.
  std::uint64_t version = 1;
  client_status status = client_status::active;
  instant issued_at{};
  std::string name;
  auth_method method = auth_method::client_secret_basic;
  /// Up to two, for rotation. Both are always compared.
  std::vector<stored_secret> secrets;
  std::vector<std::string> redirect_uris;
  std::vector<grant_type> grant_types{grant_type::authorization_code};
  /// Scope tokens that this client may be granted.
  std::vector<std::string> scopes{"openid"};
  crypto::jws_alg id_token_alg = crypto::jws_alg::rs256;
  bool strict_auth_method = false;
  bool require_pkce = true;
  bool basic_raw_compat = true;
  bool rt_without_offline = false;
  rt_mode refresh_mode = rt_mode::static_;
  subject_type subjects = subject_type::public_;
  /// Host of the sector of pairwise subjects: that of `sector_identifier_uri`, else of the redirect
  /// URIs, which then have one host. Empty for public subjects.
  std::string sector;
  /// `userinfo_signed_response_alg`; nothing = plain JSON (UIN-03).
  std::optional<crypto::jws_alg> userinfo_alg;
  /// Identifiers of resources that the client may name in `resource` (ATK-03).
  std::vector<std::string> allowed_resources;
  /// Origins that get CORS, in addition to those of a public client's redirect URIs (TOK-20).
  std::vector<std::string> allowed_origins;
  token_lives lives;
  /// Claims of each of its JWT access tokens.
  std::vector<static_claim> access_token_claims;
  /// The JWK set that it is registered with, as JSON; empty = none.
  std::string jwks;
  /// The keys of `jwks`; null without one. Shared by the copies of a record.
  key_set_ptr keys;
  /// Where its JWK set is fetched from; empty = nowhere. Never together with `jwks` (CAU-11).
  std::string jwks_uri;
  /// `token_endpoint_auth_signing_alg`: the only algorithm of its assertions; nothing = any of its
  /// method (CAU-06).
  std::optional<assertion_alg> only_assertion_alg;
  aud_mode assertion_aud = aud_mode::strict;
  /// What it is registered with, and what the record stores.
  client_profile own_profile = client_profile::standard;
  /// What it is held to: the stricter of its own and that of the server.
  client_profile profile = client_profile::standard;
  /// The name in its certificate; there with `tls_client_auth` only (CAU-14).
  std::optional<certificate_subject> subject;
  /// `tls_client_certificate_bound_access_tokens` (MTL-01).
  bool has_certificate_bound_tokens = false;
  /// Whether each of its access tokens is bound to a DPoP key (DPO-13). @see RFC 9449 §5.2
  bool dpop_bound_access_tokens = false;
  /// Whether its proofs need a nonce even where the server does not ask all clients for one
  /// (DPO-11).
  bool dpop_nonces = false;
  /// Whether its authorization requests must be pushed, even where the server does not ask all
  /// clients for it (PAR-02). @see RFC 9126 §6
  bool require_pushed = false;
  /// `authorization_signed_response_alg` (JRM-01); nothing = the usual one.
  std::optional<crypto::jws_alg> response_alg;
  /// `request_object_signing_alg`: the only algorithm of its request objects; nothing = any with a
  /// key pair (JAR-01).
  std::optional<assertion_alg> only_request_object_alg;
  /// Its home page and its picture, which login pages show; empty = none. @see RFC 7591 §2
  std::string uri;
  std::string logo_uri;
  /// `default_max_age`: max_age of requests that have none. @see OpenID Connect Registration §2
  std::optional<seconds> default_max_age;
  /// `require_auth_time`. ID tokens have `auth_time` in any case.
  bool require_auth_time = false;
  /// Of a client that registered itself; nothing for those of the operator (DCR-06).
  std::optional<registration> registered;
  /// `application_type`; nothing = not said.
  std::optional<application_type> application;
  std::string software_id;
  std::string software_version;
  /// Where browsers may be sent after a logout (LGO-02).
  std::vector<std::string> post_logout_redirect_uris;
  /// Where it is told of the end of a session; empty = it is not told (LGO-04).
  std::string backchannel_logout_uri;
  /// Whether it asks for `sid` in logout tokens. They always have it.
  bool backchannel_logout_session_required = false;
  /// Fields of the stored record that a newer version knows; written again with it.
  std::string newer_fields{};

  [[nodiscard]] bool is_public() const noexcept { return proof_of(method) == client_proof::none; }
  /// The algorithm of signed answers to its authorization requests: RS256 unless it has chosen one;
  /// that of its ID tokens with FAPI 2.0, which forbids RS256 (FAP-09).
  [[nodiscard]] crypto::jws_alg signs_responses_with() const noexcept {
    if (response_alg) return *response_alg;
    return profile == client_profile::fapi2 ? id_token_alg : crypto::jws_alg::rs256;
  }
  [[nodiscard]] bool has_grant(grant_type g) const noexcept;
  [[nodiscard]] bool has_scope(std::string_view token) const noexcept;
  /// Compares octet for octet, except that http on `127.0.0.1`, `[::1]` or `localhost` may have any
  /// TCP port, because a native app listens on the port that the system gives it. @see RFC 8252
  /// §7.3
  [[nodiscard]] bool has_redirect_uri(std::string_view asked) const noexcept;
};

/// Whether an id has the form of generated ids. An unknown id of that form costs a dummy HMAC
/// (CAU-12).
[[nodiscard]] bool looks_generated(std::string_view client_id) noexcept;

/// The part of an authenticated client that an exchange carries: plain values, so that requests
/// share no reference count.
struct client_facts {
  /// A view into the request.
  std::string_view id;
  std::uint64_t incarnation = 0;
  crypto::jws_alg id_token_alg = crypto::jws_alg::rs256;
  auth_method method = auth_method::client_secret_basic;
  bool is_public = false;
  bool may_refresh = false;
  bool rt_without_offline = false;
  rt_mode refresh_mode = rt_mode::static_;
  token_lives lives;
  /// Whether the client's record has `access_token_claims`.
  bool has_static_claims = false;
  /// Whether its tokens must be bound to a client certificate (MTL-01).
  bool is_certificate_bound = false;
  /// Whether its tokens must be bound to a DPoP key (DPO-13).
  bool needs_proof = false;
  /// Whether it registered itself, so that its use is noted (DCR-07).
  bool is_registered = false;
};

}  // namespace mintage::oauth
