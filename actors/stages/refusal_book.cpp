#include "actors/stages/refusal_book.hpp"

#include <algorithm>
#include <utility>

namespace mintage::actors {
namespace {

/// The part of the room that strangers may use.
constexpr std::size_t strangers_part = 4;

bool is_of_stranger(const oauth::refused_request& r) noexcept {
  return r.endpoint == "http";
}

}  // namespace

refusal_book::refusal_book(std::size_t io_threads, std::size_t most)
    : most_{most}, rings_(2 * std::max<std::size_t>(1, io_threads)) {}

void refusal_book::note(std::uint32_t io_thread, oauth::refused_request refused) {
  if (!is_on()) return;
  const auto for_strangers = is_of_stranger(refused);
  const auto of_thread = most_ * 2 / rings_.size();
  const auto room =
      for_strangers ? of_thread / strangers_part : of_thread - of_thread / strangers_part;
  auto& into = rings_.at(2 * std::size_t{io_thread} + (for_strangers ? 1 : 0));
  put(into, std::max<std::size_t>(1, room), std::move(refused));
}

void refusal_book::put(ring& into, std::size_t most, oauth::refused_request refused) const {
  const auto guard = std::scoped_lock{into.mutex};
  if (into.kept.size() < most) {
    into.kept.push_back(std::move(refused));
    return;
  }
  into.kept[into.oldest] = std::move(refused);
  into.oldest = (into.oldest + 1) % most;
}

std::optional<oauth::refused_request> refusal_book::find(std::string_view request_id) const {
  for (const auto& r : rings_) {
    const auto guard = std::scoped_lock{r.mutex};
    const auto found = std::ranges::find(r.kept, request_id, &oauth::refused_request::id);
    if (found != r.kept.end()) return *found;
  }
  return std::nullopt;
}

std::vector<oauth::refused_request> refusal_book::last(std::size_t count) const {
  auto all = std::vector<oauth::refused_request>{};
  for (const auto& r : rings_) {
    const auto guard = std::scoped_lock{r.mutex};
    // The newest one is before the oldest.
    for (auto i = std::size_t{0}; i < std::min(count, r.kept.size()); ++i) {
      all.push_back(r.kept[(r.oldest + r.kept.size() - 1 - i) % r.kept.size()]);
    }
  }
  std::ranges::stable_sort(all, std::ranges::greater{}, &oauth::refused_request::at);
  if (all.size() > count) all.erase(all.begin() + static_cast<std::ptrdiff_t>(count), all.end());
  return all;
}

}  // namespace mintage::actors
