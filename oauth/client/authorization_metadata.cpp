#include "oauth/client/authorization_metadata.hpp"

#include <vector>

#include "oauth/request/uri.hpp"

namespace mintage::oauth {
namespace {

constexpr auto max_uri = std::size_t{2048};
/// Ten years.
constexpr auto most_max_age = std::int64_t{10} * 366 * 86400;

/// The names of the algorithms with a key pair.
std::string key_pair_algorithms() {
  auto names = std::vector<std::string_view>{};
  for (const auto& row : assertion_algs)
    if (row.by_key) names.push_back(row.name);
  return one_of(names);
}

/// What a login page links to or shows: never a script, and nothing that is read without TLS.
complaint set_page(const std::optional<std::string>& from, const char* name, std::string& to) {
  if (!from) return std::nullopt;
  const auto parts = split_uri(*from);
  const auto is_web =
      parts && is_web_host(parts->host) && !parts->has_userinfo &&
      (parts->has_scheme("https") || (parts->has_scheme("http") && is_loopback_host(parts->host)));
  if (!from->empty() && (!is_web || from->size() > max_uri)) {
    return bad_request(std::string{name} +
                       " must be empty or an https URL of at most 2048 octets without user name");
  }
  to = *from;
  return std::nullopt;
}

complaint set_algorithms(client& c, const client_metadata& m) {
  if (m.authorization_signed_response_alg) {
    const auto& name = *m.authorization_signed_response_alg;
    c.response_alg = crypto::parse_signing_alg(name);
    if (!c.response_alg && !name.empty()) {
      return bad_request(
          "authorization_signed_response_alg must be RS256, ES256, PS256, ES384, EdDSA or empty");
    }
  }
  if (m.request_object_signing_alg) {
    const auto& name = *m.request_object_signing_alg;
    c.only_request_object_alg = parse_assertion_alg(name);
    const auto has_key_pair =
        c.only_request_object_alg && row_of(assertion_algs, *c.only_request_object_alg).by_key;
    if (!has_key_pair && !name.empty()) {
      return bad_request("request_object_signing_alg must be empty or " + key_pair_algorithms());
    }
  }
  return std::nullopt;
}

complaint set_max_age(client& c, const client_metadata& m) {
  if (!m.default_max_age) return std::nullopt;
  if (*m.default_max_age < -1 || *m.default_max_age > most_max_age) {
    return bad_request("default_max_age must be from 0 to " + std::to_string(most_max_age) +
                       " seconds, or -1 for none");
  }
  c.default_max_age.reset();
  if (*m.default_max_age >= 0) c.default_max_age = seconds{*m.default_max_age};
  return std::nullopt;
}

}  // namespace

complaint set_authorization(client& c, const client_metadata& m) {
  c.require_pushed = m.require_pushed_authorization_requests.value_or(c.require_pushed);
  c.require_auth_time = m.require_auth_time.value_or(c.require_auth_time);
  if (auto bad = set_algorithms(c, m)) return bad;
  if (auto bad = set_page(m.client_uri, "client_uri", c.uri)) return bad;
  if (auto bad = set_page(m.logo_uri, "logo_uri", c.logo_uri)) return bad;
  return set_max_age(c, m);
}

complaint check_authorization_metadata(const client& c) {
  if (!c.only_request_object_alg) return std::nullopt;
  const auto& alg = row_of(assertion_algs, *c.only_request_object_alg);
  if (c.keys == nullptr && c.jwks_uri.empty()) {
    return bad_request("jwks or jwks_uri is required with request_object_signing_alg");
  }
  if (c.keys != nullptr && !c.keys->has_key_for(*alg.by_key)) {
    return bad_request("jwks has no key for " + std::string{alg.name});
  }
  return std::nullopt;
}

}  // namespace mintage::oauth
