#include "storage/rocksdb/engine.hpp"

#include "storage/rocksdb/backup.hpp"
#include "storage/rocksdb/catalog.hpp"
#include "storage/rocksdb/committer.hpp"
#include "storage/rocksdb/cutoffs.hpp"
#include "storage/rocksdb/database.hpp"
#include "storage/rocksdb/database_check.hpp"
#include "storage/rocksdb/outbox.hpp"
#include "storage/rocksdb/shard.hpp"
#include "storage/sole_node.hpp"

namespace mintage::storage {
namespace {

class rocksdb_engine final : public sole_engine {
 public:
  rocksdb_engine(const rocksdb_options& o, unsigned max_failures, const oauth::clock& clock)
      : level_{o.level},
        max_failures_{max_failures},
        memory_{o.memtable_mb * 2048, o.memtable_mb * 1024 * 512},
        db_{o, clock},
        backups_{db_, clock} {}

  std::unique_ptr<shard_store> open_shard(std::size_t, std::size_t count, owner o,
                                          owner idle) override {
    // All shards share the tables, so opening one only names its owner.
    commits_.settle();
    const auto memory = shard_memory{memory_.codes / count, memory_.octets / count};
    return make_rocksdb_shard(db_, commits_, level_, max_failures_, memory, std::move(o),
                              std::move(idle));
  }
  catalog& records() override { return catalog_; }
  cutoff_table& cutoffs() override { return cutoffs_; }
  outbox& logouts() override { return logouts_; }
  instant void_before() const noexcept override { return db_.void_before(); }
  void raise_void_before(instant t) override { db_.raise_void_before(t); }
  backup_source* backups() noexcept override { return &backups_; }
  std::string_view warning() const noexcept override { return db_.warning(); }
  bool writable() const noexcept override { return db_.writable(); }
  std::vector<const metrics::meter_group*> meters() const override { return {&commits_.meters()}; }

 private:
  durability level_;
  unsigned max_failures_;
  /// For all shards together: keys and values take at most four fifths of one write buffer of
  /// codes.
  shard_memory memory_;
  // Destroyed in reverse order: the commit thread settles its queue before the database closes.
  rocksdb_database db_;
  rocksdb_backups backups_;
  committer commits_{db_};
  rocksdb_catalog catalog_{db_, commits_};
  rocksdb_cutoffs cutoffs_{db_, commits_};
  rocksdb_outbox logouts_{db_, commits_};
};

}  // namespace

std::unique_ptr<engine> open_rocksdb_engine(const rocksdb_options& o, unsigned max_failures,
                                            const oauth::clock& clock) {
  return std::make_unique<rocksdb_engine>(o, max_failures, clock);
}

bool is_rocksdb_in_use(const rocksdb_options& o) {
  auto error = std::error_code{};
  if (!std::filesystem::exists(o.path / "LOCK", error)) return false;  // the lock would make it
  const auto lock = database_lock{o.path};
  return !lock.status().ok() && explains_lock(lock.status().ToString());
}

}  // namespace mintage::storage
