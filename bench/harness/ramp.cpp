#include "bench/harness/ramp.hpp"

#include <algorithm>
#include <charconv>

namespace mintage::bench {

std::optional<objective> parse_objective(std::string_view text) {
  if (!text.starts_with('p')) return {};
  const auto end = text.data() + text.size();
  auto out = objective{};
  auto [after, error] = std::from_chars(text.data() + 1, end, out.percentile);
  if (error != std::errc{} || after == end || *after != '=') return {};
  auto number = 0.0;
  const auto value = std::from_chars(after + 1, end, number);
  if (value.ec != std::errc{} || number <= 0) return {};
  if (out.percentile <= 0 || out.percentile > 100) return {};
  const auto unit = std::string_view{value.ptr, static_cast<std::size_t>(end - value.ptr)};
  const auto scale = unit == "us" ? 1e3 : unit == "ms" ? 1e6 : unit == "s" ? 1e9 : 0.0;
  if (scale == 0.0 || number * scale > 3.6e12) return {};
  out.limit = nanoseconds{static_cast<std::int64_t>(number * scale)};
  return out;
}

std::optional<double> ramp_search::next() const noexcept {
  if (over_) return {};
  return rate_;
}

void ramp_search::note(bool held) noexcept {
  if (held) {
    held_ = std::max(held_, rate_);
  } else {
    broke_ = broke_ == 0 ? rate_ : std::min(broke_, rate_);
  }
  if (++steps_ >= most_steps_) over_ = true;
  if (broke_ == 0) {
    rate_ *= 1.25;
    return;
  }
  if (held_ == 0) {
    // Even the first rate broke the objective: search below it.
    rate_ /= 2;
    over_ = over_ || rate_ < 1;
    return;
  }
  if (halvings_left_-- == 0) over_ = true;
  rate_ = (held_ + broke_) / 2;
}

}  // namespace mintage::bench
