#include "bench/harness/login_book.hpp"

#include <algorithm>

namespace mintage::bench {

void login_book::note(entry& e, attempt a, time at) {
  switch (a) {
    case attempt::granted:
      ++(e.was_granted ? sums_.doubled : sums_.granted);
      e.is_settled = e.was_granted;
      e.was_granted = true;
      grants_.push_back(at);
      break;
    case attempt::refused:
      if (!e.was_granted) ++(e.was_unclear ? sums_.answers_lost : sums_.mints_lost);
      e.is_settled = true;
      break;
    case attempt::unclear:
      ++sums_.unclear;
      e.was_unclear = true;
      break;
  }
}

void login_book::sums::add(const sums& other) noexcept {
  minted += other.minted;
  granted += other.granted;
  unclear += other.unclear;
  answers_lost += other.answers_lost;
  mints_lost += other.mints_lost;
  doubled += other.doubled;
  unsettled += other.unsettled;
}

login_book::sums login_book::count() const {
  auto out = sums_;
  out.minted = entries_.size();
  for (const auto& each : entries_) out.unsettled += each.is_settled ? 0 : 1;
  return out;
}

std::chrono::nanoseconds longest_gap(std::vector<login_book::time> grants, login_book::time begin,
                                     login_book::time end) {
  std::erase_if(grants, [&](auto at) { return at < begin || at > end; });
  grants.push_back(begin);
  grants.push_back(end);
  std::sort(grants.begin(), grants.end());
  auto out = std::chrono::nanoseconds{0};
  for (auto i = std::size_t{1}; i < grants.size(); ++i)
    out = std::max<std::chrono::nanoseconds>(out, grants[i] - grants[i - 1]);
  return out;
}

}  // namespace mintage::bench
