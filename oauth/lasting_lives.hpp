/// @file
/// The lives that count while something made under them may still be in use: those of the settings,
/// of former settings, and of other nodes. (RFT-11, JWS-06, DPO-08)
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "oauth/options.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

/// Of dpop.max_age.
inline constexpr seconds longest_proof_age{600};

struct lasting_lives {
  /// Cutoffs outlast the refresh tokens and the signed tokens that they void.
  seconds refresh_absolute{};
  /// Replaced keys outlast the tokens that they signed.
  seconds key_overlap{};
  /// A proof is not accepted any more when its replay id is forgotten.
  seconds dpop_max_age{};

  friend bool operator==(const lasting_lives&, const lasting_lives&) = default;
};

[[nodiscard]] lasting_lives lives_of(const options& o) noexcept;
/// `o` with these lives.
[[nodiscard]] options with_lives(options o, const lasting_lives& lives);
/// What counts while both are in use: the longer `refresh_absolute` and `key_overlap`, the shorter
/// `dpop_max_age`.
[[nodiscard]] lasting_lives joined(const lasting_lives& a, const lasting_lives& b) noexcept;

/// Until when which values are used. A value counts until nothing made with it is left.
class life_book {
 public:
  /// @param text a `text()`; empty = nothing is noted. Lines of later versions are kept.
  explicit life_book(std::string_view text = {});
  [[nodiscard]] std::string text() const;

  /// Notes that `used` are used until `until`, and forgets what does not count any more. No
  /// `dpop_max_age` is left that counts later than `until`: a clock that was ahead once does not
  /// last. The others stay as they are, so that a clock that is behind forgets none of them.
  void note(const lasting_lives& used, instant now, instant until);
  /// Whether `used` are noted until `until` at least.
  [[nodiscard]] bool has(const lasting_lives& used, instant until) const;
  /// `own`, joined with everything that counts at `now`.
  [[nodiscard]] lasting_lives counting(lasting_lives own, instant now) const;

 private:
  struct entry {
    std::size_t row;  ///< of the table in the source
    seconds value;
    instant until;
  };
  void note(std::size_t row, seconds value, instant until);

  std::vector<entry> entries_;
  std::string newer_;
};

}  // namespace mintage::oauth
