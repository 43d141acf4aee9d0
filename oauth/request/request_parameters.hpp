/// @file
/// The common part of all endpoints that take a form: parameters and client credentials, rows P06
/// to P10 of the precedence table. For oauth/*.cpp only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "oauth/request/form.hpp"
#include "oauth/request/token_request.hpp"
#include "oauth/table.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

/// Every parameter that any endpoint or grant knows.
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
  access_token,
};
/// How often `resource` and `audience` may each be sent (TOK-06).
constexpr std::size_t max_targets = 8;

struct parameter_row {
  parameter id;
  std::string_view name;
  /// How often it may be sent (TOK-05, TOK-06).
  std::size_t at_most = 1;
};
/// Those of most requests come first, since the search is linear.
constexpr auto parameter_table = std::array{
    parameter_row{parameter::grant_type, "grant_type"},
    parameter_row{parameter::code, "code"},
    parameter_row{parameter::redirect_uri, "redirect_uri"},
    parameter_row{parameter::code_verifier, "code_verifier"},
    parameter_row{parameter::client_id, "client_id"},
    parameter_row{parameter::client_secret, "client_secret"},
    parameter_row{parameter::refresh_token, "refresh_token"},
    parameter_row{parameter::scope, "scope"},
    parameter_row{parameter::resource, "resource", max_targets},
    parameter_row{parameter::audience, "audience", max_targets},
    parameter_row{parameter::client_assertion, "client_assertion"},
    parameter_row{parameter::client_assertion_type, "client_assertion_type"},
    parameter_row{parameter::assertion, "assertion"},
    parameter_row{parameter::token, "token"},
    parameter_row{parameter::token_type_hint, "token_type_hint"},
    parameter_row{parameter::device_code, "device_code"},
    parameter_row{parameter::subject_token, "subject_token"},
    parameter_row{parameter::subject_token_type, "subject_token_type"},
    parameter_row{parameter::actor_token, "actor_token"},
    parameter_row{parameter::actor_token_type, "actor_token_type"},
    parameter_row{parameter::requested_token_type, "requested_token_type"},
    parameter_row{parameter::authorization_details, "authorization_details"},
    parameter_row{parameter::access_token, "access_token"},
};
static_assert(is_in_order(parameter_table));

/// The known parameters of a body, as views into it. An empty value counts as not sent (TOK-05).
class parameters {
 public:
  [[nodiscard]] std::string_view operator[](parameter p) const noexcept {
    return values_[static_cast<std::size_t>(p)];
  }
  [[nodiscard]] bool has(parameter p) const noexcept { return !(*this)[p].empty(); }
  /// All values of `resource` that are not empty, in order (TOK-06).
  [[nodiscard]] std::span<const std::string_view> resources() const noexcept {
    return std::span{resources_}.first(resources_count_);
  }

  /// Row P09: refuses repetitions.
  [[nodiscard]] result<void> collect(const form& fields);

 private:
  std::array<std::string_view, parameter_table.size()> values_{};
  std::array<std::string_view, max_targets> resources_{};
  std::size_t resources_count_ = 0;
};

/// Rows P06 to P09. Decodes `body` in place.
/// @param content_type nothing = the field is absent.
/// @param query of the target without '?'; must not name a known parameter (TOK-07).
[[nodiscard]] result<parameters> read_parameters(std::optional<std::string_view> content_type,
                                                 std::string_view query, std::span<char> body);

/// The same, with all fields of the body, for an endpoint that has more parameters.
[[nodiscard]] result<parameters> read_parameters(std::optional<std::string_view> content_type,
                                                 std::string_view query, std::span<char> body,
                                                 form& fields);

/// Row P10.
/// @param authorization nothing = the field is absent; else its octets, which may be decoded in
///        place.
/// @param decoded set to the form-decoded halves of a Basic value when they differ from the raw
///        ones, or to the `sub` of an assertion. A malformed assertion is not refused here.
[[nodiscard]] result<void> read_credentials(std::optional<std::span<char>> authorization,
                                            const parameters& sent, presented_credentials& who,
                                            std::unique_ptr<std::string>& decoded);

}  // namespace mintage::oauth
