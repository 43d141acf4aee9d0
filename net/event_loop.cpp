#include "net/event_loop.hpp"

#include <pthread.h>

#include <boost/asio/post.hpp>
#include <string>
#include <utility>

#include "metrics/work_cost.hpp"
#include "net/connection.hpp"

namespace mintage::net {
namespace {

constexpr auto sweep_period = std::chrono::milliseconds{50};
constexpr auto longest_patience = std::chrono::milliseconds{1};
/// The number of ready sockets that Asio requests from the kernel.
constexpr unsigned sockets_at_once = 128;
constexpr unsigned most_rounds_of_sockets = 8;

/// The event loop that runs on the current thread.
thread_local const event_loop* here = nullptr;

}  // namespace

event_loop::event_loop(std::size_t number)
    : number_{number}, context_{1}, work_{context_.get_executor()}, timer_{context_} {}

event_loop::~event_loop() {
  stop();
}

void event_loop::run() {
  thread_ = std::thread{[this] {
    here = this;
    // Told apart in `top -H`, and by the part that measures how busy these threads are.
    ::pthread_setname_np(::pthread_self(), ("mintage-io-" + std::to_string(number_)).c_str());
    metrics::keep_work_cost();
    context_.run();
  }};
}

void event_loop::note_read() noexcept {
  ++sockets_read_;
  if (auto* const cost = metrics::work_cost_here()) cost->note_event();
}

void event_loop::note_sent() noexcept {
  if (auto* const cost = metrics::work_cost_here()) cost->note_event();
}

void event_loop::stop() {
  if (!thread_.joinable()) return;
  boost::asio::post(context_, [this] {
    close_all();
    context_.stop();
  });
  thread_.join();
}

void event_loop::post(std::function<void()> task) {
  if (here != this) {
    // After the tasks that this thread posted to itself before.
    return boost::asio::post(context_, [this, t = std::move(task)]() mutable {
      tasks_.push_back(std::move(t));
      if (begin_turns()) take_turn();
    });
  }
  tasks_.push_back(std::move(task));
  if (begin_turns()) boost::asio::post(context_, [this] { take_turn(); });
}

void event_loop::post_when_idle(std::function<void()> task) {
  patient_.push_back(std::move(task));
  if (patient_.size() > 1) return;
  patient_until_ = steady::now() + longest_patience;
  tasks_seen_ = tasks_run_;
  idle_looks_ = 0;
  boost::asio::post(context_, [this] { look_idle(); });
}

// The sockets are polled once between two calls, and their handlers run before the second.
void event_loop::look_idle() {
  if (std::exchange(tasks_seen_, tasks_run_) != tasks_run_) idle_looks_ = 0;
  if (++idle_looks_ <= 2 && steady::now() < patient_until_)
    return boost::asio::post(context_, [this] { look_idle(); });
  for (auto& task : std::exchange(patient_, {})) task();
  note_idle();
}

/// Ends a period of work when everything that came has been passed on or answered.
void event_loop::note_idle() noexcept {
  if (tasks_.empty() && patient_.empty()) metrics::end_work_period();
}

/// @returns whether there was no task before.
bool event_loop::begin_turns() noexcept {
  if (busy_since_ != idle) return false;
  const auto now = steady::now().time_since_epoch();
  busy_since_ =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
  return true;
}

// Limited by time, not by number: a task may be a message to a signer, which takes a third of a
// millisecond, and requests that will be refused must not wait for dozens of them.
void event_loop::take_turn() {
  const auto end = steady::now() + turn_length;
  do {
    const auto task = std::move(tasks_.front());
    tasks_.pop_front();
    task();
    ++tasks_run_;
  } while (!tasks_.empty() && steady::now() < end);
  if (tasks_.empty()) {
    busy_since_ = idle;
    note_idle();
  } else {
    give_way();
  }
}

// Asio runs a posted task after it has polled the sockets and before their handlers; a task that
// this one posts runs after the handlers.
void event_loop::give_way() {
  rounds_left_ = most_rounds_of_sockets;
  boost::asio::post(context_, [this] {
    sockets_read_ = 0;
    boost::asio::post(context_, [this] { take_turn_unless_sockets_wait(); });
  });
}

// When as many sockets were ready as one poll can report, there may be more: poll again, so that
// refusals need not wait for another turn of tasks.
void event_loop::take_turn_unless_sockets_wait() {
  if (sockets_read_ < sockets_at_once || rounds_left_-- == 0) return take_turn();
  sockets_read_ = 0;
  boost::asio::post(context_, [this] { take_turn_unless_sockets_wait(); });
}

std::size_t event_loop::add(std::shared_ptr<connection> c) {
  table_.push_back({never, std::move(c)});
  if (!sweeping_) schedule_sweep();
  return table_.size() - 1;
}

void event_loop::remove(std::size_t index) {
  // The caller may hold the last reference to the connection, which must outlive this change.
  const auto removed = std::exchange(table_[index], std::move(table_.back()));
  table_.pop_back();
  if (index < table_.size()) table_[index].who->set_index(index);
  tell_if_empty();
}

void event_loop::drain(std::function<void()> when_empty) {
  leaving_ = draining_ = true;
  when_empty_ = std::move(when_empty);
  for (auto i = table_.size(); i-- > 0;) {
    if (i >= table_.size()) continue;
    const auto held = table_[i].who;
    held->drain();
  }
  tell_if_empty();
}

void event_loop::close_all() {
  while (!table_.empty()) {
    const auto held = table_.back().who;
    held->close();
  }
}

void event_loop::tell_if_empty() {
  if (table_.empty() && when_empty_) std::exchange(when_empty_, nullptr)();
}

void event_loop::schedule_sweep() {
  sweeping_ = true;
  timer_.expires_after(sweep_period);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) sweep();
  });
}

void event_loop::sweep() {
  const auto now = steady::now();
  // Backwards: a closed connection is replaced by the last one, which was visited before.
  for (auto i = table_.size(); i-- > 0;) {
    if (i < table_.size() && table_[i].deadline <= now) {
      const auto held = table_[i].who;
      held->expire();
    }
  }
  if (table_.empty()) {
    sweeping_ = false;
  } else {
    schedule_sweep();
  }
}

}  // namespace mintage::net
