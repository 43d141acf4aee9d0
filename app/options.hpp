/// @file
/// Configuration of logs and secret files: [log], [files].
#pragma once

#include <cstdint>
#include <filesystem>

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
};

struct file_options {
  /// Whether the group of a secret file may read it too (0440, 0640), as Kubernetes' fsGroup sets
  /// it.
  bool allow_group_readable = false;
};

}  // namespace mintage::app
