#include "storage/postgres/outbox.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "storage/engine.hpp"

namespace mintage::storage::postgres {
namespace {

// Repeated after a lost answer, it changes nothing. Nothing is written where there is no room, by
// the rule of `outbox::has_room`. The ids of a receiver lie between `low` and `high`.
constexpr auto add_statement = sql{"outbox_add", R"(
WITH r AS MATERIALIZED (
  SELECT *, row_number() OVER (PARTITION BY low) AS nth
  FROM unnest($1::uuid[], $2::int8[], $3::int4[], $4::bytea[], $5::uuid[], $6::uuid[])
    AS r(id, due, tries, value, low, high)),
held AS MATERIALIZED (
  SELECT low, (SELECT count(*) FROM mintage.outbox WHERE id BETWEEN low AND high) AS entries
  FROM (SELECT DISTINCT low, high FROM r) AS receivers)
INSERT INTO mintage.outbox (id, due, tries, value)
SELECT r.id, r.due, r.tries, r.value FROM r JOIN held USING (low)
WHERE 4 * (held.entries + r.nth) <= $7::int8 - (SELECT count(*) FROM mintage.outbox)
ON CONFLICT (id) DO UPDATE SET due = excluded.due
RETURNING id)"};
// Rows that another node is claiming are passed over, as are those of the receivers named.
constexpr auto claim_statement = sql{"outbox_claim", R"(
UPDATE mintage.outbox SET due = $3::int8, tries = tries + 1
WHERE id IN (SELECT id FROM mintage.outbox WHERE due <= $2::int8
             AND NOT EXISTS (SELECT 1 FROM unnest($4::uuid[], $5::uuid[]) AS p(low, high)
                             WHERE id BETWEEN p.low AND p.high)
             ORDER BY due LIMIT $1::int8 FOR UPDATE SKIP LOCKED)
RETURNING id, due, tries, value)"};
constexpr auto remove_statement =
    sql{"outbox_remove", "DELETE FROM mintage.outbox WHERE id = ANY($1::uuid[])"};
constexpr auto postpone_statement = sql{"outbox_postpone", R"(
UPDATE mintage.outbox o SET due = r.due, tries = r.tries
FROM unnest($1::uuid[], $2::int8[], $3::int4[]) AS r(id, due, tries) WHERE o.id = r.id)"};
constexpr auto count_statement = sql{"outbox_count", "SELECT count(*) FROM mintage.outbox"};

std::int64_t millis(instant t) noexcept {
  return t.time_since_epoch().count();
}

/// The least and the greatest id that a receiver's entries can have.
outbox_id bound_of(const outbox_receiver& r, std::uint8_t rest) noexcept {
  auto out = outbox_id{};
  out.fill(rest);
  std::copy(r.begin(), r.end(), out.begin());
  return out;
}

}  // namespace

std::vector<outbox_id> postgres_outbox::add(const std::vector<outbox_entry>& entries) {
  if (entries.empty()) return {};
  auto ids = std::vector<outbox_id>{};
  auto due = std::vector<std::int64_t>{};
  auto tries = std::vector<std::int32_t>{};
  auto values = std::vector<std::optional<std::string>>{};
  auto low = std::vector<outbox_id>{};
  auto high = std::vector<outbox_id>{};
  for (const auto& e : entries) {
    ids.push_back(e.id);
    due.push_back(millis(e.due));
    tries.push_back(static_cast<std::int32_t>(e.tries));
    values.emplace_back(e.value);
    low.push_back(bound_of(receiver_of(e.id), 0));
    high.push_back(bound_of(receiver_of(e.id), 0xff));
  }
  const auto written = desk_.run(
      add_statement,
      parameters{}.uuids(ids).int8s(due).int4s(tries).byteas(values).uuids(low).uuids(high).int8(
          static_cast<std::int64_t>(most_entries)));
  auto taken = std::set<outbox_id>{};
  for (auto row = 0; row < written.count(); ++row) taken.insert(written.uuid(row, 0));
  std::erase_if(ids, [&](const outbox_id& id) { return taken.contains(id); });
  return ids;
}

std::vector<outbox_entry> postgres_outbox::claim(std::size_t most,
                                                 std::span<const outbox_receiver> passed_over,
                                                 instant now, instant until) {
  auto low = std::vector<outbox_id>{};
  auto high = std::vector<outbox_id>{};
  for (const auto& r : passed_over) {
    low.push_back(bound_of(r, 0));
    high.push_back(bound_of(r, 0xff));
  }
  const auto found = desk_.run(claim_statement, parameters{}
                                                    .int8(static_cast<std::int64_t>(most))
                                                    .int8(millis(now))
                                                    .int8(millis(until))
                                                    .uuids(low)
                                                    .uuids(high));
  auto claimed = std::vector<outbox_entry>{};
  for (auto row = 0; row < found.count(); ++row)
    claimed.push_back({.id = found.uuid(row, 0),
                       .due = instant{oauth::milliseconds{found.int8(row, 1)}},
                       .tries = static_cast<std::uint32_t>(found.int4(row, 2)),
                       .value = std::string{found.octets(row, 3)}});
  return claimed;
}

void postgres_outbox::settle(const std::vector<outbox_outcome>& outcomes) {
  auto gone = std::vector<outbox_id>{};
  auto ids = std::vector<outbox_id>{};
  auto due = std::vector<std::int64_t>{};
  auto tries = std::vector<std::int32_t>{};
  for (const auto& o : outcomes) {
    if (!o.again) {
      gone.push_back(o.id);
      continue;
    }
    ids.push_back(o.id);
    due.push_back(millis(o.again->due));
    tries.push_back(static_cast<std::int32_t>(o.again->tries));
  }
  if (!gone.empty()) static_cast<void>(desk_.run(remove_statement, parameters{}.uuids(gone)));
  if (!ids.empty())
    static_cast<void>(
        desk_.run(postpone_statement, parameters{}.uuids(ids).int8s(due).int4s(tries)));
}

std::size_t postgres_outbox::size() {
  return static_cast<std::size_t>(desk_.run(count_statement, {}).int8(0, 0));
}

}  // namespace mintage::storage::postgres
