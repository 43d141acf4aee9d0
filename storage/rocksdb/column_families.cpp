#include "storage/rocksdb/column_families.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/compaction_filter.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include <bit>

#include "storage/rocksdb/ordered_memtable.hpp"
#include "storage/rocksdb/stored_record.hpp"

namespace mintage::storage {
namespace {

constexpr auto mebibyte = std::size_t{1} << 20;

/// The newest form of table files that RocksDB 7.8 of Debian 12 reads. 9.10 would write a later
/// one, and a database could not go back.
constexpr auto table_format = 5U;

class expiry_filter final : public rocksdb::CompactionFilter {
 public:
  explicit expiry_filter(instant now) : now_{now} {}
  bool Filter(int, const rocksdb::Slice&, const rocksdb::Slice& value, std::string*,
              bool*) const override {
    auto expiry = stored_expiry({value.data(), value.size()});
    return expiry && *expiry <= now_;
  }
  const char* Name() const override { return "mintage.expiry"; }

 private:
  instant now_;
};

class expiry_filter_factory final : public rocksdb::CompactionFilterFactory {
 public:
  explicit expiry_filter_factory(const oauth::clock& clock) : clock_{clock} {}
  /// True for flushes too: most codes are expired or consumed before they reach the disk.
  bool ShouldFilterTableFileCreation(rocksdb::TableFileCreationReason) const override {
    return true;
  }
  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(
      const rocksdb::CompactionFilter::Context&) override {
    return std::make_unique<expiry_filter>(clock_.now());
  }
  const char* Name() const override { return "mintage.expiry"; }

 private:
  const oauth::clock& clock_;
};

/// Stops RocksDB's own recovery; see rocksdb_database.
class no_recovery final : public rocksdb::EventListener {
 public:
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status,
                            bool* automatic) override {
    *automatic = false;
  }
};

/// Options for short-lived records that are read by key alone.
rocksdb::ColumnFamilyOptions hot_column_family(const rocksdb_options& o, const oauth::clock& clock,
                                               const std::shared_ptr<rocksdb::Cache>& cache) {
  auto table = rocksdb::BlockBasedTableOptions{};
  table.format_version = table_format;
  table.block_cache = cache;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  // The prefix distinguishes keys as well as the whole key does; both would double the filters.
  table.whole_key_filtering = false;

  auto options = rocksdb::ColumnFamilyOptions{};
  options.prefix_extractor.reset(rocksdb::NewCappedPrefixTransform(8));
  // About one bucket for each small record of a full memtable.
  options.memtable_factory = make_ordered_memtables(std::bit_ceil(o.memtable_mb * 2048));
  options.write_buffer_size = o.memtable_mb * mebibyte;
  options.max_write_buffer_number = 3;
  options.compression = rocksdb::kNoCompression;  // digests and random octets
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.compaction_filter_factory = std::make_shared<expiry_filter_factory>(clock);
  return options;
}

/// Options for records that expire in the order of their insertion: universal compaction rewrites
/// each of them a few times only.
rocksdb::ColumnFamilyOptions brief_column_family(const rocksdb_options& o,
                                                 const oauth::clock& clock,
                                                 const std::shared_ptr<rocksdb::Cache>& cache) {
  auto options = hot_column_family(o, clock, cache);
  options.compaction_style = rocksdb::kCompactionStyleUniversal;
  options.compaction_options_universal.max_size_amplification_percent = 100;
  options.level0_file_num_compaction_trigger = 6;
  options.level0_slowdown_writes_trigger = 40;
  options.level0_stop_writes_trigger = 60;
  options.periodic_compaction_seconds = 30 * 60;
  return options;
}

/// Options for grants: those without a refresh token expire within the hour, others live for a
/// month.
rocksdb::ColumnFamilyOptions mixed_column_family(const rocksdb_options& o,
                                                 const oauth::clock& clock,
                                                 const std::shared_ptr<rocksdb::Cache>& cache) {
  auto options = hot_column_family(o, clock, cache);
  options.level_compaction_dynamic_level_bytes = true;
  options.level0_slowdown_writes_trigger = 40;
  options.level0_stop_writes_trigger = 60;
  options.periodic_compaction_seconds = 12 * 60 * 60;
  return options;
}

/// Options for clients, keys, resources and notes: few, and kept until they are removed.
rocksdb::ColumnFamilyOptions plain_column_family(const std::shared_ptr<rocksdb::Cache>& cache) {
  auto table = rocksdb::BlockBasedTableOptions{};
  table.format_version = table_format;
  table.block_cache = cache;
  auto options = rocksdb::ColumnFamilyOptions{};
  options.write_buffer_size = 4 * mebibyte;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

/// Options for cutoffs: written rarely, and looked up for every request while there are any. Nearly
/// all lookups find nothing, which the filter and a small memtable answer.
rocksdb::ColumnFamilyOptions cutoffs_column_family(const oauth::clock& clock,
                                                   const std::shared_ptr<rocksdb::Cache>& cache) {
  auto table = rocksdb::BlockBasedTableOptions{};
  table.format_version = table_format;
  table.block_cache = cache;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.whole_key_filtering = true;
  auto options = plain_column_family(cache);
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.compaction_filter_factory = std::make_shared<expiry_filter_factory>(clock);
  options.periodic_compaction_seconds = 12 * 60 * 60;
  return options;
}

rocksdb::ColumnFamilyOptions table_column_family(lifetime life, const rocksdb_options& o,
                                                 const oauth::clock& clock,
                                                 const std::shared_ptr<rocksdb::Cache>& cache) {
  switch (life) {
    case lifetime::brief:
      return brief_column_family(o, clock, cache);
    case lifetime::mixed:
      break;
  }
  return mixed_column_family(o, clock, cache);
}

}  // namespace

rocksdb::DBOptions database_options(const rocksdb_options& o) {
  auto db = rocksdb::DBOptions{};
  db.create_if_missing = true;
  db.create_missing_column_families = true;
  db.allow_concurrent_memtable_write = false;  // the ordered memtable has one writer
  db.max_background_jobs = 2;
  db.max_open_files = most_open_tables;
  // Reached only when a column family with few writes keeps an old log alive.
  db.max_total_wal_size = (o.memtable_mb * 3 + 16) * mebibyte;
  db.bytes_per_sync = mebibyte;
  db.avoid_flush_during_shutdown = true;  // the log has the records; stopping must be quick
  db.info_log_level = rocksdb::WARN_LEVEL;
  db.max_manifest_file_size = 4 * mebibyte;
  db.max_bgerror_resume_count = 0;
  db.listeners.push_back(std::make_shared<no_recovery>());
  db.stats_dump_period_sec = 0;
  db.stats_persist_period_sec = 0;
  // RocksDB does not replay what follows the first damage of the log. `check_database` has verified
  // that this is a tail which no fsync covered.
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  return db;
}

std::vector<rocksdb::ColumnFamilyDescriptor> column_family_descriptors(const rocksdb_options& o,
                                                                       const oauth::clock& clock) {
  auto cache = rocksdb::NewLRUCache(32 * mebibyte);
  auto all = std::vector<rocksdb::ColumnFamilyDescriptor>{};
  for (const auto name : column_family_names) {
    all.emplace_back(std::string{name}, plain_column_family(cache));
  }
  for (const auto& row : tables) {
    all[column_index(row.id)].options = table_column_family(row.life, o, clock, cache);
  }
  all[column_index(column_family::cutoffs)].options = cutoffs_column_family(clock, cache);
  return all;
}

}  // namespace mintage::storage
