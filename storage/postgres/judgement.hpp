/// @file
/// What the rows of each statement say of an operation: the verdict, or the statement that is
/// needed next. No connection is known here.
#pragma once

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>

#include "storage/postgres/operation.hpp"
#include "storage/postgres/session.hpp"

namespace mintage::storage::postgres {

/// The values of codes that this node has consumed lately. A consumed code's row is gone, so the
/// value is needed here to make the code live again (COM-02). At most 16,384, for 30 s.
class consumed_values {
 public:
  void keep(const record_key& code, const attempt_id& attempt, std::string_view value,
            steady_time now);
  /// @returns nothing when it is not known any more.
  [[nodiscard]] const std::string* find(const record_key& code, const attempt_id& attempt) const;

 private:
  static constexpr std::size_t most = 16'384;
  static constexpr auto life = std::chrono::seconds{30};
  struct consumption {
    attempt_id attempt;
    record_key code;
    bool operator==(const consumption&) const = default;
  };
  struct consumption_hash {
    std::size_t operator()(const consumption& c) const noexcept;
  };
  std::unordered_map<consumption, std::string, consumption_hash> values_;
  std::deque<std::pair<steady_time, consumption>> by_age_;
};

/// What the statements of one shard share.
struct shard_facts {
  /// Wrong redemptions after which a code is revoked (COD-05).
  unsigned max_failures = 10;
  /// Width of the buckets of tombstones and brief grants, in milliseconds.
  std::int64_t bucket_ms = 200'000;
  consumed_values values{};
};

/// Sets the first statement of an operation, and its record.
/// @returns false when it needs no statement: it has its result.
[[nodiscard]] bool begin(operation& o, const shard_facts& facts);

/// Whether an operation that waited for another one on its record can begin with a look at the
/// record, which may give its verdict without a write.
[[nodiscard]] bool becomes_look(const operation& o);
/// Whether two operations on one record that wait may run together: both read, or both look and
/// would write the same change.
[[nodiscard]] bool are_alike(const operation& a, const operation& b);
/// @pre becomes_look(o)
void begin_with_look(operation& o);

/// The rows of one key.
struct found_rows {
  const rows& all;
  std::span<const int> numbers;  ///< those of this key
  [[nodiscard]] bool none() const noexcept { return numbers.empty(); }
  [[nodiscard]] int first() const noexcept { return numbers.front(); }
};

/// Judges an operation by the rows of its last statement.
/// @returns the statement that it needs next; nothing when it has its result.
[[nodiscard]] std::optional<statement> settle(operation& o, const found_rows& found,
                                              shard_facts& facts, steady_time now);

/// Gives the operation the result `unknown`.
void give_up(operation& o);

}  // namespace mintage::storage::postgres
