/// @file
/// How often each host is asked. (CAU-11)
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

namespace mintage::net {

/// A bucket of permits for each host, full at first and refilled over time. Not thread-safe.
class host_budget {
 public:
  using moment = std::chrono::steady_clock::time_point;

  /// Hosts that are remembered at most. A host whose bucket is full again is forgotten.
  static constexpr std::size_t most_hosts = 8192;

  /// @param per_minute permits of one bucket, and how many come back in a minute.
  explicit host_budget(std::size_t per_minute) : size_{static_cast<double>(per_minute)} {}

  /// Sets other sizes of buckets. What was taken stays taken.
  void set_per_minute(std::size_t per_minute) noexcept { size_ = static_cast<double>(per_minute); }

  /// Takes a permit. @returns false when the host has none left, or there is no room to remember
  /// another host.
  [[nodiscard]] bool take(const std::string& host, moment now);
  [[nodiscard]] std::size_t hosts() const noexcept { return buckets_.size(); }

 private:
  struct bucket {
    double permits;
    moment counted;
  };
  [[nodiscard]] double permits_of(const bucket& b, moment now) const noexcept;

  double size_;
  std::map<std::string, bucket> buckets_;
};

}  // namespace mintage::net
