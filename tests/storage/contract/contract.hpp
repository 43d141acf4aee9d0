/// @file
/// The fixture of the contract suite, which runs on every engine.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/random.hpp"
#include "storage/engines/open.hpp"
#include "tests/storage/postgres_catalog/shared_server.hpp"
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
    if (o.engine == engine_kind::postgres) {
      if (!base_) base_.emplace();
      o.postgres = base_->options();
      o.postgres.max_clock_skew =
          oauth::milliseconds{0};  // the clock of these tests is set by hand
    }
    engine_ = open_engine(o, max_failures, clock_, node());
    open_shards();
  }
  [[nodiscard]] postgres_node node() const {
    return {.id = crypto::buffered_random{}.take<16>(),
            .name = "contract",
            .settings = "",
            .tombstone = seconds{600},
            .clock = clock_,
            .wall_time = [this] { return now().time_since_epoch(); },
            .follow = [](auto) {},
            .tell = [](auto) {},
            .cleans = false};  // so that expired records stay, and are told as such
  }
  void open_shards() {
    shard_.reset();
    shard_.emplace(*engine_, 0, 1);
  }
  /// Reopens the database where the engine persists; else opens another instance of the shard.
  void reopen() {
    shard_.reset();
    if (GetParam().kind != engine_kind::memory) {
      engine_.reset();
      open_database();
    } else {
      open_shards();
    }
  }
  store_driver& shard() { return *shard_; }
  [[nodiscard]] instant now() const { return clock_.now(); }
  [[nodiscard]] insert_op fresh(std::uint64_t code) const { return insertion(code, now() + life); }

  /// The cutoff of octets_of(name), by a lookup or by a read that joins it.
  [[nodiscard]] std::optional<instant> cutoff(std::uint64_t name) {
    if (!engine_->joins_cutoffs()) return engine_->cutoffs().find(octets_of(name));
    auto op = fresh(1'000'000 + name);
    op.subject = name_cutoff(octets_of(name));
    static_cast<void>(shard().insert(op, now()));
    return shard().read(table::codes, op.key, now()).cut->subject;
  }

  temporary_folder directory_;
  /// Of PostgreSQL; outlives the engine.
  std::optional<test::database> base_;
  manual_clock clock_;
  std::unique_ptr<engine> engine_;
  std::optional<store_driver> shard_;
};

}  // namespace mintage::storage
