/// @file
/// Lines of text or JSON: the server's log, and the audit stream.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "app/options.hpp"

namespace mintage::app {

/// Writes through a bounded queue on a thread of its own, so that no request waits for a terminal
/// or a disk. Values are escaped and cut at 256 octets. Callers never pass secrets. Thread-safe.
class event_log {
 public:
  using field = std::pair<std::string_view, std::string_view>;

  /// The log on standard error. When the queue is full, the oldest lines are dropped.
  [[nodiscard]] static event_log make_log(const log_options& o);
  /// The audit stream, in JSON whatever the format of the log. No line is lost: callers ensure that
  /// at most `room` lines are unwritten; a call waits when there are more. Writes nothing when the
  /// stream is off.
  /// @throws std::runtime_error when the file cannot be opened.
  [[nodiscard]] static event_log make_audit(const log_options& o, std::size_t room);

  /// Writes later lines in this format, from this level on. @pre this is the log.
  void change(log_level level, log_format format) noexcept;

  event_log(event_log&&) noexcept;
  ~event_log();

  /// Whether lines of this level are written, so that callers need not build their fields.
  [[nodiscard]] bool writes(log_level level) const noexcept;
  void event(log_level level, std::string_view what, std::initializer_list<field> fields = {});
  /// Lines that have not been written to the reader or the file.
  [[nodiscard]] std::size_t unwritten() const noexcept;

 private:
  struct impl;
  explicit event_log(std::unique_ptr<impl> i);
  std::unique_ptr<impl> impl_;
};

}  // namespace mintage::app
