#include "bench/harness/tally.hpp"

#include <algorithm>

namespace mintage::bench {

tally::slice& tally::at(nanoseconds t) {
  const auto index = static_cast<std::size_t>(std::max<std::int64_t>(0, t / width_));
  if (index >= slices_.size()) slices_.resize(index + 1);
  return slices_[index];
}

void tally::succeeded(nanoseconds t, nanoseconds latency, request_kind kind) {
  auto& s = at(t);
  s.latency.record(latency);
  ++s.answers;
  latency_.record(latency);
  by_kind_[static_cast<std::size_t>(kind)].record(latency);
  ++answers_;
}

void tally::count_failure(slice& s, std::string_view kind) {
  ++s.failures;
  ++failures_;
  const auto found = kinds_.find(kind);
  if (found != kinds_.end()) {
    ++found->second;
  } else {
    kinds_.emplace(kind, 1);
  }
}

void tally::failed(nanoseconds t, std::string_view kind) {
  count_failure(at(t), kind);
}

void tally::abandoned(nanoseconds t, nanoseconds waited, std::string_view kind) {
  auto& s = at(t);
  s.latency.record(waited);
  latency_.record(waited);
  count_failure(s, kind);
}

void tally::add(const tally& other) {
  latency_.add(other.latency_);
  lateness_.add(other.lateness_);
  for (auto i = std::size_t{0}; i < by_kind_.size(); ++i) by_kind_[i].add(other.by_kind_[i]);
  if (other.slices_.size() > slices_.size()) slices_.resize(other.slices_.size());
  for (auto i = std::size_t{0}; i < other.slices_.size(); ++i) {
    slices_[i].latency.add(other.slices_[i].latency);
    slices_[i].answers += other.slices_[i].answers;
    slices_[i].failures += other.slices_[i].failures;
  }
  for (const auto& [kind, count] : other.kinds_) kinds_[kind] += count;
  answers_ += other.answers_;
  failures_ += other.failures_;
}

}  // namespace mintage::bench
