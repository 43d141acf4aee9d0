/// @file
/// Files with secrets: made once, never replaced, closed to others.
#pragma once

#include <filesystem>
#include <stdexcept>

#include "crypto/bytes.hpp"
#include "crypto/root_key.hpp"
#include "crypto/secret.hpp"
#include "storage/engine.hpp"

namespace mintage::app {

/// A secret file is missing, unreadable, open to others, or not what it should be. `what()` is one
/// sentence for the operator, naming the path and never the content.
class file_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Who may own and read a secret file. Nobody but its owner and its group ever may read it, and
/// nobody but its owner may write it.
struct file_rules {
  /// Its group may read it too: 0440, 0640 (files.allow_group_readable).
  bool allow_group_readable = false;
  /// Root, who runs a command, may read files of others. The server's own must be its user's or
  /// root's.
  bool root_reads_all = false;
};

/// The first line of a secret file: a regular one, no symbolic link, of 4096 octets at most. The
/// end of the line, LF or CRLF, is not part of it; any other white space around it is a mistake.
/// @throws file_error
[[nodiscard]] crypto::secret_string read_private_file(const std::filesystem::path& path,
                                                      file_rules rules);

/// The 32 octets of the seal key (base64url in the file). Made on first start (O_EXCL, 0600,
/// fsynced). When the database holds sealed records and the file is missing or another one, the
/// server must not start, and the file is never replaced.
/// @throws file_error, storage::storage_error
[[nodiscard]] crypto::root_key load_or_make_seal_key(const std::filesystem::path& path,
                                                     storage::catalog& records, file_rules rules);

/// SHA-256 of an admin token; the file (`mad_` and 43 characters) is made on first start.
/// @throws file_error
[[nodiscard]] crypto::digest load_or_make_admin_token(const std::filesystem::path& path,
                                                      file_rules rules);

}  // namespace mintage::app
