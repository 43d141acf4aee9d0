/// @file
/// Does the calls that concern the process, one after another, on a thread of its own.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "service/operations.hpp"

namespace mintage::app {

/// Calls wait in order until the desk is open and the call before is done. Thread-safe. Outlives
/// the actors; is closed before they end, because calls need what they own.
class operations_desk final : public service::operations {
 public:
  using outcome = oauth::admin_result<oauth::operation_report>;
  /// What does each kind of call, on the desk's thread. An exception becomes an error. Each logs
  /// what it did. A kind without a handler is refused, with the sentence in the table of the desk.
  struct handlers {
    std::function<outcome()> reload{};
    std::function<outcome(const oauth::back_up&)> back_up{};
    std::function<outcome()> rotate_seal{};
    std::function<outcome()> show_seal{};
    std::function<outcome()> retire_seal{};
  };

  /// Closes the desk, also when the server ends by an exception.
  struct closer {
    void operator()(operations_desk* d) const noexcept { d->close(); }
  };
  using opened = std::unique_ptr<operations_desk, closer>;

  operations_desk() = default;
  ~operations_desk() override { close(); }

  /// @returns what closes it again; it ends before what the handlers use.
  [[nodiscard]] opened open(handlers h);
  /// Asks the call that is being done to end early, and waits for it; lets the others go
  /// unanswered.
  void close() noexcept;

  /// For calls that take long: whether the desk closes.
  [[nodiscard]] std::stop_token closing() const noexcept { return closing_.get_token(); }

  void perform(service::admin_handle x) noexcept override;
  /// Reads the config again without a caller: on a signal.
  void reload();

 private:
  using task = std::function<void()>;
  void put(task t);
  void work();
  void answer(service::admin_exchange& x) const;

  handlers handlers_;
  std::mutex mutex_;  // guards tasks_ and closed_
  std::condition_variable wake_;
  std::vector<task> tasks_;
  bool closed_ = false;
  std::stop_source closing_;
  std::thread thread_;
};

}  // namespace mintage::app
