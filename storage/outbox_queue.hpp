/// @file
/// The entries of an outbox in memory, for the engines of one process.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "storage/outbox.hpp"

namespace mintage::storage {

/// Not thread-safe.
class outbox_queue {
 public:
  [[nodiscard]] bool has_room(const outbox_receiver& r) const noexcept {
    const auto found = by_receiver_.find(r);
    return outbox::has_room(found == by_receiver_.end() ? 0 : found->second.size(), size());
  }
  void put(outbox_entry e) {
    schedule(e.id, e.due);
    const auto id = e.id;
    entries_.insert_or_assign(id, std::move(e));
  }
  /// As of `outbox::claim`.
  std::vector<outbox_entry> claim(std::size_t most, std::span<const outbox_receiver> passed_over,
                                  instant now, instant until) {
    auto claimed = std::vector<outbox_entry>{};
    auto at = heads_.begin();
    while (claimed.size() < most && at != heads_.end() && at->first <= now) {
      const auto id = at->second;
      if (std::ranges::find(passed_over, receiver_of(id)) != passed_over.end()) {
        ++at;
        continue;
      }
      auto& e = entries_.at(id);
      postpone(e, {std::max(until, now + oauth::milliseconds{1}), e.tries + 1});
      claimed.push_back(e);
      at = heads_.begin();
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
    unschedule(found->second);
    entries_.erase(found);
    return nullptr;
  }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

 private:
  using place = std::pair<instant, outbox_id>;

  void postpone(outbox_entry& e, const outbox_outcome::postponement& to) {
    unschedule(e);
    e.due = to.due;
    e.tries = to.tries;
    schedule(e.id, e.due);
  }
  void schedule(const outbox_id& id, instant due) {
    auto& own = by_receiver_[receiver_of(id)];
    if (!own.empty()) heads_.erase(*own.begin());
    own.emplace(due, id);
    heads_.insert(*own.begin());
  }
  void unschedule(const outbox_entry& e) {
    const auto found = by_receiver_.find(receiver_of(e.id));
    auto& own = found->second;
    heads_.erase(*own.begin());
    own.erase({e.due, e.id});
    if (own.empty())
      by_receiver_.erase(found);
    else
      heads_.insert(*own.begin());
  }

  std::map<outbox_id, outbox_entry> entries_;
  std::map<outbox_receiver, std::set<place>> by_receiver_;
  /// The first entry of each receiver.
  std::set<place> heads_;
};

}  // namespace mintage::storage
