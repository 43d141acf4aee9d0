#include "oauth/types.hpp"

namespace mintage::oauth {

std::string_view to_string(errc code) noexcept {
  switch (code) {
    case errc::invalid_request:
      return "invalid_request";
    case errc::invalid_client:
      return "invalid_client";
    case errc::invalid_grant:
      return "invalid_grant";
    case errc::unauthorized_client:
      return "unauthorized_client";
    case errc::unsupported_grant_type:
      return "unsupported_grant_type";
    case errc::invalid_scope:
      return "invalid_scope";
    case errc::invalid_target:
      return "invalid_target";
    case errc::invalid_token:
      return "invalid_token";
    case errc::insufficient_scope:
      return "insufficient_scope";
    case errc::invalid_dpop_proof:
      return "invalid_dpop_proof";
    case errc::use_dpop_nonce:
      return "use_dpop_nonce";
    case errc::slow_down:  // "slow_down" is for polling devices alone (RFC 8628)
      return "temporarily_unavailable";
    case errc::server_error:
      return "server_error";
    case errc::temporarily_unavailable:
      return "temporarily_unavailable";
    case errc::access_denied:
      return "access_denied";
    case errc::not_found:
      return "not_found";
    case errc::conflict:
      return "conflict";
    case errc::unsupported_response_type:
      return "unsupported_response_type";
    case errc::login_required:
      return "login_required";
    case errc::interaction_required:
      return "interaction_required";
    case errc::consent_required:
      return "consent_required";
    case errc::account_selection_required:
      return "account_selection_required";
    case errc::unmet_authentication_requirements:
      return "unmet_authentication_requirements";
    case errc::invalid_request_uri:
      return "invalid_request_uri";
    case errc::invalid_request_object:
      return "invalid_request_object";
    case errc::request_uri_not_supported:
      return "request_uri_not_supported";
    case errc::registration_not_supported:
      return "registration_not_supported";
    case errc::unknown_request:
      return "unknown_request";
    case errc::already_answered:
      return "already_answered";
    case errc::invalid_redirect_uri:
      return "invalid_redirect_uri";
    case errc::invalid_client_metadata:
      return "invalid_client_metadata";
    case errc::unapproved_software_statement:
      return "unapproved_software_statement";
  }
  return "server_error";
}

}  // namespace mintage::oauth
