#include "oauth/token_request.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "oauth/basic.hpp"
#include "oauth/pkce.hpp"

namespace mintage::oauth {
namespace {

/// Every parameter that the token endpoint knows, in any grant.
enum class parameter : std::uint8_t {
  grant_type,
  code,
  redirect_uri,
  code_verifier,
  client_id,
  client_secret,
  refresh_token,
  scope,
  resource,
  audience,
  client_assertion,
  client_assertion_type,
  assertion,
  token,
  token_type_hint,
  device_code,
  subject_token,
  subject_token_type,
  actor_token,
  actor_token_type,
  requested_token_type,
  authorization_details,
};
/// In the order of `parameter`: those of most requests first, since the search is linear.
constexpr auto names = std::array<std::string_view, 22>{"grant_type",
                                                        "code",
                                                        "redirect_uri",
                                                        "code_verifier",
                                                        "client_id",
                                                        "client_secret",
                                                        "refresh_token",
                                                        "scope",
                                                        "resource",
                                                        "audience",
                                                        "client_assertion",
                                                        "client_assertion_type",
                                                        "assertion",
                                                        "token",
                                                        "token_type_hint",
                                                        "device_code",
                                                        "subject_token",
                                                        "subject_token_type",
                                                        "actor_token",
                                                        "actor_token_type",
                                                        "requested_token_type",
                                                        "authorization_details"};
static_assert(names.size() == static_cast<std::size_t>(parameter::authorization_details) + 1);

constexpr std::size_t longest_name = 21;
constexpr unsigned max_targets = 8;
constexpr auto jwt_bearer =
    std::string_view{"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"};

/// @returns the index into `names`, or its size.
std::size_t find_name(std::string_view name) noexcept {
  return static_cast<std::size_t>(
      std::distance(names.begin(), std::find(names.begin(), names.end(), name)));
}

/// The known parameters of a body. One that was sent empty is as good as not sent (TOK-05).
class parameters {
 public:
  [[nodiscard]] std::string_view operator[](parameter p) const noexcept {
    return values_[static_cast<std::size_t>(p)];
  }
  [[nodiscard]] bool has(parameter p) const noexcept { return !(*this)[p].empty(); }

  /// Row P09.
  [[nodiscard]] result<void> collect(const form& fields) {
    auto counts = std::array<unsigned, names.size()>{};
    for (const auto& field : fields) {
      const auto index = find_name(field.name);
      if (index == names.size()) continue;
      const auto p = static_cast<parameter>(index);
      const auto limit = p == parameter::resource || p == parameter::audience ? max_targets : 1;
      if (++counts[index] > limit) {
        return deny(errc::invalid_request,
                    limit == 1 ? std::string_view{"a parameter is repeated"}
                               : std::string_view{"resource or audience is repeated too often"},
                    "repeated parameter");
      }
      values_[index] = field.value;
    }
    return {};
  }

 private:
  std::array<std::string_view, names.size()> values_{};
};

/// Whether the encoded name of a query parameter means a known one.
bool is_known_when_decoded(std::string_view encoded) noexcept {
  // Every octet may be written as three; what is longer cannot be a known name.
  auto octets = std::array<char, 3 * longest_name>{};
  if (encoded.size() > octets.size()) return false;
  std::copy(encoded.begin(), encoded.end(), octets.begin());
  const auto size = decode_component(std::span{octets}.first(encoded.size()));
  return size && find_name({octets.data(), *size}) != names.size();
}

/// Row P08 (TOK-07): whether a query holds the name of a known parameter.
bool query_has_parameter(std::string_view query) noexcept {
  while (!query.empty()) {
    const auto segment = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), segment.size() + 1));
    if (is_known_when_decoded(segment.substr(0, segment.find('=')))) return true;
  }
  return false;
}

/// Rows P06 to P09.
result<parameters> read_parameters(const token_request_head& head, std::span<char> body) {
  if (!head.content_type) {
    return deny(errc::invalid_request,
                "Content-Type is missing; it must be application/x-www-form-urlencoded",
                "no content type");
  }
  if (!is_form_content_type(*head.content_type)) {
    return deny(errc::invalid_request,
                "Content-Type must be application/x-www-form-urlencoded in UTF-8",
                "wrong content type");
  }
  auto fields = form{};
  if (const auto decoded = decode_form(body, fields); !decoded) return refusal{decoded.error()};
  if (query_has_parameter(head.query)) {
    return deny(errc::invalid_request, "parameters belong in the body, not in the query string",
                "parameter in the query string");
  }
  auto out = parameters{};
  if (const auto collected = out.collect(fields); !collected) return refusal{collected.error()};
  return out;
}

/// Makes a Basic user and a client_id in the body agree (CAU-02). The body shows which spelling of
/// the user is meant when there are two.
/// @returns false when they contradict each other.
bool reconcile(client_credentials& who, std::string_view client_id) noexcept {
  if (client_id.empty()) return true;
  if (client_id == who.id) {
    who.raw_id = who.id;
    return true;
  }
  if (client_id != who.raw_id) return false;
  who.id = who.raw_id;
  who.secret = who.raw_secret;
  who.raw_only = true;
  return true;
}

/// Row P10.
result<void> read_credentials(const token_request_head& head, std::span<char> authorization,
                              const parameters& sent, token_request& out) {
  using how = client_credentials::how;
  auto& who = out.who;
  who.by_header = head.authorization.has_value();
  const auto has_secret = sent.has(parameter::client_secret);
  const auto has_assertion = sent.has(parameter::client_assertion);
  if (int{who.by_header} + int{has_secret} + int{has_assertion} > 1) {
    return deny(errc::invalid_request, "more than one way of client authentication is used",
                "several client authentication mechanisms");
  }
  if (has_assertion != sent.has(parameter::client_assertion_type)) {
    return deny(errc::invalid_request,
                "client_assertion and client_assertion_type must be sent together",
                "client_assertion without its type, or the reverse");
  }
  if (has_assertion && sent[parameter::client_assertion_type] != jwt_bearer) {
    return deny(errc::invalid_request, "client_assertion_type is not supported",
                "unknown client_assertion_type");
  }
  const auto client_id = sent[parameter::client_id];
  if (who.by_header && read_basic(authorization, out)) {
    who.presented = how::basic;
    if (!reconcile(who, client_id)) {
      return deny(errc::invalid_request,
                  "client_id differs from the user of the Authorization header",
                  "contradictory client ids");
    }
    return {};
  }
  who.id = client_id;
  who.secret = sent[parameter::client_secret];
  who.presented = who.by_header        ? how::broken_header
                  : has_assertion      ? how::assertion
                  : has_secret         ? how::post
                  : !client_id.empty() ? how::id_only
                                       : how::nothing;
  return {};
}

/// Rows P11 to P13.
result<void> read_grant(const parameters& sent, token_request& out) {
  if (!sent.has(parameter::grant_type)) {
    return deny(errc::invalid_request, "grant_type is missing", "no grant_type");
  }
  if (sent[parameter::grant_type] != "authorization_code") {
    return deny(errc::unsupported_grant_type, "grant_type is not supported",
                "unsupported grant_type");
  }
  out.grant = grant_type::authorization_code;
  if (!sent.has(parameter::code)) {
    return deny(errc::invalid_request, "code is missing", "no code");
  }
  if (sent.has(parameter::code_verifier) && !is_code_verifier(sent[parameter::code_verifier])) {
    return refusal{malformed_verifier()};
  }
  out.code = sent[parameter::code];
  out.redirect_uri = sent[parameter::redirect_uri];
  out.code_verifier = sent[parameter::code_verifier];
  out.scope = sent[parameter::scope];
  return {};
}

}  // namespace

result<token_request> parse_token_request(const token_request_head& head,
                                          std::span<char> authorization_octets,
                                          std::span<char> body) {
  const auto sent = read_parameters(head, body);
  if (!sent) return refusal{sent.error()};
  auto out = token_request{};
  if (const auto known = read_credentials(head, authorization_octets, *sent, out); !known) {
    return refusal{known.error()};
  }
  if (const auto complete = read_grant(*sent, out); !complete) return refusal{complete.error()};
  return out;
}

}  // namespace mintage::oauth
