#include "oauth/authorization/verdict.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <utility>

#include "crypto/base64.hpp"
#include "oauth/admin/minted_claims.hpp"
#include "oauth/grant/scope.hpp"
#include "oauth/request/text.hpp"

namespace mintage::oauth {
namespace {

/// Errors that a login page may answer.
constexpr auto page_errors = std::array{
    errc::access_denied,
    errc::login_required,
    errc::consent_required,
    errc::interaction_required,
    errc::account_selection_required,
    errc::temporarily_unavailable,
    errc::server_error,
    errc::unmet_authentication_requirements,
};
constexpr auto max_description = std::size_t{256};

/// @see RFC 6749 §4.1.2.1
bool is_description_character(char c) noexcept {
  return c >= '\x20' && c <= '\x7e' && c != '"' && c != '\\';
}

/// A subject as the client knows it.
std::string subject_for(const client& c, std::string_view sub, const crypto::digest& pairwise_key) {
  if (c.subjects != subject_type::pairwise) return std::string{sub};
  return pairwise_subject(pairwise_key, c.sector, sub);
}

complaint check_times(const authorization_request& r, const acceptance& said, instant now) {
  if (!said.auth_time) return bad_request("auth_time is required");
  const auto earliest = numeric_date(r.asked_at() - clock_skew);
  if (r.prompts.has(prompt::login) && *said.auth_time < earliest) {
    return bad_request("auth_time must not be before the request, which has prompt=login");
  }
  // A login for this request is recent, however long the person reads the consent.
  const auto is_older = *said.auth_time < earliest;
  if (r.max_age && is_older && *said.auth_time < numeric_date(now - clock_skew) - *r.max_age) {
    return bad_request("auth_time must not be older than the max_age of the request");
  }
  // A pushed request is older than the browser's, so that the person may have logged in meanwhile.
  if (!r.is_interactive() && !r.how.is_pushed &&
      *said.auth_time > numeric_date(r.requested + clock_skew)) {
    return bad_request(
        "auth_time must not be after a request with prompt=none: deny it with login_required");
  }
  return std::nullopt;
}

/// Everything but the claims of the request.
complaint check_login(const authorization_request& r, const client& c, const acceptance& said,
                      const crypto::digest& pairwise_key, instant now) {
  if (said.interacted && !r.is_interactive()) {
    return bad_request(
        "interacted must not be true for a request with prompt=none: deny it with login_required, "
        "consent_required or interaction_required");
  }
  if (auto bad = check_times(r, said, now)) return bad;
  if (!r.hint_sub.empty() && subject_for(c, said.sub, pairwise_key) != r.hint_sub) {
    return bad_request("sub must be the person of the id_token_hint");
  }
  return std::nullopt;
}

/// The granted scope, within the one asked for.
admin_result<std::string> granted_scope(const authorization_request& r, const client& c,
                                        std::optional<std::string>&& said) {
  auto asked = asked_scope(r, c);
  if (!said) return asked;
  const auto tokens = parse_scope(*said);
  if (!tokens) {
    return tl::unexpected{
        admin_error{errc::invalid_scope, "scope must be scope tokens separated by spaces"}};
  }
  const auto is_asked = [&](const std::string& token) { return scope_has(asked, token); };
  if (!std::all_of(tokens->begin(), tokens->end(), is_asked)) {
    return tl::unexpected{
        admin_error{errc::invalid_scope, "scope has a token that the request has not"}};
  }
  return join_scope(*tokens);
}

admin_result<std::vector<std::string>> granted_resources(
    const authorization_request& r, std::optional<std::vector<std::string>>&& said) {
  const auto asked = r.resources();
  if (!said) return std::vector<std::string>{asked.begin(), asked.end()};
  const auto is_asked = [&](const std::string& name) {
    return std::find(asked.begin(), asked.end(), name) != asked.end();
  };
  // None of several would mean the default ones, which the request did not ask for.
  if (said->empty() && !asked.empty()) {
    return tl::unexpected{
        admin_error{errc::invalid_target, "resource must name one that the request has"}};
  }
  if (std::all_of(said->begin(), said->end(), is_asked)) return std::move(*said);
  return tl::unexpected{
      admin_error{errc::invalid_target, "resource has one that the request has not"}};
}

/// The `claims` of the request: what goes into the ID token, an essential `acr`, and a demanded
/// `sub`. @see OpenID Connect Core §5.5.1, §3.1.2.2
complaint apply_claims_request(const authorization_request& r, const client& c,
                               const crypto::digest& pairwise_key, mint_request& to) {
  if (r.claims.empty()) return std::nullopt;
  auto parser = simdjson::dom::parser{};
  auto asked = simdjson::dom::element{};
  const auto text = simdjson::padded_string{r.claims};
  if (parser.parse(text).get(asked) != simdjson::SUCCESS) {
    return bad_request("the claims of the request cannot be read");
  }
  auto wanted = std::string_view{};
  if (asked["id_token"]["sub"]["value"].get(wanted) == simdjson::SUCCESS &&
      subject_for(c, to.sub, pairwise_key) != wanted) {
    return bad_request("sub must be the one that the claims of the request demand");
  }
  if (to.claims.empty()) {
    keep_requested_claims(asked, std::nullopt, to);
    return std::nullopt;
  }
  auto login_parser = simdjson::dom::parser{};
  auto login_claims = simdjson::dom::element{};
  const auto login_text = simdjson::padded_string{to.claims};
  if (login_parser.parse(login_text).get(login_claims) != simdjson::SUCCESS) {
    return bad_request("claims must be one JSON object");
  }
  keep_requested_claims(asked, login_claims, to);
  return std::nullopt;
}

}  // namespace

admin_result<mint_request> check_acceptance(const authorization_request& r, const client& c,
                                            acceptance&& said, const crypto::digest& pairwise_key,
                                            instant now) {
  if (auto bad = check_login(r, c, said, pairwise_key, now)) return tl::unexpected{std::move(*bad)};
  auto scope = granted_scope(r, c, std::move(said.scope));
  if (!scope) return tl::unexpected{std::move(scope.error())};
  auto resources = granted_resources(r, std::move(said.resources));
  if (!resources) return tl::unexpected{std::move(resources.error())};

  auto mint = mint_request{};
  mint.client_id = r.client_id;
  mint.redirect_uri = r.redirect_uri;
  mint.scope = std::move(*scope);
  mint.resources = std::move(*resources);
  mint.nonce = r.nonce;
  if (!r.code_challenge.empty()) {
    mint.code_challenge = r.code_challenge;
    mint.code_challenge_method = "S256";
  }
  if (r.dpop_jkt) mint.dpop_jkt = crypto::base64url(crypto::bytes_view{*r.dpop_jkt});
  mint.sub = std::move(said.sub);
  mint.auth_time = said.auth_time;
  mint.acr = std::move(said.acr);
  mint.amr = std::move(said.amr);
  mint.sid = std::move(said.sid);
  mint.username = std::move(said.username);
  mint.claims = std::move(said.claims);
  if (auto bad = apply_claims_request(r, c, pairwise_key, mint)) {
    return tl::unexpected{std::move(*bad)};
  }
  return mint;
}

complaint check_denial(login_denial& said) {
  if (said.error.empty()) said.error = to_string(errc::access_denied);
  const auto is_known = std::any_of(page_errors.begin(), page_errors.end(),
                                    [&](errc e) { return to_string(e) == said.error; });
  if (!is_known) {
    auto names = std::array<std::string_view, page_errors.size()>{};
    std::transform(page_errors.begin(), page_errors.end(), names.begin(),
                   [](errc e) { return to_string(e); });
    return bad_request("error must be " + one_of(names));
  }
  const auto& text = said.description;
  if (text.size() <= max_description &&
      std::all_of(text.begin(), text.end(), is_description_character)) {
    return std::nullopt;
  }
  return bad_request(
      "error_description must be at most 256 ASCII characters without quotation mark and "
      "backslash");
}

}  // namespace mintage::oauth
