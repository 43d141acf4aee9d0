#include "app/backup.hpp"

#include <boost/json.hpp>
#include <charconv>
#include <string>
#include <utility>

namespace mintage::app {
namespace {

namespace json = boost::json;

/// When the last backup was begun, in milliseconds since 1970. On the disk: DO NOT CHANGE.
constexpr auto last_backup_note = std::string_view{"last-backup"};

std::uint64_t milliseconds_of(oauth::instant t) {
  return static_cast<std::uint64_t>(t.time_since_epoch().count());
}

/// @returns 0 when there is none.
std::uint64_t load_last(storage::catalog& notes) {
  const auto text = notes.load_note(last_backup_note);
  auto ms = std::uint64_t{0};
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), ms);
  return bad == std::errc{} && end == text.data() + text.size() ? ms : 0;
}

}  // namespace

backup_service::backup_service(storage::backup_source* from, storage::catalog& notes,
                               const oauth::clock& clock, event_log& log)
    : from_{from}, notes_{notes}, clock_{clock}, log_{log} {
  if (from_ != nullptr) meters_.last_success_ms.set(load_last(notes));
}

operations_desk::outcome backup_service::make(const oauth::back_up& call,
                                              const std::stop_token& stop) {
  if (from_ == nullptr)
    return tl::unexpected{oauth::admin_error{
        oauth::errc::invalid_request, "the server has no database files of its own to copy"}};
  try {
    const auto made = from_->back_up(call.directory, stop);
    log_.event(log_level::info, "backup made",
               {{"directory", call.directory}, {"octets", std::to_string(made.octets)}});
    remember(made.made);
    return oauth::operation_report{
        json::serialize(json::object{{"directory", call.directory},
                                     {"made_at", oauth::numeric_date(made.made)},
                                     {"files", made.files},
                                     {"octets", made.octets}})};
  } catch (const storage::wrong_place& e) {
    return fail(oauth::errc::invalid_request, e.what());
  } catch (const storage::storage_error& e) {
    return fail(oauth::errc::server_error, e.what());
  }
}

operations_desk::outcome backup_service::fail(oauth::errc code, const std::string& because) {
  log_.event(log_level::error, "backup failed", {{"because", because}});
  meters_.failures.add();
  meters_.last_failure_ms.set(milliseconds_of(clock_.now()));
  return tl::unexpected{oauth::admin_error{code, because}};
}

void backup_service::remember(oauth::instant made) {
  const auto ms = milliseconds_of(made);
  meters_.last_success_ms.set(ms);
  try {
    notes_.put_note(last_backup_note, std::to_string(ms));
  } catch (const storage::storage_error& e) {
    log_.event(log_level::warn, "the time of the backup is forgotten at the next start",
               {{"because", e.what()}});
  }
}

}  // namespace mintage::app
