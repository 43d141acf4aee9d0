/// @file
/// A PostgreSQL session for callers that may wait: every call has a deadline.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "crypto/bytes.hpp"
#include "storage/postgres/connector.hpp"

struct pg_result;

namespace mintage::storage::postgres {

using steady_time = std::chrono::steady_clock::time_point;

/// A statement with parameters $1, $2, …, prepared once on each session, or each time when it has
/// no name. Both are literals.
struct sql {
  std::string_view name;
  std::string_view text;
};

/// Why a call failed. Holds no values of parameters.
struct failure {
  /// SQLSTATE; empty when the server gave none: no connection, silence, interruption.
  std::string state;
  std::string message;
};
[[nodiscard]] std::string to_string(const failure& f);

/// The values of $1, $2, …, in binary format.
class parameters {
 public:
  parameters& int2(std::int16_t v);
  parameters& int4(std::int32_t v);
  parameters& int8(std::int64_t v);
  parameters& boolean(bool v);
  parameters& uuid(const crypto::bytes<16>& v);
  /// bytea or text.
  parameters& octets(std::string_view v);
  parameters& null();
  parameters& int2s(std::span<const std::int16_t> all);
  parameters& int4s(std::span<const std::int32_t> all);
  parameters& int8s(std::span<const std::int64_t> all);
  parameters& uuids(std::span<const crypto::bytes<16>> all);
  /// 0 = false.
  parameters& booleans(std::span<const std::uint8_t> all);
  parameters& byteas(std::span<const std::optional<std::string>> all);

  [[nodiscard]] const std::vector<std::optional<std::string>>& values() const noexcept {
    return values_;
  }

 private:
  parameters& add(std::string octets);
  std::vector<std::optional<std::string>> values_;
};

/// The answer to a statement, in binary format. Columns count from 0. A getter's type must be that
/// of the column.
class rows {
 public:
  explicit rows(pg_result* taken) : result_{taken} {}
  [[nodiscard]] int count() const noexcept;
  [[nodiscard]] bool is_null(int row, int column) const noexcept;
  /// bytea, text and uuid. Valid as long as this object.
  [[nodiscard]] std::string_view octets(int row, int column) const noexcept;
  [[nodiscard]] bool boolean(int row, int column) const noexcept;
  [[nodiscard]] std::int16_t int2(int row, int column) const noexcept;
  [[nodiscard]] std::int32_t int4(int row, int column) const noexcept;
  [[nodiscard]] std::int64_t int8(int row, int column) const noexcept;
  /// All zero for NULL.
  [[nodiscard]] crypto::bytes<16> uuid(int row, int column) const noexcept;

 private:
  struct clear {
    void operator()(pg_result* r) const noexcept;
  };
  std::unique_ptr<pg_result, clear> result_;
};

/// Ends a wait early.
struct interruption {
  /// Becomes readable when `wanted` should be asked; -1 = there are no interruptions.
  int fd = -1;
  /// Whether to give up. Empties `fd`.
  std::function<bool()> wanted{};
  /// When `wanted` is asked besides; 0 = never.
  std::chrono::milliseconds every{0};
};

/// One session. Not thread-safe. It sends no cancellation: a statement whose deadline passed may
/// still be executed. After a failure without SQLSTATE the session is of no further use.
class session {
 public:
  template <class T>
  using result = tl::expected<T, failure>;

  /// Connects to one host.
  [[nodiscard]] static result<session> dial(const host_address& host, steady_time deadline,
                                            interruption stop = {});
  /// Takes over a connection in blocking mode that is idle. @pre `c` is not null
  explicit session(connection c, interruption stop = {});
  ~session();
  session(session&&) noexcept;
  session& operator=(session&&) noexcept;

  /// Prepares the statement on first use, and runs it as a transaction of its own, or as part of
  /// one that `begin` has opened.
  [[nodiscard]] result<rows> run(const sql& s, const parameters& p, steady_time deadline);
  /// Runs statements without parameters that are separated by semicolons. @returns the rows of the
  /// last one, in text format: `rows::octets` reads them.
  [[nodiscard]] result<rows> run_script(const std::string& text, steady_time deadline);
  /// Whether the server warned that a commit did not wait for its standby (class 01). What was
  /// written since the last call may be lost then.
  [[nodiscard]] bool take_warning() noexcept;
  [[nodiscard]] bool is_usable() const noexcept;
  /// Gives the connection away; this session is of no further use.
  [[nodiscard]] connection release() noexcept;

 private:
  [[nodiscard]] result<void> wait(short events, steady_time deadline);
  [[nodiscard]] result<void> connect(steady_time deadline);
  [[nodiscard]] result<rows> finish(bool is_sent, steady_time deadline);
  [[nodiscard]] failure broken(std::string message);
  [[nodiscard]] std::string connection_message() const;

  connection link_;
  interruption stop_;
  /// On the heap: libpq keeps its address.
  std::unique_ptr<bool> warned_ = std::make_unique<bool>(false);
  std::set<std::string_view> prepared_;
  bool usable_ = true;
};

}  // namespace mintage::storage::postgres
