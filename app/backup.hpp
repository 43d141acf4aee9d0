/// @file
/// The backups that an operator asks a running server for.
#pragma once

#include <stop_token>

#include "app/event_log.hpp"
#include "app/operations_desk.hpp"
#include "storage/backup.hpp"

namespace mintage::app {

/// @returns what does POST /admin/backups, and logs it. A backup that is being made when `stop` is
///          requested is given up.
/// @param from null = the engine has no files of its own, and calls are refused. It and the log
///        outlive the result.
[[nodiscard]] std::function<operations_desk::outcome(const oauth::back_up&)> make_backups(
    storage::backup_source* from, std::stop_token stop, event_log& log);

}  // namespace mintage::app
