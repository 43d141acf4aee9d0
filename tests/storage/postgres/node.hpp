/// @file
/// A node of the cluster as the statements see it: sessions that run them by name.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "loopback/postgres.hpp"
#include "loopback/sql_session.hpp"
#include "storage/postgres/statements.hpp"

namespace mintage::test {

using storage::postgres::statement;

/// Any octets: keys, bindings, values.
using octets = std::string;
/// Milliseconds since 1970.
using millis = std::int64_t;

constexpr auto now = millis{1'700'000'000'000};
constexpr auto code_life = millis{60'000};
constexpr auto tombstone_life = millis{600'000};
constexpr auto grant_life = millis{3'600'000};

[[nodiscard]] octets random_octets(std::size_t size);
/// A new attempt id, or another UUID, in text.
[[nodiscard]] std::string random_uuid();
/// 34 octets: a slot and a hash.
[[nodiscard]] std::vector<octets> random_keys(std::size_t count);

/// Parameters in text format.
[[nodiscard]] std::string bytea(const octets& value);
[[nodiscard]] std::string bytea_array(const std::vector<octets>& values);
[[nodiscard]] std::string array(const std::vector<std::string>& values);
[[nodiscard]] std::string array(std::size_t count, millis value);
/// Of a bytea column. @throws std::runtime_error when it is NULL.
[[nodiscard]] octets octets_of(const loopback::sql_value& value);

/// A consumption of one code.
struct consumption {
  octets key;
  octets binding;
  std::string attempt;
  octets birth;
  /// The grant lies in the tables that are emptied as a whole.
  bool is_brief;
};
/// A new attempt, with the binding of `node::mint`, or a wrong one.
[[nodiscard]] consumption attempt_at(const octets& key, bool is_brief = false,
                                     bool is_right = true);

/// A server whose database has the schema. All tests of the process share it: their keys are
/// random.
[[nodiscard]] loopback::postgres& server_with_schema();

/// One session with the settings of the engine. Not thread-safe.
class node {
 public:
  node();

  /// Runs a statement of the engine. @throws loopback::sql_error
  loopback::sql_rows run(statement what, const std::vector<std::string>& values);
  loopback::sql_rows run_text(const std::string& text) { return session_.run(text); }
  std::string ask(const std::string& text) { return session_.ask(text); }
  [[nodiscard]] int pid() const noexcept { return pid_; }

  /// Of the codes with these keys: binding "B" + key, value "V" + key. @returns the new ones.
  std::set<octets> mint(const std::vector<octets>& keys, millis at = now);
  /// A code of a new key. @returns the key.
  octets mint();
  /// The value of each birth is "G" + its key. @returns the consumed ones.
  std::set<octets> consume(const std::vector<consumption>& all, int bucket = 0);
  /// Whether it consumed the code.
  bool consume(const consumption& one) { return !consume(std::vector{one}).empty(); }
  /// The only row about a key. @throws std::runtime_error when there is another number of them.
  std::vector<loopback::sql_value> explain(const octets& key);
  bool count_mismatch(const octets& key, int limit = 10);
  bool rotate(const octets& family, int presented, const octets& value);
  /// Whether it revoked the grant, in either table.
  bool revoke(const octets& grant);
  loopback::sql_rows release(const consumption& one);
  loopback::sql_rows find_grant(const octets& grant);

 private:
  loopback::sql_session session_;
  std::set<statement> prepared_;
  int pid_;
};

/// Columns of `node::find_grant`; brief grants have no generation.
enum found_grant : std::size_t { name, ends, revoked, value, subject_cut, session_cut, generation };
/// Columns of `node::explain`.
enum explained : std::size_t { key, binding, expires, dead, consumed_at, attempt, birth };

/// Returns once a session waits for a lock of another one.
void await_lock(node& observer, const node& waiting);

}  // namespace mintage::test
