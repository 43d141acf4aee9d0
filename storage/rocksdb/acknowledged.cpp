#include "storage/rocksdb/acknowledged.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "storage/rocksdb/crc32c.hpp"

namespace mintage::storage {
namespace {

// On the disk: DO NOT CHANGE. Magic, boot id, level, closed, sequence and checksum (little endian).
constexpr auto magic = std::string_view{"mintage1"};
constexpr auto level_at = magic.size() + std::tuple_size_v<boot_id>;
constexpr auto closed_at = level_at + 1;
constexpr auto sequence_at = closed_at + 1;
constexpr auto checksum_at = sequence_at + 8;
constexpr auto size = checksum_at + 4;
using octets = std::array<char, size>;

template <class Number>
void put(octets& to, std::size_t at, Number n) {
  for (auto i = std::size_t{0}; i < sizeof n; ++i) to[at + i] = static_cast<char>(n >> 8 * i);
}
template <class Number>
Number get(const octets& from, std::size_t at) {
  auto n = Number{0};
  for (auto i = sizeof n; i-- > 0;) {
    n = static_cast<Number>(n << 8 | static_cast<unsigned char>(from[at + i]));
  }
  return n;
}
std::uint32_t checksum(const octets& of) {
  return crc32c({of.data(), checksum_at});
}

}  // namespace

boot_id this_boot() noexcept {
  auto id = boot_id{};
  const auto file = ::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
  if (file >= 0) {
    if (::read(file, id.data(), id.size()) != static_cast<ssize_t>(id.size())) id = {};
    ::close(file);
  }
  return id;
}

acknowledged_file::found acknowledged_file::read(const std::filesystem::path& database) {
  const auto file = ::open(path_in(database).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  auto in = octets{};
  const auto count = ::read(file, in.data(), in.size());
  ::close(file);
  if (count != static_cast<ssize_t>(in.size()) ||
      std::string_view{in.data(), magic.size()} != magic ||
      get<std::uint32_t>(in, checksum_at) != checksum(in)) {
    return {state::damaged, {}};
  }
  auto last = promise{};
  std::copy_n(in.data() + magic.size(), last.boot.size(), last.boot.begin());
  last.level = in[level_at] == 0 ? durability::sync : durability::os;
  last.is_closed = in[closed_at] != 0;
  last.sequence = get<std::uint64_t>(in, sequence_at);
  return {state::read, last};
}

acknowledged_file::~acknowledged_file() {
  if (file_ >= 0) ::close(file_);
}

void acknowledged_file::begin(const std::filesystem::path& database, durability level,
                              std::uint64_t sequence) {
  auto lock = std::lock_guard{mutex_};
  if (file_ < 0) {
    file_ = ::open(path_in(database).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  }
  now_ = {sequence, this_boot(), level, false};
  sequence_.store(sequence, std::memory_order_relaxed);
  write();
  if (file_ >= 0) ::fsync(file_);
}

void acknowledged_file::raise(std::uint64_t sequence) noexcept {
  auto lock = std::lock_guard{mutex_};
  if (sequence <= now_.sequence) return;
  now_.sequence = sequence;
  sequence_.store(sequence, std::memory_order_relaxed);
  write();
}

void acknowledged_file::close() noexcept {
  auto lock = std::lock_guard{mutex_};
  if (file_ < 0) return;
  now_.is_closed = true;
  write();
  ::fsync(file_);
}

/// Writes the file. A failed write leaves a lower promise, which is still true.
void acknowledged_file::write() noexcept {
  if (file_ < 0) return;
  auto out = octets{};
  std::copy(magic.begin(), magic.end(), out.begin());
  std::copy(now_.boot.begin(), now_.boot.end(), out.begin() + magic.size());
  out[level_at] = now_.level == durability::sync ? 0 : 1;
  out[closed_at] = now_.is_closed ? 1 : 0;
  put(out, sequence_at, now_.sequence);
  put(out, checksum_at, checksum(out));
  static_cast<void>(!::pwrite(file_, out.data(), out.size(), 0));
}

}  // namespace mintage::storage
