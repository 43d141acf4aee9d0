#include "storage/rocksdb/export.hpp"

#include <filesystem>
#include <utility>

#include "storage/rocksdb/catalog.hpp"
#include "storage/rocksdb/committer.hpp"
#include "storage/rocksdb/cutoffs.hpp"
#include "storage/rocksdb/database.hpp"
#include "storage/rocksdb/stored_record.hpp"

namespace mintage::storage {
namespace {

constexpr auto unreadable = std::string_view{"holds a record that cannot be read"};

/// Calls `visit(key, octets)` for each record of a column family.
template <class Family, class Visit>
void for_each(const rocksdb_database& db, Family f, Visit visit) {
  auto in_use = db.use();
  const auto at = db.scan(f);
  for (at->SeekToFirst(); at->Valid(); at->Next())
    visit(std::string_view{at->key().data(), at->key().size()},
          std::string_view{at->value().data(), at->value().size()});
  if (!at->status().ok()) throw db.error("cannot be read: " + at->status().ToString());
}

/// Moves the live records of a table, or counts them where `to` is null.
std::size_t move_table(const rocksdb_database& db, table kind, instant now, content_sink* to) {
  using condition = records::envelope;
  auto count = std::size_t{0};
  auto r = stored_record{};
  for_each(db, kind, [&](std::string_view key, std::string_view octets) {
    if (!r.parse(octets) || key.size() > record_key::max_size) throw db.error(unreadable);
    if (r.expires <= now || r.is(condition::CONSUMED)) return;
    ++count;
    if (to == nullptr) return;
    to->take(moved_record{.kind = kind,
                          .key = record_key::from_octets(key),
                          .expires = r.expires,
                          .is_revoked = r.is(condition::REVOKED),
                          .generation = r.body.generation(),
                          .value = r.body.value()});
  });
  return count;
}

}  // namespace

content_counts export_rocksdb(const rocksdb_options& o, const oauth::clock& clock,
                              content_sink& to) {
  if (!std::filesystem::exists(o.path / "CURRENT"))
    throw storage_error{"there is no database at " + o.path.string()};
  const auto now = clock.now();
  auto db = rocksdb_database{o, clock};
  auto commits = committer{db};
  auto records = rocksdb_catalog{db, commits};
  auto counts = content_counts{};

  auto all = records.changes(0);
  auto moved = moved_catalog{.clients = std::move(all.clients),
                             .resources = std::move(all.resources),
                             .registration_tokens = std::move(all.registration_tokens),
                             .keys = std::move(records.load_keys().keys),
                             .seal_check = records.load_note(seal_check_note),
                             .lives = records.load_note(lives_note),
                             .void_before = db.void_before()};
  counts.clients = moved.clients.size();
  counts.resources = moved.resources.size();
  counts.registration_tokens = moved.registration_tokens.size();
  counts.keys = moved.keys.size();
  to.take(std::move(moved));

  for (const auto& row : tables) {
    const auto is_code = row.id == table::codes;
    const auto count = move_table(db, row.id, now, is_code ? nullptr : &to);
    (is_code ? counts.codes_left_out : counts.records[index_of(row.id)]) = count;
  }
  for_each(db, column_family::cutoffs, [&](std::string_view key, std::string_view octets) {
    auto c = moved_cutoff{};
    const auto read = read_cutoff(octets);
    if (!read || key.size() != c.key.size()) throw db.error(unreadable);
    if (read->forget <= now) return;
    std::copy(key.begin(), key.end(), c.key.begin());
    c.before = read->before;
    c.forget = read->forget;
    to.take(c);
    ++counts.cutoffs;
  });
  return counts;
}

}  // namespace mintage::storage
