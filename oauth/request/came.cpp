#include "oauth/request/came.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <vector>

#include "crypto/base64.hpp"
#include "oauth/request/json_reader.hpp"
#include "oauth/request/redaction.hpp"

namespace mintage::oauth {
namespace {

/// Longer tokens are refused before they are decoded (JWS-02).
constexpr std::size_t longest_jwt = 16 * 1024;
constexpr std::size_t most_listed = 8;

/// "name=value" parts, separated by "; ".
class parts {
 public:
  void add(std::string_view name, std::string_view value) {
    begin(name) += escape_for_people(value);
  }
  void add_number(std::string_view name, std::int64_t value) {
    begin(name) += std::to_string(value);
  }
  /// Some texts, as far as there is room.
  template <class Texts>
  void add_all(std::string_view name, const Texts& values) {
    auto& to = begin(name);
    auto count = std::size_t{0};
    for (const auto& value : values) {
      if (count++ != 0) to += ", ";
      if (count > most_listed) {
        to += "...";
        break;
      }
      to += escape_for_people(value);
    }
    if (count == 0) to += "none";
  }
  [[nodiscard]] std::string take() && {
    if (text_.size() > longest_came) text_.replace(longest_came, text_.npos, "...");
    return std::move(text_);
  }

 private:
  std::string& begin(std::string_view name) {
    if (!text_.empty()) text_ += "; ";
    return text_.append(name) += '=';
  }
  std::string text_;
};

std::string_view words_for(presentation how) noexcept {
  switch (how) {
    case presentation::nothing:
      return "nothing";
    case presentation::id_only:
      return "client_id alone";
    case presentation::basic:
      return "Authorization: Basic";
    case presentation::broken_header:
      return "an Authorization that is not Basic with id and secret";
    case presentation::post:
      return "client_id and client_secret in the body";
    case presentation::assertion:
      return "client_assertion";
  }
  return {};
}

const client* find(const client_registry* known, const presented_credentials& who) noexcept {
  if (known == nullptr) return nullptr;
  const auto* found = known->find(who.id);
  return found == nullptr && !who.raw_id.empty() ? known->find(who.raw_id) : found;
}

void add_credentials(parts& to, const presented_credentials& who, const client* c, instant now) {
  to.add("presented", words_for(who.presented));
  if (c == nullptr) return;
  to.add("registered", to_string(c->method));
  if (c->secrets.empty()) return;
  const auto expired = std::ranges::count_if(
      c->secrets, [now](const stored_secret& s) { return s.expires && *s.expires <= now; });
  to.add_number("secrets", static_cast<std::int64_t>(c->secrets.size()));
  to.add_number("of them expired", expired);
}

void add_redirect_uris(parts& to, std::string_view sent, const client* c) {
  to.add("redirect_uri", sent);
  if (c != nullptr) to.add_all("registered", c->redirect_uris);
}

void add_scopes(parts& to, std::string_view sent, const client* c) {
  to.add("scope", sent);
  if (c != nullptr) to.add_all("registered", c->scopes);
}

void add_resources(parts& to, const token_request& request, const client* c) {
  to.add_all("resource", request.resources());
  if (c != nullptr) to.add_all("registered", c->allowed_resources);
}

void add_grant(parts& to, grant_type asked, const client* c) {
  to.add("grant_type", to_string(asked));
  if (c == nullptr) return;
  auto names = std::vector<std::string_view>{};
  for (const auto g : c->grant_types) names.push_back(to_string(g));
  to.add_all("registered", names);
}

/// One of the three parts of a compact JWS as an object. @returns nothing if it is none.
std::optional<json_object> object_in(std::string_view base64url, std::string& octets) {
  auto decoded = crypto::base64url_decode(base64url);
  if (!decoded) return std::nullopt;
  octets = *std::move(decoded);
  return json_object::read(octets);
}

void add_members(parts& to, const json_object& from, std::span<const std::string_view> names) {
  for (const auto name : names) {
    if (const auto text = from.string(name)) {
      to.add(name, *text);
    } else if (const auto number = from.integer(name)) {
      to.add_number(name, *number);
    } else if (const auto list = from.strings(name)) {
      to.add_all(name, *list);
    } else if (from.has(name)) {
      to.add(name, "of another type");
    }
  }
}

}  // namespace

std::string escape_for_people(std::string_view text, std::size_t most) {
  constexpr auto digits = std::string_view{"0123456789abcdef"};
  // What is cut off below need not be read.
  const auto shown = without_secrets(text.substr(0, most + longest_secret));
  auto out = std::string{};
  for (const auto c : shown) {
    const auto is_plain = c >= ' ' && c <= '~' && c != '"' && c != '\\';
    if (out.size() + (is_plain ? 1 : 4) > most) return out += "...";
    if (is_plain) {
      out += c;
    } else {
      const auto octet = static_cast<unsigned char>(c);
      out.append("\\x") += digits[octet >> 4];
      out += digits[octet & 15];
    }
  }
  return out;
}

std::string describe_jwt(std::string_view compact) {
  constexpr auto header_names = std::array<std::string_view, 3>{"alg", "typ", "kid"};
  constexpr auto claim_names = std::array<std::string_view, 10>{
      "iss", "sub", "aud", "exp", "iat", "nbf", "client_id", "scope", "htm", "htu"};
  auto out = parts{};
  const auto first = compact.find('.');
  const auto second = first == compact.npos ? first : compact.find('.', first + 1);
  if (compact.size() > longest_jwt || second == compact.npos) {
    return "not a JWT of three parts";
  }
  auto octets = std::string{};
  if (const auto header = object_in(compact.substr(0, first), octets)) {
    add_members(out, *header, header_names);
  } else {
    out.add("header", "not base64url of a JSON object");
  }
  if (const auto claims = object_in(compact.substr(first + 1, second - first - 1), octets)) {
    add_members(out, *claims, claim_names);
  } else {
    out.add("claims", "not base64url of a JSON object");
  }
  return std::move(out).take();
}

std::string came_with(const token_request& request, const refusal_context& around) {
  const auto* c = find(around.known, request.who);
  auto out = parts{};
  switch (around.why.row().shows) {
    case came::credentials:
      add_credentials(out, request.who, c, around.now);
      break;
    case came::grant:
      add_grant(out, request.grant, c);
      break;
    case came::redirect_uri:
      add_redirect_uris(out, request.redirect_uri, c);
      break;
    case came::scope:
      add_scopes(out, request.scope, c);
      break;
    case came::resource:
      add_resources(out, request, c);
      break;
    case came::nothing:
    case came::path:
    case came::content_type:
    case came::token:
      break;
    case came::assertion:
      return describe_jwt(request.who.assertion);
    case came::proof:
      return describe_jwt(around.proof);
  }
  return std::move(out).take();
}

std::string came_with(const authorization_parameters& sent, denial_reason why, const client* c) {
  using ask = authorization_parameter;
  auto out = parts{};
  switch (why.row().shows) {
    case came::redirect_uri:
      add_redirect_uris(out, sent[ask::redirect_uri], c);
      break;
    case came::scope:
      add_scopes(out, sent[ask::scope], c);
      break;
    case came::resource:
      out.add_all("resource", sent.resources());
      if (c != nullptr) out.add_all("registered", c->allowed_resources);
      break;
    case came::assertion:
    case came::token:
      if (sent.has(ask::request)) return describe_jwt(sent[ask::request]);
      break;
    case came::nothing:
    case came::path:
    case came::content_type:
    case came::credentials:
    case came::grant:
    case came::proof:
      break;
  }
  return std::move(out).take();
}

std::string came_with(const partly_read_request& refused) {
  auto out = parts{};
  if (!refused.client_id.empty()) out.add("client_id", refused.client_id);
  if (!refused.grant_type.empty()) out.add("grant_type", refused.grant_type);
  return std::move(out).take();
}

std::string came_with(const token_query_request& request, const refusal_context& around) {
  auto out = parts{};
  switch (around.why.row().shows) {
    case came::credentials:
      add_credentials(out, request.who, find(around.known, request.who), around.now);
      break;
    case came::token:
      // Opaque and refresh tokens are secrets from the first octet on.
      return request.token.starts_with("ey") ? describe_jwt(request.token) : std::string{};
    case came::nothing:
    case came::path:
    case came::content_type:
    case came::grant:
    case came::redirect_uri:
    case came::scope:
    case came::resource:
      break;
    case came::assertion:
      return describe_jwt(request.who.assertion);
    case came::proof:
      return describe_jwt(around.proof);
  }
  return std::move(out).take();
}

}  // namespace mintage::oauth
