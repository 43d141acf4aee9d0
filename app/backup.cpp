#include "app/backup.hpp"

#include <boost/json.hpp>
#include <string>
#include <utility>

namespace mintage::app {
namespace {

namespace json = boost::json;

operations_desk::outcome refuse(oauth::errc code, std::string because) {
  return tl::unexpected{oauth::admin_error{code, std::move(because)}};
}

operations_desk::outcome back_up(storage::backup_source& from, const std::string& directory,
                                 const std::stop_token& stop, event_log& log) {
  try {
    const auto made = from.back_up(directory, stop);
    log.event(log_level::info, "backup made",
              {{"directory", directory}, {"octets", std::to_string(made.octets)}});
    return oauth::operation_report{
        json::serialize(json::object{{"directory", directory},
                                     {"made_at", oauth::numeric_date(made.made)},
                                     {"files", made.files},
                                     {"octets", made.octets}})};
  } catch (const storage::wrong_place& e) {
    return refuse(oauth::errc::invalid_request, e.what());
  } catch (const storage::storage_error& e) {
    log.event(log_level::error, "backup failed", {{"because", e.what()}});
    return refuse(oauth::errc::server_error, e.what());
  }
}

}  // namespace

std::function<operations_desk::outcome(const oauth::back_up&)> make_backups(
    storage::backup_source* from, std::stop_token stop, event_log& log) {
  return [from, stop = std::move(stop), &log](const oauth::back_up& call) {
    if (from == nullptr)
      return refuse(oauth::errc::invalid_request,
                    "the server has no database files of its own to copy");
    return back_up(*from, call.directory, stop, log);
  };
}

}  // namespace mintage::app
