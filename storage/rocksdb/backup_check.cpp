#include "storage/rocksdb/backup_check.hpp"

#include <charconv>
#include <optional>
#include <system_error>
#include <utility>

#include "storage/codec.hpp"
#include "storage/rocksdb/acknowledged.hpp"
#include "storage/rocksdb/backup_list.hpp"
#include "storage/rocksdb/cutoffs.hpp"
#include "storage/rocksdb/database_check.hpp"
#include "storage/rocksdb/note_names.hpp"
#include "storage/rocksdb/read_only.hpp"
#include "storage/rocksdb/stored_record.hpp"

namespace mintage::storage {
namespace {

namespace fs = std::filesystem;
using texts = std::vector<std::string>;

std::optional<backup_list> read_list(const fs::path& backup, texts& faults) {
  auto error = std::error_code{};
  if (!fs::exists(list_of(backup), error)) {
    faults.push_back(backup.string() + " has no file BACKUP: it is no backup, or was not finished");
    return std::nullopt;
  }
  auto list = read_backup_list(backup);
  if (!list) faults.push_back(list_of(backup).string() + " cannot be read");
  return list;
}

void compare_files(const fs::path& database, const backup_list& list, texts& faults) {
  for (const auto& [name, size] : list.files) {
    auto error = std::error_code{};
    const auto found = fs::file_size(database / name, error);
    if (error)
      faults.push_back("db/" + name + " is missing or cannot be read: " + error.message());
    else if (found != size)
      faults.push_back("db/" + name + " has " + std::to_string(found) + " octets instead of " +
                       std::to_string(size));
  }
  for (const auto& entry : fs::directory_iterator{database}) {
    const auto name = entry.path().filename().string();
    if (!list.files.contains(name)) faults.push_back("db/" + name + " is not of this backup");
  }
}

/// What a start on this database would refuse.
void check_files(const fs::path& database, texts& faults) {
  const auto promised = acknowledged_file::read(database);
  if (promised.what != acknowledged_file::state::read)
    return faults.push_back("db/ACKNOWLEDGED is missing or damaged");
  const auto found = check_logs(database, promised.last.sequence);
  for (const auto& d : found.damages) faults.push_back(to_string(d));
  if (found.torn) faults.push_back(to_string(*found.torn));
  if (const auto damaged = find_damaged_tables(database); !damaged.empty())
    faults.push_back("table files are damaged" + damaged);
}

bool has_readable_value(table kind, const stored_record& r) {
  const auto& value = r.body.value();
  if (value.empty()) return true;  // tombstones, ids, revocations of JWTs
  switch (kind) {
    case table::codes:
      return decode_code(value).has_value();
    case table::grants:
      return decode_grant(value).has_value();
    case table::access_tokens:
      return decode_access_token(value).has_value();
    case table::session_clients:
      return decode_session_client(value).has_value();
    case table::replay_ids:
    case table::authorization_requests:  // sealed
      break;
  }
  return true;
}

/// Reads all records of a database and counts them.
class reader {
 public:
  reader(const read_only_database& db, instant now, backup_contents& to)
      : db_{db}, now_{now}, to_{to} {}

  void read() {
    read_all("clients", column_family::clients, decode_client, to_.catalog.clients);
    read_all("resources", column_family::resources, decode_resource, to_.catalog.resources);
    read_all("keys", column_family::keys, decode_key, to_.catalog.keys);
    read_notes();
    for (const auto& row : tables) read_table(row);
    read_cutoffs();
    to_.counts.clients = to_.catalog.clients.size();
    to_.counts.resources = to_.catalog.resources.size();
    to_.counts.keys = to_.catalog.keys.size();
    to_.counts.registration_tokens = to_.catalog.registration_tokens.size();
  }

 private:
  /// Calls `take` for each record, which returns whether it could be read.
  template <class Family, class Take>
  void visit(std::string_view name, Family f, Take take) {
    auto unreadable = std::size_t{0};
    const auto status = db_.for_each(f, [&](std::string_view key, std::string_view octets) {
      if (!take(key, octets)) ++unreadable;
    });
    const auto of = std::string{" of "}.append(name);
    if (!status.ok()) to_.faults.push_back("records" + of + " are damaged: " + status.ToString());
    if (unreadable != 0)
      to_.faults.push_back(std::to_string(unreadable) + " records" + of + " cannot be read");
  }

  template <class Record>
  void read_all(std::string_view name, column_family f,
                std::optional<Record> (*decode)(std::string_view), std::vector<Record>& to) {
    visit(name, f, [&](std::string_view, std::string_view octets) {
      auto one = decode(octets);
      if (one) to.push_back(std::move(*one));
      return one.has_value();
    });
  }

  void read_notes() {
    visit("notes", column_family::notes, [&](std::string_view key, std::string_view octets) {
      if (key == seal_check_note) to_.catalog.seal_check = octets;
      if (key == lives_note) to_.catalog.lives = octets;
      if (key == epoch_note) {
        auto ms = std::int64_t{0};
        const auto* end = octets.data() + octets.size();
        const auto read = std::from_chars(octets.data(), end, ms);
        to_.catalog.void_before = instant{oauth::milliseconds{ms}};
        return read.ec == std::errc{} && read.ptr == end;
      }
      if (key.starts_with(outbox_prefix)) {
        ++to_.logouts;
        return decode_outbox_entry(octets).has_value();
      }
      if (!key.starts_with(registration_token_prefix)) return true;
      auto token = decode_registration_token(octets);
      if (token) to_.catalog.registration_tokens.push_back(std::move(*token));
      return token.has_value();
    });
  }

  void read_table(const table_row& row) {
    auto r = stored_record{};
    visit(row.name, row.id, [&](std::string_view key, std::string_view octets) {
      if (!r.parse(octets) || key.size() > record_key::max_size) return false;
      if (r.expires <= now_) return true;
      if (!r.is(records::envelope::CONSUMED)) ++to_.counts.records[index_of(row.id)];
      return has_readable_value(row.id, r);
    });
  }

  void read_cutoffs() {
    visit("cutoffs", column_family::cutoffs, [&](std::string_view key, std::string_view octets) {
      const auto read = read_cutoff(octets);
      if (read && read->forget > now_) ++to_.counts.cutoffs;
      return read && key.size() == crypto::digest{}.size();
    });
  }

  const read_only_database& db_;
  instant now_;
  backup_contents& to_;
};

}  // namespace

backup_contents check_backup(const fs::path& backup, const oauth::clock& clock) {
  auto found = backup_contents{};
  const auto list = read_list(backup, found.faults);
  if (!list) return found;
  found.made = list->made;
  found.files = list->files.size();
  found.octets = list->octets();
  auto o = rocksdb_options{};
  o.path = database_of(backup);
  try {
    compare_files(o.path, *list, found.faults);
    if (found.faults.empty()) check_files(o.path, found.faults);
  } catch (const std::system_error& e) {
    found.faults.emplace_back(e.what());
  }
  if (!found.faults.empty()) return found;
  const auto db = read_only_database{o, clock};
  if (!db.status().ok()) {
    found.faults.push_back("the database cannot be opened: " + db.status().ToString());
    return found;
  }
  if (db.last_sequence() < acknowledged_file::read(o.path).last.sequence)
    found.faults.emplace_back("writes that were acknowledged are missing");
  reader{db, clock.now(), found}.read();
  return found;
}

}  // namespace mintage::storage
