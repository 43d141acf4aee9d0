/// @file
/// The octets that a connection has received and not consumed, in contiguous memory.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace mintage::net {

/// Views are valid until `reserve`, `consume` or `rest` is called.
class input_buffer {
 public:
  input_buffer() : memory_{std::make_unique_for_overwrite<char[]>(small_capacity)} {}

  [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }
  [[nodiscard]] char* data() noexcept { return memory_.get() + begin_; }
  [[nodiscard]] std::string_view view() const noexcept { return {memory_.get() + begin_, size()}; }
  /// The octets of `part`, writable. @pre `part` lies within `view()`.
  [[nodiscard]] std::span<char> writable(std::string_view part) noexcept {
    return {data() + (part.data() - data()), part.size()};
  }

  /// Free space for further octets; `commit` says how many were received.
  [[nodiscard]] std::span<char> space() noexcept {
    return {memory_.get() + end_, capacity_ - end_};
  }
  void commit(std::size_t n) noexcept { end_ += n; }
  /// Drops the first n octets.
  void consume(std::size_t n) noexcept {
    begin_ += n;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  /// Drops the octets from offset `at` to `from`; later octets move forward.
  void cut(std::size_t at, std::size_t from) noexcept {
    std::memmove(data() + at, data() + from, size() - from);
    end_ -= from - at;
  }
  void clear() noexcept { begin_ = end_ = 0; }

  /// Reserves room for `n` octets in total, counted from the first one held, and some free space.
  void reserve(std::size_t n) {
    n = std::max(n, size() + 1);
    if (capacity_ - begin_ >= n) return;
    if (capacity_ >= n) {
      std::memmove(memory_.get(), data(), size());
    } else {
      auto larger = std::make_unique_for_overwrite<char[]>(n);
      std::memcpy(larger.get(), data(), size());
      memory_ = std::move(larger);
      capacity_ = n;
    }
    end_ -= begin_;
    begin_ = 0;
  }

  /// Frees the memory of a large request when a connection is idle.
  void rest() {
    if (size() != 0 || capacity_ <= resting_capacity) return;
    memory_ = std::make_unique_for_overwrite<char[]>(small_capacity);
    capacity_ = small_capacity;
    clear();
  }

 private:
  static constexpr std::size_t small_capacity = 4 * 1024;
  static constexpr std::size_t resting_capacity = 16 * 1024;

  std::unique_ptr<char[]> memory_;
  std::size_t capacity_ = small_capacity;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace mintage::net
