/// @file
/// The rules of clients that register themselves. Pure. @see RFC 7591 §2, RFC 7592 §2,
/// OpenID Connect Registration §2 (DCR-01 to DCR-08)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/random.hpp"
#include "oauth/client/metadata.hpp"
#include "oauth/registration_options.hpp"

namespace mintage::oauth {

/// The members of RFC 7591 and its extensions that a client may set itself, which are also those of
/// its answers. Every other member is ignored and not echoed (DCR-02).
inline constexpr auto registrable_members = std::to_array<std::string_view>({
    "redirect_uris",
    "token_endpoint_auth_method",
    "grant_types",
    "response_types",
    "client_name",
    "scope",
    "jwks",
    "jwks_uri",
    "application_type",
    "software_id",
    "software_version",
    "id_token_signed_response_alg",
    "userinfo_signed_response_alg",
    "subject_type",
    "token_endpoint_auth_signing_alg",
    "tls_client_auth_subject_dn",
    "tls_client_auth_san_dns",
    "tls_client_auth_san_uri",
    "tls_client_auth_san_ip",
    "tls_client_auth_san_email",
    "tls_client_certificate_bound_access_tokens",
    "dpop_bound_access_tokens",
    "require_pushed_authorization_requests",
    "authorization_signed_response_alg",
    "request_object_signing_alg",
    "client_uri",
    "logo_uri",
    "default_max_age",
    "require_auth_time",
    "post_logout_redirect_uris",
    "backchannel_logout_uri",
    "backchannel_logout_session_required",
});
[[nodiscard]] bool is_registrable(std::string_view member) noexcept;

/// The body of POST /register and PUT /register/{id}.
struct registration_request {
  /// Only registrable members are set, and for an update client_id and client_secret.
  client_metadata metadata;
  bool has_software_statement = false;
  /// A sector is shared by several hosts, which this server does not verify.
  bool has_sector = false;
  /// The first member that only the server may set (RFC 7592 §2.2); empty = none. A literal.
  std::string_view server_member;
};

/// What the clients of an initial access token, or openly registered ones, may have (DCR-01).
struct registration_template {
  std::vector<grant_type> grant_types{grant_type::authorization_code, grant_type::refresh_token};
  std::vector<std::string> scopes{"openid"};
  /// Given to every client.
  std::vector<std::string> resources{};
  /// Only public native clients and web clients: nobody has vouched for them.
  bool is_open = false;

  friend bool operator==(const registration_template&, const registration_template&) = default;
};
[[nodiscard]] registration_template open_template(const registration_options& o);
/// For the update of a client whose initial access token is gone: what it has.
[[nodiscard]] registration_template template_of(const client& c);

/// An initial access token, as it is stored. @see RFC 7591 §3
struct registration_token {
  /// `irt_` and 22 base64url characters.
  std::string id;
  /// HMAC of its text under the pepper.
  crypto::digest hash{};
  /// For the operator.
  std::string name;
  instant created{};
  /// Nothing = never.
  std::optional<instant> expires;
  /// How many clients it may register; 0 = any number. And how many it has.
  std::uint32_t limit = 0;
  std::uint32_t used = 0;
  registration_template allows;
  /// Fields of the stored record that a newer version knows; written again with it.
  std::string newer_fields{};

  [[nodiscard]] bool is_live(instant now) const noexcept {
    return (!expires || now < *expires) && (limit == 0 || used < limit);
  }
};
/// Initial access tokens at most.
inline constexpr auto most_registration_tokens = std::size_t{1000};

/// Body of POST /admin/registration_tokens. Members that were not sent are nothing.
struct registration_token_request {
  std::optional<std::string> name{};
  std::optional<std::int64_t> expires_in{};  ///< seconds; nothing = a day, 0 = never
  std::optional<std::int64_t> limit{};       ///< clients; nothing = 1, 0 = any number
  std::optional<std::vector<std::string>> grant_types{};
  std::optional<std::string> scope{};
  std::optional<std::vector<std::string>> allowed_resources{};
};
/// Makes an initial access token, without its hash. @returns invalid_request naming the field.
[[nodiscard]] admin_result<registration_token> make_registration_token(
    const registration_token_request& r, instant now, crypto::random_source& random);
/// `mit_` and 43 base64url characters: an initial access token. `mrg_`: a registration access
/// token.
[[nodiscard]] crypto::secret_string make_initial_token(crypto::random_source& random);
[[nodiscard]] crypto::secret_string make_management_token(crypto::random_source& random);

/// Makes a client from what it asks for, without secret and tokens. What the template does not
/// allow of scope and grant types is left out; the answer says what is left (RFC 7591 §3.2.1).
/// Defaults: web, client_secret_basic (an open native client: none), authorization_code, all
/// allowed scopes (DCR-03).
/// @returns invalid_redirect_uri (DCR-05, MCP-11): a web client with anything but https, or with
///          `localhost`; more than 20 URIs; and what make_client says of them.
///          unapproved_software_statement (DCR-08). Else invalid_client_metadata.
[[nodiscard]] admin_result<client> register_client(const registration_request& r,
                                                   const registration_template& allows, instant now,
                                                   crypto::random_source& random);

/// Replaces the metadata of a client; members that were not sent get their defaults. What only the
/// operator sets is kept. Does not compare the secret. (DCR-06)
/// @returns as `register_client`; invalid_client_metadata for another client_id, for a member that
///          only the server may set, and for another authentication method.
[[nodiscard]] admin_result<client> update_registered(const client& before,
                                                     const registration_request& r,
                                                     const registration_template& allows);

/// Whether the time of a registered client is over (DCR-07).
[[nodiscard]] bool is_forgotten(const client& c, const registration_options& o,
                                instant now) noexcept;
/// Whether the record must be told that the client got a token now: once a day.
[[nodiscard]] bool is_use_due(const client& c, instant now) noexcept;

}  // namespace mintage::oauth
