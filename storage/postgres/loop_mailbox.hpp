/// @file
/// What other threads give to the loop of a shard.
#pragma once

#include <mutex>
#include <vector>

#include "storage/postgres/connector.hpp"
#include "storage/postgres/operation.hpp"

namespace mintage::storage::postgres {

/// Thread-safe.
class loop_mailbox {
 public:
  /// @throws std::system_error
  loop_mailbox();
  ~loop_mailbox();
  loop_mailbox(const loop_mailbox&) = delete;
  loop_mailbox& operator=(const loop_mailbox&) = delete;

  void put(std::vector<operation_ptr> some);
  void put(checked_connection c);
  /// Makes the descriptor readable.
  void wake() const noexcept;

  /// Readable when there is something to take.
  [[nodiscard]] int descriptor() const noexcept { return wakeup_; }
  /// Makes the descriptor unreadable until the next `put` or `wake`.
  void quiet() const noexcept;
  [[nodiscard]] std::vector<operation_ptr> take_operations();
  [[nodiscard]] std::vector<checked_connection> take_connections();

 private:
  std::mutex mutex_;  // guards operations_ and connections_
  std::vector<operation_ptr> operations_;
  std::vector<checked_connection> connections_;
  int wakeup_;  ///< an eventfd
};

}  // namespace mintage::storage::postgres
