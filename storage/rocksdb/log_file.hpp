/// @file
/// Reads files in the format of RocksDB's log, which MANIFEST files share, past damaged places;
/// RocksDB itself stops at the first.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace mintage::storage {

/// A place of a file that cannot be read.
struct log_fault {
  /// Offset of the record that cannot be read.
  std::uint64_t offset = 0;
  /// The file ends inside this record, and nothing indicates that its header is damaged.
  bool is_truncated = false;
  /// The part of the record that is there, when the file ends inside it.
  std::string head;
};

class log_visitor {
 public:
  virtual ~log_visitor() = default;
  /// @param octets valid during the call.
  virtual void record(std::uint64_t offset, std::string_view octets) = 0;
  virtual void fault(const log_fault& f) = 0;
};

/// Calls `to` with all records that can be read and all places that cannot, in order.
/// @throws std::system_error when the file cannot be opened.
void read_log(const std::filesystem::path& file, log_visitor& to);

}  // namespace mintage::storage
