#include "metrics/cells.hpp"

namespace mintage::metrics {

void literal_tally::add(std::string_view text) noexcept {
  const auto size = size_.load(std::memory_order_relaxed);
  for (auto i = std::size_t{0}; i < size; ++i)
    if (texts_[i].data() == text.data()) return counts_[i].add();
  if (size == capacity) return counts_[capacity - 1].add();
  texts_[size] = text;
  counts_[size].add();
  size_.store(size + 1, std::memory_order_release);  // readers see the text from here on
}

std::vector<literal_tally::entry> literal_tally::entries() const {
  auto all = std::vector<entry>{};
  const auto size = size_.load(std::memory_order_acquire);
  for (auto i = std::size_t{0}; i < size; ++i) all.push_back({texts_[i], counts_[i].get()});
  return all;
}

}  // namespace mintage::metrics
