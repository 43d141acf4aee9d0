/// @file
/// A blocking PostgreSQL client with deadlines.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

struct pg_conn;
struct pg_result;

namespace mintage::loopback {

/// A statement failed, the server cannot be reached, or it was silent for too long.
class sql_error : public std::runtime_error {
 public:
  sql_error(const std::string& text, std::string state)
      : std::runtime_error{text}, state_{std::move(state)} {}
  /// SQLSTATE; empty when the connection failed or the deadline passed.
  [[nodiscard]] const std::string& state() const noexcept { return state_; }

 private:
  std::string state_;
};

/// Rows in text format. NULL is an empty optional.
using sql_value = std::optional<std::string>;
using sql_rows = std::vector<std::vector<sql_value>>;

/// One connection. Not thread-safe. After a `sql_error` without SQLSTATE it is of no further use.
class sql_session {
 public:
  /// Connects. @param conninfo as of libpq. @param patience limit of connecting and of each call.
  /// @throws sql_error
  explicit sql_session(const std::string& conninfo,
                       std::chrono::milliseconds patience = std::chrono::seconds{20});

  /// Runs statements that are separated by semicolons. @returns the rows of the last one.
  /// @throws sql_error
  sql_rows run(const std::string& text);
  /// The only value of the only row. @throws sql_error, also when there is another number of them.
  [[nodiscard]] std::string ask(const std::string& text);
  /// @throws sql_error
  void prepare(const std::string& name, const std::string& text);
  /// Runs a prepared statement. @param values in text format. @throws sql_error
  sql_rows run_prepared(const std::string& name, std::span<const sql_value> values);

 private:
  /// Waits until the socket is ready. @throws sql_error after the deadline
  void wait(short events, std::chrono::steady_clock::time_point end);
  void connect();
  /// Reads all results of a call.
  sql_rows finish(bool is_sent);
  [[noreturn]] void fail(const std::string& what);

  struct close {
    void operator()(pg_conn* connection) const noexcept;
  };
  struct clear {
    void operator()(pg_result* result) const noexcept;
  };
  std::unique_ptr<pg_conn, close> connection_;
  std::chrono::milliseconds patience_;
};

}  // namespace mintage::loopback
