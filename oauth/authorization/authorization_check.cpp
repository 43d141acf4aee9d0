#include "oauth/authorization/authorization_check.hpp"

#include <algorithm>
#include <charconv>

#include "oauth/denial_reasons.hpp"
#include "oauth/grant/confirmation.hpp"
#include "oauth/grant/pkce.hpp"
#include "oauth/grant/resource.hpp"
#include "oauth/request/json_reader.hpp"
#include "oauth/request/text.hpp"

namespace mintage::oauth {
namespace {

using ask = authorization_parameter;
using unexpected = tl::unexpected<authorization_refusal>;

/// As at minting.
constexpr auto max_nonce = std::size_t{1024};
/// Ten years: far beyond every login.
constexpr auto most_max_age = std::int64_t{10} * 366 * 86400;

unexpected show_locally(errc code, std::string_view description, denial_reason reason) {
  return unexpected{authorization_refusal{denial{code, description, reason}, std::nullopt}};
}

/// For persons, who can do nothing about it, and who must not learn which clients exist.
constexpr auto unknown_application =
    std::string_view{"the application that sent you here is not known to this server"};

/// One sent request, its client, and what it becomes.
struct inquiry {
  const authorization_parameters& sent;
  const client& c;
  const client_registry& known;
  const options& o;
  bool is_fapi;
  authorization_request& out;
};

result<void> check_way(const inquiry& k, way_of_asking how, const authorization_terms& terms) {
  if (!k.c.has_grant(grant_type::authorization_code)) {
    return deny(errc::unauthorized_client,
                "the client is not registered for the grant type authorization_code",
                "authorization request of a client without authorization_code");
  }
  if (k.sent.fault()) return refusal{*k.sent.fault()};
  const auto must_push = terms.needs_pushed || k.c.require_pushed || k.is_fapi;
  if (must_push && !how.is_pushed) {
    return deny(errc::invalid_request, "the request must be pushed to the endpoint for that",
                "authorization request was not pushed (PAR-02)");
  }
  if (k.is_fapi && !k.sent.has(ask::redirect_uri)) {
    return deny(errc::invalid_request, "redirect_uri is missing",
                "authorization request of FAPI 2.0 without redirect_uri (FAP-08)");
  }
  if (k.sent.has(ask::registration)) {
    return deny(errc::registration_not_supported, "registration is not supported",
                "authorization request with registration");
  }
  return {};
}

/// AUZ-03.
result<void> check_response(const inquiry& k) {
  if (!k.sent.has(ask::response_type)) {
    return deny(errc::invalid_request, "response_type is missing",
                "authorization request without response_type");
  }
  if (k.sent[ask::response_type] != "code") {
    return deny(errc::unsupported_response_type, "response_type must be code",
                "response_type is not code (AUZ-03)");
  }
  if (!k.sent.has(ask::response_mode)) return {};
  const auto mode = parse_response_mode(k.sent[ask::response_mode]);
  if (!mode) {
    return deny(errc::invalid_request,
                "response_mode must be query, form_post, query.jwt, form_post.jwt or jwt",
                "response_mode is not supported (AUZ-03)");
  }
  k.out.mode = *mode;
  return {};
}

/// PKC-01, PKC-02.
result<void> check_challenge(const inquiry& k) {
  const auto challenge = k.sent[ask::code_challenge];
  if (challenge.empty()) {
    if (k.sent.has(ask::code_challenge_method)) {
      return deny(errc::invalid_request, "code_challenge_method needs a code_challenge",
                  "code_challenge_method without code_challenge (PKC-02)");
    }
    if (k.c.is_public() || k.c.require_pkce || k.is_fapi) {
      return deny(errc::invalid_request, "code_challenge is missing",
                  "authorization request without code_challenge (PKC-01)");
    }
    return {};
  }
  // RFC 7636 takes an absent method for plain, which is not supported.
  if (k.sent[ask::code_challenge_method] != "S256") {
    return deny(errc::invalid_request, "code_challenge_method must be S256",
                "code_challenge_method is not S256 (PKC-02)");
  }
  if (!is_s256_challenge(challenge)) {
    return deny(errc::invalid_request, "code_challenge must be 43 base64url characters",
                "code_challenge is malformed (PKC-02)");
  }
  k.out.code_challenge = challenge;
  return {};
}

result<void> check_scope(const inquiry& k) {
  auto rest = k.sent[ask::scope];
  k.out.scope = rest;
  auto has_token = false;
  while (!rest.empty()) {
    const auto token = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(rest.size(), token.size() + 1));
    if (token.empty()) continue;
    has_token = true;
    // Registered tokens are well-formed.
    if (!k.c.has_scope(token)) {
      return deny(errc::invalid_scope, "scope has a token that the client is not registered for",
                  "authorization request for a scope that the client may not have");
    }
  }
  if (has_token) return {};
  k.out.scope = {};
  if (!default_scope(k.c).empty()) return {};
  return deny(errc::invalid_scope, "scope is missing",
              "authorization request without scope, and the client has no default");
}

/// ATK-02, ATK-03, MCP-06.
result<void> check_resources(const inquiry& k) {
  const auto named = k.sent.resources();
  const auto usual = k.out.scope.empty() ? default_scope(k.c) : std::string{};
  const auto asked = k.out.scope.empty() ? std::string_view{usual} : k.out.scope;
  if (const auto targets = choose_targets(k.known, k.c, asked, named, k.o); !targets) {
    return refusal{targets.error()};
  }
  std::copy(named.begin(), named.end(), k.out.resource_values.begin());
  k.out.resources_count = named.size();
  return {};
}

/// @see OpenID Connect Core §3.1.2.1
result<void> check_age(const inquiry& k) {
  const auto text = k.sent[ask::max_age];
  if (text.empty()) {
    if (k.c.default_max_age) k.out.max_age = k.c.default_max_age->count();
    return {};
  }
  auto value = std::int64_t{-1};
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec == std::errc::invalid_argument || read.ptr != end || text.front() == '-') {
    return deny(errc::invalid_request, "max_age must be a number of seconds",
                "max_age is no number of seconds");
  }
  // A larger one, or one out of range, asks for nothing that this one does not.
  k.out.max_age = read.ec == std::errc{} ? std::min(value, most_max_age) : most_max_age;
  return {};
}

result<void> check_login_wishes(const inquiry& k) {
  const auto asked = parse_prompt(k.sent[ask::prompt]);
  if (!asked) {
    return deny(errc::invalid_request, "prompt has none and other values",
                "prompt has none beside other values");
  }
  k.out.prompts = *asked;
  if (const auto right = check_age(k); !right) return right;
  if (k.sent.has(ask::claims) && !json_object::read(k.sent[ask::claims])) {
    return deny(errc::invalid_request, "claims must be one JSON object",
                "claims of the authorization request is no JSON object");
  }
  if (k.sent[ask::nonce].size() > max_nonce || !is_printable_utf8(k.sent[ask::nonce])) {
    return deny(errc::invalid_request, "nonce must be at most 1024 octets of printable UTF-8",
                "nonce of the authorization request is too long or not printable");
  }
  if (k.sent.has(ask::dpop_jkt)) {
    k.out.dpop_jkt = read_thumbprint(k.sent[ask::dpop_jkt]);
    if (!k.out.dpop_jkt) {
      return deny(errc::invalid_request,
                  "dpop_jkt must be a SHA-256 thumbprint of 43 base64url characters",
                  "dpop_jkt of the authorization request is malformed (COD-09)");
    }
  }
  k.out.nonce = k.sent[ask::nonce];
  k.out.acr_values = k.sent[ask::acr_values];
  k.out.login_hint = k.sent[ask::login_hint];
  k.out.ui_locales = k.sent[ask::ui_locales];
  k.out.claims = k.sent[ask::claims];
  return {};
}

result<void> check_all(const inquiry& k, way_of_asking how, const authorization_terms& terms) {
  if (const auto right = check_way(k, how, terms); !right) return right;
  if (const auto right = check_response(k); !right) return right;
  if (const auto right = check_challenge(k); !right) return right;
  if (const auto right = check_scope(k); !right) return right;
  if (const auto right = check_resources(k); !right) return right;
  return check_login_wishes(k);
}

/// NEG-257. @pre there is no target.
unexpected refuse_redirect_uri(const authorization_parameters& sent) {
  if (sent.has(ask::redirect_uri)) {
    return show_locally(errc::invalid_request,
                        "the address to return to is not registered for the application",
                        "redirect_uri is not registered (NEG-257)");
  }
  return show_locally(errc::invalid_request,
                      "the application did not say, once, to which address to return",
                      "redirect_uri is missing or repeated (NEG-257)");
}

}  // namespace

authorization_result<const client*> find_client(const authorization_parameters& sent,
                                                const client_registry& known) {
  if (!sent.has(ask::client_id)) {
    return show_locally(errc::invalid_request, unknown_application,
                        "authorization request without one client_id");
  }
  const auto* const c = known.find(sent[ask::client_id]);
  if (c == nullptr) {
    return show_locally(errc::invalid_request, unknown_application,
                        "authorization request of an unknown client");
  }
  if (c->status != client_status::active) {
    return show_locally(errc::invalid_request, unknown_application,
                        "authorization request of a suspended client");
  }
  return c;
}

authorization_result<request_form> form_of(const authorization_parameters& sent, const client& c) {
  if (!sent.has(ask::request_uri))
    return sent.has(ask::request) ? request_form::object : request_form::plain;
  const auto refuse = [&](errc code, std::string_view description, denial_reason reason) {
    return unexpected{authorization_refusal{{code, description, reason}, target_of(sent, c)}};
  };
  if (sent.has(ask::request)) {
    return refuse(errc::invalid_request, "request and request_uri exclude each other",
                  "authorization request with request and request_uri");
  }
  if (sent[ask::request_uri].starts_with(request_uri_prefix)) return request_form::pushed;
  return refuse(errc::request_uri_not_supported, "only a request_uri of this server is supported",
                "request_uri is not one of this server (JAR-01)");
}

std::optional<response_target> target_of(const authorization_parameters& sent,
                                         const client& c) noexcept {
  auto uri = sent[ask::redirect_uri];
  if (uri.empty()) {
    // A client that manages itself could change its only one after the person has seen it.
    if (sent.is_faulty(ask::redirect_uri) || c.registered || c.redirect_uris.size() != 1)
      return std::nullopt;
    uri = c.redirect_uris.front();
  } else if (!c.has_redirect_uri(uri)) {
    return std::nullopt;
  }
  return response_target{
      .redirect_uri = uri,
      .mode = parse_response_mode(sent[ask::response_mode]).value_or(response_mode::query),
      .state = sent[ask::state],
      .client_id = c.id,
      .alg = c.signs_responses_with()};
}

authorization_result<authorization_request> check_authorization(
    const authorization_parameters& sent, const client& c, const client_registry& known,
    way_of_asking how, const options& o, const authorization_terms& terms, instant now,
    crypto::random_source& random) {
  auto to = target_of(sent, c);
  if (!to) return refuse_redirect_uri(sent);
  auto out = authorization_request{};
  const auto k = inquiry{.sent = sent,
                         .c = c,
                         .known = known,
                         .o = o,
                         .is_fapi = c.profile == client_profile::fapi2,
                         .out = out};
  if (const auto right = check_all(k, how, terms); !right) {
    return unexpected{authorization_refusal{right.error(), to}};
  }
  out.id = random.take<sizeof(authorization_id)>();
  out.client_id = c.id;
  out.incarnation = c.incarnation;
  out.redirect_uri = sent[ask::redirect_uri];
  out.state = sent[ask::state];
  out.how = how;
  out.requested = now;
  out.expires = now + (how.is_pushed ? terms.pushed_life : terms.login_life);
  out.last_use = how.is_pushed ? out.expires + terms.login_life : out.expires;
  return out;
}

authorization_result<const client*> recheck(const authorization_request& opened,
                                            const client_registry& known) {
  const auto* const c = known.find(opened.client_id);
  const auto has_uri = [&] {
    return opened.redirect_uri.empty() ? c->redirect_uris.size() == 1
                                       : c->has_redirect_uri(opened.redirect_uri);
  };
  if (c == nullptr || c->status != client_status::active || c->incarnation != opened.incarnation) {
    return show_locally(errc::invalid_request, unknown_application,
                        "client of the authorization request was removed or suspended");
  }
  if (!has_uri()) {
    return show_locally(errc::invalid_request,
                        "the address to return to is not registered for the application",
                        "redirect_uri was removed from the client after the request");
  }
  return c;
}

authorization_result<void> check_pusher(const authorization_request& opened,
                                        const authorization_parameters& sent) {
  if (opened.how.is_pushed && opened.client_id == sent[ask::client_id]) return {};
  const auto why = unknown_pushed_request();
  return show_locally(why.code, why.description, "request_uri of another client (NEG-255)");
}

authorization_request for_login(const authorization_request& checked,
                                const browser_binding& browser, const authorization_terms& terms,
                                instant now) noexcept {
  auto out = checked;
  out.browser = browser;
  if (checked.how.is_pushed && checked.needs_recent_login()) out.presented = now;
  out.expires = std::min<instant>(now + terms.login_life, checked.last_use);
  return out;
}

denial unknown_pushed_request() noexcept {
  return {errc::invalid_request_uri, "the request has expired, or is not known; begin again",
          "request_uri is unknown, expired or altered (PAR-01)"};
}

}  // namespace mintage::oauth
