/// @file
/// A cache of the live codes that a shard wrote or read last: most codes are redeemed within
/// seconds, and then need no lookup.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "storage/rocksdb/stored_record.hpp"
#include "storage/shard_store.hpp"

namespace mintage::storage {

/// Only the shard writes its records, so an entry stays valid until the shard writes that key
/// again; then it must `forget` it. Not thread-safe.
class live_codes {
 public:
  struct entry {
    record_key key;
    bool known = false;
    instant expires{};
    std::uint32_t failures = 0;
    crypto::digest binding{};
    std::string value;
  };

  /// @param most number of codes at most, rounded up to a power of two.
  /// @param octets size of all values at most.
  live_codes(std::size_t most, std::size_t octets)
      : sets_(std::bit_ceil((most + ways - 1) / ways)), room_{octets} {}

  /// Stores a live code in place of the oldest one of its set. Takes the value of `r`.
  void keep(const record_key& key, stored_record& r) {
    auto& s = set_of(key);
    auto& e = s.entries[s.next++ % ways];
    drop(e);
    if (r.body.value().size() > room_) return;
    e.key = key;
    e.known = true;
    e.expires = r.expires;
    e.failures = r.body.failures();
    const auto& binding = r.body.binding();
    std::memcpy(e.binding.data(), binding.data(), std::min(binding.size(), e.binding.size()));
    e.value.swap(*r.body.mutable_value());
    room_ -= e.value.size();
  }
  /// @returns null when the code is not here; else a pointer that is valid until the next call of
  ///          another member.
  [[nodiscard]] const entry* find(const record_key& key) const noexcept {
    const auto& s = sets_[index_of(key)];
    if (s == nullptr) return nullptr;
    for (const auto& e : s->entries)
      if (e.known && e.key == key) return &e;
    return nullptr;
  }
  /// Moves the code to `r` and removes it here. @returns false when it is not here.
  [[nodiscard]] bool take(const record_key& key, stored_record& r) {
    auto* e = find_mutable(key);
    if (e == nullptr) return false;
    r.expires = e->expires;
    r.body.Clear();
    r.body.mutable_binding()->assign(crypto::as_chars(e->binding));
    r.body.set_failures(e->failures);
    room_ += e->value.size();
    r.body.mutable_value()->swap(e->value);
    e->value.clear();
    e->known = false;
    return true;
  }
  void forget(const record_key& key) {
    if (auto* e = find_mutable(key)) drop(*e);
  }

 private:
  static constexpr std::size_t ways = 4;
  struct set {
    std::array<entry, ways> entries;
    unsigned next = 0;
  };

  void drop(entry& e) {
    if (!std::exchange(e.known, false)) return;
    room_ += e.value.size();
    e.value = {};
  }
  entry* find_mutable(const record_key& key) noexcept { return const_cast<entry*>(find(key)); }
  /// Uses octets after the slot, which are those of a hash.
  [[nodiscard]] std::size_t index_of(const record_key& key) const noexcept {
    auto hash = std::uint32_t{0};
    const auto octets = key.view();
    if (octets.size() >= 2 + sizeof hash) std::memcpy(&hash, octets.data() + 2, sizeof hash);
    return hash & (sets_.size() - 1);
  }
  set& set_of(const record_key& key) {
    auto& s = sets_[index_of(key)];
    if (s == nullptr) s = std::make_unique<set>();
    return *s;
  }

  std::vector<std::unique_ptr<set>> sets_;  ///< made on first use
  std::size_t room_;
};

}  // namespace mintage::storage
