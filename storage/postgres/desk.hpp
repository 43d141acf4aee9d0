/// @file
/// Statements for the primary of a shard, by callers that wait.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "storage/postgres/connector.hpp"
#include "storage/postgres/session.hpp"

namespace mintage::storage::postgres {

/// A session with the primary of one shard for calls that wait, one at a time. Thread-safe.
class desk {
 public:
  /// @param from outlives the desk. @param what is at the desk, for errors: "the catalog".
  desk(connector& from, std::string what) : from_{from}, what_{std::move(what)} {}

  /// Runs a statement as a transaction of its own, within 5 s.
  /// @throws storage_error when it fails, or when it cannot be told whether it is durable.
  [[nodiscard]] rows run(const sql& s, const parameters& p);

 private:
  [[nodiscard]] session& open(steady_time deadline);

  connector& from_;
  const std::string what_;
  std::mutex mutex_;  // guards the rest, and is held during a call
  std::optional<session> session_;
  std::uint32_t timeline_ = 0;
};

}  // namespace mintage::storage::postgres
