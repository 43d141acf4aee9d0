/// @file
/// Where a thread receives a connection from a connector, also while it waits for something else.
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "storage/postgres/connector.hpp"

namespace mintage::storage::postgres {

/// For one receiving thread; `alarm` is for any. A connection that comes after the box was
/// destroyed is closed.
class mailbox {
 public:
  explicit mailbox(connector& from);
  ~mailbox();
  mailbox(const mailbox&) = delete;
  mailbox& operator=(const mailbox&) = delete;

  /// Asks for a connection, unless one is on its way or here.
  void ask();
  [[nodiscard]] bool has_got() const;
  [[nodiscard]] std::optional<checked_connection> take();
  /// Readable once something has come or `alarm` was called, until `calm`.
  [[nodiscard]] int fd() const noexcept;
  void alarm() const noexcept;
  void calm() const noexcept;
  /// Waits until `fd` is readable or the time is over, and calms it.
  void wait(std::chrono::milliseconds limit) const;

 private:
  struct content;
  connector& from_;
  std::shared_ptr<content> content_;
};

}  // namespace mintage::storage::postgres
