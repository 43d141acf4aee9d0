#include "bench/harness/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace mintage::bench {
namespace {

constexpr auto most = (std::int64_t{1} << 42) - 1;

// With 8 significant bits, each value below 256 has its own bucket. Every further power of two has
// 128 buckets, one for each 8-bit prefix that begins with 1.
unsigned shift_of(std::uint64_t value) noexcept {
  const auto width = static_cast<unsigned>(std::bit_width(value));
  return width > 8 ? width - 8 : 0;
}

std::size_t bucket_of(std::int64_t value) noexcept {
  const auto v = static_cast<std::uint64_t>(std::min(value, most));
  const auto shift = shift_of(v);
  return static_cast<std::size_t>(shift * 128 + (v >> shift));
}

std::int64_t end_of(std::size_t bucket) noexcept {
  if (bucket < 256) return static_cast<std::int64_t>(bucket);
  const auto shift = bucket / 128 - 1;
  const auto mantissa = bucket - shift * 128;
  return static_cast<std::int64_t>(((mantissa + 1) << shift) - 1);
}

}  // namespace

void histogram::record(nanoseconds value) {
  const auto v = std::max<std::int64_t>(0, value.count());
  const auto bucket = bucket_of(v);
  if (bucket >= buckets_.size()) buckets_.resize(bucket + 1);
  ++buckets_[bucket];
  ++count_;
  max_ = std::max(max_, v);
  sum_ += static_cast<long double>(v);
}

void histogram::add(const histogram& other) {
  if (other.buckets_.size() > buckets_.size()) buckets_.resize(other.buckets_.size());
  for (auto i = std::size_t{0}; i < other.buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
}

nanoseconds histogram::mean() const noexcept {
  if (count_ == 0) return nanoseconds{0};
  return nanoseconds{static_cast<std::int64_t>(sum_ / static_cast<long double>(count_))};
}

nanoseconds histogram::percentile(double p) const noexcept {
  if (count_ == 0) return nanoseconds{0};
  const auto share = std::clamp(p, 0.0, 100.0) / 100;
  // The product may be slightly above the whole number it stands for (0.99 * 100).
  const auto exact = share * static_cast<double>(count_);
  const auto rank = std::max<std::uint64_t>(
      1, static_cast<std::uint64_t>(std::ceil(exact - 1e-9 * static_cast<double>(count_))));
  auto seen = std::uint64_t{0};
  for (auto i = std::size_t{0}; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= rank && i + 1 < buckets_.size()) return nanoseconds{std::min(end_of(i), max_)};
  }
  return nanoseconds{max_};  // the last bucket in use, or the one of all larger values
}

}  // namespace mintage::bench
