/// @file
/// Room for the lines of the journal: reserved before something is done that must be told.
#pragma once

#include <chrono>
#include <utility>

namespace mintage::service {

/// Where room for lines comes from: the journal. Thread-safe; never blocks.
class line_room {
 public:
  virtual ~line_room() = default;
  /// Reserves room for one line. @returns false when there is none now: whoever reads them stalls.
  [[nodiscard]] virtual bool reserve_line() noexcept { return true; }
  /// Gives room back; after its line was written, or when there will be none.
  virtual void release_line() noexcept {}
  /// How long a request waits for room at most.
  [[nodiscard]] virtual std::chrono::milliseconds line_wait() const noexcept {
    return std::chrono::milliseconds{0};
  }
};

/// Room for one line, given back at its end. Move-only.
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

  /// Reserves room unless there is some already. @param from outlives it. @returns whether there
  /// is.
  [[nodiscard]] bool reserve(line_room& from) noexcept {
    if (from_ == nullptr && from.reserve_line()) from_ = &from;
    return from_ != nullptr;
  }
  [[nodiscard]] explicit operator bool() const noexcept { return from_ != nullptr; }

 private:
  line_room* from_ = nullptr;
};

}  // namespace mintage::service
