#include "bench/harness/metrics_watch.hpp"

#include <utility>

namespace mintage::bench {

metrics_watch::metrics_watch(origin admin, nanoseconds interval)
    : admin_{std::move(admin)}, interval_{interval}, thread_{[this] {
        auto lock = std::unique_lock{mutex_};
        for (auto due = start_;; due += interval_) {
          if (changed_.wait_until(lock, due, [this] { return ending_; })) return;
          read();
        }
      }} {}

metrics_watch::~metrics_watch() {
  if (thread_.joinable()) static_cast<void>(finish());
}

std::vector<pool_reading> metrics_watch::finish() {
  {
    const auto lock = std::lock_guard{mutex_};
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
  read();
  if (const auto n = readings_.size(); n > 2) {
    const auto before_last = readings_.end() - 2;
    if (readings_.back().at - before_last->at < interval_ / 2) readings_.erase(before_last);
  }
  return std::move(readings_);
}

void metrics_watch::read() {
  const auto at = std::chrono::steady_clock::now() - start_;
  try {
    const auto page = call(admin_, "/metrics");
    if (page.status != 200) return;
    auto reading = parse_metrics(page.body);
    if (reading.empty()) return;
    reading.at = at;
    readings_.push_back(std::move(reading));
  } catch (const std::exception&) {
    // A server that is too busy to answer shows as a gap.
  }
}

}  // namespace mintage::bench
