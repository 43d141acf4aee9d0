/// @file
/// The grants of the token endpoint. A new grant is an enumerator and a row here. The validator
/// (actors/stages/token_validator.cpp) decides what it does with an authenticated request.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "oauth/table.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

class parameters;
struct token_request;

/// `refresh_token` also decides whether a redemption issues one (COD-11).
enum class grant_type : std::uint8_t { authorization_code, refresh_token, client_credentials };

/// Row P13 of each grant: reads its own parameters. `scope` and `resource`, which all grants share,
/// are read before.
/// @returns invalid_request for a missing or malformed parameter.
[[nodiscard]] result<void> read_code_grant(const parameters& sent, token_request& out);
[[nodiscard]] result<void> read_refresh_grant(const parameters& sent, token_request& out);
[[nodiscard]] result<void> read_client_grant(const parameters& sent, token_request& out);

struct grant_row {
  grant_type id;
  /// The name in requests, client metadata, discovery and command lines, and the label of metrics.
  std::string_view name;
  /// The number in the records of clients. On the disk: DO NOT CHANGE, never reuse one.
  std::uint32_t record_number;
  result<void> (*read)(const parameters& sent, token_request& out);
  /// The event in the audit stream when tokens were issued for it.
  std::string_view audit_event;
  /// Whether a public client may be registered for it.
  bool is_for_public_clients;
  /// The response type of the authorization endpoint at which it begins, which needs a registered
  /// redirect URI; empty = it does not begin there.
  std::string_view response_type = {};
};

constexpr auto grants = std::array{
    grant_row{grant_type::authorization_code, "authorization_code", 0, read_code_grant,
              "code_exchanged", true, "code"},
    grant_row{grant_type::refresh_token, "refresh_token", 1, read_refresh_grant, "token_refreshed",
              true},
    grant_row{grant_type::client_credentials, "client_credentials", 2, read_client_grant,
              "client_token_issued", false},
};
static_assert(is_in_order(grants));

/// The response types of some grants, each once: `response_types` of clients and discovery.
[[nodiscard]] constexpr std::vector<std::string_view> response_types_of(
    std::span<const grant_type> some) {
  auto types = std::vector<std::string_view>{};
  for (const auto g : some) {
    const auto type = row_of(grants, g).response_type;
    if (!type.empty() && std::ranges::find(types, type) == types.end()) types.push_back(type);
  }
  return types;
}

[[nodiscard]] constexpr std::string_view to_string(grant_type g) noexcept {
  return row_of(grants, g).name;
}
/// @returns nothing for a grant that is not supported.
[[nodiscard]] constexpr std::optional<grant_type> parse_grant_type(std::string_view name) noexcept {
  return find_named(grants, name);
}

}  // namespace mintage::oauth
