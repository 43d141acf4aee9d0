/// @file
/// The permits for slow hashes. (CAU-12)
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

namespace mintage::actors {

/// An admitted request holds a permit until its comparison is done. Used only by requests that need
/// a slow hash. Thread-safe.
class hash_permits {
 public:
  explicit hash_permits(std::size_t places)
      : places_{static_cast<std::ptrdiff_t>(places)}, free_{places_} {}
  /// @returns a permit, which its destruction returns; null when all are taken.
  [[nodiscard]] std::shared_ptr<void> enter();
  /// Whether less than half of the permits are free.
  [[nodiscard]] bool is_crowded() const noexcept {
    return free_.load(std::memory_order_relaxed) < places_ / 2;
  }

 private:
  const std::ptrdiff_t places_;
  std::atomic<std::ptrdiff_t> free_;
};

}  // namespace mintage::actors
