/// @file
/// Requests about one token: introspection, revocation, userinfo. (INT-*, REV-*, UIN-*)
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "oauth/client/registry.hpp"
#include "oauth/endpoints.hpp"
#include "oauth/grant/cutoff.hpp"
#include "oauth/grant/refresh.hpp"
#include "oauth/request/token_request.hpp"
#include "oauth/token/access_token.hpp"

namespace mintage::oauth {

enum class query_purpose : std::uint8_t { introspect, revoke, userinfo };
/// All of them, in the order of the enumerators.
constexpr auto query_purposes = all_of_enum<query_purpose>();
[[nodiscard]] constexpr endpoint endpoint_of(query_purpose p) noexcept {
  switch (p) {
    case query_purpose::introspect:
      return endpoint::introspection;
    case query_purpose::revoke:
      return endpoint::revocation;
    case query_purpose::userinfo:
      break;
  }
  return endpoint::userinfo;
}
/// The name in logs and metrics.
[[nodiscard]] constexpr std::string_view to_string(query_purpose p) noexcept {
  return label_of(endpoint_of(p));
}

/// Views into the request's octets, as in `token_request`.
struct token_query_request {
  query_purpose purpose = query_purpose::introspect;
  presented_credentials who;  ///< not for userinfo
  std::string_view token;
  /// Introspection: the signed form is requested (INT-03).
  bool wants_jwt = false;
  /// Userinfo: the token came in the scheme DPoP, which needs a proof (UIN-02); and by POST, which
  /// the proof must name.
  bool is_dpop = false;
  bool is_post = false;
  std::unique_ptr<std::string> decoded;
};

/// The header fields that the rules need, as views into the request.
struct token_query_head {
  std::optional<std::string_view> content_type;
  std::optional<std::string_view> authorization;
  std::string_view query;
  /// Introspection only.
  std::string_view accept;
};

/// POST /introspect and POST /revoke: rows P06 to P13 for their parameters (`token`,
/// `token_type_hint`, and the client's). @see parse_token_request for the octets.
[[nodiscard]] result<token_query_request> parse_token_query(query_purpose purpose,
                                                            const token_query_head& head,
                                                            std::span<char> authorization_octets,
                                                            std::span<char> body);
/// GET or POST /userinfo (UIN-01). The token is in the Authorization header, scheme Bearer or DPoP
/// in any case, or in the form body of a POST; never in the query.
/// @param is_post only then a form body is read, and only with the form content type.
/// @returns `invalid_request` for two methods at once; `invalid_token` for another scheme, an
///          unreadable value, or no token at all. `description` is empty then, and the challenge is
///          bare.
[[nodiscard]] result<token_query_request> parse_userinfo_request(const token_query_head& head,
                                                                 bool is_post,
                                                                 std::span<char> body);

/// The kind of the token, as far as its text tells.
struct unknown_token {};
struct opaque_token {
  access_token_ref at;
};
using asked_token =
    std::variant<unknown_token, presented_refresh_token, opaque_token, access_token>;
/// The same, before a JWT is verified.
using presented_token =
    std::variant<unknown_token, presented_refresh_token, opaque_token, unverified_jwt>;
/// @returns views of `text` and `keys`.
[[nodiscard]] presented_token find_token(std::string_view text, const key_ring& keys,
                                         crypto::sha256_hasher& hash);
/// @param verified a JWT whose signature was verified.
[[nodiscard]] asked_token accept_jwt(const unverified_jwt& verified, instant now, const options& o);

/// The token's state in the store.
struct found_token {
  /// The grant of a refresh token, and of an access token that has one. Nothing when it is absent
  /// or revoked.
  std::optional<grant> family;
  /// A JWT that is recorded as revoked, or an opaque token that is revoked.
  bool is_denied = false;
  /// Nothing for a refresh token.
  std::optional<access_token> access;
};

/// Whether a token is valid: its family (if any) not revoked and not cut off, its client still
/// registered with the same incarnation, not revoked, not expired, not issued at or before the
/// epoch, whose revocations may be lost.
[[nodiscard]] bool is_alive(const found_token& t, const client_registry& known, const cutoffs& cut,
                            instant now) noexcept;

/// The answer of introspection (INT-02): an object with `active`. Only `{"active":false}` for a
/// token that is not valid, or that the caller may not see: it was neither issued to the caller nor
/// for a resource that names the caller as its server. Refresh tokens are shown to their client
/// only. An access token has the `access_token_claims` of its client and resources as they are
/// now.
[[nodiscard]] std::string render_introspection(const found_token& t, bool alive,
                                               std::string_view caller_id,
                                               const client_registry& known, const options& o);
/// The claims of the signed form: iss, aud (the caller), iat, token_introspection (INT-03).
[[nodiscard]] std::string introspection_claims(std::string_view introspection,
                                               std::string_view caller_id, instant now,
                                               const options& o);
/// The answer of userinfo: sub and the claims of the login (UIN-03); with iss and aud when it is
/// signed.
[[nodiscard]] std::string render_userinfo(const grant& g, bool is_signed, const options& o);

/// Refusals of userinfo.
[[nodiscard]] denial dead_access_token() noexcept;      ///< 401 invalid_token
[[nodiscard]] denial not_for_userinfo() noexcept;       ///< 401 invalid_token (ATK-02)
[[nodiscard]] denial userinfo_needs_openid() noexcept;  ///< 403 insufficient_scope
/// UIN-02: whether a token is presented as what it is bound to demands.
/// @param is_dpop in the scheme DPoP. @param shown the keys that the request has proved.
/// @returns 401 invalid_token.
[[nodiscard]] std::optional<denial> check_possession(const confirmation& bound_to, bool is_dpop,
                                                     const confirmation& shown) noexcept;
/// REV-02: a token of another client: 400 invalid_grant.
[[nodiscard]] denial token_of_another_client() noexcept;

}  // namespace mintage::oauth
