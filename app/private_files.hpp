/// @file
/// Secret files: created once, never replaced, not readable by others.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string_view>

#include "crypto/bytes.hpp"
#include "crypto/root_key.hpp"
#include "crypto/secret.hpp"
#include "storage/engine.hpp"

namespace mintage::app {

/// A secret file is missing, unreadable, readable by others, or malformed. `what()` is one sentence
/// for the operator that names the path and never the content.
class file_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Who may own and read a secret file. Only its owner and its group may ever be allowed to read it,
/// and only its owner to write it.
struct file_rules {
  /// The group may read it: 0440, 0640 (files.allow_group_readable).
  bool allow_group_readable = false;
  /// Root, who runs a command, may read files of any owner. Files of the server must belong to its
  /// user or to root.
  bool root_reads_all = false;
};

/// Reads the first line of a secret file: a regular file, not a symbolic link, of at most 4096
/// octets. The line end, LF or CRLF, is not part of the secret; other white space around it is an
/// error.
/// @throws file_error
[[nodiscard]] crypto::secret_string read_private_file(const std::filesystem::path& path,
                                                      file_rules rules);

/// Reads the 32 octets of the seal key (base64url in the file), or creates the file on first start
/// (O_EXCL, 0600, fsynced). When the database holds sealed records and the file is missing or has
/// another key, the server must not start, and the file is never replaced.
/// @throws file_error, storage::storage_error
[[nodiscard]] crypto::root_key load_or_make_seal_key(const std::filesystem::path& path,
                                                     storage::catalog& records, file_rules rules);

/// What a seal key file is to a database.
enum class seal_key_fit : std::uint8_t { fits, missing, other };
/// Compares the file with the note that proves the seal key of a database (storage/content.hpp);
/// any key fits a database without one. Makes no file.
/// @throws file_error when the file cannot be read, or is no seal key.
[[nodiscard]] seal_key_fit compare_seal_key(const std::filesystem::path& path,
                                            std::string_view note, file_rules rules);

/// SHA-256 of an admin token. The file (`mad_` and 43 characters) is created on first start.
/// @throws file_error
[[nodiscard]] crypto::digest load_or_make_admin_token(const std::filesystem::path& path,
                                                      file_rules rules);

}  // namespace mintage::app
