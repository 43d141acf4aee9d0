/// @file
/// Metrics of the database on the disk.
#pragma once

#include "metrics/group.hpp"
#include "storage/rocksdb/database.hpp"

namespace mintage::storage {

struct alignas(64) commit_meters : metrics::meter_group {
  /// @param db outlives the meters.
  explicit commit_meters(const rocksdb_database& db) {
    show({{"mintage_store_writable", "1 while the database on the disk takes writes.",
           metrics::metric_type::gauge},
          {},
          metrics::shown::always,
          metrics::sign::plus,
          [&db] { return std::uint64_t{db.writable()}; }});
  }

  /// Written by the commit thread.
  metrics::duration_histogram fsync_ns{
      *this,
      {"mintage_store_fsync_seconds", "Time until the disk had the log of the database.",
       metrics::metric_type::histogram, metrics::nanosecond}};
  metrics::counter fsync_failures{
      *this,
      {"mintage_store_fsync_failures_total", "Times that the disk refused to keep the log."}};
  metrics::shared_counter write_failures{
      *this, {"mintage_store_write_failures_total", "Writes that the database or disk refused."}};
};

}  // namespace mintage::storage
