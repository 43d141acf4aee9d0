/// @file
/// Files with secrets: made once, readable by their owner only, never replaced.
#pragma once

#include <filesystem>
#include <stdexcept>

#include "crypto/bytes.hpp"
#include "crypto/secret.hpp"
#include "storage/engine.hpp"

namespace mintage::app {

/// A secret file is missing, unreadable, open to others, or not what it should be. `what()` is one
/// sentence for the operator, naming the path and never the content.
class file_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The first line of a file that nobody but its owner may read. @throws file_error
[[nodiscard]] crypto::secret_string read_private_file(const std::filesystem::path& path);

/// The 32 octets of the seal key (base64url in the file). Made on first start (O_EXCL, 0600,
/// fsynced). When the database holds sealed records and the file is missing or another one, the
/// server must not start, and the file is never replaced.
/// @throws file_error, storage::storage_error
[[nodiscard]] crypto::digest load_or_make_seal_key(const std::filesystem::path& path,
                                                   storage::catalog& records);

/// SHA-256 of an admin token; the file (`mad_` and 43 characters) is made on first start.
/// @throws file_error
[[nodiscard]] crypto::digest load_or_make_admin_token(const std::filesystem::path& path);

}  // namespace mintage::app
