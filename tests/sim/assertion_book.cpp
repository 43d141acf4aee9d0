#include "tests/sim/assertion_book.hpp"

namespace mintage::sim {

using oauth::errc;

bool says_used(const oauth::denial& why) noexcept {
  return std::string_view{why.reason} == "assertion was used before (CAU-07)";
}

bool assertion_book::answered(const std::string& text, const std::optional<oauth::denial>& denied) {
  auto& use = known_[text];
  // The life of a sign_assertion and SKEW.
  const auto is_old = clock_.now() >= use.first_sent + oauth::seconds{60 + 30};
  if (denied && says_used(*denied)) {
    ++refused_;
    if (use.sent == 1 && !is_old) fail_("an assertion is refused as used at its first use");
  }
  if (denied && denied->code == errc::invalid_client) return use.sent > 1 || is_old;
  // Nobody knows how far a lost request came.
  if (denied && denied->code == errc::temporarily_unavailable) return false;
  if (++use.accepted > 1) fail_("an assertion is accepted twice");
  return false;
}

}  // namespace mintage::sim
