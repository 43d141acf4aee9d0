#include "storage/postgres/housekeeping.hpp"

#include <string>

#include "oauth/table.hpp"
#include "storage/postgres/schema.hpp"

namespace mintage::storage::postgres {
namespace {

using namespace std::chrono_literals;

constexpr auto interval = 1s;
constexpr auto look_interval = 10s;
constexpr auto chunk_pages = std::int64_t{1024};
/// Kept from both ends of a period, for nodes whose clocks are apart.
constexpr auto margin_ms = std::int64_t{20'000};

struct sweep_row {
  swept_table id;
  /// In which all of a table is seen once.
  std::chrono::seconds round;
  sql count;
  sql remove;
};

// $1, $2: the first page, and the first one that is not meant.
constexpr auto sweep_rows = std::array<sweep_row, swept_tables_count>{{
    {swept_table::code,
     60s,
     {"pages_code", "SELECT pg_relation_size('mintage.code') / 8192"},
     {"sweep_code",
      "DELETE FROM mintage.code WHERE ctid >= $1::text::tid AND ctid < $2::text::tid"
      " AND expires <= $3::int8 RETURNING 1"}},
    {swept_table::token,
     300s,
     {"pages_token", "SELECT pg_relation_size('mintage.token') / 8192"},
     {"sweep_token",
      "DELETE FROM mintage.token WHERE ctid >= $1::text::tid AND ctid < $2::text::tid"
      " AND expires <= $3::int8 RETURNING 1"}},
    {swept_table::replay_id,
     60s,
     {"pages_replay_id", "SELECT pg_relation_size('mintage.replay_id') / 8192"},
     {"sweep_replay_id",
      "DELETE FROM mintage.replay_id WHERE ctid >= $1::text::tid AND ctid < $2::text::tid"
      " AND expires <= $3::int8 RETURNING 1"}},
    {swept_table::request,
     60s,
     {"pages_request", "SELECT pg_relation_size('mintage.authorization_request') / 8192"},
     {"sweep_request",
      "DELETE FROM mintage.authorization_request"
      " WHERE ctid >= $1::text::tid AND ctid < $2::text::tid AND expires <= $3::int8 RETURNING 1"}},
    {swept_table::family,
     24h,
     {"pages_family", "SELECT pg_relation_size('mintage.family') / 8192"},
     {"sweep_family",
      "DELETE FROM mintage.family WHERE ctid >= $1::text::tid AND ctid < $2::text::tid"
      " AND expires <= $3::int8 RETURNING 1"}},
    {swept_table::cutoff,
     24h,
     {"pages_cutoff", "SELECT pg_relation_size('mintage.cutoff') / 8192"},
     {"sweep_cutoff",
      "DELETE FROM mintage.cutoff WHERE ctid >= $1::text::tid AND ctid < $2::text::tid"
      " AND forget <= $3::int8 RETURNING 1"}},
    {swept_table::session_client,
     24h,
     {"pages_session_client", "SELECT pg_relation_size('mintage.session_client') / 8192"},
     {"sweep_session_client",
      "DELETE FROM mintage.session_client WHERE ctid >= $1::text::tid AND ctid < $2::text::tid"
      " AND expires <= $3::int8 RETURNING 1"}},
}};
static_assert(oauth::is_in_order(sweep_rows));

constexpr auto lock_statement = sql{"lock", "SELECT pg_try_advisory_lock(1296387411, 1)"};
constexpr auto bucket_statement =
    sql{"bucket", "SELECT period FROM mintage.bucket WHERE number = $1::int2 FOR UPDATE"};
constexpr auto set_bucket_statement =
    sql{"set_bucket", "UPDATE mintage.bucket SET period = $2::int8 WHERE number = $1::int2"};
constexpr auto forget_nodes_statement =
    sql{"forget_nodes",
        "DELETE FROM mintage.node WHERE"
        " beat < (extract(epoch FROM clock_timestamp()) * 1000)::int8 - 86400000"};
// Of those that this role may see: of all with pg_read_all_stats.
constexpr auto snapshot_statement =
    sql{"snapshot",
        "SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0)::int8"
        " FROM pg_stat_activity WHERE backend_xmin IS NOT NULL"};

std::string page_text(std::int64_t page) {
  return '(' + std::to_string(page) + ",0)";
}

}  // namespace

void housekeeping::begin(std::int64_t bucket_ms) {
  bucket_ms_ = bucket_ms;
  has_lock_ = false;
  next_ = {};
  purged_ = -1;
}

bool housekeeping::work(session& s, oauth::instant now, steady_time deadline) {
  const auto start = std::chrono::steady_clock::now();
  if (start < next_) return true;
  next_ = start + interval;
  auto done = take_lock(s, deadline);
  if (has_lock_) {
    if (done) done = purge(s, now, deadline);
    if (done) done = sweep_due(s, now, deadline);
    if (done) done = look_around(s, deadline);
  }
  return s.is_usable();
}

session::result<void> housekeeping::take_lock(session& s, steady_time deadline) {
  if (has_lock_) return {};
  const auto answer = s.run(lock_statement, {}, deadline);
  if (!answer) return tl::unexpected{answer.error()};
  has_lock_ = answer->boolean(0, 0);
  return {};
}

session::result<void> housekeeping::purge(session& s, oauth::instant now, steady_time deadline) {
  const auto time = now.time_since_epoch().count();
  const auto period = time / bucket_ms_;
  const auto within = time % bucket_ms_;
  if (period == purged_ || within < margin_ms || within > bucket_ms_ / 2) return {};
  auto begun = s.run_script("BEGIN; SET LOCAL lock_timeout = '200ms'", deadline);
  if (!begun) return tl::unexpected{begun.error()};
  const auto emptied = empty_bucket(s, period + 1, deadline);
  auto ended = s.run_script(emptied ? "COMMIT" : "ROLLBACK", deadline);
  if (emptied && ended) purged_ = period;
  return emptied;
}

session::result<void> housekeeping::empty_bucket(session& s, std::int64_t period,
                                                 steady_time deadline) {
  const auto number = static_cast<std::int16_t>(period % buckets_count);
  const auto held = s.run(bucket_statement, parameters{}.int2(number), deadline);
  if (!held) return tl::unexpected{held.error()};
  if (held->count() != 1 || held->int8(0, 0) == period) return {};
  const auto suffix = std::to_string(number);
  auto emptied =
      s.run_script("TRUNCATE mintage.tomb_" + suffix + ", mintage.brief_" + suffix, deadline);
  if (!emptied) return tl::unexpected{emptied.error()};
  auto noted = s.run(set_bucket_statement, parameters{}.int2(number).int8(period), deadline);
  if (!noted) return tl::unexpected{noted.error()};
  meters_.purged_buckets.add();
  return {};
}

session::result<void> housekeeping::sweep_due(session& s, oauth::instant now,
                                              steady_time deadline) {
  for (const auto& row : sweep_rows) {
    if (sweeps_[static_cast<std::size_t>(row.id)].due > std::chrono::steady_clock::now()) continue;
    if (auto done = sweep_chunk(s, row.id, now, deadline); !done) return done;
  }
  return {};
}

session::result<void> housekeeping::sweep_chunk(session& s, swept_table t, oauth::instant now,
                                                steady_time deadline) {
  const auto& row = sweep_rows[static_cast<std::size_t>(t)];
  auto& at = sweeps_[static_cast<std::size_t>(t)];
  if (at.next_page >= at.pages) {
    const auto counted = s.run(row.count, {}, deadline);
    if (!counted) return tl::unexpected{counted.error()};
    at.pages = counted->int8(0, 0);
    at.next_page = 0;
  }
  const auto chunks = std::max<std::int64_t>(1, (at.pages + chunk_pages - 1) / chunk_pages);
  at.due = std::chrono::steady_clock::now() + std::chrono::milliseconds{row.round} / chunks;
  if (at.pages == 0) return {};
  const auto removed = s.run(row.remove,
                             parameters{}
                                 .octets(page_text(at.next_page))
                                 .octets(page_text(at.next_page + chunk_pages))
                                 .int8(now.time_since_epoch().count()),
                             deadline);
  if (!removed) return tl::unexpected{removed.error()};
  at.next_page += chunk_pages;
  meters_.purged_rows.add(static_cast<std::uint64_t>(removed->count()));
  return {};
}

session::result<void> housekeeping::look_around(session& s, steady_time deadline) {
  const auto start = std::chrono::steady_clock::now();
  if (start < next_look_) return {};
  next_look_ = start + look_interval;
  if (auto done = s.run(forget_nodes_statement, {}, deadline); !done)
    return tl::unexpected{done.error()};
  const auto oldest = s.run(snapshot_statement, {}, deadline);
  if (!oldest) return tl::unexpected{oldest.error()};
  meters_.oldest_snapshot.set(static_cast<std::uint64_t>(oldest->int8(0, 0)));
  return {};
}

}  // namespace mintage::storage::postgres
