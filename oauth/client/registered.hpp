/// @file
/// What the record of a client keeps that has registered itself. (DCR-01, DCR-06, DCR-07)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/digest.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

/// What kind of application a client says it is. @see OpenID Connect Registration §2
enum class application_type : std::uint8_t { web, native };
[[nodiscard]] constexpr std::string_view to_string(application_type t) noexcept {
  return t == application_type::web ? "web" : "native";
}

struct registration {
  /// HMAC of its registration access token under the pepper.
  crypto::digest token{};
  /// Id of the initial access token that it was registered with; empty = openly.
  std::string initial_token;
  /// When it last got a token, to the day; nothing = never.
  std::optional<instant> last_used;
  /// Fields of the stored record that a newer version knows; written again with it.
  std::string newer_fields{};

  [[nodiscard]] bool is_open() const noexcept { return initial_token.empty(); }
  friend bool operator==(const registration&, const registration&) = default;
};

}  // namespace mintage::oauth
