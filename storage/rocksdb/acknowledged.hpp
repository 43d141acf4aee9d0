/// @file
/// The promise of a database: the sequence number up to which its writes were acknowledged.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "storage/rocksdb/options.hpp"

namespace mintage::storage {

/// Identifies one run of the kernel: it differs after a loss of power.
using boot_id = std::array<char, 36>;
/// @returns zeros when the system does not provide it.
[[nodiscard]] boot_id this_boot() noexcept;

/// The promise as read from a database.
struct promise {
  std::uint64_t sequence = 0;
  boot_id boot{};
  durability level = durability::sync;
  /// The database was closed with its log on the disk.
  bool is_closed = false;
  /// Whether the machine may have lost writes that were acknowledged at level os.
  [[nodiscard]] bool may_be_lost() const noexcept {
    return level == durability::os && !is_closed && boot != this_boot();
  }
};

/// The file ACKNOWLEDGED of a database. It is written after each fsync (level os: after each write)
/// and is not fsynced itself. After the end of the process it is exact; after a loss of power it
/// may hold a lower number than was acknowledged, never a higher one.
class acknowledged_file {
 public:
  enum class state : std::uint8_t { absent, damaged, read };
  struct found {
    state what = state::absent;
    promise last;
  };
  [[nodiscard]] static found read(const std::filesystem::path& database);
  [[nodiscard]] static std::filesystem::path path_in(const std::filesystem::path& database) {
    return database / "ACKNOWLEDGED";
  }

  acknowledged_file() = default;
  ~acknowledged_file();
  acknowledged_file(const acknowledged_file&) = delete;
  acknowledged_file& operator=(const acknowledged_file&) = delete;

  /// Replaces the former promise, and fsyncs.
  void begin(const std::filesystem::path& database, durability level, std::uint64_t sequence);
  /// Raises the sequence number; a lower one than before changes nothing. Thread-safe.
  void raise(std::uint64_t sequence) noexcept;
  /// Marks the database closed. @pre all that was promised is on the disk.
  void close() noexcept;
  [[nodiscard]] std::uint64_t sequence() const noexcept {
    return sequence_.load(std::memory_order_relaxed);
  }

 private:
  void write() noexcept;
  int file_ = -1;
  std::mutex mutex_;
  promise now_;
  std::atomic<std::uint64_t> sequence_ = 0;
};

}  // namespace mintage::storage
