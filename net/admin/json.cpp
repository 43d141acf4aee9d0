#include "net/admin/json.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <new>
#include <utility>
#include <vector>

#include "oauth/admin/minted_claims.hpp"

namespace mintage::net {
namespace {

using json_in = simdjson::dom::element;
using oauth::acceptance;
using oauth::client_metadata;
using oauth::login_denial;
using oauth::mint_request;
using oauth::resource;
using oauth::secret_request;

/// Depth of non-empty objects and arrays, the outermost included.
constexpr auto deepest = std::size_t{16};
/// Enough for usual bodies; the parser grows for larger ones.
constexpr auto usual_size = std::size_t{16} * 1024;

/// The error of a value, to follow the member's name in a sentence; empty when it was accepted.
using objection = std::string_view;

objection take(json_in from, std::string& to) {
  auto text = std::string_view{};
  if (from.get(text) != simdjson::SUCCESS) return "must be a string";
  to = text;
  return {};
}

objection take(json_in from, crypto::secret_string& to) {
  auto text = std::string_view{};
  if (from.get(text) != simdjson::SUCCESS) return "must be a string";
  to = crypto::secret_string{std::string{text}};
  return {};
}

objection take(json_in from, std::int64_t& to) {
  return from.get(to) == simdjson::SUCCESS ? objection{} : "must be an integer";
}

objection take(json_in from, bool& to) {
  return from.get(to) == simdjson::SUCCESS ? objection{} : "must be true or false";
}

objection take(json_in from, std::vector<std::string>& to) {
  constexpr auto must = objection{"must be an array of strings"};
  auto items = simdjson::dom::array{};
  if (from.get(items) != simdjson::SUCCESS) return must;
  for (const auto item : items) {
    auto text = std::string_view{};
    if (item.get(text) != simdjson::SUCCESS) return must;
    to.emplace_back(text);
  }
  return {};
}

objection take(json_in from, crypto::jws_alg& to) {
  constexpr auto must = objection{"must be RS256, ES256, PS256, ES384 or EdDSA"};
  auto text = std::string_view{};
  if (from.get(text) != simdjson::SUCCESS) return must;
  const auto alg = crypto::parse_signing_alg(text);
  if (!alg) return must;
  to = *alg;
  return {};
}

objection take(json_in from, std::vector<oauth::static_claim>& to) {
  return oauth::take_static_claims(from, to);
}

template <class T>
objection take(json_in from, std::optional<T>& to) {
  return take(from, to.emplace());
}

/// Reads one resource, or several.
objection take_resources(json_in from, std::vector<std::string>& to) {
  if (auto one = std::string{}; take(from, one).empty()) {
    to.push_back(std::move(one));
    return {};
  }
  return take(from, to).empty() ? objection{} : "must be a string or an array of strings";
}

/// Evaluated when all members are known: see `read_mint`.
objection take_claims_request(json_in from, mint_request&) {
  return oauth::check_claims_request(from);
}

objection take_identifier(json_in from, resource& to) {
  return take(from, to.as.identifier);
}

/// Kept as text: oauth::key_set reads it. An empty object takes the keys away.
objection take_jwks(json_in from, client_metadata& to) {
  auto set = simdjson::dom::object{};
  if (from.get(set) != simdjson::SUCCESS) return "must be a JWK set, which is an object";
  to.jwks = set.size() == 0 ? std::string{} : simdjson::minify(from);
  return {};
}

template <oauth::subject_field Field>
objection take_subject(json_in from, client_metadata& to) {
  return take(from, to.certificate_subjects[static_cast<std::size_t>(Field)]);
}
objection take_format(json_in from, resource& to) {
  auto text = std::string{};
  if (const auto wrong = take(from, text); !wrong.empty()) return wrong;
  if (text != "jwt" && text != "opaque") return "must be jwt or opaque";
  to.as.format = text == "jwt" ? oauth::token_format::jwt : oauth::token_format::opaque;
  return {};
}

objection take_algorithm(json_in from, resource& to) {
  auto text = std::string{};
  if (const auto wrong = take(from, text); !wrong.empty()) return wrong;
  const auto alg = crypto::parse_signing_alg(text);
  if (!alg) return "must be an algorithm that the server signs with";
  to.as.alg = *alg;
  return {};
}

/// A member that the object may have.
template <class T>
struct member {
  std::string_view name;
  objection (*take)(json_in, T&);
};

template <auto Field, class T>
constexpr member<T> field(std::string_view name) {
  return {name, [](json_in from, T& to) { return take(from, to.*Field); }};
}
template <auto Field>
constexpr auto in_mint = field<Field, mint_request>;
template <auto Field>
constexpr auto in_acceptance = field<Field, acceptance>;
template <auto Field>
constexpr auto in_client = field<Field, client_metadata>;
template <oauth::subject_field Field>
constexpr auto in_certificate =
    member<client_metadata>{row_of(oauth::subject_fields, Field).name, take_subject<Field>};
template <auto Field>
constexpr auto in_secret = field<Field, secret_request>;

constexpr auto mint_members = std::to_array<member<mint_request>>({
    in_mint<&mint_request::client_id>("client_id"),
    in_mint<&mint_request::redirect_uri>("redirect_uri"),
    in_mint<&mint_request::scope>("scope"),
    in_mint<&mint_request::sub>("sub"),
    in_mint<&mint_request::auth_time>("auth_time"),
    in_mint<&mint_request::nonce>("nonce"),
    in_mint<&mint_request::acr>("acr"),
    in_mint<&mint_request::amr>("amr"),
    in_mint<&mint_request::sid>("sid"),
    in_mint<&mint_request::username>("username"),
    {"claims", [](json_in from, mint_request& to) { return oauth::take_claims(from, to.claims); }},
    in_mint<&mint_request::code_challenge>("code_challenge"),
    in_mint<&mint_request::code_challenge_method>("code_challenge_method"),
    in_mint<&mint_request::ttl>("ttl"),
    {"resource", [](json_in from, mint_request& to) { return take_resources(from, to.resources); }},
    {"claims_request", take_claims_request},
    in_mint<&mint_request::dpop_jkt>("dpop_jkt"),
});

constexpr auto client_members = std::to_array<member<client_metadata>>({
    in_client<&client_metadata::client_id>("client_id"),
    in_client<&client_metadata::client_secret>("client_secret"),
    in_client<&client_metadata::client_secret_hash>("client_secret_hash"),
    in_client<&client_metadata::client_secret_expires_at>("client_secret_expires_at"),
    in_client<&client_metadata::client_name>("client_name"),
    in_client<&client_metadata::redirect_uris>("redirect_uris"),
    in_client<&client_metadata::token_endpoint_auth_method>("token_endpoint_auth_method"),
    in_client<&client_metadata::grant_types>("grant_types"),
    in_client<&client_metadata::response_types>("response_types"),
    in_client<&client_metadata::scope>("scope"),
    in_client<&client_metadata::id_token_signed_response_alg>("id_token_signed_response_alg"),
    in_client<&client_metadata::status>("status"),
    in_client<&client_metadata::strict_auth_method>("strict_auth_method"),
    in_client<&client_metadata::require_pkce>("require_pkce"),
    in_client<&client_metadata::basic_raw_compat>("basic_raw_compat"),
    in_client<&client_metadata::rt_without_offline>("rt_without_offline"),
    in_client<&client_metadata::rt_mode>("rt_mode"),
    in_client<&client_metadata::subject_type>("subject_type"),
    in_client<&client_metadata::sector_identifier_uri>("sector_identifier_uri"),
    in_client<&client_metadata::userinfo_signed_response_alg>("userinfo_signed_response_alg"),
    in_client<&client_metadata::allowed_resources>("allowed_resources"),
    in_client<&client_metadata::allowed_origins>("allowed_origins"),
    in_client<&client_metadata::access_token_ttl>("access_token_ttl"),
    in_client<&client_metadata::id_token_ttl>("id_token_ttl"),
    in_client<&client_metadata::refresh_idle>("refresh_idle"),
    in_client<&client_metadata::refresh_absolute>("refresh_absolute"),
    in_client<&client_metadata::access_token_claims>("access_token_claims"),
    {"jwks", take_jwks},
    in_client<&client_metadata::jwks_uri>("jwks_uri"),
    in_client<&client_metadata::token_endpoint_auth_signing_alg>("token_endpoint_auth_signing_alg"),
    in_client<&client_metadata::assertion_aud_mode>("assertion_aud_mode"),
    in_client<&client_metadata::profile>("profile"),
    in_certificate<oauth::subject_field::dn>,
    in_certificate<oauth::subject_field::san_dns>,
    in_certificate<oauth::subject_field::san_uri>,
    in_certificate<oauth::subject_field::san_ip>,
    in_certificate<oauth::subject_field::san_email>,
    in_client<&client_metadata::tls_client_certificate_bound_access_tokens>(
        "tls_client_certificate_bound_access_tokens"),
    in_client<&client_metadata::dpop_bound_access_tokens>("dpop_bound_access_tokens"),
    in_client<&client_metadata::dpop_nonces>("dpop_nonces"),
    in_client<&client_metadata::require_pushed_authorization_requests>(
        "require_pushed_authorization_requests"),
    in_client<&client_metadata::authorization_signed_response_alg>(
        "authorization_signed_response_alg"),
    in_client<&client_metadata::request_object_signing_alg>("request_object_signing_alg"),
    in_client<&client_metadata::client_uri>("client_uri"),
    in_client<&client_metadata::logo_uri>("logo_uri"),
    in_client<&client_metadata::default_max_age>("default_max_age"),
    in_client<&client_metadata::require_auth_time>("require_auth_time"),
    in_client<&client_metadata::application_type>("application_type"),
    in_client<&client_metadata::software_id>("software_id"),
    in_client<&client_metadata::software_version>("software_version"),
    in_client<&client_metadata::post_logout_redirect_uris>("post_logout_redirect_uris"),
    in_client<&client_metadata::backchannel_logout_uri>("backchannel_logout_uri"),
    in_client<&client_metadata::backchannel_logout_session_required>(
        "backchannel_logout_session_required"),
});

constexpr auto acceptance_members = std::to_array<member<acceptance>>({
    in_acceptance<&acceptance::sub>("sub"),
    in_acceptance<&acceptance::auth_time>("auth_time"),
    in_acceptance<&acceptance::acr>("acr"),
    in_acceptance<&acceptance::amr>("amr"),
    in_acceptance<&acceptance::sid>("sid"),
    in_acceptance<&acceptance::username>("username"),
    {"claims", [](json_in from, acceptance& to) { return oauth::take_claims(from, to.claims); }},
    in_acceptance<&acceptance::scope>("scope"),
    {"resource",
     [](json_in from, acceptance& to) { return take_resources(from, to.resources.emplace()); }},
    in_acceptance<&acceptance::interacted>("interacted"),
});

constexpr auto denial_members = std::to_array<member<login_denial>>({
    field<&login_denial::error, login_denial>("error"),
    field<&login_denial::description, login_denial>("error_description"),
});

constexpr auto resource_members = std::to_array<member<resource>>({
    {"identifier", take_identifier},
    {"token_format", take_format},
    {"alg", take_algorithm},
    field<&resource::scopes, resource>("scopes"),
    field<&resource::resource_servers, resource>("resource_servers"),
    field<&resource::access_token_claims, resource>("access_token_claims"),
});

constexpr auto secret_members = std::to_array<member<secret_request>>({
    in_secret<&secret_request::client_secret>("client_secret"),
    in_secret<&secret_request::client_secret_hash>("client_secret_hash"),
    in_secret<&secret_request::client_secret_expires_at>("client_secret_expires_at"),
});

constexpr auto backup_members = std::to_array<member<oauth::back_up>>({
    field<&oauth::back_up::directory, oauth::back_up>("directory"),
});

constexpr auto rotation_members = std::to_array<member<oauth::rotate_keys>>({
    field<&oauth::rotate_keys::alg, oauth::rotate_keys>("alg"),
    field<&oauth::rotate_keys::now, oauth::rotate_keys>("now"),
});

tl::unexpected<oauth::admin_error> refuse(std::string_view subject, std::string_view what) {
  auto description = std::string{subject};
  (description += ' ') += what;
  return tl::unexpected{oauth::admin_error{oauth::errc::invalid_request, std::move(description)}};
}

/// Names the member only if its text is harmless in a log or on a page.
tl::unexpected<oauth::admin_error> refuse_unknown(std::string_view name) {
  constexpr auto longest = std::size_t{64};
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  const auto may_be_named =
      !name.empty() && name.size() <= longest && std::all_of(name.begin(), name.end(), is_plain);
  return may_be_named ? refuse("unknown member", name) : refuse("unknown", "member");
}

std::string_view fault_of(simdjson::error_code code) {
  if (code == simdjson::DEPTH_ERROR) return "is nested deeper than 16 levels";
  if (code == simdjson::UTF8_ERROR) return "is not UTF-8";
  if (code == simdjson::NUMBER_ERROR) return "has a number that is malformed or out of range";
  return "is malformed";
}

oauth::admin_result<simdjson::dom::object> read_object(simdjson::dom::parser& parser,
                                                       std::string_view text) {
  if (text.empty()) return refuse("the JSON", "is missing");
  auto document = json_in{};
  if (const auto error = parser.parse(text.data(), text.size()).get(document);
      error != simdjson::SUCCESS) {
    return refuse("the JSON", fault_of(error));
  }
  auto object = simdjson::dom::object{};
  if (document.get(object) != simdjson::SUCCESS) return refuse("the JSON", "must be one object");
  return object;
}

template <class T, std::size_t N>
oauth::admin_result<T> read(simdjson::dom::parser& parser, std::string_view text,
                            const std::array<member<T>, N>& members) {
  const auto object = read_object(parser, text);
  if (!object) return tl::unexpected{object.error()};
  auto out = oauth::admin_result<T>{};
  auto seen = std::bitset<N>{};
  for (const auto& [name, value] : *object) {
    const auto known = std::find_if(members.begin(), members.end(),
                                    [&, n = name](const member<T>& m) { return m.name == n; });
    if (known == members.end()) return refuse_unknown(name);
    const auto index = static_cast<std::size_t>(known - members.begin());
    if (seen[index]) return refuse(known->name, "is repeated");
    seen[index] = true;
    if (value.is_null()) continue;
    if (const auto wrong = known->take(value, *out); !wrong.empty()) {
      return refuse(known->name, wrong);
    }
  }
  return out;
}

using registration_token_request = oauth::registration_token_request;
template <auto Field>
constexpr auto in_token = field<Field, registration_token_request>;
constexpr auto registration_token_members = std::to_array<member<registration_token_request>>({
    in_token<&registration_token_request::name>("name"),
    in_token<&registration_token_request::expires_in>("expires_in"),
    in_token<&registration_token_request::limit>("limit"),
    in_token<&registration_token_request::grant_types>("grant_types"),
    in_token<&registration_token_request::scope>("scope"),
    in_token<&registration_token_request::allowed_resources>("allowed_resources"),
});

/// Members of the answers of RFC 7592 §3 that no update may have.
constexpr auto server_members =
    std::to_array<std::string_view>({"registration_access_token", "registration_client_uri",
                                     "client_secret_expires_at", "client_id_issued_at"});

}  // namespace

struct admin_json::impl {
  simdjson::dom::parser parser;
};

admin_json::admin_json() : impl_{std::make_unique<impl>()} {
  // The parser counts scalars as a level.
  if (impl_->parser.allocate(usual_size, deepest + 1) != simdjson::SUCCESS) throw std::bad_alloc{};
}
admin_json::~admin_json() = default;
admin_json::admin_json(admin_json&&) noexcept = default;
admin_json& admin_json::operator=(admin_json&&) noexcept = default;

oauth::admin_result<mint_request> admin_json::read_mint(std::string_view json) {
  auto request = read(impl_->parser, json, mint_members);
  if (request) oauth::keep_requested_claims(impl_->parser.doc.root(), *request);
  return request;
}

oauth::admin_result<acceptance> admin_json::read_acceptance(std::string_view json) {
  return read(impl_->parser, json, acceptance_members);
}

oauth::admin_result<login_denial> admin_json::read_denial(std::string_view json) {
  auto said = json.empty() ? oauth::admin_result<login_denial>{}
                           : read(impl_->parser, json, denial_members);
  if (!said) return said;
  if (auto bad = oauth::check_denial(*said)) return tl::unexpected{std::move(*bad)};
  return said;
}

oauth::admin_result<resource> admin_json::read_resource(std::string_view json) {
  return read(impl_->parser, json, resource_members);
}

oauth::admin_result<client_metadata> admin_json::read_client(std::string_view json) {
  return read(impl_->parser, json, client_members);
}

std::vector<std::string_view> client_member_names() {
  auto names = std::vector<std::string_view>{};
  for (const auto& m : client_members) names.push_back(m.name);
  return names;
}

oauth::admin_result<secret_request> admin_json::read_secret(std::string_view json) {
  if (json.empty()) return secret_request{};
  return read(impl_->parser, json, secret_members);
}

oauth::admin_result<oauth::registration_request> admin_json::read_registration(
    std::string_view json) {
  const auto object = read_object(impl_->parser, json);
  if (!object) return tl::unexpected{object.error()};
  auto out = oauth::registration_request{};
  auto seen = std::bitset<client_members.size()>{};
  for (const auto& [name, value] : *object) {
    if (value.is_null()) continue;
    out.has_software_statement |= name == "software_statement";
    out.has_sector |= name == "sector_identifier_uri";
    if (const auto* s = std::ranges::find(server_members, name); s != server_members.end())
      out.server_member = *s;
    if (!oauth::is_registrable(name) && name != "client_id" && name != "client_secret") continue;
    const auto known = std::ranges::find(client_members, name, &member<client_metadata>::name);
    if (known == client_members.end()) continue;
    const auto index = static_cast<std::size_t>(known - client_members.begin());
    if (seen[index]) return refuse(known->name, "is repeated");
    seen[index] = true;
    if (const auto wrong = known->take(value, out.metadata); !wrong.empty())
      return refuse(known->name, wrong);
  }
  return out;
}

oauth::admin_result<registration_token_request> admin_json::read_registration_token(
    std::string_view json) {
  if (json.empty()) return registration_token_request{};
  return read(impl_->parser, json, registration_token_members);
}

oauth::admin_result<oauth::back_up> admin_json::read_backup(std::string_view json) {
  return read(impl_->parser, json, backup_members);
}

oauth::admin_result<oauth::rotate_keys> admin_json::read_rotation(std::string_view json) {
  if (json.empty()) return oauth::rotate_keys{};
  return read(impl_->parser, json, rotation_members);
}

}  // namespace mintage::net
