// Rendering of JSON for the admin interface; json.cpp reads.

#include "net/admin/json.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace mintage::net {
namespace {

namespace json = boost::json;

template <class Text>
json::array to_json(const std::vector<Text>& texts) {
  return json::array(texts.begin(), texts.end());
}

/// The value of `client_secret_expires_at`; 0 = never. @see RFC 7591 §3.2.1
std::int64_t expiry_of(const oauth::stored_secret& secret) noexcept {
  return secret.expires ? oauth::numeric_date(*secret.expires) : 0;
}

void put_claims(json::object& object, const std::vector<oauth::static_claim>& claims) {
  if (claims.empty()) return;
  auto out = json::object{};
  for (const auto& claim : claims) out[claim.name] = json::parse(claim.value);
  object["access_token_claims"] = std::move(out);
}

/// Only those that differ from the server's own.
void put_lives(json::object& object, const oauth::token_lives& own) {
  const auto put = [&](const char* name, oauth::seconds life) {
    if (life != oauth::seconds{0}) object[name] = life.count();
  };
  put("access_token_ttl", own.access);
  put("id_token_ttl", own.id);
  put("refresh_idle", own.refresh_idle);
  put("refresh_absolute", own.refresh_absolute);
}

/// What a client proves itself with besides secrets, as far as it has any.
void put_keys(json::object& object, const oauth::client& c) {
  if (!c.jwks.empty()) object["jwks"] = json::parse(c.jwks);
  if (!c.jwks_uri.empty()) object["jwks_uri"] = c.jwks_uri;
  if (c.profile != oauth::client_profile::standard) object["profile"] = to_string(c.profile);
  if (row_of(oauth::auth_methods, c.method).presented != oauth::presentation::assertion) return;
  object["token_endpoint_auth_signing_alg"] =
      c.only_assertion_alg ? to_string(*c.only_assertion_alg) : "";
  object["assertion_aud_mode"] = to_string(c.assertion_aud);
}

void put_certificate(json::object& object, const oauth::client& c) {
  if (c.subject) object[row_of(oauth::subject_fields, c.subject->field).name] = c.subject->value;
}

/// What concerns its authorization requests, as far as it differs from the usual.
void put_authorization(json::object& object, const oauth::client& c) {
  if (c.require_pushed) object["require_pushed_authorization_requests"] = true;
  if (c.response_alg) {
    object["authorization_signed_response_alg"] = crypto::to_string(*c.response_alg);
  }
  if (c.only_request_object_alg) {
    object["request_object_signing_alg"] = to_string(*c.only_request_object_alg);
  }
  if (!c.uri.empty()) object["client_uri"] = c.uri;
  if (!c.logo_uri.empty()) object["logo_uri"] = c.logo_uri;
  if (c.default_max_age) object["default_max_age"] = c.default_max_age->count();
  if (c.require_auth_time) object["require_auth_time"] = true;
}

std::string joined(const std::vector<std::string>& words) {
  auto out = std::string{};
  for (const auto& word : words) {
    if (!out.empty()) out += ' ';
    out += word;
  }
  return out;
}

/// What a client says of its software, and how it has registered itself.
void put_registration(json::object& object, const oauth::client& c) {
  if (c.application) object["application_type"] = to_string(*c.application);
  if (!c.software_id.empty()) object["software_id"] = c.software_id;
  if (!c.software_version.empty()) object["software_version"] = c.software_version;
  if (!c.registered) return;
  const auto& last = c.registered->last_used;
  object["registration"] = json::object{{"initial_token", c.registered->initial_token},
                                        {"last_used_at", last ? oauth::numeric_date(*last) : 0}};
}

/// Only what the client has.
void put_logout(json::object& object, const oauth::client& c) {
  if (!c.post_logout_redirect_uris.empty())
    object["post_logout_redirect_uris"] = to_json(c.post_logout_redirect_uris);
  if (c.backchannel_logout_uri.empty()) return;
  object["backchannel_logout_uri"] = c.backchannel_logout_uri;
  object["backchannel_logout_session_required"] = c.backchannel_logout_session_required;
}

json::object to_json(const oauth::client& c) {
  auto grants = json::array{};
  for (const auto g : c.grant_types) grants.emplace_back(to_string(g));
  auto secrets = json::array{};
  for (const auto& s : c.secrets) {
    secrets.push_back(json::object{{"number", s.number}, {"expires_at", expiry_of(s)}});
  }
  auto out = json::object{
      {"client_id", c.id},
      {"client_id_issued_at", oauth::numeric_date(c.issued_at)},
      {"client_name", c.name},
      {"status", to_string(c.status)},
      {"token_endpoint_auth_method", to_string(c.method)},
      {"redirect_uris", to_json(c.redirect_uris)},
      {"grant_types", std::move(grants)},
      {"response_types", to_json(oauth::response_types_of(c.grant_types))},
      {"scope", joined(c.scopes)},
      {"id_token_signed_response_alg", crypto::to_string(c.id_token_alg)},
      {"strict_auth_method", c.strict_auth_method},
      {"require_pkce", c.require_pkce},
      {"basic_raw_compat", c.basic_raw_compat},
      {"rt_without_offline", c.rt_without_offline},
      {"dpop_bound_access_tokens", c.dpop_bound_access_tokens},
      {"dpop_nonces", c.dpop_nonces},
      {"tls_client_certificate_bound_access_tokens", c.has_certificate_bound_tokens},
      {"rt_mode", to_string(c.refresh_mode)},
      {"subject_type", to_string(c.subjects)},
      {"userinfo_signed_response_alg", c.userinfo_alg ? crypto::to_string(*c.userinfo_alg) : ""},
      {"allowed_resources", to_json(c.allowed_resources)},
      {"allowed_origins", to_json(c.allowed_origins)},
      {"secrets", std::move(secrets)},
  };
  if (!c.sector.empty()) out["sector"] = c.sector;
  put_lives(out, c.lives);
  put_claims(out, c.access_token_claims);
  put_keys(out, c);
  put_certificate(out, c);
  put_authorization(out, c);
  put_registration(out, c);
  put_logout(out, c);
  return out;
}

json::object to_json(const oauth::resource& r) {
  auto out = json::object{
      {"identifier", r.as.identifier},
      {"token_format", to_string(r.as.format)},
      {"alg", crypto::to_string(r.as.alg)},
      {"scopes", to_json(r.scopes)},
      {"resource_servers", to_json(r.resource_servers)},
  };
  put_claims(out, r.access_token_claims);
  return out;
}

json::object to_json(const oauth::refused_request& r) {
  const auto& row = r.why.reason.row();
  auto out = json::object{
      {"request_id", r.id},       {"time", oauth::numeric_date(r.at)},
      {"endpoint", r.endpoint},   {"error", oauth::to_string(r.why.code)},
      {"reason", row.reason},     {"rule", row.rule},
      {"expected", row.expected},
  };
  const auto put = [&](const char* name, std::string_view value) {
    if (!value.empty()) out[name] = value;
  };
  put("grant_type", r.grant);
  put("client_id", r.client);
  put("error_description", r.why.description);
  put("clause", row.clause);
  put("came", r.came);
  put("setting", row.setting);
  return out;
}

/// Adds the newest secret of `c`, if it was generated and not shown yet.
void put_secret(json::object& object, const oauth::client& c, const crypto::secret_string& shown) {
  if (shown.empty()) return;
  object["client_secret"] = shown.reveal();
  object["client_secret_expires_at"] = c.secrets.empty() ? 0 : expiry_of(c.secrets.back());
}

void put_warnings(json::object& object, const std::vector<std::string>& warnings) {
  if (!warnings.empty()) object["warnings"] = to_json(warnings);
}

json::object to_json(const oauth::registration_token& t) {
  auto grants = json::array{};
  for (const auto g : t.allows.grant_types) grants.emplace_back(to_string(g));
  return json::object{
      {"id", t.id},
      {"name", t.name},
      {"created_at", oauth::numeric_date(t.created)},
      {"expires_at", t.expires ? oauth::numeric_date(*t.expires) : 0},
      {"limit", t.limit},
      {"used", t.used},
      {"grant_types", std::move(grants)},
      {"scope", joined(t.allows.scopes)},
      {"allowed_resources", to_json(t.allows.resources)},
  };
}

struct renderer {
  std::string operator()(const oauth::created_client& created) const {
    auto object = to_json(created.made);
    put_secret(object, created.made, created.secret);
    put_warnings(object, created.warnings);
    return json::serialize(object);
  }
  std::string operator()(const oauth::added_secret& added) const {
    auto object = to_json(added.changed);
    object["number"] = added.changed.secrets.back().number;
    put_secret(object, added.changed, added.secret);
    put_warnings(object, added.warnings);
    return json::serialize(object);
  }
  std::string operator()(const oauth::client& c) const { return json::serialize(to_json(c)); }
  std::string operator()(const oauth::client_list& list) const {
    auto sorted = std::vector<const oauth::client*>{};
    sorted.reserve(list.clients->size());
    list.clients->for_each([&](const oauth::client& c) { sorted.push_back(&c); });
    std::sort(sorted.begin(), sorted.end(), [](auto* a, auto* b) { return a->id < b->id; });
    // One client at a time: a tree of all clients would be many times the size of the text.
    auto out = std::string{R"({"clients":[)"};
    for (const auto* c : sorted) {
      if (c != sorted.front()) out += ',';
      out += json::serialize(to_json(*c));
    }
    return out += "]}";
  }
  std::string operator()(oauth::removed) const { return {}; }
  std::string operator()(const oauth::registered_client& c) const {
    return json::serialize(to_json(c.made));
  }
  std::string operator()(const oauth::added_registration_token& added) const {
    auto object = to_json(added.made);
    object["token"] = added.text.reveal();
    return json::serialize(object);
  }
  std::string operator()(const oauth::registration_token_list& list) const {
    auto tokens = json::array{};
    for (const auto& t : list.tokens) tokens.push_back(to_json(t));
    return json::serialize(json::object{{"registration_tokens", std::move(tokens)}});
  }
  std::string operator()(const oauth::operation_report& report) const { return report.json; }
  std::string operator()(const oauth::confirmed_clock& clock) const {
    return json::serialize(
        json::object{{"time", oauth::numeric_date(clock.now)},
                     {"moved_seconds", std::chrono::round<oauth::seconds>(clock.moved).count()}});
  }
  std::string operator()(const oauth::resource& r) const { return json::serialize(to_json(r)); }
  std::string operator()(const oauth::resource_list& list) const {
    auto resources = json::array{};
    for (const auto& r : list.known->resources()) resources.push_back(to_json(r));
    return json::serialize(json::object{{"resources", std::move(resources)}});
  }
  std::string operator()(const oauth::refused_request& r) const {
    return json::serialize(to_json(r));
  }
  std::string operator()(const oauth::refusal_list& list) const {
    auto refusals = json::array{};
    for (const auto& r : list.refusals) refusals.push_back(to_json(r));
    return json::serialize(json::object{{"refusals", std::move(refusals)}});
  }
  std::string operator()(const oauth::key_list& list) const {
    auto keys = json::array{};
    for (const auto& k : list.keys->keys) {
      auto key = json::object{{"kid", k.key.kid()},
                              {"alg", crypto::to_string(k.key.alg())},
                              {"state", oauth::to_string(k.state)},
                              {"published_at", oauth::numeric_date(k.created)},
                              {"activate_at", oauth::numeric_date(k.activate)}};
      if (k.retire) key["retire_at"] = oauth::numeric_date(*k.retire);
      if (k.remove) key["remove_at"] = oauth::numeric_date(*k.remove);
      keys.push_back(std::move(key));
    }
    return json::serialize(json::object{{"keys", std::move(keys)}});
  }
};

}  // namespace

std::string render(const oauth::admin_answer& answer) {
  return std::visit(renderer{}, answer);
}

std::string render_registration(const oauth::registered_client& client, std::string_view base) {
  auto out = json::object{{"client_id", client.made.id},
                          {"client_id_issued_at", oauth::numeric_date(client.made.issued_at)}};
  put_secret(out, client.made, client.secret);
  out["registration_access_token"] = client.token.reveal();
  out["registration_client_uri"] = std::string{base}.append(client.made.id);
  for (auto& [name, value] : to_json(client.made)) {
    const auto is_empty = value.is_string() && value.get_string().empty();
    if (oauth::is_registrable({name.data(), name.size()}) && !is_empty) out[name] = value;
  }
  return json::serialize(out);
}

std::string render(const oauth::admin_error& error) {
  return json::serialize(json::object{{"error", oauth::to_string(error.code)},
                                      {"error_description", error.description}});
}

std::string render_minted(std::string_view code, oauth::seconds expires_in) {
  // On the path of every code. A code is base64url, so nothing needs an escape.
  auto out = std::string{};
  out.reserve(code.size() + 40);
  out += R"({"code":")";
  out += code;
  out += R"(","expires_in":)";
  out += std::to_string(expires_in.count());
  return out += '}';
}

unsigned status_of(oauth::errc code) noexcept {
  switch (code) {
    case oauth::errc::access_denied:
      return 403;  // 401 is for a request without a valid token
    case oauth::errc::not_found:
    case oauth::errc::unknown_request:
      return 404;
    case oauth::errc::conflict:
    case oauth::errc::already_answered:
      return 409;
    case oauth::errc::server_error:
      return 500;
    case oauth::errc::temporarily_unavailable:
      return 503;
    case oauth::errc::invalid_request:
    case oauth::errc::invalid_client:
    case oauth::errc::invalid_grant:
    case oauth::errc::unauthorized_client:
    case oauth::errc::unsupported_grant_type:
    case oauth::errc::invalid_scope:
    case oauth::errc::invalid_target:
    case oauth::errc::invalid_token:
    case oauth::errc::insufficient_scope:
    case oauth::errc::invalid_dpop_proof:
    case oauth::errc::use_dpop_nonce:
    case oauth::errc::slow_down:
    case oauth::errc::unsupported_response_type:
    case oauth::errc::login_required:
    case oauth::errc::interaction_required:
    case oauth::errc::consent_required:
    case oauth::errc::account_selection_required:
    case oauth::errc::unmet_authentication_requirements:
    case oauth::errc::invalid_request_uri:
    case oauth::errc::invalid_request_object:
    case oauth::errc::request_uri_not_supported:
    case oauth::errc::registration_not_supported:
    case oauth::errc::invalid_redirect_uri:
    case oauth::errc::invalid_client_metadata:
    case oauth::errc::unapproved_software_statement:
      break;
  }
  return 400;  // MINT-01: any mistake in the call itself
}

}  // namespace mintage::net
