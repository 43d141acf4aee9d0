/// @file
/// The audit stream, and its behaviour when its reader stalls.
#pragma once

#include <atomic>
#include <cstddef>
#include <initializer_list>
#include <string_view>

#include "app/event_log.hpp"
#include "metrics/group.hpp"

namespace mintage::app {

/// JSON lines of who did what. Room for the lines of grants is reserved before the grant is used,
/// so none of them is ever lost. Refusals of unauthenticated callers are dropped and counted when
/// the reader is behind. No call waits for the reader. Thread-safe.
class audit_stream {
 public:
  using field = event_log::field;

  /// Number of lines that may be reserved or unwritten, and how many of them refusals may use.
  static constexpr std::size_t room = 8192;
  static constexpr std::size_t room_for_refusals = room / 2;

  /// @throws std::runtime_error when the file cannot be opened.
  explicit audit_stream(const log_options& o);

  [[nodiscard]] bool is_on() const noexcept { return log_.writes(log_level::info); }

  /// Reserves room for one line. @returns false when the reader is behind by all of the room.
  [[nodiscard]] bool reserve() noexcept;
  /// Called after the line was written, or when there will be none.
  void release() noexcept { reserved_.fetch_sub(1, std::memory_order_relaxed); }

  /// Writes a line with reserved room, or a rare one such as a change of a key.
  void write(std::string_view what, std::initializer_list<field> fields);
  /// Writes a line, or counts it as dropped when the reader is behind by more than
  /// `room_for_refusals`.
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
