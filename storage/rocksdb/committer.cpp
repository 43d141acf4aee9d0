#include "storage/rocksdb/committer.hpp"

#include <pthread.h>

#include <chrono>
#include <utility>

#include "metrics/work_cost.hpp"

namespace mintage::storage {

committer::committer(rocksdb_database& db) : db_{db}, thread_{[this] { run(); }} {}

committer::~committer() {
  {
    auto lock = std::lock_guard{mutex_};
    stopping_ = true;
  }
  work_.notify_one();
  thread_.join();
}

bool committer::write(rocksdb::WriteBatch& batch, bool sync) {
  const auto was_writable = db_.writable();
  auto done = db_.write(batch, sync);
  if (!done) {
    if (was_writable) meters_.write_failures.add();
    auto lock = std::lock_guard{mutex_};
    work_.notify_one();
  }
  return done;
}

void committer::when_durable(std::function<void(bool)> settled) {
  auto lock = std::lock_guard{mutex_};
  queue_.push_back({db_.openings(), std::move(settled)});
  ++asked_;
}

void committer::hurry() {
  {
    auto lock = std::lock_guard{mutex_};
    if (queue_.empty() || std::exchange(hurried_, true)) {
      return;
    }
  }
  work_.notify_one();
}

void committer::settle() {
  hurry();
  auto lock = std::unique_lock{mutex_};
  progress_.wait(lock, [this, all = asked_] { return settled_ >= all; });
}

bool committer::sync() {
  const auto is_tried = db_.writable();
  const auto since = metrics::ticks();
  const auto done = db_.sync();
  if (done) meters_.fsync_ns.add(metrics::ticks() - since);
  if (is_tried && !done) meters_.fsync_failures.add();
  return done;
}

void committer::run() {
  constexpr auto retry = std::chrono::milliseconds{500};
  ::pthread_setname_np(::pthread_self(), "mintage-store");
  metrics::keep_work_cost();
  auto jobs = std::vector<job>{};
  auto called = [this] { return stopping_ || hurried_; };
  auto lock = std::unique_lock{mutex_};
  for (;;) {
    if (db_.writable()) {
      work_.wait(lock, [&] { return called() || !db_.writable(); });
    }
    if (!db_.writable() && !work_.wait_for(lock, retry, called)) {
      lock.unlock();
      db_.mend();
      lock.lock();
      continue;
    }
    if (queue_.empty()) {
      return;
    }
    jobs.swap(queue_);
    hurried_ = false;
    lock.unlock();
    metrics::end_work_period();  // one period per fsync
    const auto durable = sync();
    for (auto& j : jobs) {
      try {
        // Writes to a database that had to be reopened since may be lost.
        j.settled(durable && j.opening == db_.openings());
      } catch (...) {  // the owner is gone or out of memory: its operations are destroyed with it
      }
    }
    auto count = jobs.size();
    jobs.clear();
    lock.lock();
    settled_ += count;
    progress_.notify_all();
  }
}

}  // namespace mintage::storage
