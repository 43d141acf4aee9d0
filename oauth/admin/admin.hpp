/// @file
/// What the admin interface asks, as values, and the rules for it. (MINT-01, MINT-02, PKC-01,
/// PKC-02)
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "crypto/secret.hpp"
#include "oauth/client/registry.hpp"
#include "oauth/grant/code.hpp"
#include "oauth/grant/cutoff.hpp"
#include "oauth/token/key_ring.hpp"

namespace mintage::oauth {

/// A refusal on the admin interface. Unlike a `denial` it may name the field of the caller's JSON;
/// it never repeats a value.
struct admin_error {
  errc code = errc::invalid_request;
  std::string description;
};
template <class T>
using admin_result = tl::expected<T, admin_error>;

/// Body of POST /admin/codes, or one line of it in bulk.
struct mint_request {
  std::string client_id;
  std::string redirect_uri;
  std::string scope;
  std::string sub;
  /// NumericDate; required.
  std::optional<std::int64_t> auth_time;
  std::string nonce;
  std::string acr;
  std::vector<std::string> amr;
  std::string sid;
  /// One JSON object as text, at most 8 KiB, or empty.
  std::string claims;
  /// From `claims_request`, the `claims` parameter of the authorization request (Core §5.5): the
  /// members of `claims` that its `id_token` names, as one JSON object, or empty; and the values
  /// of an essential `acr`, one of which must have been met (MINT-02).
  std::string id_token_claims;
  std::vector<std::string> essential_acr;
  /// Values of `resource`.
  std::vector<std::string> resources;
  /// nothing = not sent: told apart from empty, which is a mistake.
  std::optional<std::string> code_challenge;
  std::optional<std::string> code_challenge_method;
  /// 1..600 s; nothing = tokens.code_ttl.
  std::optional<std::int64_t> ttl;
};

/// Checks that the client may have such a code: client (known, active, authorization_code),
/// registered redirect_uri (exact octets), scope within the client's, PKCE rules (PKC-01, PKC-02),
/// sub (1..255 printable ASCII, no client's id: CCG-01), auth_time (not in the future beyond 30 s),
/// an essential acr that was met (MINT-02), resources (ATK-02, ATK-03), ttl.
/// @returns invalid_request, invalid_scope, invalid_target or invalid_client, naming the field.
/// @param known its clients and resources.
/// @param request moved from when it is granted; as it was when it is refused.
/// @param pairwise_key subkey of the seal key; makes pairwise subjects.
[[nodiscard]] admin_result<authorization_code> check_mint(const client_registry& known,
                                                          mint_request&& request, instant now,
                                                          const options& o,
                                                          const crypto::digest& pairwise_key);

/// The pairwise subject of a person in a sector: base64url of HMAC-SHA-256(key, length of the
/// sector (u32, big endian) ‖ sector ‖ sub): 43 characters. @see Core §8.1
[[nodiscard]] std::string pairwise_subject(const crypto::digest& key, std::string_view sector,
                                           std::string_view sub);

/// Body of POST /admin/clients and PATCH /admin/clients/{id}; members that were not sent are
/// nothing.
struct client_metadata {
  std::optional<std::string> client_id;  ///< with client_secret: import
  std::optional<crypto::secret_string> client_secret;
  std::optional<std::int64_t> client_secret_expires_at;  ///< NumericDate, 0 = never
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
};

/// A new client from metadata, without its secret. Draws id (if none was given) and incarnation.
/// Defaults: client_secret_basic, authorization_code, scope "openid", RS256, PKCE required, public
/// subjects; rotating for public clients and static for confidential ones (RFT-02).
/// @returns invalid_request naming the field: bad URI (absolute, no fragment; http only for a
///          loopback host), unknown value, public client with a secret or with client_credentials
///          (CCG-01), require_pkce off for a public client (PKC-01), pairwise subjects without one
///          sector, an allowed origin that no browser would send, too long (512 URIs, 2048 octets
///          each; 64 resources and origins; id 128; secret 8..256 printable ASCII).
/// Pairwise subjects are shared within the host of sector_identifier_uri, which is not fetched: the
/// operator vouches for the redirect URIs. Without it, all redirect URIs must have one host.
[[nodiscard]] admin_result<client> make_client(const client_metadata& m, instant now,
                                               crypto::random_source& random);
/// The same rules on a changed copy; version + 1. client_id, client_secret and
/// token_endpoint_auth_method cannot be changed here.
[[nodiscard]] admin_result<client> change_client(const client& before, const client_metadata& m);

/// Checks a resource: identifier an absolute URI without fragment (ATK-03), not issuer +
/// "/userinfo", no client's id (ATK-02); at most 64 scopes, valid tokens, none of openid and
/// offline_access, none that another resource has; at most 64 resource servers.
[[nodiscard]] std::optional<admin_error> check_resource(const client_registry& known,
                                                        const resource& r, const options& o);

/// `client_secret_expires_at` as a moment; nothing when it was not sent or is 0, which is never.
[[nodiscard]] std::optional<instant> secret_expiry(std::optional<std::int64_t> date) noexcept;

/// Body of POST /admin/clients/{id}/secrets.
struct secret_request {
  std::optional<crypto::secret_string> client_secret;    ///< nothing = one is generated
  std::optional<std::int64_t> client_secret_expires_at;  ///< NumericDate, 0 = never
};
/// Live secrets of one client at most: the one in use, and its successor during a rotation.
constexpr std::size_t max_live_secrets = 2;
/// Checks whether a client may get such a secret.
/// @returns nothing when it may; invalid_request for a public client, a bad secret or a bad time;
///          conflict when `max_live_secrets` are live.
[[nodiscard]] std::optional<admin_error> check_secret(const client& c, const secret_request& r,
                                                      instant now);
/// A changed copy with one secret more; expired ones, which nobody can use, make room. The secret
/// is numbered by the version of the record that it came with: numbers grow and never return.
/// @returns conflict when `max_live_secrets` are live.
[[nodiscard]] admin_result<client> with_secret(const client& before, stored_secret added,
                                               instant now);
/// A changed copy without that secret.
/// @returns not_found when there is no such number; conflict when the client could not authenticate
///          any more.
[[nodiscard]] admin_result<client> without_secret(const client& before, std::uint32_t number,
                                                  instant now);

/// `mcs_` and 43 base64url characters: a generated secret (256 random bits).
[[nodiscard]] crypto::secret_string make_client_secret(crypto::random_source& random);

/// The calls of the admin interface that registry and key keeper answer.
struct create_client {
  client_metadata metadata;
};
struct show_client {
  std::string id;
};
struct list_clients {};
struct patch_client {
  std::string id;
  client_metadata metadata;
};
struct remove_client {
  std::string id;
};
struct add_secret {
  std::string id;
  secret_request secret;
};
struct end_secret {
  std::string id;
  std::uint32_t number = 0;
};
struct list_keys {};
/// Body of POST /admin/keys/rotate.
struct rotate_keys {
  /// nothing = all that are in use.
  std::optional<crypto::jws_alg> alg{};
  /// Sign with the new key at once, although nobody can know it yet.
  bool now = false;
};
/// DELETE /admin/keys/{kid}: nothing that it signed verifies any more.
struct remove_key {
  std::string kid;
};
/// POST /admin/resources: makes a resource, or replaces the one of that identifier.
struct put_resource {
  resource registered;
};
struct list_resources {};
struct remove_resource {
  std::string identifier;
};
/// POST /admin/subjects/{sub}/revoke and /admin/sessions/{sid}/end: all that was minted for it
/// until now is void.
struct cut_off {
  cutoff_kind kind = cutoff_kind::subject;
  std::string name;
};
/// POST /admin/clock/confirm: the system's time is true although it has jumped. Answered by the
/// gateway.
struct confirm_clock {};
using admin_call =
    std::variant<create_client, show_client, list_clients, patch_client, remove_client, add_secret,
                 end_secret, list_keys, rotate_keys, remove_key, put_resource, list_resources,
                 remove_resource, cut_off, confirm_clock>;
/// Whether a call only reads, so that nobody has to account for it.
[[nodiscard]] bool is_reading(const admin_call& call) noexcept;
/// Whether the key keeper answers a call; otherwise the registry does.
[[nodiscard]] bool is_about_keys(const admin_call& call) noexcept;

/// What they answer; net/ renders it.
struct created_client {
  client made;
  /// Shown once; empty for public clients and imported secrets.
  crypto::secret_string secret;
};
/// The client with its newest secret.
struct added_secret {
  client changed;
  /// Shown once; empty when it was chosen elsewhere.
  crypto::secret_string secret;
};
struct client_list {
  registry_snapshot clients;
};
/// A client, a secret or a key is gone.
struct removed {};
struct key_list {
  key_snapshot keys;
};
struct resource_list {
  registry_snapshot known;
};
struct confirmed_clock {
  instant now;
  /// How far the time in use was moved; 0 = there was nothing to confirm.
  milliseconds moved{0};
};
using admin_answer = std::variant<created_client, added_secret, client, client_list, removed,
                                  key_list, resource, resource_list, confirmed_clock>;

/// Who holds an admin token.
enum class admin_role : std::uint8_t { nobody, minter, admin };
/// Hashes of the two admin tokens (`mad_` and 43 characters each).
struct admin_tokens {
  crypto::digest admin{};
  crypto::digest minter{};
};
/// @param authorization the header's value; "Bearer", any case, then the token.
[[nodiscard]] admin_role role_of(std::string_view authorization, const admin_tokens& tokens);

}  // namespace mintage::oauth
