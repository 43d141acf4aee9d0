#include "oauth/admin/minting.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "crypto/base64.hpp"
#include "crypto/digest.hpp"
#include "oauth/client/profile_rules.hpp"
#include "oauth/grant/pkce.hpp"
#include "oauth/grant/scope.hpp"
#include "oauth/request/text.hpp"

namespace mintage::oauth {
namespace {

constexpr auto max_sub = std::size_t{255};
constexpr auto max_nonce = std::size_t{1024};
constexpr auto max_acr = std::size_t{256};
constexpr auto max_amr_entries = std::size_t{16};
constexpr auto max_amr_entry = std::size_t{64};
constexpr auto max_sid = std::size_t{256};
constexpr auto max_username = std::size_t{256};
constexpr auto max_resources = std::size_t{8};
constexpr auto max_ttl = std::int64_t{600};
/// FAP-05.
constexpr auto longest_fapi_code_life = seconds{60};

complaint check_presence(const mint_request& r) {
  if (r.client_id.empty()) return bad_request("client_id is required");
  if (r.scope.empty()) return bad_request("scope is required");
  if (r.sub.empty()) return bad_request("sub is required");
  if (!r.auth_time) return bad_request("auth_time is required");
  return std::nullopt;
}

complaint check_client(const client* c) {
  // The caller is the trusted front-end, which may learn which clients exist (TOK-21 concerns
  // /token).
  if (c == nullptr) return admin_error{errc::invalid_client, "client_id is not registered"};
  if (c->status != client_status::active) {
    return admin_error{errc::invalid_client, "client_id belongs to a suspended client"};
  }
  if (!meets_profile(*c)) {
    return admin_error{errc::invalid_client,
                       "client_id belongs to a client that does not meet the profile fapi2"};
  }
  if (!c->has_grant(grant_type::authorization_code)) {
    return bad_request("client_id is not registered for the grant type authorization_code");
  }
  return std::nullopt;
}

/// Without a redirect URI the request means the client's only one (RFC 6749 §3.1.2.3).
complaint check_redirect_uri(const client& c, const mint_request& r) {
  if (r.redirect_uri.empty()) {
    if (c.redirect_uris.size() == 1) return std::nullopt;
    return bad_request("redirect_uri is required for a client that has not exactly one");
  }
  if (c.has_redirect_uri(r.redirect_uri)) return std::nullopt;
  return bad_request("redirect_uri is not registered for this client");
}

/// PKC-01, PKC-02.
complaint check_challenge(const client& c, const mint_request& r) {
  if (!r.code_challenge) {
    if (r.code_challenge_method) return bad_request("code_challenge_method needs a code_challenge");
    if (c.is_public() || c.require_pkce) {
      return bad_request("code_challenge is required for this client");
    }
    return std::nullopt;
  }
  // RFC 7636 takes an absent method for plain, which is not supported.
  if (r.code_challenge_method != "S256") return bad_request("code_challenge_method must be S256");
  if (!is_s256_challenge(*r.code_challenge)) {
    return bad_request("code_challenge must be 43 base64url characters");
  }
  return std::nullopt;
}

/// COD-09. @see RFC 9449 §10
complaint check_dpop_key(const mint_request& r) {
  if (!r.dpop_jkt || read_thumbprint(*r.dpop_jkt)) return std::nullopt;
  return bad_request("dpop_jkt must be a SHA-256 thumbprint of 43 base64url characters");
}

bool is_object(std::string_view text) noexcept {
  return text.empty() || text.front() == '{';
}

complaint check_claims(const mint_request& r, const options& o) {
  if (!is_object(r.claims) || !is_object(r.id_token_claims)) {
    return bad_request("claims must be one JSON object");
  }
  if (r.claims.size() <= o.claims_limit && r.id_token_claims.size() <= o.claims_limit) {
    return std::nullopt;
  }
  return bad_request("claims must be at most " + std::to_string(o.claims_limit) +
                     " octets of compact JSON (tokens.claims_limit)");
}

/// MINT-02.
complaint check_essential_acr(const mint_request& r) {
  const auto& wanted = r.essential_acr;
  if (wanted.empty() || std::find(wanted.begin(), wanted.end(), r.acr) != wanted.end()) {
    return std::nullopt;
  }
  return bad_request("acr must be one of the values that claims_request demands");
}

complaint check_login(const mint_request& r, instant now) {
  const auto is_text = [](const std::string& text, std::size_t limit) {
    return text.size() <= limit && is_printable_utf8(text);
  };
  if (r.sub.size() > max_sub || !is_ascii(r.sub)) {
    return bad_request("sub must be 1 to 255 ASCII characters");
  }
  if (*r.auth_time < 0) return bad_request("auth_time must not be negative");
  if (*r.auth_time > numeric_date(now + clock_skew)) {
    return bad_request("auth_time must not be in the future");
  }
  if (!is_text(r.nonce, max_nonce)) {
    return bad_request("nonce must be at most 1024 octets of printable UTF-8");
  }
  if (!is_text(r.acr, max_acr)) {
    return bad_request("acr must be at most 256 octets of printable UTF-8");
  }
  if (!is_text(r.sid, max_sid)) {
    return bad_request("sid must be at most 256 octets of printable UTF-8");
  }
  if (!is_text(r.username, max_username)) {
    return bad_request("username must be at most 256 octets of printable UTF-8");
  }
  const auto is_amr = [&](const std::string& entry) {
    return !entry.empty() && is_text(entry, max_amr_entry);
  };
  if (r.amr.size() > max_amr_entries || !std::all_of(r.amr.begin(), r.amr.end(), is_amr)) {
    return bad_request("amr must be at most 16 strings of 1 to 64 octets of printable UTF-8");
  }
  if (r.ttl && (*r.ttl < 1 || *r.ttl > max_ttl)) {
    return bad_request("ttl must be from 1 to 600 seconds");
  }
  return std::nullopt;
}

/// The granted scope as it is stored: duplicates removed, order kept.
admin_result<std::string> granted_scope(const client& c, std::string_view scope) {
  const auto tokens = parse_scope(scope);
  if (!tokens) {
    return tl::unexpected{
        admin_error{errc::invalid_scope, "scope must be scope tokens separated by spaces"}};
  }
  const auto is_allowed = [&](const std::string& token) { return c.has_scope(token); };
  if (!std::all_of(tokens->begin(), tokens->end(), is_allowed)) {
    return tl::unexpected{
        admin_error{errc::invalid_scope, "scope has a token that this client may not be granted"}};
  }
  return join_scope(*tokens);
}

/// The targets of the grant's access tokens (ATK-02, ATK-03).
admin_result<std::vector<target>> granted_targets(const client_registry& known, const client& c,
                                                  std::string_view scope,
                                                  const std::vector<std::string>& resources,
                                                  const options& o) {
  if (resources.size() > max_resources) {
    return tl::unexpected{*bad_request("resource must be at most 8 identifiers")};
  }
  const auto named = std::vector<std::string_view>{resources.begin(), resources.end()};
  auto targets = choose_targets(known, c, scope, named, o);
  if (targets) return std::move(*targets);
  return tl::unexpected{
      admin_error{targets.error().code, std::string{targets.error().description}}};
}

}  // namespace

std::string pairwise_subject(const crypto::digest& key, std::string_view sector,
                             std::string_view sub) {
  const auto size = static_cast<std::uint32_t>(sector.size());
  auto text = std::string{};
  for (const auto shift : {24, 16, 8, 0}) text += static_cast<char>(size >> shift & 0xff);
  text.append(sector).append(sub);
  return crypto::base64url(crypto::hmac_sha256{crypto::bytes_view{key}}(text));
}

admin_result<authorization_code> check_mint(const client_registry& known, mint_request&& request,
                                            instant now, const options& o,
                                            const crypto::digest& pairwise_key) {
  if (auto bad = check_presence(request)) return tl::unexpected{std::move(*bad)};
  const auto* const c = known.find(request.client_id);
  if (auto bad = check_client(c)) return tl::unexpected{std::move(*bad)};
  if (auto bad = check_redirect_uri(*c, request)) return tl::unexpected{std::move(*bad)};
  if (auto bad = check_challenge(*c, request)) return tl::unexpected{std::move(*bad)};
  if (auto bad = check_dpop_key(request)) return tl::unexpected{std::move(*bad)};
  if (auto bad = check_login(request, now)) return tl::unexpected{std::move(*bad)};
  if (auto bad = check_claims(request, o)) return tl::unexpected{std::move(*bad)};
  if (auto bad = check_essential_acr(request)) return tl::unexpected{std::move(*bad)};
  // A token whose subject is a client id would pass for that client's own token (CCG-01).
  if (known.find(request.sub) != nullptr) {
    return tl::unexpected{*bad_request("sub must not be the id of a client")};
  }
  auto scope = granted_scope(*c, request.scope);
  if (!scope) return tl::unexpected{std::move(scope.error())};
  auto targets = granted_targets(known, *c, *scope, request.resources, o);
  if (!targets) return tl::unexpected{std::move(targets.error())};

  auto code = authorization_code{};
  auto& who = code.who;
  who.client_id = std::move(request.client_id);
  who.incarnation = c->incarnation;
  who.sub = std::move(request.sub);
  if (c->subjects == subject_type::pairwise) {
    who.pairwise_sub = pairwise_subject(pairwise_key, c->sector, who.sub);
  }
  who.scope = std::move(*scope);
  who.targets = std::move(*targets);
  who.minted = now;
  who.auth_time = instant{seconds{*request.auth_time}};
  who.nonce = std::move(request.nonce);
  who.acr = std::move(request.acr);
  who.amr = std::move(request.amr);
  who.sid = std::move(request.sid);
  who.username = std::move(request.username);
  who.claims = std::move(request.claims);
  who.id_token_claims = std::move(request.id_token_claims);
  code.is_uri_implied = request.redirect_uri.empty();
  code.redirect_uri =
      code.is_uri_implied ? c->redirect_uris.front() : std::move(request.redirect_uri);
  if (request.code_challenge) code.challenge = std::move(*request.code_challenge);
  if (request.dpop_jkt) code.dpop_jkt = read_thumbprint(*request.dpop_jkt);
  auto life = request.ttl ? seconds{*request.ttl} : o.code_ttl;
  if (c->profile == client_profile::fapi2) life = std::min(life, longest_fapi_code_life);
  code.expires = now + life;
  return code;
}

}  // namespace mintage::oauth
