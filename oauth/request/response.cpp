#include "oauth/request/response.hpp"

#include "oauth/denial_reasons.hpp"
#include "oauth/request/json_writer.hpp"

namespace mintage::oauth {

void append_token_answer(std::string& out, const token_answer& answer) {
  // Reserves space for the fixed parts too, so that the tokens are copied once.
  out.reserve(out.size() + 160 + answer.access_token.size() + answer.scope.size() +
              answer.refresh_token.size() + answer.id_token.size());
  auto json = json_writer{out};
  json.string("access_token", answer.access_token);
  json.string("token_type", answer.token_type);
  json.integer("expires_in", answer.expires_in.count());
  if (!answer.scope.empty()) json.string("scope", answer.scope);
  if (!answer.refresh_token.empty()) json.string("refresh_token", answer.refresh_token);
  if (!answer.id_token.empty()) json.string("id_token", answer.id_token);
  json.end();
}

void append_error(std::string& out, errc code, std::string_view description) {
  auto json = json_writer{out};
  json.string("error", to_string(code));
  if (!description.empty()) json.string("error_description", description);
  json.end();
}

error_head head_of(errc code, bool by_header, std::string_view request_id) noexcept {
  // base64url: the two lowest bits of each character are as good as random.
  const auto draw = [&](std::size_t digit) {
    return digit < request_id.size() ? static_cast<unsigned>(request_id[digit]) & 3U : 0U;
  };
  switch (code) {
    case errc::invalid_client:
      // Without an Authorization header a challenge makes no sense (TOK-18).
      return {.status = by_header ? 401u : 400u, .basic_challenge = by_header};
    case errc::invalid_request:
    case errc::invalid_grant:
    case errc::unauthorized_client:
    case errc::unsupported_grant_type:
    case errc::invalid_scope:
    case errc::invalid_target:
    case errc::invalid_dpop_proof:
    case errc::use_dpop_nonce:
    case errc::unsupported_response_type:
    case errc::login_required:
    case errc::interaction_required:
    case errc::consent_required:
    case errc::account_selection_required:
    case errc::unmet_authentication_requirements:
    case errc::invalid_request_uri:
    case errc::invalid_request_object:
    case errc::request_uri_not_supported:
    case errc::registration_not_supported:
    case errc::invalid_redirect_uri:
    case errc::invalid_client_metadata:
    case errc::unapproved_software_statement:
      return {.status = 400};
    case errc::invalid_token:
      return {.status = 401};
    case errc::insufficient_scope:
      return {.status = 403};
    case errc::slow_down:
      return {.status = 429, .retry_after = 10 + draw(0) + 4 * (draw(1) & 1U)};
    case errc::server_error:
      return {.status = 500};
    case errc::temporarily_unavailable:
      return {.status = 503, .retry_after = 1 + draw(0)};
    case errc::access_denied:
      return {.status = 403};
    case errc::not_found:
    case errc::unknown_request:
      return {.status = 404};
    case errc::conflict:
    case errc::already_answered:
      return {.status = 409};
  }
  return {};
}

denial overloaded() noexcept {
  return {errc::temporarily_unavailable, "the server is busy; try again",
          "limit of exchanges in flight reached"};
}

denial lost() noexcept {
  return {errc::temporarily_unavailable, "the server could not finish the request; try again",
          "exchange came home unanswered"};
}

denial untold() noexcept {
  return {errc::temporarily_unavailable, "the server cannot keep its records now; try again",
          "the reader of the audit stream is behind"};
}

}  // namespace mintage::oauth
