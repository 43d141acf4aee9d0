/// @file
/// The backups that an operator asks a running server for.
#pragma once

#include <stop_token>

#include "app/event_log.hpp"
#include "app/operations_desk.hpp"
#include "metrics/group.hpp"
#include "oauth/types.hpp"
#include "storage/backup.hpp"

namespace mintage::app {

struct alignas(64) backup_meters : metrics::meter_group {
  metrics::gauge last_success_ms{
      *this,
      {"mintage_backup_last_success_timestamp_seconds",
       "When the last backup of this database was begun that was made, in seconds since 1970; 0 "
       "before the first.",
       metrics::metric_type::gauge, 1e-3}};
  metrics::gauge last_failure_ms{
      *this,
      {"mintage_backup_last_failure_timestamp_seconds",
       "When the last backup failed that was asked of this process, in seconds since 1970; 0 when "
       "none did.",
       metrics::metric_type::gauge, 1e-3}};
  metrics::counter failures{
      *this, {"mintage_backup_failures_total", "Backups that were asked for and not made."}};
};

/// Makes backups of the server's database, and tells when in log and metrics. One thread, except
/// for `meters`.
class backup_service {
 public:
  /// Reads from the catalog when a former process made the last backup.
  /// @param from null = the engine has no files of its own, and calls are refused.
  /// @param notes, clock, log outlive the service, as `from` does, except for its destructor.
  /// @throws storage::storage_error
  backup_service(storage::backup_source* from, storage::catalog& notes, const oauth::clock& clock,
                 event_log& log);

  /// Does POST /admin/backups, and logs it.
  /// @param stop a backup that is being made when this is requested is given up.
  [[nodiscard]] operations_desk::outcome make(const oauth::back_up& call,
                                              const std::stop_token& stop);

  /// Null when no backups can be made.
  [[nodiscard]] const metrics::meter_group* meters() const noexcept {
    return from_ == nullptr ? nullptr : &meters_;
  }

 private:
  [[nodiscard]] operations_desk::outcome fail(oauth::errc code, const std::string& because);
  void remember(oauth::instant made);

  storage::backup_source* const from_;
  storage::catalog& notes_;
  const oauth::clock& clock_;
  event_log& log_;
  backup_meters meters_;
};

}  // namespace mintage::app
