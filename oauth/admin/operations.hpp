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

/// POST /admin/seal/rotate: makes a new seal key current. What the former one sealed stays valid.
struct rotate_seal {};

/// GET /admin/seal: which seal key is current, and what is still sealed with a former one.
struct show_seal {};

/// POST /admin/seal/retire: forgets the former seal keys. Refresh tokens of before the rotation are
/// void then.
struct retire_seal {};

/// What was done, for people and programs.
struct operation_report {
  /// A JSON object. Contains no secret.
  std::string json;
};

}  // namespace mintage::oauth
