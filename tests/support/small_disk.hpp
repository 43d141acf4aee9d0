/// @file
/// A file system that is small enough to be filled.
#pragma once

#include <filesystem>
#include <string>

namespace mintage::test {

/// A tmpfs over a folder, in a mount namespace of this process and its later children. Other
/// processes do not see it, and it ends with them. Used by the thread that made it only.
class small_disk {
 public:
  /// Creates the folder unless it exists. Check `obstacle` before use.
  small_disk(const std::filesystem::path& folder, unsigned mebibytes);
  ~small_disk();
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;

  /// Why the file system could not be made, for example missing rights; empty when it was.
  [[nodiscard]] const std::string& obstacle() const noexcept { return obstacle_; }
  /// Uses up all free space.
  void fill();
  /// Frees it again.
  void make_room();
  void make_read_only();

 private:
  std::filesystem::path folder_;
  std::string obstacle_;
  unsigned fillers_ = 0;
};

}  // namespace mintage::test
