#include "oauth/admin/minted_claims.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "oauth/request/json_reader.hpp"
#include "oauth/request/text.hpp"
#include "oauth/token/claims.hpp"

namespace mintage::oauth {
namespace {

using json_in = simdjson::dom::element;

/// Appends a member to the text of an unfinished object.
void append_member(std::string& object, simdjson::dom::key_value_pair member) {
  object += object.empty() ? '{' : ',';
  object += simdjson::minify(member);
}

bool says_nothing(json_in value) {
  auto text = std::string_view{};
  return value.is_null() || (value.get(text) == simdjson::SUCCESS && text.empty());
}

/// The values that a claim of a `claims` request demands, if it is essential (Core §5.5.1).
std::vector<std::string> essential_values(json_in request) {
  auto values = std::vector<std::string>{};
  auto is_essential = false;
  if (request["essential"].get(is_essential) != simdjson::SUCCESS || !is_essential) return values;
  auto text = std::string_view{};
  if (request["value"].get(text) == simdjson::SUCCESS) values.emplace_back(text);
  auto items = simdjson::dom::array{};
  if (request["values"].get(items) == simdjson::SUCCESS) {
    for (const auto item : items) {
      if (item.get(text) == simdjson::SUCCESS) values.emplace_back(text);
    }
  }
  return values;
}

bool is_plain_name(std::string_view name) noexcept {
  constexpr auto longest = std::size_t{128};
  return !name.empty() && name.size() <= longest &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return is_base64url(c) || c == ':' || c == '.' || c == '/'; });
}

/// Whether the claim is one of access tokens or of introspection that ID tokens do not have.
/// @see RFC 9068, RFC 8693 §4, RFC 9396 §9.1, RFC 7662 §2.2
bool is_access_token_claim(std::string_view name) noexcept {
  constexpr auto names = std::to_array<std::string_view>({"scope", "client_id", "act", "may_act",
                                                          "authorization_details", "active",
                                                          "token_type", "username"});
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::string_view take_static_claims(json_in claims, std::vector<static_claim>& to) {
  // Those of a client and eight resources stay within what the server reads of a JWT.
  constexpr auto most = std::size_t{1024};
  auto object = simdjson::dom::object{};
  if (claims.get(object) != simdjson::SUCCESS) return "must be an object";
  if (repeats_a_member(claims)) return "must not repeat a member";
  auto size = std::size_t{0};
  for (const auto [name, value] : object) {
    if (is_protocol_claim(name) || is_access_token_claim(name)) {
      return "must not name a claim that the server sets";
    }
    if (!is_plain_name(name)) return "must have names of 1 to 128 letters, digits and _:./-";
    to.push_back({std::string{name}, simdjson::minify(value)});
    size += name.size() + to.back().value.size();
  }
  return size <= most ? std::string_view{} : "must be at most 1024 octets";
}

std::string_view take_claims(json_in claims, std::string& to) {
  auto object = simdjson::dom::object{};
  if (claims.get(object) != simdjson::SUCCESS) return "must be an object";
  // A reader of such claims may see either value.
  if (repeats_a_member(claims)) return "must not repeat a member";
  for (const auto claim : object) {
    if (is_protocol_claim(claim.key)) return "must not name a claim that the server sets";
    if (!says_nothing(claim.value)) append_member(to, claim);
  }
  if (!to.empty()) to += '}';
  return {};
}

std::string_view check_claims_request(json_in claims_request) {
  if (!claims_request.is_object()) return "must be an object";
  return repeats_a_member(claims_request) ? "must not repeat a member" : std::string_view{};
}

void keep_requested_claims(json_in mint, mint_request& to) {
  auto request = json_in{};
  if (mint["claims_request"].get(request) != simdjson::SUCCESS) return;
  auto claims = json_in{};
  const auto has_claims = mint["claims"].get(claims) == simdjson::SUCCESS;
  keep_requested_claims(request, has_claims ? std::optional{claims} : std::nullopt, to);
}

void keep_requested_claims(json_in claims_request, std::optional<json_in> login_claims,
                           mint_request& to) {
  auto requested = simdjson::dom::object{};
  if (claims_request["id_token"].get(requested) != simdjson::SUCCESS) return;
  auto acr = json_in{};
  if (requested.at_key("acr").get(acr) == simdjson::SUCCESS)
    to.essential_acr = essential_values(acr);
  auto claims = simdjson::dom::object{};
  if (!login_claims || login_claims->get(claims) != simdjson::SUCCESS) return;
  for (const auto claim : claims) {
    const auto is_requested = requested.at_key(claim.key).error() == simdjson::SUCCESS;
    if (is_requested && !says_nothing(claim.value)) append_member(to.id_token_claims, claim);
  }
  if (!to.id_token_claims.empty()) to.id_token_claims += '}';
}

}  // namespace mintage::oauth
