/// @file
/// The outbox in memory.
#pragma once

#include <mutex>

#include "storage/engine.hpp"
#include "storage/outbox_queue.hpp"

namespace mintage::storage {

class memory_outbox final : public outbox {
 public:
  std::vector<outbox_id> add(const std::vector<outbox_entry>& entries) override {
    const auto guard = std::scoped_lock{mutex_};
    auto refused = std::vector<outbox_id>{};
    for (const auto& e : entries) {
      if (queue_.has_room(receiver_of(e.id)))
        queue_.put(e);
      else
        refused.push_back(e.id);
    }
    return refused;
  }
  std::vector<outbox_entry> claim(std::size_t most, std::span<const outbox_receiver> passed_over,
                                  instant now, instant until) override {
    const auto guard = std::scoped_lock{mutex_};
    return queue_.claim(most, passed_over, now, until);
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
