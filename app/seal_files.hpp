/// @file
/// The files of a seal key: FILE, FILE.next with the one to come, FILE.former-N with old ones.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "app/private_files.hpp"
#include "crypto/root_ring.hpp"

namespace mintage::app {

class seal_files {
 public:
  seal_files(std::filesystem::path file, file_rules rules);

  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }
  [[nodiscard]] const std::filesystem::path& next() const noexcept { return next_; }
  [[nodiscard]] std::filesystem::path former(std::uint32_t generation) const;

  /// What is in one of the files.
  struct content {
    std::optional<crypto::root_key> key;
    /// Why there is no key; empty when there is no such file.
    std::string because;
  };
  [[nodiscard]] content read(const std::filesystem::path& which) const;
  /// What is in FILE.next. Where only root may look, and systemd hands over the files that there
  /// are, there is none.
  [[nodiscard]] content read_next() const;

  /// What became of a replacement.
  struct swap {
    bool is_done = false;
    /// Where the former key is now; empty when it was not there.
    std::filesystem::path former;
    /// Why it is not done.
    std::string because;
  };
  /// Puts FILE.next in the place of FILE, which is kept beside it, unless FILE has the newest key
  /// of the ring already. A kill at any moment leaves the newest key in one of the two.
  [[nodiscard]] swap replace(const crypto::root_ring_content& ring) const;

 private:
  [[nodiscard]] std::optional<std::string> keep_former(swap& out) const;

  std::filesystem::path file_;
  std::filesystem::path next_;
  file_rules rules_;
};

/// FILE.next
[[nodiscard]] std::filesystem::path next_seal_key_file(const std::filesystem::path& file);

/// What a seal key file is to a database.
enum class seal_key_fit : std::uint8_t { fits, missing, other };
/// Compares FILE and FILE.next with the note of a database; any key fits a database without one.
/// Makes no file.
/// @throws file_error when neither fits, and FILE cannot be read or is no seal key.
[[nodiscard]] seal_key_fit compare_seal_key(const std::filesystem::path& file,
                                            std::string_view note, file_rules rules);

}  // namespace mintage::app
