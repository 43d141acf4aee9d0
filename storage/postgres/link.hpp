/// @file
/// One connection of a shard's loop, in libpq's pipeline mode.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/postgres/statement_parameters.hpp"

namespace mintage::storage::postgres {

/// One execution of a statement.
struct execution {
  statement what{};
  /// Sorted by key. Null: has its result already.
  std::vector<operation_ptr> some;
};

/// What is sent together: one transaction.
struct flight {
  std::vector<execution> parts{};
  steady_time sent_at{};
  /// One for each part, when it has landed without a failure.
  std::vector<rows> results{};
  /// The whole transaction was rolled back, or its outcome is unknown.
  std::optional<failure> failed{};
};

/// Sends flights and receives their results without waiting. Not thread-safe.
class link {
 public:
  /// Prepares the statements of `on`. @param c idle, in blocking mode.
  link(checked_connection c, access on);
  link(const link&) = delete;
  link& operator=(const link&) = delete;
  ~link();

  [[nodiscard]] access on() const noexcept { return on_; }
  [[nodiscard]] std::uint32_t timeline() const noexcept { return c_.timeline; }
  [[nodiscard]] const std::string& host() const noexcept { return c_.host; }
  /// It has prepared its statements, and the connection holds.
  [[nodiscard]] bool is_ready() const noexcept { return is_prepared_ && !is_broken_; }
  /// It can only be closed. What was in flight is lost.
  [[nodiscard]] bool is_broken() const noexcept { return is_broken_; }

  /// @param scratch is overwritten.
  void send(flight f, const shard_facts& facts, array_parameters& scratch);
  [[nodiscard]] std::deque<flight>& in_flight() noexcept { return flights_; }
  [[nodiscard]] const std::deque<flight>& in_flight() const noexcept { return flights_; }

  [[nodiscard]] int descriptor() const noexcept;
  /// What to wait for, as of poll(2).
  [[nodiscard]] short events() const noexcept;
  /// Moves octets. @param ready as poll(2) returned it.
  /// @returns flights that have landed, in the order in which they were sent.
  [[nodiscard]] std::vector<flight> advance(short ready);

 private:
  void prepare();
  void flush();
  void land(pg_result* r, std::vector<flight>& landed);
  [[nodiscard]] failure failure_of(const pg_result* r) const;

  checked_connection c_;
  const access on_;
  bool is_prepared_ = false;
  bool is_broken_ = false;
  bool wants_to_write_ = false;
  /// The server warned during the first flight that a commit did not wait for its standby.
  bool was_warned_ = false;
  std::deque<flight> flights_;
};

}  // namespace mintage::storage::postgres
