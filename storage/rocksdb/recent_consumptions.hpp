/// @file
/// The codes that a shard consumed a moment ago, for taking a consumption back (COM-02).
#pragma once

#include <chrono>
#include <deque>
#include <string>
#include <utility>

#include "storage/shard_store.hpp"

namespace mintage::storage {

/// A tombstone does not hold the value of its code, so that ten minutes of tombstones stay small.
/// Releases come from this process within moments, so the values are kept here: for 30 s, at most
/// 16,384.
class recent_consumptions {
 public:
  struct entry {
    record_key key;
    attempt_id attempt{};
    instant at{};
    instant expires{};  ///< of the live code
    std::string value;
  };

  void remember(entry e) {
    while (!entries_.empty() &&
           (entries_.size() >= capacity || entries_.front().at + life <= e.at)) {
      entries_.pop_front();
    }
    entries_.push_back(std::move(e));
  }

  /// @returns null when the code is not here. Searches linearly, newest first: releases are rare,
  ///          and consumptions need not maintain an index.
  [[nodiscard]] const entry* find(const record_key& key, const attempt_id& attempt) const noexcept {
    for (auto e = entries_.rbegin(); e != entries_.rend(); ++e) {
      if (e->attempt == attempt && e->key == key) {
        return &*e;
      }
    }
    return nullptr;
  }

 private:
  static constexpr std::size_t capacity = 16'384;
  static constexpr auto life = std::chrono::seconds{30};
  std::deque<entry> entries_;
};

}  // namespace mintage::storage
