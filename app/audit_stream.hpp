/// @file
/// The audit stream, and what happens when its reader stalls.
#pragma once

#include <atomic>
#include <cstddef>
#include <initializer_list>
#include <string_view>

#include "app/event_log.hpp"
#include "metrics/group.hpp"

namespace mintage::app {

/// JSON lines of who did what. What grants do has room reserved before it is done, so no line of it
/// is ever lost; refusals of strangers are dropped and counted when the reader is behind. Nothing
/// here waits for the reader. Thread-safe.
class audit_stream {
 public:
  using field = event_log::field;

  /// Lines that may be reserved or wait for the reader, and how many of them refusals may fill.
  static constexpr std::size_t room = 8192;
  static constexpr std::size_t room_for_refusals = room / 2;

  /// @throws std::runtime_error when the file cannot be opened.
  explicit audit_stream(const log_options& o);

  [[nodiscard]] bool is_on() const noexcept { return log_.writes(log_level::info); }

  /// Reserves room for one line. @returns false when the reader is behind by all of the room.
  [[nodiscard]] bool reserve() noexcept;
  /// After the line was written, or when there will be none.
  void release() noexcept { reserved_.fetch_sub(1, std::memory_order_relaxed); }

  /// Writes a line that has its room, or one that is as rare as a change of a key.
  void write(std::string_view what, std::initializer_list<field> fields);
  /// Writes a line, or counts it when the reader is behind by more than `room_for_refusals`.
  void write_or_drop(std::string_view what, std::initializer_list<field> fields);

  [[nodiscard]] const metrics::meter_group& meters() const noexcept { return meters_; }

 private:
  struct alignas(64) stream_meters : metrics::meter_group {
    explicit stream_meters(const event_log& log);
    metrics::shared_counter dropped{
        *this,
        {"mintage_audit_dropped_total",
         "Refusals that have no line in the audit stream because its reader was behind."}};
  };

  event_log log_;
  stream_meters meters_;
  std::atomic<std::size_t> reserved_{0};
};

}  // namespace mintage::app
