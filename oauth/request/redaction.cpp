#include "oauth/request/redaction.hpp"

#include <algorithm>
#include <array>

namespace mintage::oauth {
namespace {

/// What a secret begins with: codes, refresh and access tokens, secrets of clients, admin tokens,
/// tokens of registration, and JWTs.
constexpr auto prefixes = std::to_array<std::string_view>(
    {"mco_", "mrt_", "mat_", "mcs_", "mad_", "mit_", "mrg_", "eyJ"});
/// Shorter ones are words.
constexpr std::size_t least = 16;

bool is_of_a_token(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
         c == '_' || c == '.';
}

}  // namespace

std::string without_secrets(std::string_view text) {
  auto out = std::string{};
  while (!text.empty()) {
    const auto found = std::ranges::find_if(
        prefixes, [&](std::string_view prefix) { return text.starts_with(prefix); });
    const auto end =
        found == prefixes.end() ? text.begin() : std::ranges::find_if_not(text, is_of_a_token);
    const auto size = static_cast<std::size_t>(end - text.begin());
    if (size < least) {
      out += text.front();
      text.remove_prefix(1);
    } else {
      out.append(*found).append("[removed]");
      text.remove_prefix(size);
    }
  }
  return out;
}

}  // namespace mintage::oauth
