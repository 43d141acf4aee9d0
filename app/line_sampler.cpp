#include "app/line_sampler.hpp"

namespace mintage::app {

bool line_sampler::admits(std::string_view reason, time_point now) {
  const auto lock = std::lock_guard{mutex_};
  return ++windows_.try_emplace(reason, window{now}).first->second.count <= most_lines;
}

std::vector<line_sampler::omission> line_sampler::take_omitted(time_point now) {
  auto all = std::vector<omission>{};
  const auto lock = std::lock_guard{mutex_};
  for (auto i = windows_.begin(); i != windows_.end();) {
    const auto& [reason, w] = *i;
    if (now - period < w.begin) {
      ++i;
      continue;
    }
    if (w.count > most_lines) all.push_back({reason, w.count - most_lines});
    i = windows_.erase(i);
  }
  return all;
}

}  // namespace mintage::app
