/// @file
/// The sets of rules that clients can be held to.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace mintage::oauth {

/// The rules that a client is held to, from the least to the strictest.
enum class client_profile : std::uint8_t {
  standard,
  fapi2  ///< FAPI 2.0 Security Profile (PROTOCOL.md §10)
};
[[nodiscard]] constexpr std::string_view to_string(client_profile p) noexcept {
  return p == client_profile::standard ? "default" : "fapi2";
}
[[nodiscard]] constexpr client_profile stricter(client_profile a, client_profile b) noexcept {
  return std::max(a, b);
}

}  // namespace mintage::oauth
