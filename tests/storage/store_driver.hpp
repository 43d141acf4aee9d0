/// @file
/// What the storage tests share: a clock, a directory, an owner, and blocking calls.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

#include "loopback/child_process.hpp"
#include "storage/engine.hpp"

namespace mintage::storage {

using loopback::temporary_folder;
using std::chrono::seconds;

class manual_clock final : public oauth::clock {
 public:
  [[nodiscard]] instant now() const noexcept override {
    return instant{oauth::milliseconds{now_.load()}};
  }
  void advance(oauth::milliseconds by) { now_ += by.count(); }

 private:
  std::atomic<std::int64_t> now_ = 1'700'000'000'000;
};

/// Owns shards on the thread that calls `run_one`. Remaining tasks are destroyed without running.
class task_queue {
 public:
  [[nodiscard]] owner post() {
    return [this](std::function<void()> task) {
      auto lock = std::lock_guard{mutex_};
      tasks_.push_back(std::move(task));
      arrived_.notify_one();
    };
  }
  /// Waits for a task and runs it.
  void run_one() {
    auto lock = std::unique_lock{mutex_};
    arrived_.wait(lock, [this] { return !tasks_.empty(); });
    auto task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::function<void()>> tasks_;
};

/// The results of one batch, when they have arrived.
template <class T>
class answer {
 public:
  [[nodiscard]] done_handler<T> handler() {
    return [given = given_](std::vector<T> results) {
      EXPECT_FALSE(given->has_value()) << "answered twice";
      *given = std::move(results);
    };
  }
  [[nodiscard]] bool is_there() const { return given_->has_value(); }
  std::vector<T> wait(task_queue& tasks) {
    while (!is_there()) {
      tasks.run_one();
    }
    return **given_;
  }

 private:
  std::shared_ptr<std::optional<std::vector<T>>> given_ =
      std::make_shared<std::optional<std::vector<T>>>();
};

inline crypto::bytes<32> octets_of(std::uint64_t n) {
  auto out = crypto::bytes<32>{};
  for (auto i = std::size_t{0}; i < 8; ++i, n >>= 8) {
    out[i] = static_cast<std::uint8_t>(n);
  }
  return out;
}

inline attempt_id attempt_of(std::uint64_t n) {
  auto out = attempt_id{};
  auto wide = octets_of(n);
  std::copy_n(wide.begin(), out.size(), out.begin());
  return out;
}

/// Test codes are numbers; their slots are distributed.
inline oauth::slot slot_of(std::uint64_t code) {
  return {static_cast<std::uint16_t>(code * 2654435761U % oauth::slots_count)};
}
inline record_key code_key(std::uint64_t code) {
  return {slot_of(code), octets_of(code)};
}
/// The key of the grant that an attempt on a code issues.
inline record_key new_grant_key(std::uint64_t code, std::uint64_t attempt) {
  return {slot_of(code), attempt_of(attempt)};
}

inline insert_op insertion(std::uint64_t code, instant expires) {
  return {.kind = table::codes,
          .key = code_key(code),
          .expires = expires,
          .binding = octets_of(code + 1),
          .value = "value of " + std::to_string(code)};
}

inline consume_op consumption(std::uint64_t code, std::uint64_t attempt, instant now) {
  return {.key = code_key(code),
          .binding = octets_of(code + 1),
          .attempt = attempt_of(attempt),
          .tombstone_until = now + seconds{600},
          .new_grant = {.kind = table::grants,
                        .key = new_grant_key(code, attempt),
                        .expires = now + seconds{3600},
                        .binding = {},
                        .value = "issued by " + std::to_string(attempt)}};
}

/// A rotation of the family whose grant an attempt on a code issued.
inline rotate_op rotation(std::uint64_t code, std::uint64_t attempt, std::uint32_t presented,
                          instant now) {
  return {
      .key = new_grant_key(code, attempt),
      .presented = presented,
      .successor = presented + 1,
      .expires = now + seconds{3600},
      .value = "generation " + std::to_string(presented + 1) + " of " + std::to_string(attempt)};
}

/// A shard, and the thread that calls it.
class store_driver {
 public:
  store_driver(engine& e, std::size_t index, std::size_t count)
      : tasks_{std::make_unique<task_queue>()},
        store_{e.open_shard(index, count, tasks_->post())} {}

  [[nodiscard]] shard_store& store() { return *store_; }
  [[nodiscard]] task_queue& tasks() { return *tasks_; }

  std::vector<verdict> insert(std::vector<insert_op> batch, instant now) {
    auto a = answer<verdict>{};
    store_->insert(std::move(batch), now, a.handler());
    return a.wait(*tasks_);
  }
  std::vector<read_result> read(table kind, std::vector<record_key> keys, instant now) {
    auto a = answer<read_result>{};
    store_->read(kind, std::move(keys), now, a.handler());
    return a.wait(*tasks_);
  }
  std::vector<consume_result> consume(std::vector<consume_op> batch, instant now) {
    auto a = answer<consume_result>{};
    store_->consume(std::move(batch), now, a.handler());
    return a.wait(*tasks_);
  }
  std::vector<verdict> release(std::vector<release_op> batch, instant now) {
    auto a = answer<verdict>{};
    store_->release(std::move(batch), now, a.handler());
    return a.wait(*tasks_);
  }
  std::vector<rotate_result> rotate(std::vector<rotate_op> batch, instant now) {
    auto a = answer<rotate_result>{};
    store_->rotate(std::move(batch), now, a.handler());
    return a.wait(*tasks_);
  }
  std::vector<verdict> revoke(std::vector<revoke_op> batch, instant now) {
    auto a = answer<verdict>{};
    store_->revoke(std::move(batch), now, a.handler());
    return a.wait(*tasks_);
  }

  // Batches of one operation.
  verdict insert(insert_op op, instant now) { return insert(std::vector{std::move(op)}, now)[0]; }
  read_result read(table kind, const record_key& key, instant now) {
    return read(kind, std::vector{key}, now)[0];
  }
  consume_result consume(consume_op op, instant now) {
    return consume(std::vector{std::move(op)}, now)[0];
  }
  verdict release(std::uint64_t code, std::uint64_t attempt, instant now) {
    return release({{code_key(code), attempt_of(attempt)}}, now)[0];
  }
  rotate_result rotate(rotate_op op, instant now) {
    return rotate(std::vector{std::move(op)}, now)[0];
  }
  verdict revoke(table kind, const record_key& key, instant now) {
    return revoke({{kind, key}}, now)[0];
  }

 private:
  std::unique_ptr<task_queue> tasks_;
  std::unique_ptr<shard_store> store_;
};

inline void PrintTo(verdict v, std::ostream* out) {
  *out << to_string(v);
}

}  // namespace mintage::storage
