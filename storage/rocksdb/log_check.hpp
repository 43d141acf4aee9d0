/// @file
/// Checks, before RocksDB opens a database, that its log holds everything that was acknowledged.
/// RocksDB cannot tell a torn tail from damage in the middle: it drops what follows either.
#pragma once

#include <rocksdb/write_batch.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "storage/engine.hpp"

namespace mintage::storage {

/// The mark of every batch in the log: what was acknowledged before it, and when it was written.
struct log_mark {
  std::uint64_t acknowledged = 0;
  instant written{};
};
void put_mark(const log_mark& m, rocksdb::WriteBatch& batch);

/// A part of the database that cannot be read.
struct damage {
  /// Empty where no single file is the cause.
  std::filesystem::path file;
  std::uint64_t offset = 0;
  /// What is wrong, as the end of a sentence that begins with file and offset.
  std::string what;
  /// Sequence numbers of the lost writes; the last is 0 where it is not known.
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  /// When they were written, as far as known.
  std::optional<instant> from{};
  std::optional<instant> to{};
};
/// File name without its folder, offset and damage, as one text.
[[nodiscard]] std::string to_string(const damage& d);
/// UTC, whole seconds: 2026-01-31T12:00:00Z.
[[nodiscard]] std::string to_text(instant t);

struct log_findings {
  /// Acknowledged writes that cannot be read. The database must not be opened in the usual way.
  std::vector<damage> damages;
  /// The log ends inside its last record, which was acknowledged. Nothing else is lost.
  std::optional<damage> torn;
  /// The log cannot be read to its end. If the rest of the database has everything that was
  /// acknowledged, this is an unacknowledged tail.
  std::optional<damage> unread;
  /// The last write before the first place that cannot be read; 0 when there is none.
  std::uint64_t last_sequence = 0;
};

/// @param acknowledged sequence number up to which all writes must be there; 0: not known.
/// @returns no finding where there is no database.
[[nodiscard]] log_findings check_logs(const std::filesystem::path& database,
                                      std::uint64_t acknowledged);

/// The logs of a database, oldest first, and its MANIFEST (empty when it has none).
[[nodiscard]] std::vector<std::filesystem::path> log_files(const std::filesystem::path& database);
[[nodiscard]] std::filesystem::path manifest_file(const std::filesystem::path& database);

}  // namespace mintage::storage
