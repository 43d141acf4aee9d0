/// @file
/// Room for lines of the journal, reserved before an action that must be recorded.
#pragma once

#include <chrono>
#include <utility>

namespace mintage::service {

/// The source of room for lines: the journal. Thread-safe; never blocks.
class line_room {
 public:
  virtual ~line_room() = default;
  /// Reserves room for one line. @returns false when there is none, because the reader stalls.
  [[nodiscard]] virtual bool reserve_line() noexcept { return true; }
  /// Returns the room, after its line was written or when there will be none.
  virtual void release_line() noexcept {}
  /// How long a request waits for room at most.
  [[nodiscard]] virtual std::chrono::milliseconds line_wait() const noexcept {
    return std::chrono::milliseconds{0};
  }
};

/// Room for one line, returned on destruction. Move-only.
class reserved_line {
 public:
  reserved_line() = default;
  reserved_line(reserved_line&& other) noexcept : from_{std::exchange(other.from_, nullptr)} {}
  reserved_line& operator=(reserved_line&& other) noexcept {
    std::swap(from_, other.from_);
    return *this;
  }
  ~reserved_line() {
    if (from_ != nullptr) from_->release_line();
  }

  /// Reserves room unless there is some already. @param from outlives this object. @returns whether
  /// there is room.
  [[nodiscard]] bool reserve(line_room& from) noexcept {
    if (from_ == nullptr && from.reserve_line()) from_ = &from;
    return from_ != nullptr;
  }
  [[nodiscard]] explicit operator bool() const noexcept { return from_ != nullptr; }

 private:
  line_room* from_ = nullptr;
};

}  // namespace mintage::service
