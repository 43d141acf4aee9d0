#include "storage/postgres/primary_session.hpp"

#include "storage/engine.hpp"

namespace mintage::storage::postgres {
namespace {

constexpr auto step_limit = std::chrono::seconds{5};

// The timeline of a primary; NULL of a standby.
constexpr auto find_timeline =
    sql{"",
        "SELECT CASE WHEN NOT pg_is_in_recovery()"
        " THEN substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) END"};

}  // namespace

session dial_primary(const std::string& conninfo, std::size_t shard) {
  const auto where = "shard " + std::to_string(shard);
  const auto address = parse_address(conninfo);
  if (!address) throw storage_error{where + ": " + address.error()};
  auto best = std::optional<session>{};
  auto best_timeline = std::string{};  // eight hexadecimal digits
  auto errors = std::string{};
  const auto note = [&](const host_address& host, const std::string& why) {
    errors += (errors.empty() ? "" : "; ") + host.name + ": " + why;
  };
  for (const auto& host : address->hosts) {
    const auto deadline = std::chrono::steady_clock::now() + step_limit;
    auto dialled = session::dial(host, deadline);
    if (!dialled) {
      note(host, to_string(dialled.error()));
      continue;
    }
    const auto answer = dialled->run(find_timeline, {}, deadline);
    if (!answer) {
      note(host, to_string(answer.error()));
    } else if (answer->is_null(0, 0)) {
      note(host, "it is a standby");
    } else if (answer->octets(0, 0) > best_timeline) {
      best_timeline = answer->octets(0, 0);
      best = std::move(*dialled);
    }
  }
  if (!best) throw storage_error{where + " has no primary: " + errors};
  return std::move(*best);
}

}  // namespace mintage::storage::postgres
