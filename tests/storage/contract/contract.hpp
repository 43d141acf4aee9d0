/// @file
/// The fixture of the contract suite, which runs on every engine.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/engines/open.hpp"
#include "tests/storage/store_driver.hpp"

namespace mintage::storage {

struct engine_case {
  const char* name;
  engine_kind kind;
  durability level;
};
inline void PrintTo(const engine_case& c, std::ostream* out) {
  *out << c.name;
}

class contract : public testing::TestWithParam<engine_case> {
 protected:
  static constexpr unsigned max_failures = 3;
  static constexpr auto life = seconds{60};

  contract() { open_database(); }

  void open_database() {
    auto o = options{};
    o.engine = GetParam().kind;
    o.rocksdb.level = GetParam().level;
    o.rocksdb.path = directory_.path() / "db";
    o.rocksdb.memtable_mb = 1;
    engine_ = open_engine(o, max_failures, clock_);
    open_shards();
  }
  void open_shards() {
    shard_.reset();
    shard_.emplace(*engine_, 0, 1);
  }
  /// Reopens the database where the engine persists; else opens another instance of the shard.
  void reopen() {
    shard_.reset();
    if (GetParam().kind == engine_kind::rocksdb) {
      engine_.reset();
      open_database();
    } else {
      open_shards();
    }
  }
  store_driver& shard() { return *shard_; }
  [[nodiscard]] instant now() const { return clock_.now(); }
  [[nodiscard]] insert_op fresh(std::uint64_t code) const { return insertion(code, now() + life); }

  temporary_folder directory_;
  manual_clock clock_;
  std::unique_ptr<engine> engine_;
  std::optional<store_driver> shard_;
};

}  // namespace mintage::storage
