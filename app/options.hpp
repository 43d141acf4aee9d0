/// @file
/// Configuration of logs, secret files, the clock and the stop: [log], [files], [clock],
/// [shutdown].
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "oauth/options.hpp"

namespace mintage::app {

enum class log_level : std::uint8_t { debug, info, warn, error };
enum class log_format : std::uint8_t { text, json };
/// Destination of the audit stream: JSON lines of what was minted, exchanged, refused and changed.
enum class audit_target : std::uint8_t { off, stdout_, file };

struct log_options {
  log_level level = log_level::info;
  log_format format = log_format::text;
  audit_target audit = audit_target::off;
  /// The file that is appended to when audit = "file".
  std::filesystem::path audit_file = "audit.jsonl";
  /// How long a request that must have a line waits for the reader of the audit stream; then 503.
  std::chrono::milliseconds audit_wait{2000};
};
/// @returns every limit broken, as key and sentence; empty when all hold.
[[nodiscard]] inline std::vector<oauth::config_error> check(const log_options& o) {
  using std::chrono::seconds;
  if (o.audit_wait >= seconds{0} && o.audit_wait <= seconds{5}) return {};
  return {{"log.audit_wait", "must be 0s to 5s"}};
}

struct file_options {
  /// Whether the group of a secret file may read it too (0440, 0640), as Kubernetes' fsGroup sets
  /// it.
  bool allow_group_readable = false;
};

struct clock_options {
  /// How long a new time must last before it is accepted, when the system's clock has jumped ahead
  /// by more than a minute; 0 = until an operator confirms it.
  std::chrono::seconds confirm_after{300};
};
/// @returns every limit broken, as key and sentence; empty when all hold.
[[nodiscard]] inline std::vector<oauth::config_error> check(const clock_options& o) {
  if (o.confirm_after >= std::chrono::seconds{0} && o.confirm_after <= std::chrono::hours{24 * 7})
    return {};
  return {{"clock.confirm_after", "must be 1s to 7d, or 0 for mintage clock confirm alone"}};
}

struct shutdown_options {
  /// How long SIGTERM leaves the server serving, while it is not ready.
  std::chrono::milliseconds delay{0};
};
/// @returns every limit broken, as key and sentence; empty when all hold.
[[nodiscard]] inline std::vector<oauth::config_error> check(const shutdown_options& o) {
  using std::chrono::seconds;
  if (o.delay >= seconds{0} && o.delay <= seconds{60}) return {};
  return {{"shutdown.delay", "must be 0s to 60s"}};
}

}  // namespace mintage::app
