#include "app/operations_desk.hpp"

#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace mintage::app {

operations_desk::opened operations_desk::open(handlers h) {
  handlers_ = std::move(h);
  thread_ = std::thread{[this] { work(); }};
  return opened{this};
}

void operations_desk::close() noexcept {
  closing_.request_stop();
  auto left = std::vector<task>{};
  {
    const auto lock = std::lock_guard{mutex_};
    closed_ = true;
    left.swap(tasks_);
  }
  wake_.notify_all();
  left.clear();
  if (thread_.joinable()) thread_.join();
}

void operations_desk::put(task t) {
  {
    const auto lock = std::lock_guard{mutex_};
    if (closed_) return;
    tasks_.push_back(std::move(t));
  }
  wake_.notify_all();
}

void operations_desk::perform(service::admin_handle x) noexcept try {
  // Returns to its gateway with the last copy of the task.
  const auto shared = std::make_shared<service::admin_handle>(std::move(x));
  put([this, shared] { answer(**shared); });
} catch (const std::exception&) {  // no memory: the caller is told 503
}

void operations_desk::reload() {
  put([this] { static_cast<void>(handlers_.reload()); });
}

void operations_desk::answer(service::admin_exchange& x) const {
  auto done = outcome{};
  if (std::holds_alternative<oauth::reload_config>(x.call))
    done = handlers_.reload();
  else if (const auto* call = std::get_if<oauth::back_up>(&x.call))
    done = handlers_.back_up(*call);
  else
    return;
  if (done)
    x.answer = *std::move(done);
  else
    x.error = std::move(done.error());
}

void operations_desk::work() {
  for (;;) {
    auto due = std::vector<task>{};
    {
      auto lock = std::unique_lock{mutex_};
      wake_.wait(lock, [this] { return closed_ || !tasks_.empty(); });
      if (closed_) return;
      due.push_back(std::move(tasks_.front()));
      tasks_.erase(tasks_.begin());
    }
    try {
      due.front()();
    } catch (const std::exception&) {  // the call is let go unanswered, and its caller told 503
    }
  }
}

}  // namespace mintage::app
