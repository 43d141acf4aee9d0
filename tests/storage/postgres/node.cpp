#include "tests/storage/postgres/node.hpp"

#include <array>
#include <atomic>
#include <random>
#include <stdexcept>

#include "storage/postgres/schema.hpp"
#include "tests/support/eventually.hpp"

namespace mintage::test {

using loopback::sql_rows;
using loopback::sql_value;

namespace {

constexpr auto no_uuid = std::string_view{"00000000-0000-0000-0000-000000000000"};

std::string hex(const octets& value) {
  constexpr auto digits = std::string_view{"0123456789abcdef"};
  auto out = std::string{};
  for (const auto each : value) {
    const auto number = static_cast<unsigned char>(each);
    out += digits[number >> 4U];
    out += digits[number & 15U];
  }
  return out;
}

std::vector<std::string> no_uuids(std::size_t count) {
  return std::vector<std::string>(count, std::string{no_uuid});
}

std::set<octets> first_column(const sql_rows& rows) {
  auto out = std::set<octets>{};
  for (const auto& row : rows) out.insert(octets_of(row.at(0)));
  return out;
}

std::string with_prefix(char prefix, const octets& key) {
  return prefix + key;
}

std::vector<octets> all_with_prefix(char prefix, const std::vector<octets>& keys) {
  auto out = std::vector<octets>{};
  for (const auto& each : keys) out.push_back(with_prefix(prefix, each));
  return out;
}

/// @returns one member of each.
template <class Value>
std::vector<Value> column(const std::vector<consumption>& all, Value consumption::*member) {
  auto out = std::vector<Value>{};
  for (const auto& each : all) out.push_back(each.*member);
  return out;
}

}  // namespace

octets random_octets(std::size_t size) {
  thread_local auto engine = std::mt19937_64{std::random_device{}()};
  auto any = std::uniform_int_distribution<int>{0, 255};
  auto out = octets(size, '\0');
  for (auto& each : out) each = static_cast<char>(any(engine));
  return out;
}

std::string random_uuid() {
  auto out = hex(random_octets(16));
  for (const auto where : {20U, 16U, 12U, 8U}) out.insert(where, 1, '-');
  return out;
}

std::vector<octets> random_keys(std::size_t count) {
  auto out = std::vector<octets>{};
  for (auto i = std::size_t{0}; i < count; ++i) out.push_back(random_octets(34));
  return out;
}

std::string bytea(const octets& value) {
  return "\\x" + hex(value);
}

std::string bytea_array(const std::vector<octets>& values) {
  auto texts = std::vector<std::string>{};
  for (const auto& each : values) texts.push_back("\"\\\\x" + hex(each) + "\"");
  return array(texts);
}

std::string array(const std::vector<std::string>& values) {
  auto out = std::string{"{"};
  for (const auto& each : values) out += (out.size() > 1 ? "," : "") + each;
  return out + "}";
}

std::string array(std::size_t count, millis value) {
  return array(std::vector<std::string>(count, std::to_string(value)));
}

octets octets_of(const sql_value& value) {
  if (!value || !value->starts_with("\\x")) throw std::runtime_error{"not a bytea"};
  auto out = octets{};
  for (auto i = std::size_t{2}; i < value->size(); i += 2) {
    out += static_cast<char>(std::stoi(value->substr(i, 2), nullptr, 16));
  }
  return out;
}

consumption attempt_at(const octets& key, bool is_brief, bool is_right) {
  return {key, with_prefix(is_right ? 'B' : 'X', key), random_uuid(), random_octets(18), is_brief};
}

loopback::postgres& server_with_schema() {
  static const auto one = [] {
    auto out = std::make_unique<loopback::postgres>("a");
    out->run_sql(std::string{storage::postgres::schema_text()});
    return out;
  }();
  return *one;
}

node::node()
    : session_{server_with_schema().conninfo()},
      pid_{std::stoi(session_.ask("select pg_backend_pid()"))} {
  // As the engine's sessions pin their plans.
  for (const auto* setting :
       {"enable_seqscan = off", "enable_hashjoin = off", "enable_mergejoin = off",
        "enable_bitmapscan = off", "plan_cache_mode = force_generic_plan", "jit = off"}) {
    session_.run(std::string{"set "} + setting);
  }
}

sql_rows node::run(statement what, const std::vector<std::string>& values) {
  const auto& row = storage::postgres::statements.at(static_cast<std::size_t>(what));
  if (prepared_.insert(what).second) {
    session_.prepare(std::string{row.name}, std::string{row.sql});
  }
  return session_.run_prepared(std::string{row.name},
                               std::vector<sql_value>{values.begin(), values.end()});
}

std::set<octets> node::mint(const std::vector<octets>& keys, millis at) {
  const auto count = keys.size();
  return first_column(
      run(statement::mint, {bytea_array(keys), array(count, at + code_life), array(no_uuids(count)),
                            array(no_uuids(count)), bytea_array(all_with_prefix('B', keys)),
                            bytea_array(all_with_prefix('V', keys)), std::to_string(at)}));
}

octets node::mint() {
  const auto key = random_octets(34);
  if (mint(std::vector{key}) != std::set{key}) throw std::runtime_error{"not minted"};
  return key;
}

std::set<octets> node::consume(const std::vector<consumption>& all, int bucket) {
  const auto births = column(all, &consumption::birth);
  auto brief = std::vector<std::string>{};
  for (const auto& each : all) brief.emplace_back(each.is_brief ? "true" : "false");
  return first_column(run(
      statement::consume,
      {bytea_array(column(all, &consumption::key)), bytea_array(column(all, &consumption::binding)),
       array(column(all, &consumption::attempt)), array(all.size(), now + tombstone_life),
       bytea_array(births), array(all.size(), now + grant_life),
       bytea_array(all_with_prefix('G', births)), array(brief), std::to_string(now),
       std::to_string(bucket)}));
}

std::vector<sql_value> node::explain(const octets& key) {
  auto rows = run(statement::explain, {bytea_array({key}), std::to_string(now)});
  if (rows.size() != 1) throw std::runtime_error{"not one row about the code"};
  return rows.front();
}

bool node::count_mismatch(const octets& key, int limit) {
  return !run(statement::mismatch, {bytea_array({key}), std::to_string(now), std::to_string(limit)})
              .empty();
}

bool node::rotate(const octets& family, int presented, const octets& value) {
  return !run(statement::rotate,
              {bytea_array({family}), array(1, presented), array(1, presented + 1),
               array(1, now + 2 * grant_life), bytea_array({value}), std::to_string(now)})
              .empty();
}

bool node::revoke(const octets& grant) {
  const auto values = std::vector{bytea_array({grant}), std::to_string(now)};
  return !run(statement::revoke_family, values).empty() ||
         !run(statement::revoke_brief, values).empty();
}

sql_rows node::release(const consumption& one) {
  return run(statement::release, {bytea_array({one.key}), array({one.attempt}),
                                  bytea_array({with_prefix('V', one.key)}), std::to_string(now)});
}

sql_rows node::find_grant(const octets& grant) {
  auto out = run(statement::find_family, {bytea_array({grant})});
  for (auto& row : run(statement::find_brief, {bytea_array({grant})})) out.push_back(row);
  return out;
}

void await_lock(node& observer, const node& waiting) {
  const auto text =
      "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and pid = " +
      std::to_string(waiting.pid());
  eventually([&] { return observer.ask(text) == "1"; });
}

}  // namespace mintage::test
