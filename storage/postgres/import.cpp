#include "storage/postgres/import.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "storage/codec.hpp"
#include "storage/postgres/catalog.hpp"
#include "storage/postgres/primary_session.hpp"
#include "storage/postgres/session.hpp"

namespace mintage::storage {

using namespace postgres;

namespace {

using namespace std::chrono_literals;

constexpr auto statement_limit = 600s;
constexpr auto most_in_a_statement = std::size_t{1000};

constexpr auto put_families = sql{"put_families", R"(
INSERT INTO mintage.family (key, expires, generation, revoked, subject, session, value)
SELECT * FROM unnest($1::bytea[], $2::int8[], $3::int4[], $4::bool[], $5::uuid[], $6::uuid[],
                     $7::bytea[]))"};
constexpr auto put_tokens = sql{"put_tokens", R"(
INSERT INTO mintage.token (key, expires, revoked, value)
SELECT * FROM unnest($1::bytea[], $2::int8[], $3::bool[], $4::bytea[]))"};
constexpr auto put_replay_ids = sql{"put_replay_ids", R"(
INSERT INTO mintage.replay_id (key, expires, attempt)
SELECT key, expires, '00000000-0000-0000-0000-000000000000'
FROM unnest($1::bytea[], $2::int8[]) AS r(key, expires))"};
constexpr auto put_requests = sql{"put_requests", R"(
INSERT INTO mintage.authorization_request (key, expires, value)
SELECT * FROM unnest($1::bytea[], $2::int8[], $3::bytea[]))"};
constexpr auto put_session_clients = sql{"put_session_clients", R"(
INSERT INTO mintage.session_client (key, expires, value)
SELECT * FROM unnest($1::bytea[], $2::int8[], $3::bytea[]))"};
constexpr auto put_cutoffs = sql{"put_cutoffs", R"(
INSERT INTO mintage.cutoff (key, before, forget)
SELECT key, max(before), max(forget) FROM unnest($1::uuid[], $2::int8[], $3::int8[])
  AS r(key, before, forget) GROUP BY key)"};
constexpr auto put_records = sql{"put_records", R"(
INSERT INTO mintage.record (kind, id, v, body)
SELECT r.kind, r.id, v.v, r.body
FROM mintage.version v, unnest($1::int2[], $2::bytea[], $3::bytea[]) AS r(kind, id, body))"};
constexpr auto raise_epoch =
    sql{"", "UPDATE mintage.self SET void_before = greatest(void_before, $1::int8)"};
constexpr auto count_rows = sql{"count_rows", R"(
SELECT (SELECT count(*) FROM mintage.family), (SELECT count(*) FROM mintage.token),
       (SELECT count(*) FROM mintage.replay_id), (SELECT count(*) FROM mintage.cutoff),
       (SELECT count(*) FROM mintage.record WHERE kind = 1),
       (SELECT count(*) FROM mintage.record WHERE kind = 2),
       (SELECT count(*) FROM mintage.record WHERE kind = 3),
       (SELECT count(*) FROM mintage.code) + (SELECT count(*) FROM mintage.record),
       (SELECT count(*) FROM mintage.authorization_request),
       (SELECT count(*) FROM mintage.record WHERE kind = 5),
       (SELECT count(*) FROM mintage.session_client))"};

/// One shard with its open transaction, and the rows that wait for a statement.
class shard_writer {
 public:
  shard_writer(const std::string& conninfo, std::size_t number)
      : number_{number}, session_{dial_primary(conninfo, number)} {
    script("BEGIN");
    const auto counts = run(count_rows, {});
    for (auto column = 0; column < 11; ++column)
      if (counts.int8(0, column) != 0)
        throw storage_error{name() + " holds records already: import into a new cluster"};
  }

  [[nodiscard]] std::string name() const { return "shard " + std::to_string(number_); }

  void put(moved_record r) {
    auto& waiting = records_[index_of(r.kind)];
    waiting.push_back(std::move(r));
    if (waiting.size() >= most_in_a_statement) flush();
  }
  void put(const moved_cutoff& c) {
    cutoffs_.push_back(c);
    if (cutoffs_.size() >= most_in_a_statement) flush();
  }
  void put(const moved_catalog& c);
  void raise(instant epoch) {
    static_cast<void>(run(raise_epoch, parameters{}.int8(epoch.time_since_epoch().count())));
  }
  void flush();

  [[nodiscard]] rows count() { return run(count_rows, {}); }
  void commit() { script("COMMIT"); }

 private:
  rows run(const sql& what, const parameters& p) {
    auto answer = session_.run(what, p, std::chrono::steady_clock::now() + statement_limit);
    if (!answer) throw storage_error{name() + ": " + to_string(answer.error())};
    return std::move(*answer);
  }
  void script(const std::string& text) {
    auto answer = session_.run_script(text, std::chrono::steady_clock::now() + statement_limit);
    if (!answer) throw storage_error{name() + ": " + to_string(answer.error())};
  }
  void flush_grants(const std::vector<moved_record>& some);

  const std::size_t number_;
  session session_;
  std::array<std::vector<moved_record>, tables_count> records_;
  std::vector<moved_cutoff> cutoffs_;
};

/// The columns of records, as arrays.
struct columns {
  explicit columns(const std::vector<moved_record>& some) {
    for (const auto& r : some) {
      keys.emplace_back(r.key.view());
      expires.push_back(r.expires.time_since_epoch().count());
      revoked.push_back(r.is_revoked ? 1 : 0);
      values.emplace_back(r.value);
    }
  }
  std::vector<std::optional<std::string>> keys;
  std::vector<std::int64_t> expires;
  std::vector<std::uint8_t> revoked;
  std::vector<std::optional<std::string>> values;
};

// The cutoffs are joined by the names of subject and session, which only the value tells.
void shard_writer::flush_grants(const std::vector<moved_record>& some) {
  const auto all = columns{some};
  auto generations = std::vector<std::int32_t>{};
  auto subjects = std::vector<cutoff_name>{};
  auto sessions = std::vector<cutoff_name>{};
  auto hash = crypto::sha256_hasher{};
  for (const auto& r : some) {
    const auto grant = decode_grant(r.value);
    if (!grant) throw storage_error{"a grant cannot be read"};
    const auto& who = grant->who;
    generations.push_back(static_cast<std::int32_t>(r.generation));
    subjects.push_back(name_cutoff(oauth::cutoff_key(oauth::cutoff_kind::subject, who.sub, hash)));
    sessions.push_back(who.sid.empty() ? cutoff_name{}
                                       : name_cutoff(oauth::cutoff_key(oauth::cutoff_kind::session,
                                                                       who.sid, hash)));
  }
  static_cast<void>(run(put_families, parameters{}
                                          .byteas(all.keys)
                                          .int8s(all.expires)
                                          .int4s(generations)
                                          .booleans(all.revoked)
                                          .uuids(subjects)
                                          .uuids(sessions)
                                          .byteas(all.values)));
}

void shard_writer::flush() {
  for (const auto& row : tables) {
    const auto some = std::exchange(records_[index_of(row.id)], {});
    if (some.empty()) continue;
    const auto all = columns{some};
    switch (row.id) {
      case table::codes:
        break;
      case table::grants:
        flush_grants(some);
        break;
      case table::access_tokens:
        static_cast<void>(run(put_tokens, parameters{}
                                              .byteas(all.keys)
                                              .int8s(all.expires)
                                              .booleans(all.revoked)
                                              .byteas(all.values)));
        break;
      case table::replay_ids:
        static_cast<void>(run(put_replay_ids, parameters{}.byteas(all.keys).int8s(all.expires)));
        break;
      case table::authorization_requests:
        static_cast<void>(
            run(put_requests, parameters{}.byteas(all.keys).int8s(all.expires).byteas(all.values)));
        break;
      case table::session_clients:
        static_cast<void>(run(put_session_clients,
                              parameters{}.byteas(all.keys).int8s(all.expires).byteas(all.values)));
        break;
    }
  }
  if (cutoffs_.empty()) return;
  auto names = std::vector<cutoff_name>{};
  auto before = std::vector<std::int64_t>{};
  auto forget = std::vector<std::int64_t>{};
  for (const auto& c : std::exchange(cutoffs_, {})) {
    names.push_back(name_cutoff(c.key));
    before.push_back(c.before.time_since_epoch().count());
    forget.push_back(c.forget.time_since_epoch().count());
  }
  static_cast<void>(run(put_cutoffs, parameters{}.uuids(names).int8s(before).int8s(forget)));
}

void shard_writer::put(const moved_catalog& c) {
  auto kinds = std::vector<std::int16_t>{};
  auto ids = std::vector<std::optional<std::string>>{};
  auto bodies = std::vector<std::optional<std::string>>{};
  const auto send = [&] {
    if (kinds.empty()) return;
    static_cast<void>(run(put_records, parameters{}.int2s(kinds).byteas(ids).byteas(bodies)));
    kinds.clear();
    ids.clear();
    bodies.clear();
  };
  const auto add = [&](record_kind kind, const std::string& id, std::string body) {
    kinds.push_back(static_cast<std::int16_t>(kind));
    ids.emplace_back(id);
    bodies.emplace_back(std::move(body));
    if (kinds.size() >= most_in_a_statement) send();
  };
  for (const auto& one : c.clients) add(record_kind::client, one.id, encode(one));
  for (const auto& one : c.resources) add(record_kind::resource, one.as.identifier, encode(one));
  for (const auto& one : c.registration_tokens)
    add(record_kind::registration_token, one.id, encode(one));
  for (const auto& one : c.keys) add(record_kind::key, one.kid, encode(one));
  if (!c.seal_check.empty()) add(record_kind::note, std::string{seal_check_note}, c.seal_check);
  if (!c.lives.empty()) add(record_kind::note, std::string{lives_note}, c.lives);
  send();
}

class postgres_sink final : public content_sink {
 public:
  explicit postgres_sink(const postgres_options& o) {
    for (auto i = std::size_t{0}; i < o.shards.size(); ++i)
      shards_.push_back(std::make_unique<shard_writer>(o.shards[i], i));
  }
  void take(moved_catalog c) override {
    shards_.front()->put(c);
    for (const auto& s : shards_) s->raise(c.void_before);
  }
  void take(moved_record r) override {
    const auto shard = r.key.where().shard(shards_.size());
    shards_[shard]->put(std::move(r));
  }
  void take(const moved_cutoff& c) override {
    for (const auto& s : shards_) s->put(c);
  }

  /// Compares what the databases hold with what was given, then commits.
  void conclude(const content_counts& given) {
    auto found = content_counts{};
    for (const auto& s : shards_) {
      s->flush();
      const auto counts = s->count();
      const auto of = [&](int column) { return static_cast<std::size_t>(counts.int8(0, column)); };
      found.records[index_of(table::grants)] += of(0);
      found.records[index_of(table::access_tokens)] += of(1);
      found.records[index_of(table::replay_ids)] += of(2);
      found.records[index_of(table::authorization_requests)] += of(8);
      found.cutoffs = of(3);
      found.clients += of(4);
      found.resources += of(5);
      found.keys += of(6);
      found.registration_tokens += of(9);
      found.records[index_of(table::session_clients)] += of(10);
      if (found.cutoffs != given.cutoffs) fail(*s);
    }
    if (found.records != given.records || found.clients != given.clients ||
        found.resources != given.resources ||
        found.registration_tokens != given.registration_tokens || found.keys != given.keys)
      fail(*shards_.front());
    for (const auto& s : shards_) s->commit();
  }

 private:
  [[noreturn]] static void fail(const shard_writer& s) {
    throw storage_error{s.name() + " holds other counts than were given: nothing was imported"};
  }
  std::vector<std::unique_ptr<shard_writer>> shards_;
};

}  // namespace

content_counts import_into_postgres(const postgres_options& o,
                                    const std::function<content_counts(content_sink&)>& source,
                                    const postgres_progress& tell) {
  auto sink = postgres_sink{o};
  const auto given = source(sink);
  sink.conclude(given);
  tell("imported " + std::to_string(given.clients) + " clients, " +
       std::to_string(given.resources) + " resources, " + std::to_string(given.keys) + " keys, " +
       std::to_string(given.records[index_of(table::grants)]) + " grants, " +
       std::to_string(given.records[index_of(table::access_tokens)]) +
       " opaque tokens and denials, " + std::to_string(given.records[index_of(table::replay_ids)]) +
       " replay ids, " + std::to_string(given.records[index_of(table::session_clients)]) +
       " clients of sessions, " + std::to_string(given.cutoffs) +
       " cutoffs; the databases hold the same numbers");
  if (given.codes_left_out != 0)
    tell(std::to_string(given.codes_left_out) + " live codes were left out: these logins fail");
  return given;
}

}  // namespace mintage::storage
