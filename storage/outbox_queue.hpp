/// @file
/// The entries of an outbox in memory, for the engines of one process.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "storage/outbox.hpp"

namespace mintage::storage {

/// Not thread-safe.
class outbox_queue {
 public:
  void put(outbox_entry e) {
    by_due_.emplace(e.due, e.id);
    const auto id = e.id;
    entries_.insert_or_assign(id, std::move(e));
  }
  /// As of `outbox::claim`.
  std::vector<outbox_entry> claim(std::size_t most, instant now, instant until) {
    auto claimed = std::vector<outbox_entry>{};
    while (claimed.size() < most && !by_due_.empty() && by_due_.begin()->first <= now) {
      auto& e = entries_.at(by_due_.begin()->second);
      postpone(e, {std::max(until, now + oauth::milliseconds{1}), e.tries + 1});
      claimed.push_back(e);
    }
    return claimed;
  }
  /// @returns the entry as it is afterwards; null when it is not there any more.
  const outbox_entry* settle(const outbox_outcome& o) {
    const auto found = entries_.find(o.id);
    if (found == entries_.end()) return nullptr;
    if (o.again) {
      postpone(found->second, *o.again);
      return &found->second;
    }
    by_due_.erase({found->second.due, o.id});
    entries_.erase(found);
    return nullptr;
  }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

 private:
  void postpone(outbox_entry& e, const outbox_outcome::postponement& to) {
    by_due_.erase({e.due, e.id});
    e.due = to.due;
    e.tries = to.tries;
    by_due_.emplace(e.due, e.id);
  }

  std::map<outbox_id, outbox_entry> entries_;
  std::set<std::pair<instant, outbox_id>> by_due_;
};

}  // namespace mintage::storage
