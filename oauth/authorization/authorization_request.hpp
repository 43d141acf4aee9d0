/// @file
/// A checked authorization request. (AUZ-01, MINT-01)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "crypto/bytes.hpp"
#include "crypto/digest.hpp"
#include "oauth/authorization/browser.hpp"
#include "oauth/authorization/prompt.hpp"
#include "oauth/authorization/response_mode.hpp"
#include "oauth/client/client.hpp"
#include "oauth/replay_id.hpp"
#include "oauth/request/request_parameters.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

/// Random. All handles of one request have the same one, and one of them is answered (PAR-01).
using authorization_id = crypto::bytes<16>;

/// How a request came.
struct way_of_asking {
  bool is_pushed = false;  ///< by /par (PAR-01)
  bool is_signed = false;  ///< as a request object (JAR-01)
  friend bool operator==(const way_of_asking&, const way_of_asking&) = default;
};

/// Everything that the login page and the verdict need. Views: into the octets of the HTTP request,
/// or into those of an opened handle. Cheap to copy.
struct authorization_request {
  authorization_id id{};
  std::string_view client_id;
  /// Of the client's record, so that a client that was removed and made again has no old requests.
  std::uint64_t incarnation = 0;
  /// Empty = none was sent: the client's only one is meant.
  std::string_view redirect_uri;
  response_mode mode = response_mode::query;
  std::string_view state;
  /// As sent; each token is one that the client may be granted. Empty = none was sent: see
  /// `asked_scope`.
  std::string_view scope;
  std::string_view nonce;
  /// S256; empty = no PKCE.
  std::string_view code_challenge;
  /// The DPoP key that must redeem the code (COD-09).
  std::optional<crypto::digest> dpop_jkt;
  prompt_set prompts;
  /// Seconds; the client's `default_max_age` when the request has none.
  std::optional<std::int64_t> max_age;
  std::string_view acr_values;
  std::string_view login_hint;
  std::string_view ui_locales;
  /// The text of the JSON object, or empty. @see OpenID Connect Core §5.5
  std::string_view claims;
  /// `sub` of the ID token in `id_token_hint`, whose signature was verified; empty = no hint.
  std::string_view hint_sub;
  std::array<std::string_view, max_targets> resource_values{};
  std::size_t resources_count = 0;
  [[nodiscard]] std::span<const std::string_view> resources() const noexcept {
    return std::span{resource_values}.first(resources_count);
  }
  way_of_asking how;

  /// When it was checked.
  instant requested{};
  /// When the browser came with a pushed request that asks for a recent login.
  std::optional<instant> presented;
  /// The end of this handle.
  instant expires{};
  /// The latest end of any handle with this id. Not before `expires`.
  instant last_use{};
  /// The browser that sent it. Nothing in the handle of a pushed request, which no browser has sent
  /// yet.
  std::optional<browser_binding> browser;

  /// A login that `prompt=login` asks for is not older (MINT-02).
  [[nodiscard]] instant asked_at() const noexcept { return presented.value_or(requested); }
  /// Whether any age of the login will not do.
  [[nodiscard]] bool needs_recent_login() const noexcept {
    return prompts.has(prompt::login) || max_age.has_value();
  }
  /// Whether the login page may show anything (AUZ-03).
  [[nodiscard]] bool is_interactive() const noexcept { return !prompts.has(prompt::none); }
};

/// Where the answer to an authorization request goes. Views as in `authorization_request`, or into
/// the client's record.
struct response_target {
  std::string_view redirect_uri;
  response_mode mode = response_mode::query;
  std::string_view state;
  /// `aud` and algorithm of a signed answer (JRM-01).
  std::string_view client_id;
  crypto::jws_alg alg = crypto::jws_alg::rs256;
};
/// @param c the client of the request; outlives the result.
[[nodiscard]] response_target target_of(const authorization_request& r, const client& c) noexcept;

/// What a request without scope asks for: all that the client is registered for, but openid and
/// offline_access, which a client must name (CCG-02). @see RFC 6749 §3.3
[[nodiscard]] std::string default_scope(const client& c);
/// The scope that was sent, or the default one.
[[nodiscard]] std::string asked_scope(const authorization_request& r, const client& c);

/// What is recorded when a request is answered, so that this happens once; `expires` is `last_use`.
/// A refusal of it (`when_known`) is already_answered.
[[nodiscard]] replay_id replay_id_of(const authorization_request& r, crypto::sha256_hasher& hash);

}  // namespace mintage::oauth
