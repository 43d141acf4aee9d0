#include "tests/sim/assertion_book.hpp"

#include "oauth/client/assertion.hpp"

namespace mintage::sim {

using oauth::errc;

bool says_used(const oauth::denial& why) noexcept {
  return std::string_view{why.reason} == "assertion was used before (CAU-07)";
}

bool assertion_book::answered(const std::string& text, const std::optional<oauth::denial>& denied) {
  auto& use = known_[text];
  if (denied && says_used(*denied)) {
    ++refused_;
    if (use.sent == 1) fail_("an assertion is refused as used at its first use");
  }
  if (denied && denied->code == errc::invalid_client)
    return use.sent > 1 || clock_.now() >= use.first_sent + oauth::assertion_max_age;
  // Nobody knows how far a lost request came.
  if (denied && denied->code == errc::temporarily_unavailable) return false;
  if (++use.accepted > 1) fail_("an assertion is accepted twice");
  return false;
}

}  // namespace mintage::sim
