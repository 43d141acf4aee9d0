/// @file
/// A file system that is small enough to be filled.
#pragma once

#include <filesystem>
#include <string>

namespace mintage::test {

/// A tmpfs over a folder, in a mount namespace of this process and its later children: nobody else
/// sees it, and it ends with them. Only for the thread that makes it.
class small_disk {
 public:
  /// Makes the folder unless it is there. Check `obstacle` before using it.
  small_disk(const std::filesystem::path& folder, unsigned mebibytes);
  ~small_disk();
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;

  /// Why there is no such file system here, e.g. for want of rights; empty when there is.
  [[nodiscard]] const std::string& obstacle() const noexcept { return obstacle_; }
  /// Takes all the space that is left.
  void fill();
  /// Gives it back.
  void make_room();
  void make_read_only();

 private:
  std::filesystem::path folder_;
  std::string obstacle_;
  unsigned fillers_ = 0;
};

}  // namespace mintage::test
