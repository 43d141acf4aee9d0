#include "storage/postgres/catalog.hpp"

#include "storage/codec.hpp"

namespace mintage::storage::postgres {
namespace {

// One row at least: the version, and the records in the same snapshot.
constexpr auto changes_statement = sql{"changes", R"(
SELECT v.v, r.kind, r.id, r.body FROM mintage.version v
LEFT JOIN mintage.record r ON r.v > $1::int8)"};
constexpr auto keys_statement = sql{"keys", R"(
SELECT v.v, r.body FROM mintage.version v
LEFT JOIN mintage.record r ON r.kind = 3 AND r.body IS NOT NULL)"};
constexpr auto put_statement = sql{"put", R"(
WITH w AS (UPDATE mintage.version SET v = v + 1 WHERE v = $4::int8 RETURNING v)
INSERT INTO mintage.record (kind, id, v, body)
SELECT r.kind, r.id, w.v, r.body
FROM w, unnest($1::int2[], $2::bytea[], $3::bytea[]) AS r(kind, id, body)
ON CONFLICT (kind, id) DO UPDATE SET v = excluded.v, body = excluded.body
RETURNING v)"};
// Notes have no version: nobody waits for their changes.
constexpr auto note_statement =
    sql{"note", "SELECT body FROM mintage.record WHERE kind = 4 AND id = $1::bytea"};
constexpr auto put_note_statement = sql{"put_note", R"(
INSERT INTO mintage.record (kind, id, v, body) VALUES (4, $1::bytea, 0, $2::bytea)
ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body)"};
constexpr auto first_note_statement = sql{"first_note", R"(
INSERT INTO mintage.record (kind, id, v, body) VALUES (4, $1::bytea, 0, $2::bytea)
ON CONFLICT DO NOTHING RETURNING v)"};
constexpr auto replace_note_statement = sql{"replace_note", R"(
UPDATE mintage.record SET body = $3::bytea
WHERE kind = 4 AND id = $1::bytea AND body = $2::bytea RETURNING v)"};

/// A record that cannot be decoded is an error, not skipped: a server without one of its clients or
/// keys would seem to work.
template <class Record>
Record decoded(std::optional<Record> record) {
  if (!record) throw storage_error{"the catalog holds a record that cannot be read"};
  return std::move(*record);
}

revision revision_of(const rows& r, int row) {
  return static_cast<revision>(r.int8(row, 0));
}

}  // namespace

catalog_changes postgres_catalog::changes(revision after) {
  const auto found =
      desk_.run(changes_statement, parameters{}.int8(static_cast<std::int64_t>(after)));
  auto all = catalog_changes{};
  for (auto row = 0; row < found.count(); ++row) {
    all.at = revision_of(found, row);
    if (found.is_null(row, 1)) continue;  // nothing has changed
    const auto is_erased = found.is_null(row, 3);
    if (is_erased && after == 0) continue;
    const auto id = std::string{found.octets(row, 2)};
    const auto body = found.octets(row, 3);
    switch (static_cast<record_kind>(found.int2(row, 1))) {
      case record_kind::client:
        if (is_erased) {
          all.erased_clients.push_back(id);
        } else {
          all.clients.push_back(decoded(decode_client(body)));
        }
        break;
      case record_kind::resource:
        if (is_erased) {
          all.erased_resources.push_back(id);
        } else {
          all.resources.push_back(decoded(decode_resource(body)));
        }
        break;
      case record_kind::registration_token:
        if (is_erased) {
          all.erased_registration_tokens.push_back(id);
        } else {
          all.registration_tokens.push_back(decoded(decode_registration_token(body)));
        }
        break;
      case record_kind::key:
        all.keys = true;
        break;
      case record_kind::note:
        break;
    }
  }
  return all;
}

stored_keys postgres_catalog::load_keys() {
  const auto found = desk_.run(keys_statement, {});
  auto all = stored_keys{};
  for (auto row = 0; row < found.count(); ++row) {
    all.at = revision_of(found, row);
    if (!found.is_null(row, 1)) all.keys.push_back(decoded(decode_key(found.octets(row, 1))));
  }
  return all;
}

revision postgres_catalog::put_client(const oauth::client& c, revision seen) {
  return put({{record_kind::client, c.id, encode(c)}}, seen);
}

revision postgres_catalog::erase_client(std::string_view id, revision seen) {
  return put({{record_kind::client, std::string{id}, std::nullopt}}, seen);
}

revision postgres_catalog::put_resource(const oauth::resource& r, revision seen) {
  return put({{record_kind::resource, r.as.identifier, encode(r)}}, seen);
}

revision postgres_catalog::erase_resource(std::string_view identifier, revision seen) {
  return put({{record_kind::resource, std::string{identifier}, std::nullopt}}, seen);
}

revision postgres_catalog::put_registration_token(const oauth::registration_token& t,
                                                  revision seen) {
  return put({{record_kind::registration_token, t.id, encode(t)}}, seen);
}

revision postgres_catalog::erase_registration_token(std::string_view id, revision seen) {
  return put({{record_kind::registration_token, std::string{id}, std::nullopt}}, seen);
}

revision postgres_catalog::change_keys(const std::vector<key_record>& put_keys,
                                       const std::vector<std::string>& erased, revision seen) {
  auto all = std::vector<change>{};
  for (const auto& k : put_keys) all.push_back({record_kind::key, k.kid, encode(k)});
  for (const auto& kid : erased) all.push_back({record_kind::key, kid, std::nullopt});
  return all.empty() ? seen : put(all, seen);
}

revision postgres_catalog::put(const std::vector<change>& all, revision seen) {
  auto kinds = std::vector<std::int16_t>{};
  auto ids = std::vector<std::optional<std::string>>{};
  auto bodies = std::vector<std::optional<std::string>>{};
  for (const auto& c : all) {
    kinds.push_back(static_cast<std::int16_t>(c.kind));
    ids.emplace_back(c.id);
    bodies.push_back(c.body);
  }
  const auto written = desk_.run(
      put_statement,
      parameters{}.int2s(kinds).byteas(ids).byteas(bodies).int8(static_cast<std::int64_t>(seen)));
  // Written or not: this node knows an older version.
  life_.hasten();
  if (written.count() == 0) throw catalog_moved{"the catalog was changed by another node"};
  return revision_of(written, 0);
}

std::string postgres_catalog::load_note(std::string_view name) {
  const auto found = desk_.run(note_statement, parameters{}.octets(name));
  return found.count() == 0 ? std::string{} : std::string{found.octets(0, 0)};
}

void postgres_catalog::put_note(std::string_view name, std::string_view value) {
  static_cast<void>(desk_.run(put_note_statement, parameters{}.octets(name).octets(value)));
}

bool postgres_catalog::replace_note(std::string_view name, std::string_view before,
                                    std::string_view value) {
  const auto written =
      before.empty() ? desk_.run(first_note_statement, parameters{}.octets(name).octets(value))
                     : desk_.run(replace_note_statement,
                                 parameters{}.octets(name).octets(before).octets(value));
  return written.count() == 1;
}

}  // namespace mintage::storage::postgres
