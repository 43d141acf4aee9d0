#include "oauth/admin/minted_claims.hpp"

#include <string>
#include <vector>

#include "oauth/request/json_reader.hpp"
#include "oauth/token/claims.hpp"

namespace mintage::oauth {
namespace {

using json_in = simdjson::dom::element;

/// Appends a member to the text of an object under way.
void append_member(std::string& object, simdjson::dom::key_value_pair member) {
  object += object.empty() ? '{' : ',';
  object += simdjson::minify(member);
}

bool says_nothing(json_in value) {
  auto text = std::string_view{};
  return value.is_null() || (value.get(text) == simdjson::SUCCESS && text.empty());
}

/// The values that one claim of a `claims` request demands, if it is essential (Core §5.5.1).
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

}  // namespace

std::string_view take_claims(json_in claims, mint_request& to) {
  auto object = simdjson::dom::object{};
  if (claims.get(object) != simdjson::SUCCESS) return "must be an object";
  // A reader of such claims may see either value.
  if (repeats_a_member(claims)) return "must not repeat a member";
  for (const auto claim : object) {
    if (is_protocol_claim(claim.key)) return "must not name a claim that the server sets";
    if (!says_nothing(claim.value)) append_member(to.claims, claim);
  }
  if (!to.claims.empty()) to.claims += '}';
  return {};
}

std::string_view check_claims_request(json_in claims_request) {
  if (!claims_request.is_object()) return "must be an object";
  return repeats_a_member(claims_request) ? "must not repeat a member" : std::string_view{};
}

void keep_requested_claims(json_in mint, mint_request& to) {
  auto requested = simdjson::dom::object{};
  if (mint["claims_request"]["id_token"].get(requested) != simdjson::SUCCESS) return;
  auto acr = json_in{};
  if (requested.at_key("acr").get(acr) == simdjson::SUCCESS)
    to.essential_acr = essential_values(acr);
  auto claims = simdjson::dom::object{};
  if (mint["claims"].get(claims) != simdjson::SUCCESS) return;
  for (const auto claim : claims) {
    const auto is_requested = requested.at_key(claim.key).error() == simdjson::SUCCESS;
    if (is_requested && !says_nothing(claim.value)) append_member(to.id_token_claims, claim);
  }
  if (!to.id_token_claims.empty()) to.id_token_claims += '}';
}

}  // namespace mintage::oauth
