/// @file
/// Reads the parts of a hash in PHC or modular form: `$scheme$parameters$salt$hash`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mintage::crypto {

/// Takes the parts of a text from its front.
class phc_reader {
 public:
  explicit phc_reader(std::string_view text) noexcept : rest_{text} {}

  /// @returns whether `expected` came next; it is taken then.
  [[nodiscard]] bool take(std::string_view expected) noexcept;
  /// A decimal number without leading zeros. @returns nothing when none comes next.
  [[nodiscard]] std::optional<std::uint32_t> take_number() noexcept;
  /// Base64 of the standard alphabet without padding, up to the next `$` or the end. `.` stands
  /// for `+` too, as passlib writes it. @returns its octets, or nothing when it is malformed.
  [[nodiscard]] std::optional<std::string> take_base64();
  [[nodiscard]] bool is_at_end() const noexcept { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace mintage::crypto
