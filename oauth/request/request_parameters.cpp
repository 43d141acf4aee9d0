#include "oauth/request/request_parameters.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "oauth/client/assertion.hpp"
#include "oauth/denial_reasons.hpp"
#include "oauth/request/basic.hpp"

namespace mintage::oauth {
namespace {

constexpr auto longest_name = [] {
  auto longest = std::size_t{0};
  for (const auto& row : parameter_table) longest = std::max(longest, row.name.size());
  return longest;
}();
constexpr auto jwt_bearer =
    std::string_view{"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"};

/// Whether the encoded name of a query parameter is that of a known one.
bool is_known_when_decoded(std::string_view encoded) noexcept {
  // Every octet may be escaped as three; a longer text cannot be a known name.
  auto octets = std::array<char, 3 * longest_name>{};
  if (encoded.size() > octets.size()) return false;
  std::copy(encoded.begin(), encoded.end(), octets.begin());
  const auto size = decode_component(std::span{octets}.first(encoded.size()));
  return size && find_named(parameter_table, {octets.data(), *size});
}

/// Row P08 (TOK-07): whether a query contains the name of a known parameter.
bool query_has_parameter(std::string_view query) noexcept {
  while (!query.empty()) {
    const auto segment = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), segment.size() + 1));
    if (is_known_when_decoded(segment.substr(0, segment.find('=')))) return true;
  }
  return false;
}

/// Compares the user of Basic with a client_id in the body (CAU-02). When the user has two
/// spellings, the body decides which is meant.
/// @returns false when they contradict each other.
bool reconcile(presented_credentials& who, std::string_view client_id) noexcept {
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

/// Row P10 for an assertion: a client_id beside it must be its `sub` (CAU-02).
result<void> read_subject(presented_credentials& who, std::unique_ptr<std::string>& decoded) {
  auto subject = peek_subject(who.assertion);
  if (!subject) return {};
  if (!who.id.empty() && who.id != *subject) {
    return deny(errc::invalid_request, "client_id differs from the subject of client_assertion",
                "contradictory client ids");
  }
  decoded = std::make_unique<std::string>(std::move(*subject));
  who.id = *decoded;
  return {};
}

}  // namespace

result<void> parameters::collect(const form& fields) {
  auto counts = std::array<std::size_t, parameter_table.size()>{};
  for (const auto& field : fields) {
    const auto known = find_named(parameter_table, field.name);
    if (!known) continue;
    if (field.is_too_long) {
      return deny(errc::invalid_request, "a parameter value is too long",
                  "parameter value too long");
    }
    const auto p = *known;
    const auto index = static_cast<std::size_t>(p);
    const auto limit = row_of(parameter_table, p).at_most;
    if (++counts[index] > limit) {
      return deny(errc::invalid_request,
                  limit == 1 ? std::string_view{"a parameter is repeated"}
                             : std::string_view{"resource or audience is repeated too often"},
                  "repeated parameter");
    }
    values_[index] = field.value;
    if (p == parameter::resource && !field.value.empty()) {
      resources_[resources_count_++] = field.value;
    }
  }
  return {};
}

result<parameters> read_parameters(std::optional<std::string_view> content_type,
                                   std::string_view query, std::span<char> body) {
  auto fields = form{};
  return read_parameters(content_type, query, body, fields);
}

result<parameters> read_parameters(std::optional<std::string_view> content_type,
                                   std::string_view query, std::span<char> body, form& fields) {
  if (!content_type) {
    return deny(errc::invalid_request,
                "Content-Type is missing; it must be application/x-www-form-urlencoded",
                "no content type");
  }
  if (!is_form_content_type(*content_type)) {
    return deny(errc::invalid_request,
                "Content-Type must be application/x-www-form-urlencoded in UTF-8",
                "wrong content type");
  }
  if (const auto decoded = decode_form(body, fields); !decoded) return refusal{decoded.error()};
  if (query_has_parameter(query)) {
    return deny(errc::invalid_request, "parameters belong in the body, not in the query string",
                "parameter in the query string");
  }
  auto out = parameters{};
  if (const auto collected = out.collect(fields); !collected) return refusal{collected.error()};
  return out;
}

result<void> read_credentials(std::optional<std::span<char>> authorization, const parameters& sent,
                              presented_credentials& who, std::unique_ptr<std::string>& decoded) {
  using how = presented_credentials::how;
  who.by_header = authorization.has_value();
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
  if (who.by_header && read_basic(*authorization, who, decoded)) {
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
  if (!has_assertion) return {};
  who.assertion = sent[parameter::client_assertion];
  return read_subject(who, decoded);
}

}  // namespace mintage::oauth
