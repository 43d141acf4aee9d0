/// @file
/// The counts of one round: latencies in total and over time, and failures by kind.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bench/harness/histogram.hpp"
#include "bench/harness/requests.hpp"

namespace mintage::bench {

class tally {
 public:
  /// A part of a round, by the time of the answer.
  struct slice {
    histogram latency;
    std::uint64_t answers = 0;
    std::uint64_t failures = 0;
  };

  explicit tally(nanoseconds slice_width) : width_{slice_width} {}

  /// @param at since the start of the round.
  void succeeded(nanoseconds at, nanoseconds latency, request_kind kind = request_kind::code);
  /// Counts an answer that is not a success. Its latency is not recorded: refusals are quick.
  void failed(nanoseconds at, std::string_view kind);
  /// Counts a request that got no answer within the patience of the harness. Its wait is recorded
  /// as latency, since otherwise the slowest requests would be missing from the percentiles.
  void abandoned(nanoseconds at, nanoseconds waited, std::string_view kind);
  /// Records how late the harness sent a request although a connection was free.
  void late(nanoseconds by) { lateness_.record(by); }
  /// Adds the counts of another thread in the same round. @pre same slice width.
  void add(const tally& other);

  [[nodiscard]] const histogram& latency() const noexcept { return latency_; }
  /// Latencies of good answers to one kind of request.
  [[nodiscard]] const histogram& latency_of(request_kind kind) const noexcept {
    return by_kind_[static_cast<std::size_t>(kind)];
  }
  [[nodiscard]] const histogram& lateness() const noexcept { return lateness_; }
  [[nodiscard]] const std::vector<slice>& slices() const noexcept { return slices_; }
  [[nodiscard]] nanoseconds slice_width() const noexcept { return width_; }
  [[nodiscard]] const std::map<std::string, std::uint64_t, std::less<>>& kinds() const noexcept {
    return kinds_;
  }
  [[nodiscard]] std::uint64_t answers() const noexcept { return answers_; }
  [[nodiscard]] std::uint64_t failures() const noexcept { return failures_; }

 private:
  slice& at(nanoseconds t);
  void count_failure(slice& s, std::string_view kind);

  nanoseconds width_;
  histogram latency_;
  std::array<histogram, all_kinds.size()> by_kind_;
  histogram lateness_;
  std::vector<slice> slices_;
  std::map<std::string, std::uint64_t, std::less<>> kinds_;
  std::uint64_t answers_ = 0;
  std::uint64_t failures_ = 0;
};

}  // namespace mintage::bench
