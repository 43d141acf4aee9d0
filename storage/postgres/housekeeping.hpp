/// @file
/// Removes what is over from the tables of a shard. One node does it, the others wait for its end.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "oauth/types.hpp"
#include "storage/postgres/node_meters.hpp"
#include "storage/postgres/session.hpp"

namespace mintage::storage::postgres {

/// Tables whose expired rows are deleted in passing, 1024 pages at a time.
enum class swept_table : std::uint8_t {
  code,
  token,
  replay_id,
  request,
  family,
  cutoff,
  session_client
};
inline constexpr auto swept_tables_count = std::size_t{7};

/// Works on the session of a heartbeat, in small steps. For one thread.
class housekeeping {
 public:
  explicit housekeeping(shard_meters& meters) : meters_{meters} {}

  /// Called when the session is another one: its lock is not held yet.
  void begin(std::int64_t bucket_ms);
  /// Does what is due; called several times a second. Takes some 10 ms, or 200 ms where a table is
  /// locked. @returns false when the session failed.
  [[nodiscard]] bool work(session& s, oauth::instant now, steady_time deadline);

 private:
  struct sweep {
    std::int64_t next_page = 0;
    std::int64_t pages = 0;
    steady_time due{};
  };

  [[nodiscard]] session::result<void> take_lock(session& s, steady_time deadline);
  [[nodiscard]] session::result<void> purge(session& s, oauth::instant now, steady_time deadline);
  [[nodiscard]] session::result<void> empty_bucket(session& s, std::int64_t period,
                                                   steady_time deadline);
  [[nodiscard]] session::result<void> sweep_due(session& s, oauth::instant now,
                                                steady_time deadline);
  [[nodiscard]] session::result<void> sweep_chunk(session& s, swept_table t, oauth::instant now,
                                                  steady_time deadline);
  [[nodiscard]] session::result<void> look_around(session& s, steady_time deadline);

  shard_meters& meters_;
  std::int64_t bucket_ms_ = 0;
  bool has_lock_ = false;
  steady_time next_{};
  steady_time next_look_{};
  /// The last period whose successor's bucket is known to be empty.
  std::int64_t purged_ = -1;
  std::array<sweep, swept_tables_count> sweeps_{};
};

}  // namespace mintage::storage::postgres
