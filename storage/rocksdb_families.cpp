#include "storage/rocksdb_families.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/compaction_filter.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include <bit>

#include "storage/ordered_memtable.hpp"
#include "storage/stored_record.hpp"

namespace mintage::storage {
namespace {

constexpr auto mebibyte = std::size_t{1} << 20;

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
  /// At every writing of a file, flushes too: most codes are dead before they reach the disk.
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

/// RocksDB must not try to recover on its own: see rocksdb_database.
class no_recovery final : public rocksdb::EventListener {
 public:
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status,
                            bool* automatic) override {
    *automatic = false;
  }
};

/// Short-lived records, read by key alone.
rocksdb::ColumnFamilyOptions hot_family(const options& o, const oauth::clock& clock,
                                        const std::shared_ptr<rocksdb::Cache>& cache) {
  auto table = rocksdb::BlockBasedTableOptions{};
  table.block_cache = cache;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  // The prefix tells keys apart as well as the whole key does, and both would double the filters.
  table.whole_key_filtering = false;

  auto family = rocksdb::ColumnFamilyOptions{};
  family.prefix_extractor.reset(rocksdb::NewCappedPrefixTransform(8));
  // About one bucket for each record of a full memtable that is not a large one.
  family.memtable_factory = make_ordered_memtables(std::bit_ceil(o.memtable_mb * 2048));
  family.write_buffer_size = o.memtable_mb * mebibyte;
  family.max_write_buffer_number = 3;
  family.compression = rocksdb::kNoCompression;  // digests and random octets
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  family.compaction_filter_factory = std::make_shared<expiry_filter_factory>(clock);
  return family;
}

/// Codes and access tokens die in the order in which they came: universal compaction rewrites each
/// a few times only.
rocksdb::ColumnFamilyOptions codes_family(const options& o, const oauth::clock& clock,
                                          const std::shared_ptr<rocksdb::Cache>& cache) {
  auto family = hot_family(o, clock, cache);
  family.compaction_style = rocksdb::kCompactionStyleUniversal;
  family.compaction_options_universal.max_size_amplification_percent = 100;
  family.level0_file_num_compaction_trigger = 6;
  family.level0_slowdown_writes_trigger = 40;
  family.level0_stop_writes_trigger = 60;
  family.periodic_compaction_seconds = 30 * 60;
  return family;
}

/// Grants without a refresh token die within the hour, those with one live for a month.
rocksdb::ColumnFamilyOptions grants_family(const options& o, const oauth::clock& clock,
                                           const std::shared_ptr<rocksdb::Cache>& cache) {
  auto family = hot_family(o, clock, cache);
  family.level_compaction_dynamic_level_bytes = true;
  family.level0_slowdown_writes_trigger = 40;
  family.level0_stop_writes_trigger = 60;
  family.periodic_compaction_seconds = 12 * 60 * 60;
  return family;
}

/// Clients, keys, resources, notes: few, and kept for good.
rocksdb::ColumnFamilyOptions plain_family(const std::shared_ptr<rocksdb::Cache>& cache) {
  auto table = rocksdb::BlockBasedTableOptions{};
  table.block_cache = cache;
  auto family = rocksdb::ColumnFamilyOptions{};
  family.write_buffer_size = 4 * mebibyte;
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return family;
}

/// Cutoffs: written rarely, and asked for at every request while there are any, nearly always in
/// vain: the filter, and the few octets of a memtable, answer that.
rocksdb::ColumnFamilyOptions cutoffs_family(const oauth::clock& clock,
                                            const std::shared_ptr<rocksdb::Cache>& cache) {
  auto table = rocksdb::BlockBasedTableOptions{};
  table.block_cache = cache;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.whole_key_filtering = true;
  auto family = plain_family(cache);
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  family.compaction_filter_factory = std::make_shared<expiry_filter_factory>(clock);
  family.periodic_compaction_seconds = 12 * 60 * 60;
  return family;
}

}  // namespace

rocksdb::DBOptions database_options(const options& o) {
  auto db = rocksdb::DBOptions{};
  db.create_if_missing = true;
  db.create_missing_column_families = true;
  db.allow_concurrent_memtable_write = false;  // nor can the ordered memtable
  db.max_background_jobs = 2;
  db.max_open_files = 512;
  // Reached only when a family that is hardly written holds an old log back.
  db.max_total_wal_size = (o.memtable_mb * 3 + 16) * mebibyte;
  db.bytes_per_sync = mebibyte;
  db.avoid_flush_during_shutdown = true;  // the log has it; stopping must be quick
  db.info_log_level = rocksdb::WARN_LEVEL;
  db.keep_log_file_num = 2;
  db.max_log_file_size = mebibyte;
  db.max_manifest_file_size = 4 * mebibyte;
  db.max_bgerror_resume_count = 0;
  db.listeners.push_back(std::make_shared<no_recovery>());
  db.stats_dump_period_sec = 0;
  db.stats_persist_period_sec = 0;
  // What follows the first damage of the log is not replayed. After a loss of power that is the
  // tail which no fsync covered, so nothing that was acknowledged.
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  return db;
}

std::vector<rocksdb::ColumnFamilyDescriptor> family_descriptors(const options& o,
                                                                const oauth::clock& clock) {
  auto cache = rocksdb::NewLRUCache(32 * mebibyte);
  auto plain = plain_family(cache);
  return {{rocksdb::kDefaultColumnFamilyName, plain},
          {"codes", codes_family(o, clock, cache)},
          {"grants", grants_family(o, clock, cache)},
          {"clients", plain},
          {"keys", plain},
          {"notes", plain},
          {"access_tokens", codes_family(o, clock, cache)},
          {"cutoffs", cutoffs_family(clock, cache)},
          {"resources", plain}};
}

}  // namespace mintage::storage
