/// @file
/// One I/O thread: its event loop, its connections and their deadlines. Internal to net/.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include "net/http/render.hpp"
#include "service/service.hpp"

namespace mintage::net {

class connection;

using steady = std::chrono::steady_clock;
using executor = boost::asio::io_context::executor_type;
constexpr auto never = steady::time_point::max();
/// How long one connection, one stream or one round of tasks runs before the others get their turn.
constexpr auto turn_length = std::chrono::milliseconds{2};

/// Owns its connections until they close. All functions but `post` are called on its own thread, or
/// before `run`.
class event_loop final : public service::io_thread {
 public:
  /// @param number index among the I/O threads of its server, from 0.
  explicit event_loop(std::size_t number);
  ~event_loop() override;

  void run();
  /// Closes all connections and ends the thread. Called on another thread.
  void stop();

  /// Tasks run in the order of the calls. Takes no lock when called on its own thread. Tasks run
  /// after the sockets that are ready. Tasks that tasks post follow at once, but after two
  /// milliseconds the sockets are served again, so that requests are refused in time.
  void post(std::function<void()> task) override;
  void post_when_idle(std::function<void()> task) override;
  [[nodiscard]] std::uint64_t busy_since() const noexcept override { return busy_since_; }
  [[nodiscard]] std::size_t number() const noexcept { return number_; }
  [[nodiscard]] boost::asio::io_context& context() noexcept { return context_; }
  /// Counts a ready socket that has been read.
  void note_read() noexcept;
  /// Counts an answer that has been written.
  static void note_sent() noexcept;

  void set_service(service::token_service& s) noexcept { service_ = &s; }
  [[nodiscard]] service::token_service& service() noexcept { return *service_; }
  /// The current value of Date.
  [[nodiscard]] std::string_view date() noexcept { return date_.at(service_->now()); }

  /// @returns the index for `set_deadline`. `remove` may change the index of another connection.
  [[nodiscard]] std::size_t add(std::shared_ptr<connection> c);
  void remove(std::size_t index);
  /// Sets the time for `connection::expire`, which may be called up to one sweep later.
  void set_deadline(std::size_t index, steady::time_point t) noexcept {
    table_[index].deadline = t;
  }

  /// Not ready any more: each connection closes after its next answer.
  void leave() noexcept { leaving_ = true; }
  [[nodiscard]] bool is_leaving() const noexcept { return leaving_; }
  /// What readiness probes are told.
  [[nodiscard]] bool is_ready() const { return !leaving_ && service_->ready(); }
  [[nodiscard]] bool is_draining() const noexcept { return draining_; }
  /// Closes idle connections. Calls `when_empty`, once, when no connection is left.
  void drain(std::function<void()> when_empty);
  void close_all();

 private:
  // Deadlines are contiguous, so that a sweep over ten thousand connections reads memory in order.
  // A timer per connection would cost more than parsing all requests.
  struct entry {
    steady::time_point deadline;
    std::shared_ptr<connection> who;
  };
  void take_turn();
  void note_idle() noexcept;
  void look_idle();
  void give_way();
  void take_turn_unless_sockets_wait();
  [[nodiscard]] bool begin_turns() noexcept;
  void schedule_sweep();
  void sweep();
  void tell_if_empty();

  const std::size_t number_;
  std::deque<std::function<void()>> tasks_;
  // Tasks that wait until the I/O thread is idle.
  std::vector<std::function<void()>> patient_;
  steady::time_point patient_until_{};
  std::uint64_t tasks_run_ = 0;
  std::uint64_t tasks_seen_ = 0;
  unsigned idle_looks_ = 0;
  static constexpr auto idle = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t busy_since_ = idle;
  unsigned sockets_read_ = 0;  // since tasks last yielded to them
  unsigned rounds_left_ = 0;   // until tasks stop yielding
  std::vector<entry> table_;
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<executor> work_;
  boost::asio::basic_waitable_timer<steady, boost::asio::wait_traits<steady>, executor> timer_;
  service::token_service* service_ = nullptr;
  date_text date_;
  std::function<void()> when_empty_;
  bool sweeping_ = false;
  bool leaving_ = false;
  bool draining_ = false;
  std::thread thread_;
};

}  // namespace mintage::net
