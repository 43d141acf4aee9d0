#include "tests/sim/handle_book.hpp"

namespace mintage::sim {

using oauth::errc;

std::size_t handle_book::began(oauth::instant asked) {
  requests_.push_back({asked + rules_.request_ttl});
  return requests_.size() - 1;
}

void handle_book::answered(std::size_t number, const service::authorization_exchange& x) {
  auto& r = requests_.at(number);
  if (x.error)
    return complain_("a good answer of a login page is refused: " + x.error->description);
  if (!x.denied) {
    if (++r.succeeded > 1) complain_("one handle has two answers");
    if (x.minted) ++accepted_;
    return;
  }
  if (x.denied->code == errc::already_answered) {
    ++answered_before_;
    if (r.sent < 2) complain_("the only answer is told that there was another");
  } else if (x.denied->code == errc::unknown_request) {
    if (clock_.now() < r.expires) complain_("a live handle is unknown");
  } else if (x.denied->code != errc::temporarily_unavailable) {
    complain_("an answer of a login page is refused for another reason");
  } else if (is_calm_) {
    complain_("an answer of a login page is refused with 503 without a cause");
  }
}

void handle_book::check_answered(std::size_t number) {
  const auto& r = requests_.at(number);
  if (r.sent == 1 && r.succeeded == 0 && clock_.now() < r.expires)
    complain_("the first answer to a live handle has no success");
}

}  // namespace mintage::sim
