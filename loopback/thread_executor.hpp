/// @file
/// An I/O thread without sockets: runs the tasks that are posted to it, in order.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <limits>
#include <mutex>
#include <thread>

#include "service/service.hpp"

namespace mintage::loopback {

class thread_executor final : public service::io_thread {
 public:
  thread_executor() : thread_{[this] { run(); }} {}
  ~thread_executor() override {
    {
      const auto guard = std::scoped_lock{mutex_};
      stopped_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  void post(std::function<void()> task) override {
    {
      const auto guard = std::scoped_lock{mutex_};
      tasks_.push_back(std::move(task));
    }
    wake_.notify_one();
  }

  /// Reports an idle thread, so that admission never refuses.
  [[nodiscard]] std::uint64_t busy_since() const noexcept override {
    return std::numeric_limits<std::uint64_t>::max();
  }

  /// Whether the caller is a task of this I/O thread.
  [[nodiscard]] bool is_current() const noexcept {
    return std::this_thread::get_id() == thread_.get_id();
  }

  /// Runs `work` on the I/O thread and waits for its result.
  template <class Work>
  auto call(Work work) -> decltype(work()) {
    auto job = std::packaged_task<decltype(work())()>{std::move(work)};
    auto result = job.get_future();
    post([&job] { job(); });
    return result.get();
  }

 private:
  void run() {
    auto lock = std::unique_lock{mutex_};
    for (;;) {
      wake_.wait(lock, [this] { return stopped_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      task = nullptr;
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace mintage::loopback
