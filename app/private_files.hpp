/// @file
/// Secret files: created once, never replaced, not readable by others.
#pragma once

#include <filesystem>
#include <optional>
#include <stdexcept>

#include "crypto/bytes.hpp"
#include "crypto/root_key.hpp"
#include "crypto/secret.hpp"

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

/// Reads a seal key: 32 octets, base64url in the file.
/// @returns nothing when there is no such file. @throws file_error
[[nodiscard]] std::optional<crypto::root_key> read_seal_key(const std::filesystem::path& path,
                                                            file_rules rules);
/// Makes a file with a new seal key (O_EXCL, 0600, fsynced), and its folder.
/// @throws file_error also when there is such a file
crypto::root_key make_seal_key(const std::filesystem::path& path);

/// Makes the entries of the folder of `path` durable. @throws file_error
void sync_folder_of(const std::filesystem::path& path);

/// SHA-256 of an admin token. The file (`mad_` and 43 characters) is created on first start.
/// @throws file_error
[[nodiscard]] crypto::digest load_or_make_admin_token(const std::filesystem::path& path,
                                                      file_rules rules);

}  // namespace mintage::app
