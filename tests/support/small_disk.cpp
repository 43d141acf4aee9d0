#include "tests/support/small_disk.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace mintage::test {

namespace {

std::string options_for(unsigned mebibytes) {
  return "size=" + std::to_string(mebibytes) + "m,mode=0700";
}

/// Unshares the mount namespace, once per process: later mounts are not visible to others.
bool leave_the_mounts_of_others() {
  static const auto left = ::unshare(CLONE_NEWNS) == 0 &&
                           ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
  return left;
}

}  // namespace

small_disk::small_disk(const std::filesystem::path& folder, unsigned mebibytes) : folder_{folder} {
  std::filesystem::create_directories(folder_);
  if (!leave_the_mounts_of_others() ||
      ::mount("tmpfs", folder_.c_str(), "tmpfs", 0, options_for(mebibytes).c_str()) != 0) {
    obstacle_ = std::string{"no tmpfs can be mounted: "} + std::strerror(errno);
  }
}

small_disk::~small_disk() {
  if (obstacle_.empty()) ::umount2(folder_.c_str(), MNT_DETACH);
}

void small_disk::fill() {
  const auto file = folder_ / ("filler-" + std::to_string(fillers_++));
  const auto fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 && errno == ENOSPC) return;
  const auto zeros = std::string(4096, '\0');
  while (::write(fd, zeros.data(), zeros.size()) > 0) {
  }
  const auto full = errno == ENOSPC;
  ::close(fd);
  if (!full) throw std::runtime_error{"the small disk cannot be filled"};
}

void small_disk::make_room() {
  for (; fillers_ > 0; --fillers_) {
    std::filesystem::remove(folder_ / ("filler-" + std::to_string(fillers_ - 1)));
  }
}

void small_disk::make_read_only() {
  if (::mount("tmpfs", folder_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0) {
    throw std::runtime_error{std::string{"remount: "} + std::strerror(errno)};
  }
}

}  // namespace mintage::test
