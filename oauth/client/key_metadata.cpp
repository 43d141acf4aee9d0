#include "oauth/client/key_metadata.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "oauth/client/profile_rules.hpp"
#include "oauth/client/sealed_secret.hpp"
#include "oauth/request/uri.hpp"

namespace mintage::oauth {
namespace {

/// As of a set that is fetched (CAU-11).
constexpr auto max_jwks = std::size_t{256} * 1024;
constexpr auto max_uri = std::size_t{2048};
/// The shortest secret that HS256 takes. @see RFC 7518 §3.2
constexpr auto shortest_secret = size_of(crypto::sha2::sha256);

complaint set_jwks(client& c, const std::string& text) {
  if (text.empty()) {
    c.jwks.clear();
    c.keys.reset();
    return std::nullopt;
  }
  if (text.size() > max_jwks) return bad_request("jwks must be at most 256 KiB");
  auto keys = key_set::read(text);
  if (!keys) return bad_request("jwks is refused: " + keys.error());
  c.jwks = text;
  c.keys = std::make_shared<const key_set>(std::move(*keys));
  c.jwks_uri.clear();
  return std::nullopt;
}

complaint set_jwks_uri(client& c, const std::string& uri) {
  if (uri.empty()) {
    c.jwks_uri.clear();
    return std::nullopt;
  }
  const auto parts = split_uri(uri);
  if (uri.size() > max_uri || !parts || !parts->has_scheme("https") || !is_web_host(parts->host) ||
      parts->has_userinfo || parts->has_fragment) {
    return bad_request(
        "jwks_uri must be an https URL of at most 2048 octets without user name and fragment");
  }
  c.jwks_uri = uri;
  c.jwks.clear();
  c.keys.reset();
  return std::nullopt;
}

/// The names of the algorithms that pass.
template <class Test>
std::string algorithms_that(Test passes) {
  auto names = std::vector<std::string_view>{};
  for (const auto& row : assertion_algs)
    if (passes(row)) names.push_back(row.name);
  return one_of(names);
}

bool is_by_key(const assertion_alg_row& row) noexcept {
  return row.by_key.has_value();
}

/// @pre the method is one of assertions.
complaint check_algorithm(const client& c) {
  if (!c.only_assertion_alg) return std::nullopt;
  const auto wants_key = proof_of(c.method) == client_proof::key;
  const auto& alg = row_of(assertion_algs, *c.only_assertion_alg);
  if (is_by_key(alg) != wants_key) {
    return bad_request(
        "token_endpoint_auth_signing_alg must be " +
        algorithms_that([&](const auto& row) { return is_by_key(row) == wants_key; }) + " for " +
        std::string{to_string(c.method)});
  }
  if (c.keys != nullptr && alg.by_key && !c.keys->has_key_for(*alg.by_key))
    return bad_request("jwks has no key for " + std::string{alg.name});
  return std::nullopt;
}

/// Secrets in the record, which an algorithm that was changed may find too short.
complaint check_sealed_lengths(const client& c) {
  if (!c.only_assertion_alg) return std::nullopt;
  const auto& alg = row_of(assertion_algs, *c.only_assertion_alg);
  const auto is_too_short = [&](const stored_secret& s) {
    return s.how == secret_kind::sealed && sealed_length(s) < size_of(alg.hash);
  };
  if (alg.by_key || std::ranges::none_of(c.secrets, is_too_short)) return std::nullopt;
  return bad_request("the client has a secret that is too short for " + std::string{alg.name} +
                     ": add a longer one and end it first");
}

}  // namespace

complaint set_keys(client& c, const client_metadata& m) {
  const auto has = [](const std::optional<std::string>& text) { return text && !text->empty(); };
  if (has(m.jwks) && has(m.jwks_uri)) return bad_request("jwks and jwks_uri exclude each other");
  if (m.jwks)
    if (auto bad = set_jwks(c, *m.jwks)) return bad;
  if (m.jwks_uri)
    if (auto bad = set_jwks_uri(c, *m.jwks_uri)) return bad;
  if (m.token_endpoint_auth_signing_alg) {
    c.only_assertion_alg = parse_assertion_alg(*m.token_endpoint_auth_signing_alg);
    if (!c.only_assertion_alg && !m.token_endpoint_auth_signing_alg->empty())
      return bad_request("token_endpoint_auth_signing_alg must be empty or " +
                         one_of(names_of(assertion_algs)));
  }
  if (m.assertion_aud_mode) {
    if (*m.assertion_aud_mode != "strict" && *m.assertion_aud_mode != "compat")
      return bad_request("assertion_aud_mode must be strict or compat");
    c.assertion_aud = *m.assertion_aud_mode == "compat" ? aud_mode::compat : aud_mode::strict;
  }
  if (m.profile) {
    if (*m.profile != "default" && *m.profile != "fapi2")
      return bad_request("profile must be default or fapi2");
    c.own_profile = *m.profile == "fapi2" ? client_profile::fapi2 : client_profile::standard;
    c.profile = c.own_profile;
  }
  return std::nullopt;
}

complaint check_keys(const client& c) {
  const auto presents_assertions =
      row_of(auth_methods, c.method).presented == presentation::assertion;
  if (c.only_assertion_alg && !presents_assertions)
    return bad_request(
        "token_endpoint_auth_signing_alg needs the token_endpoint_auth_method private_key_jwt or "
        "client_secret_jwt");
  if (proof_of(c.method) == client_proof::key) {
    if (c.keys == nullptr && c.jwks_uri.empty())
      return bad_request("jwks or jwks_uri is required for " + std::string{to_string(c.method)});
    if (c.keys != nullptr && !c.keys->can_verify())
      return bad_request("jwks has no key that may verify signatures");
  }
  if (presents_assertions) {
    if (auto bad = check_algorithm(c)) return bad;
    if (auto bad = check_sealed_lengths(c)) return bad;
  }
  return check_profile(c);
}

complaint check_secret_length(const client& c, const crypto::secret_string& chosen) {
  if (!row_of(auth_methods, c.method).needs_secret_text) return std::nullopt;
  const auto shortest = c.only_assertion_alg
                            ? size_of(row_of(assertion_algs, *c.only_assertion_alg).hash)
                            : shortest_secret;
  if (chosen.reveal().size() >= shortest) return std::nullopt;
  return bad_request("client_secret must be at least " + std::to_string(shortest) +
                     " octets for client_secret_jwt");
}

std::vector<std::string_view> registrable_methods() {
  auto names = std::vector<std::string_view>{};
  for (const auto& row : auth_methods)
    if (!row.endpoints.empty()) names.push_back(row.name);
  return names;
}

}  // namespace mintage::oauth
