/// @file
/// The open loop without sockets: when requests are due, and which are not sent yet.
#pragma once

#include <deque>
#include <optional>
#include <random>
#include <vector>

#include "bench/harness/histogram.hpp"

namespace mintage::bench {

enum class arrival_kind : std::uint8_t { constant, poisson };

/// The rate from `at` on, counted from the start of the round.
struct rate_change {
  nanoseconds at{0};
  double rate = 0;
};

/// The arrivals of an open loop.
struct pace {
  arrival_kind kind = arrival_kind::poisson;
  /// Per second, above zero.
  double rate = 0;
  /// Sorted by time.
  std::vector<rate_change> changes{};
};

/// The intended send times, counted from the start of the round. They do not depend on the server.
class arrivals {
 public:
  /// @param phase fraction of one interval before the first arrival (constant only), so that
  ///        several threads do not send at the same instants.
  arrivals(const pace& p, std::uint64_t seed, double phase = 0);
  [[nodiscard]] nanoseconds next() const noexcept {
    return nanoseconds{static_cast<std::int64_t>(at_)};
  }
  void advance();

 private:
  void settle();
  [[nodiscard]] double gap();

  pace pace_;
  std::size_t changed_ = 0;  // number of rate changes that have happened
  double interval_;          // nanoseconds
  double at_;
  std::mt19937_64 random_;
  std::exponential_distribution<double> gap_;
};

/// Requests that are due and not sent yet. A request waits here while all connections are busy. Its
/// latency counts from the time it was due, so that a stalled server is visible in the figures.
class open_loop {
 public:
  /// @param end nothing is due from then on.
  open_loop(const arrivals& when, nanoseconds end) : when_{when}, end_{end} {}

  /// Moves all requests with an intended time up to `now` into the queue.
  void advance(nanoseconds now);
  /// Removes the request that has waited longest. @returns its intended time.
  std::optional<nanoseconds> take();
  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }
  /// When the next request becomes due; nothing when all have.
  [[nodiscard]] std::optional<nanoseconds> next() const noexcept;

 private:
  arrivals when_;
  nanoseconds end_;
  std::deque<nanoseconds> waiting_;
};

}  // namespace mintage::bench
