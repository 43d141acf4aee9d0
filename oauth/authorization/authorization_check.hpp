/// @file
/// The rules of authorization requests. (AUZ-01 to AUZ-03, PAR-01, PAR-02, NEG-204, NEG-256,
/// NEG-257)
///
/// A caller reads the parameters, finds the client, and looks at `form_of`: `plain` is checked as
/// it is; of `object` the claims are checked in place of the parameters (request_object.hpp); for
/// `pushed` the handle is opened (handle.hpp), and `recheck` and `for_login` follow. Then the
/// signature of `id_token_hint`, if there is one, is verified (id_token_hint.hpp).
#pragma once

#include <optional>
#include <string_view>
#include <tl/expected.hpp>

#include "crypto/random.hpp"
#include "oauth/authorization/authorization_parameters.hpp"
#include "oauth/authorization/authorization_request.hpp"
#include "oauth/client/registry.hpp"
#include "oauth/options.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

/// A refused authorization request.
struct authorization_refusal {
  denial why;
  /// Nothing = client or redirect URI is not known to be good, so a local page shows it (AUZ-02).
  std::optional<response_target> to;
};
template <class T>
using authorization_result = tl::expected<T, authorization_refusal>;

/// What the operator has decided.
struct authorization_terms {
  /// [authorization] request_ttl and pushed_ttl.
  seconds login_life{600};
  seconds pushed_life{60};
  /// [authorization] require_pushed_authorization_requests (PAR-02).
  bool needs_pushed = false;
};

/// The client that a request names.
/// @returns null and a refusal without a target when it is unknown, suspended, or not named once.
///          All look alike.
[[nodiscard]] authorization_result<const client*> find_client(const authorization_parameters& sent,
                                                              const client_registry& known);

enum class request_form : std::uint8_t { plain, object, pushed };
/// `request_uri` of this server. @see RFC 9126 §2.2
inline constexpr auto request_uri_prefix = std::string_view{"urn:ietf:params:oauth:request_uri:"};
/// @returns invalid_request when `request` and `request_uri` are sent, request_uri_not_supported
///          for a URI that is not one of /par: it is never fetched (JAR-01).
[[nodiscard]] authorization_result<request_form> form_of(const authorization_parameters& sent,
                                                         const client& c);

/// Where the refusal of `sent` goes as far as its parameters can be trusted: the redirect URI is
/// one of the client's.
/// @returns nothing for a local page. Pushed requests have no target.
[[nodiscard]] std::optional<response_target> target_of(const authorization_parameters& sent,
                                                       const client& c) noexcept;

/// Applies all rules but that of `id_token_hint`: redirect URI (NEG-257), response mode and type
/// (AUZ-03), PAR-only clients (NEG-256), grant type, PKCE (PKC-01, PKC-02), scope, resources
/// (ATK-03, MCP-06), prompt, max_age, claims, dpop_jkt, sizes as at minting; FAP-08 for its
/// profile.
/// @param sent outlives the result, as `c` does.
/// @returns the request without `browser` and `hint_sub`. It expires after `terms.login_life`, or
///          `pushed_life` when it is pushed.
[[nodiscard]] authorization_result<authorization_request> check_authorization(
    const authorization_parameters& sent, const client& c, const client_registry& known,
    way_of_asking how, const options& o, const authorization_terms& terms, instant now,
    crypto::random_source& random);

/// Whether the client of an opened handle is as it was: known, active, of the same incarnation, and
/// the redirect URI still one of its own.
/// @returns the client, which `known` owns; else a refusal without a target.
[[nodiscard]] authorization_result<const client*> recheck(const authorization_request& opened,
                                                          const client_registry& known);

/// Checks that a pushed request comes from the client that pushed it (PAR-02, NEG-255).
/// @returns invalid_request_uri without a target.
[[nodiscard]] authorization_result<void> check_pusher(const authorization_request& opened,
                                                      const authorization_parameters& sent);

/// The request for the login page: of this browser, and with the life of a login, as far as
/// `last_use` allows.
[[nodiscard]] authorization_request for_login(const authorization_request& checked,
                                              const browser_binding& browser,
                                              const authorization_terms& terms,
                                              instant now) noexcept;

/// A pushed request that is unknown, expired or altered: invalid_request_uri.
[[nodiscard]] denial unknown_pushed_request() noexcept;

}  // namespace mintage::oauth
