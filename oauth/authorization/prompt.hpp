/// @file
/// The parameter `prompt` of authorization requests. @see OpenID Connect Core §3.1.2.1
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "oauth/table.hpp"

namespace mintage::oauth {

/// In handles, by number: DO NOT CHANGE.
enum class prompt : std::uint8_t { none, login, consent, select_account };

struct prompt_row {
  prompt id;
  std::string_view name;
};
constexpr auto prompts = std::array{
    prompt_row{prompt::none, "none"},
    prompt_row{prompt::login, "login"},
    prompt_row{prompt::consent, "consent"},
    prompt_row{prompt::select_account, "select_account"},
};
static_assert(is_in_order(prompts));

/// The prompts of one request.
class prompt_set {
 public:
  [[nodiscard]] constexpr bool has(prompt p) const noexcept { return (bits_ & bit(p)) != 0; }
  constexpr void add(prompt p) noexcept { bits_ = static_cast<std::uint8_t>(bits_ | bit(p)); }
  [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
  /// For encodings.
  [[nodiscard]] constexpr std::uint8_t bits() const noexcept { return bits_; }
  /// @returns nothing when a bit is not one of a prompt.
  [[nodiscard]] static constexpr std::optional<prompt_set> of(std::uint8_t bits) noexcept {
    if (bits >> prompts.size() != 0) return std::nullopt;
    auto out = prompt_set{};
    out.bits_ = bits;
    return out;
  }
  friend constexpr bool operator==(prompt_set, prompt_set) noexcept = default;

 private:
  static constexpr std::uint8_t bit(prompt p) noexcept {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(p));
  }
  std::uint8_t bits_ = 0;
};

/// Reads values separated by spaces. Unknown ones are left out: they are wishes of others to login
/// pages of others.
/// @returns nothing when `none` is beside another value, also an unknown one (Core §3.1.2.1).
[[nodiscard]] std::optional<prompt_set> parse_prompt(std::string_view text) noexcept;

}  // namespace mintage::oauth
