#include "storage/postgres/primary_check.hpp"

#include <charconv>

namespace mintage::storage::postgres {
namespace {

using outcome = tl::expected<checked_connection, std::string>;
using no_error = tl::expected<void, std::string>;

constexpr auto step_limit = std::chrono::seconds{1};

// Statements without a name leave nothing behind on the connection.
constexpr auto recovery = sql{"", "SELECT pg_is_in_recovery()"};
constexpr auto settings = sql{"",
                              "SELECT substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8),"
                              " current_setting('synchronous_standby_names')"};
constexpr auto self = sql{
    "",
    "SELECT cluster, shard, shards, schema, compatible, bucket_ms, void_before FROM mintage.self"};
// A transactional message is written to the WAL with a commit that waits for the standby.
constexpr auto barrier = sql{"", "SELECT pg_logical_emit_message(true, 'mintage', '')"};

tl::unexpected<std::string> refuse(std::string sentence) {
  return tl::unexpected{std::move(sentence)};
}

/// Runs one step. @returns its one row.
tl::expected<rows, std::string> ask(session& s, const sql& what) {
  auto answer = s.run(what, {}, std::chrono::steady_clock::now() + step_limit);
  if (!answer) return refuse(to_string(answer.error()));
  if (answer->count() != 1) return refuse("the table self has not one row: run mintage db init");
  return std::move(*answer);
}

/// @returns 0 when it is not hexadecimal.
std::uint32_t timeline_of(std::string_view hexadecimal) {
  auto timeline = std::uint32_t{0};
  std::from_chars(hexadecimal.data(), hexadecimal.data() + hexadecimal.size(), timeline, 16);
  return timeline;
}

no_error check_schema(std::int32_t schema, std::int32_t compatible) {
  if (schema < schema_version) {
    return refuse("its schema is " + std::to_string(schema) + ", this program needs " +
                  std::to_string(schema_version) + ": run mintage db migrate");
  }
  if (compatible > schema_version) {
    return refuse("its schema " + std::to_string(schema) + " is too new for this program");
  }
  return {};
}

no_error check_self(const rows& r, const requirements& needs) {
  const auto shard = static_cast<std::size_t>(r.int2(0, 1));
  const auto shards = static_cast<std::size_t>(r.int2(0, 2));
  if (shard != needs.shard || shards != needs.shards_count) {
    return refuse("it is shard " + std::to_string(shard) + " of " + std::to_string(shards) +
                  ", but storage.postgres.shards has it as shard " + std::to_string(needs.shard) +
                  " of " + std::to_string(needs.shards_count));
  }
  if (auto fits = check_schema(r.int4(0, 3), r.int4(0, 4)); !fits) return fits;
  if (r.int8(0, 5) < needs.least_bucket_ms) {
    return refuse(
        "tokens.code_tombstone is longer than this cluster was made for: its buckets last " +
        std::to_string(r.int8(0, 5)) + " ms and would need " +
        std::to_string(needs.least_bucket_ms));
  }
  if (!needs.cluster->fits(needs.shard, r.uuid(0, 0))) {
    return refuse(needs.cluster->known() ? "it belongs to another cluster"
                                         : "the first shard has not said its cluster yet");
  }
  return {};
}

}  // namespace

outcome check_primary(const host_address& host, const requirements& needs, const interruption& stop,
                      const std::function<bool(std::uint32_t)>& admits) {
  auto dialled = session::dial(host, std::chrono::steady_clock::now() + step_limit, stop);
  if (!dialled) return refuse(to_string(dialled.error()));

  const auto in_recovery = ask(*dialled, recovery);
  if (!in_recovery) return refuse(in_recovery.error());
  if (in_recovery->boolean(0, 0)) return refuse("it is a standby");
  const auto set = ask(*dialled, settings);
  if (!set) return refuse(set.error());
  if (needs.require_sync && set->octets(0, 1).empty())
    return refuse("it has no synchronous_standby_names, which storage.postgres.require_sync wants");

  const auto who = dialled->run(self, {}, std::chrono::steady_clock::now() + step_limit);
  if (!who && (who.error().state == "42P01" || who.error().state == "3F000"))
    return refuse("it has no schema mintage: run mintage db init");
  if (!who) return refuse(to_string(who.error()));
  if (who->count() != 1) return refuse("its table self has not one row: run mintage db init");
  if (auto fits = check_self(*who, needs); !fits) return refuse(fits.error());

  // Only a database of this shard can raise the timeline.
  const auto timeline = timeline_of(set->octets(0, 0));
  if (!admits(timeline))
    return refuse("it is a former primary, of timeline " + std::to_string(timeline));

  const auto passed = dialled->run(barrier, {}, steady_time::max());
  if (!passed) return refuse(to_string(passed.error()));
  if (dialled->take_warning()) return refuse("a commit did not wait for its standby");
  return checked_connection{.link = dialled->release(),
                            .timeline = timeline,
                            .bucket_ms = who->int8(0, 5),
                            .void_before = who->int8(0, 6),
                            .host = {}};
}

}  // namespace mintage::storage::postgres
