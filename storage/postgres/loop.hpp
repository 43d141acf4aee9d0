/// @file
/// The loop of one shard of the database: a thread that sends the operations of all code stores in
/// rounds, one commit each, over a few connections.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "storage/postgres/claims.hpp"
#include "storage/postgres/connector.hpp"
#include "storage/postgres/link.hpp"
#include "storage/postgres/loop_mailbox.hpp"
#include "storage/postgres/meters.hpp"
#include "storage/postgres/options.hpp"

namespace mintage::storage::postgres {

/// Operations wait in one of two queues, for a connection that writes or one that reads. A round is
/// what has gathered when a connection is free. When a connection is lost, what it had sent is sent
/// again on another one until `resolve` is over, if that is safe (`repeat`). An operation that was
/// never sent is given up after `patience`, or at once while the shard is down.
class loop {
 public:
  /// @param dialler, tell outlive the loop.
  loop(connector& dialler, const postgres_options& o, unsigned max_failures, std::size_t shard,
       const teller& tell);
  /// Operations without a result are destroyed; their batches are not finished.
  ~loop();
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;

  /// Any thread; does not wait.
  void submit(std::vector<operation_ptr> some);
  /// Whether writes are likely to succeed now: there is a connection, and no round is late. Any
  /// thread; takes no lock.
  [[nodiscard]] bool is_up() const noexcept { return is_up_.load(std::memory_order_relaxed); }
  [[nodiscard]] const loop_meters& meters() const noexcept { return meters_; }

 private:
  /// Operations that wait for a connection, by `access`.
  using queue = std::deque<operation_ptr>;

  void run(const std::stop_token& stop);
  void wait(steady_time until);

  // loop_links.cpp: connections and rounds.
  void ask_for_links();
  void take_links();
  void place(checked_connection c);
  [[nodiscard]] std::size_t count(access on) const noexcept;
  [[nodiscard]] unsigned wanted(access on) const noexcept;
  void drop(link& gone);
  void drop_broken();
  void send_reads();
  void send_writes();
  [[nodiscard]] link* free_writer();
  [[nodiscard]] bool should_gather(const queue& waiting) const;
  [[nodiscard]] flight take_round(queue& from, const link& to);
  void note_state();
  [[nodiscard]] steady_time next_event() const;

  // loop_operations.cpp: what becomes of each operation.
  void take_inbox();
  void admit(operation_ptr o);
  void enqueue(operation_ptr o);
  void land(flight f, std::uint32_t timeline);
  void land_part(execution& part, const rows& found);
  void land_failed(flight f, std::uint32_t timeline);
  void send_again(operation_ptr o, std::uint32_t timeline);
  void finish(operation_ptr o);
  void give_up_on(operation_ptr o);
  void expire();
  [[nodiscard]] bool is_hopeless(const operation& o) const;

  connector& dialler_;
  const postgres_options options_;
  const teller& tell_;
  loop_meters meters_;
  shard_facts facts_;
  array_parameters scratch_;
  claims claims_;
  std::array<queue, oauth::count_of<access>()> queues_;
  std::vector<std::unique_ptr<link>> links_;
  /// Connections that were asked for and have not come.
  std::size_t asked_for_ = 0;
  std::uint32_t timeline_ = 0;
  steady_time now_{};
  /// Since when no connection can write; nothing while one can.
  std::optional<steady_time> seeking_since_;
  steady_time next_expiry_{};
  /// No connection is asked for before: the last one could not prepare its statements.
  steady_time next_links_{};
  /// Operations whose record has become free.
  std::vector<operation_ptr> freed_;
  std::atomic<bool> is_up_{false};

  /// What other threads give to the loop. The connector may still hold it when the loop has ended.
  const std::shared_ptr<loop_mailbox> mail_;
  std::jthread thread_;
};

}  // namespace mintage::storage::postgres
