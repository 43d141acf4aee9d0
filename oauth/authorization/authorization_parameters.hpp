/// @file
/// The parameters of an authorization request: of a query, a form or a request object. (AUZ-01,
/// PAR-01, JAR-01) @see RFC 6749 §3.1, OpenID Connect Core §3.1.2.1
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "oauth/request/form.hpp"
#include "oauth/request/json_reader.hpp"
#include "oauth/request/request_parameters.hpp"
#include "oauth/request/token_request.hpp"
#include "oauth/table.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

enum class authorization_parameter : std::uint8_t {
  client_id,
  redirect_uri,
  response_type,
  scope,
  state,
  code_challenge,
  code_challenge_method,
  nonce,
  response_mode,
  prompt,
  max_age,
  acr_values,
  login_hint,
  id_token_hint,
  ui_locales,
  claims,
  resource,
  dpop_jkt,
  request,
  request_uri,
  registration,
};

struct authorization_parameter_row {
  authorization_parameter id;
  std::string_view name;
  std::size_t at_most = 1;
  /// Octets of a value at most. What anybody may make this server keep for a login is short.
  std::size_t longest = max_parameter_value;
};
/// Those of most requests come first, since the search is linear.
constexpr auto authorization_parameter_table = std::array{
    authorization_parameter_row{authorization_parameter::client_id, "client_id"},
    authorization_parameter_row{authorization_parameter::redirect_uri, "redirect_uri"},
    authorization_parameter_row{authorization_parameter::response_type, "response_type"},
    authorization_parameter_row{authorization_parameter::scope, "scope"},
    authorization_parameter_row{authorization_parameter::state, "state"},
    authorization_parameter_row{authorization_parameter::code_challenge, "code_challenge"},
    authorization_parameter_row{authorization_parameter::code_challenge_method,
                                "code_challenge_method"},
    authorization_parameter_row{authorization_parameter::nonce, "nonce"},
    authorization_parameter_row{authorization_parameter::response_mode, "response_mode"},
    authorization_parameter_row{authorization_parameter::prompt, "prompt"},
    authorization_parameter_row{authorization_parameter::max_age, "max_age"},
    authorization_parameter_row{authorization_parameter::acr_values, "acr_values", 1, 1024},
    authorization_parameter_row{authorization_parameter::login_hint, "login_hint", 1, 1024},
    authorization_parameter_row{authorization_parameter::id_token_hint, "id_token_hint", 1,
                                max_long_parameter_value},
    authorization_parameter_row{authorization_parameter::ui_locales, "ui_locales", 1, 512},
    authorization_parameter_row{authorization_parameter::claims, "claims", 1, 2048},
    authorization_parameter_row{authorization_parameter::resource, "resource", max_targets},
    authorization_parameter_row{authorization_parameter::dpop_jkt, "dpop_jkt"},
    authorization_parameter_row{authorization_parameter::request, "request", 1,
                                max_long_parameter_value},
    authorization_parameter_row{authorization_parameter::request_uri, "request_uri"},
    authorization_parameter_row{authorization_parameter::registration, "registration"},
};
static_assert(is_in_order(authorization_parameter_table));

/// Views into the octets of the request, or into the request object and `made_` below. Move-only:
/// views stay valid when it is moved. An empty value counts as not sent.
class authorization_parameters {
 public:
  [[nodiscard]] std::string_view operator[](authorization_parameter p) const noexcept {
    return values_[static_cast<std::size_t>(p)];
  }
  [[nodiscard]] bool has(authorization_parameter p) const noexcept { return !(*this)[p].empty(); }
  /// The values of `resource` that are not empty, in order.
  [[nodiscard]] std::span<const std::string_view> resources() const noexcept {
    return std::span{resources_}.first(resources_count_);
  }
  /// The first parameter that is repeated or too long: invalid_request. It is reported where the
  /// answer goes, so the others are read all the same.
  [[nodiscard]] const std::optional<denial>& fault() const noexcept { return fault_; }
  /// Whether this one has a fault. It has no value then.
  [[nodiscard]] bool is_faulty(authorization_parameter p) const noexcept {
    return faulty_[static_cast<std::size_t>(p)];
  }

  /// Reads the known names of a form; others are ignored (RFC 6749 §3.1).
  void collect(const form& fields);
  /// Reads the claims of a request object. `max_age` may be a number, `claims` an object, and
  /// `resource` an array; any other parameter is a string, else it is the fault
  /// (invalid_request_object). `request` and `request_uri` are not read: request_object.hpp refuses
  /// them.
  /// @param claims outlives this. @see RFC 9101 §4
  void collect(const json_object& claims);

 private:
  void refuse(authorization_parameter p, const denial& why);
  void take(authorization_parameter p, const json_object& claims);
  void take_resources(const json_object& claims);
  /// Sets the value to a text of its own.
  void set_made(authorization_parameter p, std::string text);

  std::array<std::string_view, authorization_parameter_table.size()> values_{};
  std::array<std::string_view, max_targets> resources_{};
  std::size_t resources_count_ = 0;
  std::optional<denial> fault_;
  std::bitset<authorization_parameter_table.size()> faulty_;
  /// Texts made of claims that are no strings.
  std::vector<std::unique_ptr<const std::string>> made_;
};

/// The parameters of GET /authorize. Decodes `query` in place.
/// @param query of the target without '?'.
/// @returns invalid_request, for a local page, when the form encoding is broken or there are too
///          many parameters.
[[nodiscard]] result<authorization_parameters> read_authorization_query(std::span<char> query);
/// The parameters of POST /authorize: a form. The query is ignored. Decodes `body` in place.
/// @param content_type nothing = the field is absent. @returns as `read_authorization_query`.
[[nodiscard]] result<authorization_parameters> read_authorization_form(
    std::optional<std::string_view> content_type, std::span<char> body);

/// A request to /par: who sends it, as for /token, and what it asks for.
struct pushed_authorization {
  presented_credentials who;
  /// As in `token_request`.
  std::unique_ptr<std::string> decoded;
  authorization_parameters sent;
};
/// Applies rows P06 to P10, as `parse_token_request` does, and reads the parameters. Decodes `body`
/// in place. Each fault of the parameters is the denial.
/// @param refused set when the request is refused by row P10 or later, unless null.
/// @returns invalid_request, also when `request_uri` is sent (PAR-01, RFC 9126 §2.1).
[[nodiscard]] result<pushed_authorization> read_pushed_authorization(
    const token_request_head& head, std::span<char> authorization_octets, std::span<char> body,
    partly_read_request* refused = nullptr);

}  // namespace mintage::oauth
