#include "oauth/admin/admin.hpp"

#include <algorithm>

#include "crypto/base64.hpp"
#include "crypto/digest.hpp"
#include "oauth/grant/pkce.hpp"
#include "oauth/grant/scope.hpp"
#include "oauth/request/ascii.hpp"
#include "oauth/request/text.hpp"

namespace mintage::oauth {
namespace {

constexpr auto max_sub = std::size_t{255};
constexpr auto max_nonce = std::size_t{1024};
constexpr auto max_acr = std::size_t{256};
constexpr auto max_amr_entries = std::size_t{16};
constexpr auto max_amr_entry = std::size_t{64};
constexpr auto max_sid = std::size_t{256};
constexpr auto max_claims = std::size_t{8192};
constexpr auto max_resources = std::size_t{8};
constexpr auto max_ttl = std::int64_t{600};

/// What a check found; nothing when all is well.
using complaint = std::optional<admin_error>;

complaint bad_request(const char* description) {
  return admin_error{errc::invalid_request, description};
}

complaint check_presence(const mint_request& r) {
  if (r.client_id.empty()) return bad_request("client_id is required");
  if (r.redirect_uri.empty()) return bad_request("redirect_uri is required");
  if (r.scope.empty()) return bad_request("scope is required");
  if (r.sub.empty()) return bad_request("sub is required");
  if (!r.auth_time) return bad_request("auth_time is required");
  return std::nullopt;
}

complaint check_client(const client* c) {
  // The caller is the trusted front-end: it may know which clients exist (TOK-21 is for /token).
  if (c == nullptr) return admin_error{errc::invalid_client, "client_id is not registered"};
  if (c->status != client_status::active) {
    return admin_error{errc::invalid_client, "client_id belongs to a suspended client"};
  }
  if (!c->has_grant(grant_type::authorization_code)) {
    return bad_request("client_id is not registered for the grant type authorization_code");
  }
  return std::nullopt;
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
  // An absent method means plain in RFC 7636, which is not spoken here.
  if (r.code_challenge_method != "S256") return bad_request("code_challenge_method must be S256");
  if (!is_s256_challenge(*r.code_challenge)) {
    return bad_request("code_challenge must be 43 base64url characters");
  }
  return std::nullopt;
}

bool is_small_object(std::string_view text) noexcept {
  return text.empty() || (text.size() <= max_claims && text.front() == '{');
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
  if (r.sub.size() > max_sub || !is_visible_ascii(r.sub)) {
    return bad_request("sub must be 1 to 255 printable ASCII characters without spaces");
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
  const auto is_amr = [&](const std::string& entry) {
    return !entry.empty() && is_text(entry, max_amr_entry);
  };
  if (r.amr.size() > max_amr_entries || !std::all_of(r.amr.begin(), r.amr.end(), is_amr)) {
    return bad_request("amr must be at most 16 strings of 1 to 64 octets of printable UTF-8");
  }
  if (!is_small_object(r.claims) || !is_small_object(r.id_token_claims)) {
    return bad_request("claims must be one JSON object of at most 8 KiB");
  }
  if (r.ttl && (*r.ttl < 1 || *r.ttl > max_ttl)) {
    return bad_request("ttl must be from 1 to 600 seconds");
  }
  return std::nullopt;
}

/// The granted scope in the form it is kept: duplicates collapsed, order kept.
admin_result<std::string> granted_scope(const client& c, std::string_view scope) {
  const auto tokens = parse_scope(scope);
  if (!tokens) {
    return tl::unexpected{
        admin_error{errc::invalid_scope, "scope must be scope tokens separated by single spaces"}};
  }
  const auto is_allowed = [&](const std::string& token) { return c.has_scope(token); };
  if (!std::all_of(tokens->begin(), tokens->end(), is_allowed)) {
    return tl::unexpected{
        admin_error{errc::invalid_scope, "scope has a token that this client may not be granted"}};
  }
  return join_scope(*tokens);
}

/// What the access tokens of the grant may be for (ATK-02, ATK-03).
admin_result<std::vector<target>> granted_targets(const client_registry& known, const client& c,
                                                  std::string_view scope,
                                                  const std::vector<std::string>& resources) {
  if (resources.size() > max_resources) {
    return tl::unexpected{*bad_request("resource must be at most 8 identifiers")};
  }
  const auto named = std::vector<std::string_view>{resources.begin(), resources.end()};
  auto targets = choose_targets(known, c, scope, named);
  if (targets) return std::move(*targets);
  return tl::unexpected{
      admin_error{targets.error().code, std::string{targets.error().description}}};
}

/// The token of an Authorization value whose scheme is Bearer, or empty.
std::string_view bearer_token(std::string_view authorization) noexcept {
  constexpr auto scheme = std::string_view{"bearer"};
  if (!equals_lower(authorization.substr(0, scheme.size()), scheme)) return {};
  authorization.remove_prefix(scheme.size());
  const auto start = authorization.find_first_not_of(' ');
  if (start == 0 || start == authorization.npos) return {};
  return authorization.substr(start);
}

}  // namespace

bool is_reading(const admin_call& call) noexcept {
  return std::holds_alternative<show_client>(call) || std::holds_alternative<list_clients>(call) ||
         std::holds_alternative<list_keys>(call) || std::holds_alternative<list_resources>(call);
}

bool is_about_keys(const admin_call& call) noexcept {
  return std::holds_alternative<list_keys>(call) || std::holds_alternative<rotate_keys>(call) ||
         std::holds_alternative<remove_key>(call);
}

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
  if (!c->has_redirect_uri(request.redirect_uri)) {
    return tl::unexpected{
        admin_error{errc::invalid_request, "redirect_uri is not registered for this client"}};
  }
  if (auto bad = check_challenge(*c, request)) return tl::unexpected{std::move(*bad)};
  if (auto bad = check_login(request, now)) return tl::unexpected{std::move(*bad)};
  if (auto bad = check_essential_acr(request)) return tl::unexpected{std::move(*bad)};
  // Whose subject is a client is taken for that client itself (CCG-01).
  if (known.find(request.sub) != nullptr) {
    return tl::unexpected{*bad_request("sub must not be the id of a client")};
  }
  auto scope = granted_scope(*c, request.scope);
  if (!scope) return tl::unexpected{std::move(scope.error())};
  auto targets = granted_targets(known, *c, *scope, request.resources);
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
  who.claims = std::move(request.claims);
  who.id_token_claims = std::move(request.id_token_claims);
  code.redirect_uri = std::move(request.redirect_uri);
  if (request.code_challenge) code.challenge = std::move(*request.code_challenge);
  code.expires = now + (request.ttl ? seconds{*request.ttl} : o.code_ttl);
  return code;
}

crypto::secret_string make_client_secret(crypto::random_source& random) {
  constexpr auto prefix = std::string_view{"mcs_"};
  auto text = std::string{};
  text.reserve(prefix.size() + crypto::base64url_size(32));
  text.append(prefix);
  crypto::base64url_append(text, random.take<32>());
  return crypto::secret_string{std::move(text)};
}

admin_role role_of(std::string_view authorization, const admin_tokens& tokens) {
  const auto token = bearer_token(authorization);
  if (token.empty()) return admin_role::nobody;
  const auto presented = crypto::sha256(token);
  const auto matches = [&](const crypto::digest& stored) {
    // A token that was never set up has no digest; it must not have one by accident either.
    return crypto::constant_time_equal(presented, stored) &&
           !crypto::constant_time_equal(stored, crypto::digest{});
  };
  const auto is_admin = matches(tokens.admin);
  const auto is_minter = matches(tokens.minter);
  if (is_admin) return admin_role::admin;
  return is_minter ? admin_role::minter : admin_role::nobody;
}

}  // namespace mintage::oauth
