#include "actors/stages/restart_policy.hpp"

#include <algorithm>

namespace mintage::actors {

std::optional<std::chrono::milliseconds> restart_policy::note_end(std::uint64_t now) {
  const auto window = static_cast<std::uint64_t>(rules_.window.count());
  while (!ends_.empty() && now - ends_.front() > window) ends_.pop_front();
  if (ends_.size() >= rules_.most) return std::nullopt;
  const auto round = ends_.size();
  ends_.push_back(now);
  if (round == 0) return std::chrono::milliseconds{0};
  auto wait = rules_.first_wait;
  for (auto i = std::size_t{1}; i < round && wait < rules_.longest_wait; ++i) wait *= 2;
  return std::min(wait, rules_.longest_wait);
}

}  // namespace mintage::actors
