#include "oauth/client/profile_rules.hpp"

#include <string>
#include <vector>

namespace mintage::oauth {
namespace {

std::string allowed_algorithms() {
  auto names = std::vector<std::string_view>{};
  for (const auto& row : assertion_algs)
    if (row.is_for_fapi) names.push_back(row.name);
  return one_of(names);
}

complaint bad_algorithm(const char* member) {
  return bad_request(std::string{member} + " must be " + allowed_algorithms() +
                     " for the profile fapi2");
}

/// @pre the client is active and held to FAPI 2.0.
complaint fault_of(const client& c) {
  if (!is_for_fapi(c.method)) {
    return bad_request(
        "profile fapi2 needs a token_endpoint_auth_method with a private key or a certificate");
  }
  if (c.only_assertion_alg && !row_of(assertion_algs, *c.only_assertion_alg).is_for_fapi)
    return bad_algorithm("token_endpoint_auth_signing_alg");
  if (!is_for_fapi(c.id_token_alg)) return bad_algorithm("id_token_signed_response_alg");
  if (c.userinfo_alg && !is_for_fapi(*c.userinfo_alg))
    return bad_algorithm("userinfo_signed_response_alg");
  if (c.response_alg && !is_for_fapi(*c.response_alg))
    return bad_algorithm("authorization_signed_response_alg");
  if (c.only_request_object_alg && !row_of(assertion_algs, *c.only_request_object_alg).is_for_fapi)
    return bad_algorithm("request_object_signing_alg");
  if (c.refresh_mode != rt_mode::static_)
    return bad_request("rt_mode must be static for the profile fapi2");
  if (!c.require_pkce) return bad_request("require_pkce cannot be off for the profile fapi2");
  return std::nullopt;
}

}  // namespace

complaint check_profile(const client& c) {
  if (c.profile != client_profile::fapi2 || c.status != client_status::active) return std::nullopt;
  auto bad = fault_of(c);
  if (bad && c.own_profile != c.profile)
    bad->description += ", which this server holds all clients to";
  return bad;
}

}  // namespace mintage::oauth
