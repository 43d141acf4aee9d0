/// @file
/// A file system that is not that of the other files of a test.
#pragma once

#include <sys/mount.h>

#include <filesystem>

namespace mintage::storage {

/// A tmpfs, so another file system than that of the database.
class other_disk {
 public:
  other_disk(const std::filesystem::path& path, const char* options) : path_{path} {
    std::filesystem::create_directories(path_);
    is_mounted_ = ::mount("tmpfs", path_.c_str(), "tmpfs", 0, options) == 0;
  }
  ~other_disk() {
    if (is_mounted_) ::umount(path_.c_str());
  }
  [[nodiscard]] bool is_mounted() const { return is_mounted_; }

 private:
  std::filesystem::path path_;
  bool is_mounted_ = false;
};

}  // namespace mintage::storage
