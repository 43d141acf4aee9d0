/// @file
/// The outbox in memory.
#pragma once

#include <mutex>

#include "storage/engine.hpp"
#include "storage/outbox_queue.hpp"

namespace mintage::storage {

class memory_outbox final : public outbox {
 public:
  void add(const std::vector<outbox_entry>& entries) override {
    const auto guard = std::scoped_lock{mutex_};
    if (queue_.size() + entries.size() > most_entries) throw storage_error{"the outbox is full"};
    for (const auto& e : entries) queue_.put(e);
  }
  std::vector<outbox_entry> claim(std::size_t most, instant now, instant until) override {
    const auto guard = std::scoped_lock{mutex_};
    return queue_.claim(most, now, until);
  }
  void settle(const std::vector<outbox_outcome>& outcomes) override {
    const auto guard = std::scoped_lock{mutex_};
    for (const auto& o : outcomes) static_cast<void>(queue_.settle(o));
  }
  std::size_t size() override {
    const auto guard = std::scoped_lock{mutex_};
    return queue_.size();
  }

 private:
  std::mutex mutex_;
  outbox_queue queue_;
};

}  // namespace mintage::storage
