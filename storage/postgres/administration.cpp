#include "storage/postgres/administration.hpp"

#include <algorithm>
#include <optional>

#include "storage/codec.hpp"
#include "storage/postgres/catalog.hpp"
#include "storage/postgres/primary_session.hpp"
#include "storage/postgres/schema.hpp"

namespace mintage::storage {

using namespace postgres;

namespace {

using namespace std::chrono_literals;

constexpr auto statement_limit = 60s;

std::string shard_text(std::size_t shard) {
  return "shard " + std::to_string(shard);
}

[[noreturn]] void fail(std::size_t shard, const failure& f) {
  throw storage_error{shard_text(shard) + ": " + to_string(f)};
}

rows run(session& s, std::size_t shard, const sql& what, const parameters& p = {}) {
  auto answer = s.run(what, p, std::chrono::steady_clock::now() + statement_limit);
  if (!answer) fail(shard, answer.error());
  return std::move(*answer);
}

void run_text(session& s, std::size_t shard, const std::string& text) {
  auto answer = s.run_script(text, std::chrono::steady_clock::now() + statement_limit);
  if (!answer) fail(shard, answer.error());
}

constexpr auto find_schema = sql{"", "SELECT 1 FROM pg_namespace WHERE nspname = 'mintage'"};
constexpr auto find_role = sql{"", "SELECT 1 FROM pg_roles WHERE rolname = 'mintage'"};
constexpr auto make_id = sql{"", "SELECT gen_random_uuid()"};
constexpr auto put_self = sql{"",
                              "INSERT INTO mintage.self"
                              " (cluster, shard, shards, schema, compatible, bucket_ms)"
                              " VALUES ($1::uuid, $2::int2, $3::int2, $4::int4, $4::int4, "
                              "$5::int8)"};
constexpr auto find_version = sql{"", "SELECT schema FROM mintage.self"};
constexpr auto raise_epoch =
    sql{"", "UPDATE mintage.self SET void_before = greatest(void_before, $1::int8)"};

constexpr auto find_tokens =
    sql{"", "SELECT id, body FROM mintage.record WHERE kind = $1::int2 AND body IS NOT NULL"};
constexpr auto erase_token =
    sql{"", "DELETE FROM mintage.record WHERE kind = $1::int2 AND id = $2::bytea"};

/// Erases the initial access tokens for a limited number of clients: how many they registered since
/// the backup is lost.
void erase_limited_tokens(session& s, std::size_t shard, const postgres_progress& tell) {
  constexpr auto kind = static_cast<std::int16_t>(record_kind::registration_token);
  const auto found = run(s, shard, find_tokens, parameters{}.int2(kind));
  for (auto row = 0; row < found.count(); ++row) {
    const auto token = decode_registration_token(found.octets(row, 1));
    if (!token || token->limit == 0) continue;
    run(s, shard, erase_token, parameters{}.int2(kind).octets(found.octets(row, 0)));
    tell(shard_text(shard) + ": the initial access token " + token->id +
         " is removed, because it may be used up");
  }
}

std::int64_t bucket_width(std::chrono::seconds tombstone) {
  constexpr auto least = std::int64_t{200'000};
  return std::max(least, least_bucket_ms(std::max(tombstone, 600s)));
}

std::vector<session> open_all(const postgres_options& o) {
  auto all = std::vector<session>{};
  for (auto i = std::size_t{0}; i < o.shards.size(); ++i) {
    all.push_back(dial_primary(o.shards[i], i));
  }
  return all;
}

}  // namespace

void create_postgres_schema(const postgres_options& o, std::chrono::seconds tombstone,
                            const postgres_progress& tell) {
  auto all = open_all(o);
  for (auto i = std::size_t{0}; i < all.size(); ++i) {
    if (run(all[i], i, find_schema).count() != 0)
      throw storage_error{shard_text(i) + " has a schema mintage already: nothing was changed"};
  }
  const auto cluster = run(all.front(), 0, make_id).uuid(0, 0);
  for (auto i = std::size_t{0}; i < all.size(); ++i) {
    run_text(all[i], i, "BEGIN");
    run_text(all[i], i, std::string{schema_text()});
    run(all[i], i, put_self,
        parameters{}
            .uuid(cluster)
            .int2(static_cast<std::int16_t>(i))
            .int2(static_cast<std::int16_t>(all.size()))
            .int4(schema_version)
            .int8(bucket_width(tombstone)));
    const auto has_role = run(all[i], i, find_role).count() != 0;
    if (has_role) run_text(all[i], i, std::string{grants_text()});
    run_text(all[i], i, "COMMIT");
    tell(shard_text(i) + ": created the tables of schema " + std::to_string(schema_version) +
         (has_role ? ", and the rights of the role mintage"
                   : "; there is no role mintage that could be given rights"));
  }
}

void migrate_postgres_schema(const postgres_options& o, const postgres_progress& tell) {
  // A lock that is not free at once would stop all nodes behind it.
  constexpr auto busy = std::string_view{"55P03"};
  constexpr auto attempts = 100;
  auto all = open_all(o);
  for (auto i = std::size_t{0}; i < all.size(); ++i) {
    auto version = run(all[i], i, find_version).int4(0, 0);
    for (const auto& step : migrations()) {
      if (step.to <= version) continue;
      const auto text = "BEGIN; SET LOCAL lock_timeout = '100ms'; " + std::string{step.text} +
                        "; UPDATE mintage.self SET schema = " + std::to_string(step.to) +
                        ", compatible = " + std::to_string(step.compatible) + "; COMMIT";
      for (auto attempt = 1;; ++attempt) {
        const auto done =
            all[i].run_script(text, std::chrono::steady_clock::now() + statement_limit);
        if (done) break;
        run_text(all[i], i, "ROLLBACK");
        if (done.error().state != busy || attempt == attempts) fail(i, done.error());
      }
      version = step.to;
      tell(shard_text(i) + ": schema " + std::to_string(version));
    }
    tell(shard_text(i) + " has schema " + std::to_string(version) +
         (version > schema_version ? ", which is later than that of this program" : ""));
  }
}

void note_postgres_restored(const postgres_options& o, instant now, bool keep_families,
                            const postgres_progress& tell) {
  auto all = open_all(o);
  for (auto i = std::size_t{0}; i < all.size(); ++i) {
    run_text(all[i], i, "BEGIN");
    run_text(all[i], i,
             keep_families ? "TRUNCATE mintage.code, mintage.node"
                           : "TRUNCATE mintage.code, mintage.tomb, mintage.brief, mintage.token, "
                             "mintage.node");
    if (!keep_families) {
      run(all[i], i, raise_epoch, parameters{}.int8(now.time_since_epoch().count()));
      erase_limited_tokens(all[i], i, tell);
    }
    // A node that runs on must not take a later change for one that it has seen.
    run_text(all[i], i, "UPDATE mintage.version SET v = v + 1000000");
    run_text(all[i], i, "COMMIT");
    tell(shard_text(i) + (keep_families ? ": live codes are dropped"
                                        : ": codes and tokens are dropped, and all that was minted "
                                          "until now is void"));
  }
}

}  // namespace mintage::storage
