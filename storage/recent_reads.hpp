/// @file
/// Codes as a shard read them a moment ago, so that a redemption looks its code up once.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "storage/shard_store.hpp"
#include "storage/stored_record.hpp"

namespace mintage::storage {

/// A redemption is judged by what it read, then asks to consume the same code. Nobody but the shard
/// writes its records, so what it read stays true until it writes that key: then `forget` it.
class recent_reads {
 public:
  /// Takes the record; leaves another in its place, for its memory.
  void keep(const record_key& key, stored_record& r) {
    auto& place = place_of(key);
    place.key = key;
    place.known = true;
    exchange(place.record, r);
  }
  /// Moves the record of that key to `r` and forgets it. @returns false when it is not known.
  [[nodiscard]] bool take(const record_key& key, stored_record& r) {
    auto& place = place_of(key);
    if (!place.known || !(place.key == key)) {
      return false;
    }
    place.known = false;
    exchange(place.record, r);
    return true;
  }
  void forget(const record_key& key) {
    auto& place = place_of(key);
    place.known = place.known && !(place.key == key);
  }

 private:
  struct entry {
    record_key key;
    bool known = false;
    stored_record record;
  };
  /// As many as one commit has members (`pools.code_store.batch_max`) unless told otherwise; a key
  /// that takes the place of another costs that one a second look.
  static constexpr std::size_t capacity = 512;

  static void exchange(stored_record& a, stored_record& b) {
    std::swap(a.expires, b.expires);
    a.body.Swap(&b.body);
  }
  /// The octets behind the slot are those of a hash.
  entry& place_of(const record_key& key) {
    const auto octets = key.view();
    const auto at = [&](std::size_t i) {
      return i < octets.size() ? static_cast<unsigned char>(octets[i]) : std::size_t{0};
    };
    return entries_[(at(2) << 8 | at(3)) % capacity];
  }

  std::unique_ptr<entry[]> entries_ = std::make_unique<entry[]>(capacity);
};

}  // namespace mintage::storage
