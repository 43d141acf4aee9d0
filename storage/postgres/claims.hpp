/// @file
/// The order of a node's own operations on one record.
#pragma once

#include <deque>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "storage/postgres/judgement.hpp"

namespace mintage::storage::postgres {

/// Records with a write in flight. Later operations on such a record wait here until the write has
/// its result, so no execution gets one key twice. Between nodes the database's row locks decide.
/// Not thread-safe.
///
/// A write that had to wait is likely to find the record changed, so it begins with a look at it
/// where there is a statement for that. Equal looks run together: thousands of racing refreshes of
/// one token cost one write and a few reads.
class claims {
 public:
  /// @returns the operation when it may begin; a write then holds its record.
  [[nodiscard]] operation_ptr enter(operation_ptr o) {
    auto name = name_of(*o);
    const auto found = held_.find(name);
    if (found == held_.end()) {
      if (o->is_write) held_.try_emplace(std::move(name), record{.running = 1});
      o->holds = o->is_write;
      return o;
    }
    found->second.waiting.push_back(std::move(o));
    ++waiting_;
    return nullptr;
  }
  /// Ends the hold of an operation. @pre o.holds
  /// @param freed gets the operations that may begin now: one write, or reads or looks that are
  ///        alike.
  void leave(operation& o, std::vector<operation_ptr>& freed) {
    o.holds = false;
    const auto found = held_.find(name_of(o));
    auto& [running, has_writer, waiting] = found->second;
    if (--running != 0) return;
    if (waiting.empty()) {
      held_.erase(found);
      return;
    }
    if (std::exchange(has_writer, false)) return free_next(found->second, freed);
    const auto* const first = waiting.front().get();
    const auto is_alone = first->is_write && !becomes_look(*first);
    do {
      free_next(found->second, freed);
    } while (!is_alone && !waiting.empty() && are_alike(*freed.back(), *waiting.front()));
    for (auto i = freed.size() - running; i < freed.size(); ++i)
      if (becomes_look(*freed[i])) begin_with_look(*freed[i]);
  }
  /// Makes a write of an operation that began with a look. The first of a group is the next to run;
  /// the others may look again after it.
  /// @pre o->holds, and `o->step` is a write
  /// @param freed as of `leave`. @returns the operation when it may write now.
  [[nodiscard]] operation_ptr upgrade(operation_ptr o, std::vector<operation_ptr>& freed) {
    auto& r = held_.find(name_of(*o))->second;
    o->is_write = true;
    if (r.running == 1 && !r.has_writer) return o;
    auto& left = *o;
    r.waiting.insert(r.waiting.begin() + (r.has_writer ? 1 : 0), std::move(o));
    r.has_writer = true;
    ++waiting_;
    leave(left, freed);
    return nullptr;
  }
  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_; }

 private:
  struct record {
    /// Operations that hold it: one write, or reads that waited.
    std::size_t running = 0;
    /// The first that waits has looked already: it writes.
    bool has_writer = false;
    std::deque<operation_ptr> waiting{};
  };
  void free_next(record& r, std::vector<operation_ptr>& freed) {
    r.waiting.front()->holds = true;
    freed.push_back(std::move(r.waiting.front()));
    r.waiting.pop_front();
    ++r.running;
    --waiting_;
  }
  [[nodiscard]] static std::string name_of(const operation& o) {
    auto name = std::string{o.key.view()};
    name.push_back(static_cast<char>(o.kind));
    return name;
  }
  std::unordered_map<std::string, record> held_;
  std::size_t waiting_ = 0;
};

}  // namespace mintage::storage::postgres
