#include "storage/rocksdb/durable_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>
#include <vector>

namespace mintage::storage {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, int error) {
  throw std::system_error{error, std::generic_category(), path.string()};
}

/// An open file; `close` tells whether its octets were taken.
class open_file {
 public:
  open_file(const fs::path& path, int flags)
      : path_{path}, file_{::open(path.c_str(), flags | O_CLOEXEC, 0600)} {
    if (file_ < 0) fail(path_, errno);
  }
  ~open_file() {
    if (file_ >= 0) ::close(file_);
  }
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;

  /// @returns 0 at the end.
  [[nodiscard]] std::size_t read(std::vector<char>& to) const {
    const auto count = ::read(file_, to.data(), to.size());
    if (count < 0) fail(path_, errno);
    return static_cast<std::size_t>(count);
  }
  void write(std::string_view octets) const {
    while (!octets.empty()) {
      const auto count = ::write(file_, octets.data(), octets.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) fail(path_, count == 0 ? ENOSPC : errno);
      octets.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  void sync() const {
    if (::fsync(file_) != 0) fail(path_, errno);
  }

 private:
  fs::path path_;
  int file_;
};

void copy_file(const fs::path& from, const fs::path& to, const std::stop_token& stop) {
  const auto source = open_file{from, O_RDONLY};
  const auto target = open_file{to, O_WRONLY | O_CREAT | O_EXCL};
  auto block = std::vector<char>(std::size_t{1} << 20);
  while (const auto count = source.read(block)) {
    if (stop.stop_requested()) fail(to, ECANCELED);
    target.write({block.data(), count});
  }
  target.sync();
}

}  // namespace

bool is_within(const fs::path& inner, const fs::path& outer) {
  const auto in = fs::weakly_canonical(inner);
  const auto out = fs::weakly_canonical(outer);
  return std::mismatch(out.begin(), out.end(), in.begin(), in.end()).first == out.end();
}

void make_directories(const fs::path& path) {
  if (path.empty() || fs::is_directory(path)) return;
  make_directories(path.parent_path());
  if (::mkdir(path.c_str(), 0777) != 0 && errno != EEXIST) fail(path, errno);
  sync_directory(path.has_parent_path() ? path.parent_path() : ".");
}

bool make_private_directory(const fs::path& path) {
  if (::mkdir(path.c_str(), 0700) == 0) return true;
  if (errno != EEXIST) fail(path, errno);
  return false;
}

void sync_directory(const fs::path& path) {
  open_file{path, O_RDONLY | O_DIRECTORY}.sync();
}

void sync_files(const fs::path& directory) {
  for (const auto& entry : fs::directory_iterator{directory})
    if (entry.is_regular_file()) open_file{entry.path(), O_RDONLY}.sync();
  sync_directory(directory);
}

void write_durably(const fs::path& path, std::string_view octets) {
  const auto file = open_file{path, O_WRONLY | O_CREAT | O_EXCL};
  file.write(octets);
  file.sync();
}

void copy_durably(const fs::path& from, const fs::path& to, const std::stop_token& stop) {
  if (!make_private_directory(to)) fail(to, EEXIST);
  for (const auto& entry : fs::directory_iterator{from}) {
    if (entry.is_regular_file()) copy_file(entry.path(), to / entry.path().filename(), stop);
  }
  sync_directory(to);
}

}  // namespace mintage::storage
