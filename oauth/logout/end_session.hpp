/// @file
/// RP-initiated logout: an application sends the browser to /end_session, which hands it over to
/// the login page, as /authorize does. (LGO-02) @see OIDC RP-Initiated Logout 1.0 §2, §3, §4
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/bytes.hpp"
#include "crypto/digest.hpp"
#include "oauth/authorization/browser.hpp"
#include "oauth/authorization/url_seal.hpp"
#include "oauth/client/registry.hpp"
#include "oauth/logout/logout_parameters.hpp"
#include "oauth/options.hpp"
#include "oauth/token/jwt_verifier.hpp"
#include "oauth/token/key_ring.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

/// What an ID token of this server says of the session to end.
struct logout_hint {
  std::string client_id;
  std::string sub;
  /// Empty when the token has none.
  std::string sid;
};
/// Reads the claims of `id_token_hint`. An expired one is accepted, because sessions live longer
/// than ID tokens.
/// @pre the signature was verified.
/// @param client_id of the request; empty = the only one in `aud`.
/// @returns invalid_request for another issuer, and for a token that is not for this client.
[[nodiscard]] result<logout_hint> read_logout_hint(const unverified_jwt& hint,
                                                   std::string_view client_id, const options& o);
/// The same of an ID token whose key this server has no more, so that nobody can tell whether it is
/// genuine. It names a client, as `client_id` does; of the session it says nothing, so that the
/// person is asked.
/// @returns nothing for what is no such token, or not for this client and server.
[[nodiscard]] std::optional<logout_hint> read_outdated_hint(const key_ring& ring,
                                                            std::string_view compact,
                                                            std::string_view client_id,
                                                            const options& o);

/// The first half of the SHA-256 of a redirect URI: the URI itself is in the client's record.
using redirect_uri_digest = crypto::bytes<16>;

/// What the login page is asked to do. Stored nowhere: it is in the handle.
struct logout_request {
  /// Empty = the request names no client.
  std::string client_id;
  /// Of the hint; empty without one. Only a session with this `sid` may be ended without a
  /// question.
  std::string sub;
  std::string sid;
  /// Where the browser may go afterwards, and what is given back there; nothing = nowhere.
  std::optional<redirect_uri_digest> redirect_uri;
  std::string state;
  std::string hint;  ///< `logout_hint`
  std::string ui_locales;
  /// The browser that sent it.
  browser_binding browser{};
  instant requested{};
  instant expires{};

  /// Whether any page of the web could have made it, so that the person must be asked.
  [[nodiscard]] bool needs_confirmation() const noexcept { return sid.empty(); }
};

/// Checks a request. The redirect URI is one that the client registered, octet for octet; the
/// client is named by the request or by the hint.
/// @param hint of its `id_token_hint`, if there is one.
/// @returns invalid_request, for a local page: the browser is sent nowhere (NEG-260). The browser
/// of
///          the request is not set.
[[nodiscard]] result<logout_request> check_logout(const logout_parameters& asked,
                                                  const std::optional<logout_hint>& hint,
                                                  const client_registry& known, instant now,
                                                  const options& o, crypto::sha256_hasher& hash);

/// The handle for the login page: `l.` and base64url of the sealed request, at most 2.5 KiB.
[[nodiscard]] std::string make_logout_handle(const logout_request& r, url_seal& seal, instant now);
/// @returns nothing when the text is no such handle, was altered, or has expired.
[[nodiscard]] std::optional<logout_request> open_logout_handle(std::string_view text,
                                                               url_seal& seal, instant now);
/// The URL of the login page with a handle. @pre there is an `o.logout_url`
[[nodiscard]] std::string logout_page_url(std::string_view handle, const options& o);

/// The client of a request, if it is still active; null = none.
[[nodiscard]] const client* client_of(const logout_request& r, const client_registry& known);
/// The redirect URI of a request, if the client still has it; empty = none. @param c may be null
[[nodiscard]] std::string_view redirect_uri_of(const logout_request& r, const client* c,
                                               crypto::sha256_hasher& hash);
/// The body of GET /admin/logouts/{handle}; what was not asked for is left out.
/// @param c may be null
[[nodiscard]] std::string describe(const logout_request& r, const client* c,
                                   std::string_view redirect_uri);

}  // namespace mintage::oauth
