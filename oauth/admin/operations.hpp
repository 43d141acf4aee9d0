/// @file
/// The calls of the admin interface that concern the process, not what it serves. The operations
/// desk of app/ does them, one after another.
#pragma once

#include <string>

namespace mintage::oauth {

/// POST /admin/reload: reads the config and its files again.
struct reload_config {};

/// POST /admin/backups: writes a copy of the database while the server runs.
struct back_up {
  /// An absolute path on the server's machine. It must not exist.
  std::string directory;
};

/// What was done, for people and programs.
struct operation_report {
  /// A JSON object. Contains no secret.
  std::string json;
};

}  // namespace mintage::oauth
