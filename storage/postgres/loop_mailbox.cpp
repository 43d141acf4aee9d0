#include "storage/postgres/loop_mailbox.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <iterator>
#include <system_error>
#include <utility>

namespace mintage::storage::postgres {

loop_mailbox::loop_mailbox() : wakeup_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
  if (wakeup_ < 0) throw std::system_error{errno, std::generic_category(), "eventfd"};
}

loop_mailbox::~loop_mailbox() {
  ::close(wakeup_);
}

void loop_mailbox::wake() const noexcept {
  const auto one = std::uint64_t{1};
  static_cast<void>(::write(wakeup_, &one, sizeof one));
}

void loop_mailbox::quiet() const noexcept {
  auto count = std::uint64_t{};
  static_cast<void>(::read(wakeup_, &count, sizeof count));
}

void loop_mailbox::put(std::vector<operation_ptr> some) {
  auto was_empty = false;
  {
    const auto guard = std::scoped_lock{mutex_};
    was_empty = operations_.empty();
    if (was_empty)
      operations_ = std::move(some);
    else
      std::move(some.begin(), some.end(), std::back_inserter(operations_));
  }
  if (was_empty) wake();
}

void loop_mailbox::put(checked_connection c) {
  {
    const auto guard = std::scoped_lock{mutex_};
    connections_.push_back(std::move(c));
  }
  wake();
}

std::vector<operation_ptr> loop_mailbox::take_operations() {
  const auto guard = std::scoped_lock{mutex_};
  return std::exchange(operations_, {});
}

std::vector<checked_connection> loop_mailbox::take_connections() {
  const auto guard = std::scoped_lock{mutex_};
  return std::exchange(connections_, {});
}

}  // namespace mintage::storage::postgres
