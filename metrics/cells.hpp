/// @file
/// Cells: numbers with one writer each, which scrapes read while they change.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

namespace mintage::metrics {

/// A number with one writer. An addition is a plain load and store, no locked instruction. Each
/// writer needs cache lines of its own.
class tally {
 public:
  void add(std::uint64_t n = 1) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  void set(std::uint64_t n) noexcept { value_.store(n, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t get() const noexcept {
    return value_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// A number with several writers, for rare events: each addition is a locked instruction.
class shared_tally {
 public:
  void add(std::uint64_t n = 1) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t get() const noexcept {
    return value_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// Counts values by upper bounds that double from `First` on; the last bucket counts the rest.
template <std::uint64_t First, std::size_t Buckets>
class doubling_histogram {
 public:
  void add(std::uint64_t value, std::uint64_t times = 1) noexcept {
    auto bucket = std::size_t{0};
    for (auto bound = First; bucket < Buckets && value > bound; bound *= 2) ++bucket;
    counts_[bucket].add(times);
    sum_.add(value * times);
  }
  [[nodiscard]] static std::vector<std::uint64_t> bounds() {
    auto all = std::vector<std::uint64_t>{};
    for (auto bound = First; all.size() < Buckets; bound *= 2) all.push_back(bound);
    return all;
  }
  /// @param bucket one of the bounds, or the one after the last.
  [[nodiscard]] std::uint64_t count(std::size_t bucket) const noexcept {
    return counts_[bucket].get();
  }
  [[nodiscard]] std::uint64_t sum() const noexcept { return sum_.get(); }

 private:
  std::array<tally, Buckets + 1> counts_;
  tally sum_;
};

/// Counts by literal text. One writer. A scrape during the first use of a text may miss that text.
/// When there is no room for a text, it is counted under the last one.
class literal_tally {
 public:
  static constexpr std::size_t capacity = 384;
  /// @param text a literal: its address is stored.
  void add(std::string_view text) noexcept;
  struct entry {
    std::string_view text;
    std::uint64_t count;
  };
  [[nodiscard]] std::vector<entry> entries() const;

 private:
  std::array<std::string_view, capacity> texts_{};
  std::array<tally, capacity> counts_{};
  std::atomic<std::size_t> size_{0};
};

/// Monotonic nanoseconds, for differences.
[[nodiscard]] inline std::uint64_t ticks() noexcept {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                        std::chrono::steady_clock::now().time_since_epoch())
                                        .count());
}

}  // namespace mintage::metrics
