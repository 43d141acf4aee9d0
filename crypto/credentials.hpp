/// @file
/// Secret files that the server's user may not read, and systemd hands to it.
#pragma once

#include <filesystem>

namespace mintage::crypto {

/// A file that was opened for reading. The caller closes it.
struct opened_file {
  /// -1 with an error.
  int descriptor = -1;
  /// `errno`, when there is no descriptor.
  int error = 0;
  /// It lies in the folder of the unit's credentials, which nobody else can read: its mode does not
  /// matter. systemd 257 gives 0440 and an access list, older ones 0400.
  bool is_credential = false;
};

/// Opens a secret file. One that the permissions keep from this process is looked for among the
/// credentials of its systemd unit ($CREDENTIALS_DIRECTORY):
/// `LoadCredential=keys:/etc/mintage/keys` hands over each file of that folder,
/// `/etc/mintage/keys/seal.key` as `keys_seal.key`.
/// @param flags those of open(2) beside O_RDONLY.
[[nodiscard]] opened_file open_secret_file(const std::filesystem::path& path, int flags);

}  // namespace mintage::crypto
