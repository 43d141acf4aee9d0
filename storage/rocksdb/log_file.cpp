#include "storage/rocksdb/log_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "storage/rocksdb/crc32c.hpp"

namespace mintage::storage {
namespace {

// A file is a sequence of blocks. A record lies in one block, or in fragments, at most one per
// block. A fragment is: checksum of what follows the length (4 octets), length (2), type (1), data.
constexpr auto block_size = std::size_t{32768};
constexpr auto header_size = std::size_t{7};
constexpr auto full = 1U;
constexpr auto first = 2U;
constexpr auto middle = 3U;
constexpr auto last = 4U;

class mapped_file {
 public:
  explicit mapped_file(const std::filesystem::path& path) {
    const auto file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat about {};
    if (file < 0 || ::fstat(file, &about) != 0) fail(file, path);
    size_ = static_cast<std::size_t>(about.st_size);
    if (size_ > 0) {
      data_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
      if (data_ == MAP_FAILED) fail(file, path);
    }
    ::close(file);
  }
  ~mapped_file() {
    if (size_ > 0) ::munmap(data_, size_);
  }
  mapped_file(const mapped_file&) = delete;
  mapped_file& operator=(const mapped_file&) = delete;
  [[nodiscard]] std::string_view octets() const noexcept {
    return {static_cast<const char*>(data_), size_};
  }

 private:
  [[noreturn]] static void fail(int file, const std::filesystem::path& path) {
    const auto error = errno;
    if (file >= 0) ::close(file);
    throw std::system_error{error, std::generic_category(), path.string()};
  }
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

class log_reader {
 public:
  log_reader(std::string_view file, log_visitor& to) : file_{file}, to_{to} {}

  void read() {
    auto at = std::size_t{0};
    while (at < file_.size()) {
      const auto rest = block_size - at % block_size;
      if (rest < header_size) {
        at += rest;
      } else if (is_good(at, length(at))) {
        take(at);
        at += header_size + length(at);
      } else {
        note_fault(at);
        at = next_good(at + 1);
      }
    }
    if (in_record_) note_fault(file_.size());
  }

 private:
  [[nodiscard]] std::size_t octet(std::size_t at) const {
    return at < file_.size() ? static_cast<unsigned char>(file_[at]) : 0U;
  }
  [[nodiscard]] std::size_t length(std::size_t at) const {
    return octet(at + 4) | octet(at + 5) << 8;
  }
  [[nodiscard]] std::size_t type(std::size_t at) const { return octet(at + 6); }
  [[nodiscard]] bool fits(std::size_t at, std::size_t size) const {
    return header_size + size <= block_size - at % block_size &&
           at + header_size + size <= file_.size();
  }
  /// Whether a fragment of that length is at this place. Zeros, as in an unwritten file, are none.
  [[nodiscard]] bool is_good(std::size_t at, std::size_t size) const {
    if (!fits(at, size) || type(at) == 0) return false;
    const auto stored = octet(at) | octet(at + 1) << 8 | octet(at + 2) << 16 | octet(at + 3) << 24;
    return masked_crc32c(file_.substr(at + 6, size + 1)) == stored;
  }
  [[nodiscard]] std::size_t next_good(std::size_t at) const {
    while (at < file_.size()) {
      const auto rest = block_size - at % block_size;
      if (rest < header_size) {
        at += rest;
      } else if (type(at) >= full && type(at) <= last && length(at) > 0 &&
                 is_good(at, length(at))) {
        return at;
      } else {
        ++at;
      }
    }
    return file_.size();
  }

  void take(std::size_t at) {
    const auto data = file_.substr(at + header_size, length(at));
    switch (type(at)) {
      case full:
        if (in_record_) note_fault(at);
        to_.record(at, data);
        break;
      case first:
        if (in_record_) note_fault(at);
        begin_ = at;
        in_record_ = true;
        partial_ = data;
        break;
      case middle:
        if (!in_record_) return note_fault(at);
        partial_ += data;
        break;
      case last:
        if (!in_record_) return note_fault(at);
        partial_ += data;
        to_.record(begin_, partial_);
        partial_.clear();
        in_record_ = false;
        break;
      default:  // of a later version, or a mark of RocksDB's own
        break;
    }
  }

  void note_fault(std::size_t at) {
    auto f = log_fault{};
    f.offset = in_record_ ? begin_ : at;
    const auto reaches_end = at >= file_.size() || at + header_size > file_.size() ||
                             at + header_size + length(at) > file_.size();
    f.is_truncated = reaches_end && !has_damaged_length(at);
    if (f.is_truncated) {
      f.head = partial_;
      if (at + header_size < file_.size()) f.head += file_.substr(at + header_size);
    }
    partial_.clear();
    in_record_ = false;
    to_.fault(f);
  }
  /// Whether the damage is explained by one wrong bit of the length, or by the length as a whole.
  [[nodiscard]] bool has_damaged_length(std::size_t at) const {
    if (at + header_size > file_.size()) return false;
    for (auto bit = 0U; bit < 16; ++bit) {
      if (is_good(at, length(at) ^ std::size_t{1} << bit)) return true;
    }
    return is_good(at, file_.size() - at - header_size);
  }

  std::string_view file_;
  log_visitor& to_;
  bool in_record_ = false;
  std::size_t begin_ = 0;  ///< of the record whose fragments are being read
  std::string partial_;
};

}  // namespace

void read_log(const std::filesystem::path& file, log_visitor& to) {
  const auto mapped = mapped_file{file};
  log_reader{mapped.octets(), to}.read();
}

}  // namespace mintage::storage
