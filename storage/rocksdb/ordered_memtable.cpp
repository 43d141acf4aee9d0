#include "storage/rocksdb/ordered_memtable.hpp"

#include <rocksdb/slice.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cassert>
#include <cstdint>
#include <mutex>
#include <new>
#include <vector>

#include "oauth/grant/slot.hpp"

namespace mintage::storage {
namespace {

using rocksdb::MemTableRep;
using rocksdb::Slice;

/// Key and value follow it in memory, as RocksDB packed them. Nodes of one user key form a chain,
/// newest first, so a record with many versions does not lengthen its bucket.
struct node {
  std::atomic<node*> next;   ///< the next user key of the bucket; read from the newest node only
  std::atomic<node*> older;  ///< of the same user key
  std::uint64_t order;       ///< its first eight octets, as a number

  [[nodiscard]] const char* entry() const noexcept {
    return reinterpret_cast<const char*>(this + 1);
  }
  [[nodiscard]] node* following() const noexcept { return next.load(std::memory_order_acquire); }
  [[nodiscard]] node* next_older() const noexcept { return older.load(std::memory_order_acquire); }
};

constexpr std::size_t tag_size = 8;  // sequence number and kind, behind each user key

Slice user_key(Slice internal) noexcept {
  internal.remove_suffix(tag_size);
  return internal;
}

std::uint64_t order_of(const Slice& user) noexcept {
  auto order = std::uint64_t{0};
  for (auto i = std::size_t{0}; i < sizeof order; ++i) {
    order = order << 8 | (i < user.size() ? static_cast<unsigned char>(user[i]) : 0U);
  }
  return order;
}

/// The newest node of a user key, and the node that is meant: this one or an older version.
struct position {
  node* newest = nullptr;
  node* at = nullptr;
};

/// The nodes. One writer.
class table {
 public:
  table(const MemTableRep::KeyComparator& compare, std::size_t buckets)
      : compare_{compare},
        shift_{64U - static_cast<unsigned>(std::bit_width(buckets) - 1)},
        buckets_(buckets) {
    assert(std::has_single_bit(buckets));
  }

  void insert(node& fresh) {
    const auto internal = compare_.decode_key(fresh.entry());
    fresh.order = order_of(user_key(internal));
    auto* link = &buckets_[bucket_of(fresh.order)];
    auto* there = link->load(std::memory_order_relaxed);
    auto side = 1;
    while (there != nullptr && (side = compare_users(*there, fresh.order, internal)) < 0) {
      link = &there->next;
      there = link->load(std::memory_order_relaxed);
    }
    if (there == nullptr || side != 0) {
      fresh.older.store(nullptr, std::memory_order_relaxed);
      fresh.next.store(there, std::memory_order_relaxed);
      link->store(&fresh, std::memory_order_release);
      return;
    }
    if (compare_(fresh.entry(), there->entry()) < 0) {
      fresh.older.store(there, std::memory_order_relaxed);
      fresh.next.store(there->next.load(std::memory_order_relaxed), std::memory_order_relaxed);
      link->store(&fresh, std::memory_order_release);
      return;
    }
    insert_older(fresh, *there);
  }

  /// The first node at or after an internal key.
  [[nodiscard]] position seek(const Slice& internal) const {
    const auto order = order_of(user_key(internal));
    const auto bucket = bucket_of(order);
    for (auto* n = head(bucket); n != nullptr; n = n->following()) {
      const auto side = compare_users(*n, order, internal);
      if (side > 0) {
        return {n, n};
      }
      if (side == 0) {
        for (auto* e = n; e != nullptr; e = e->next_older()) {
          if (compare_(e->entry(), internal) >= 0) {
            return {n, e};
          }
        }
      }
    }
    return first_from(bucket + 1);
  }

  [[nodiscard]] position first_from(std::size_t bucket) const {
    for (; bucket < buckets_.size(); ++bucket) {
      if (auto* n = head(bucket)) {
        return {n, n};
      }
    }
    return {};
  }

  [[nodiscard]] position next(const position& p) const {
    if (auto* e = p.at->next_older()) {
      return {p.newest, e};
    }
    if (auto* n = p.newest->following()) {
      return {n, n};
    }
    return first_from(bucket_of(p.newest->order) + 1);
  }

  /// The last node before an internal key, or of all. Walks the bucket: no request iterates
  /// backwards.
  [[nodiscard]] position last_before(const Slice* internal) const {
    const auto last =
        internal != nullptr ? bucket_of(order_of(user_key(*internal))) : buckets_.size() - 1;
    for (auto bucket = last + 1; bucket-- > 0;) {
      auto found = position{};
      for (auto* n = head(bucket); n != nullptr; n = n->following()) {
        for (auto* e = n; e != nullptr; e = e->next_older()) {
          if (internal == nullptr || compare_(e->entry(), *internal) < 0) {
            found = {n, e};
          }
        }
      }
      if (found.at != nullptr) {
        return found;
      }
    }
    return {};
  }

  [[nodiscard]] Slice internal_key(const char* entry) const { return compare_.decode_key(entry); }
  [[nodiscard]] int compare(const char* entry, const Slice& internal) const {
    return compare_(entry, internal);
  }
  [[nodiscard]] std::size_t memory() const noexcept {
    return buckets_.size() * sizeof buckets_.front();
  }

 private:
  /// Grows with the order. A slot uses twelve bits of sixteen; the four above are zero.
  [[nodiscard]] std::size_t bucket_of(std::uint64_t order) const noexcept {
    constexpr auto empty_bits =
        16U - static_cast<unsigned>(std::bit_width(oauth::slots_count - 1U));
    const auto beyond = order >> (64U - empty_bits) != 0;
    return beyond ? buckets_.size() - 1 : static_cast<std::size_t>((order << empty_bits) >> shift_);
  }
  [[nodiscard]] node* head(std::size_t bucket) const noexcept {
    return buckets_[bucket].load(std::memory_order_acquire);
  }
  [[nodiscard]] int compare_users(const node& n, std::uint64_t order, const Slice& internal) const {
    if (n.order != order) {
      return n.order < order ? -1 : 1;
    }
    return user_key(compare_.decode_key(n.entry())).compare(user_key(internal));
  }

  /// Inserts a version that is not the newest. RocksDB's interface allows it; RocksDB does not do
  /// it.
  void insert_older(node& fresh, node& newest) {
    auto* before = &newest;
    auto* e = before->older.load(std::memory_order_relaxed);
    while (e != nullptr && compare_(e->entry(), compare_.decode_key(fresh.entry())) < 0) {
      before = e;
      e = before->older.load(std::memory_order_relaxed);
    }
    fresh.next.store(nullptr, std::memory_order_relaxed);
    fresh.older.store(e, std::memory_order_relaxed);
    before->older.store(&fresh, std::memory_order_release);
  }

  const MemTableRep::KeyComparator& compare_;
  const unsigned shift_;
  std::vector<std::atomic<node*>> buckets_;
};

class cursor : public MemTableRep::Iterator {
 public:
  explicit cursor(const table& t) : table_{&t} {}
  [[nodiscard]] bool Valid() const override { return position_.at != nullptr; }
  [[nodiscard]] const char* key() const override { return position_.at->entry(); }
  void Next() override { position_ = table_->next(position_); }
  void Prev() override {
    const auto here = table_->internal_key(key());
    position_ = table_->last_before(&here);
  }
  void Seek(const Slice& internal, const char*) override { position_ = table_->seek(internal); }
  void SeekForPrev(const Slice& internal, const char*) override {
    position_ = table_->seek(internal);
    if (!Valid() || table_->compare(key(), internal) > 0) {
      position_ = table_->last_before(&internal);
    }
  }
  void SeekToFirst() override { position_ = table_->first_from(0); }
  void SeekToLast() override { position_ = table_->last_before(nullptr); }

 private:
  const table* table_;
  position position_;
};

/// The cursor of one lookup, in memory of its thread. RocksDB 7.8 and 9.10 differ from call to
/// call: `MemTableRep::Get` never frees it, updates in place do. So freeing it does nothing.
class lookup_cursor final : public cursor {
 public:
  using cursor::cursor;
  static void operator delete(void*) noexcept {}
};

class ordered_memtable final : public MemTableRep {
 public:
  ordered_memtable(const KeyComparator& compare, rocksdb::Allocator* memory, std::size_t buckets)
      : MemTableRep{memory}, table_{compare, buckets} {}

  rocksdb::KeyHandle Allocate(std::size_t size, char** entry) override {
    char* octets = nullptr;
    MemTableRep::Allocate(sizeof(node) + size + alignof(node) - 1, &octets);
    const auto off = reinterpret_cast<std::uintptr_t>(octets) % alignof(node);
    auto* n = new (octets + (off == 0 ? 0 : alignof(node) - off)) node;
    *entry = reinterpret_cast<char*>(n + 1);
    return n;
  }
  void Insert(rocksdb::KeyHandle handle) override { table_.insert(*static_cast<node*>(handle)); }
  bool Contains(const char* entry) const override {
    const auto internal = table_.internal_key(entry);
    const auto found = table_.seek(internal).at;
    return found != nullptr && table_.compare(found->entry(), internal) == 0;
  }
  std::size_t ApproximateMemoryUsage() override { return table_.memory(); }

  /// RocksDB destroys iterators in an arena but never frees them, and the arena cannot allocate
  /// here, so their octets are kept with the memtable. A memtable has one or two of each, made when
  /// it is flushed.
  Iterator* GetIterator(rocksdb::Arena* arena) override {
    if (arena == nullptr) {
      return new cursor{table_};
    }
    auto lock = std::lock_guard{mutex_};
    cursors_.push_back(std::make_unique<storage_of_cursor>());
    return new (cursors_.back()->octets) cursor{table_};
  }
  /// Without an arena it is called for one lookup, which ends before the thread begins another.
  Iterator* GetDynamicPrefixIterator(rocksdb::Arena* arena) override {
    if (arena != nullptr) {
      return GetIterator(arena);
    }
    alignas(lookup_cursor) thread_local char octets[sizeof(lookup_cursor)];
    return ::new (static_cast<void*>(octets)) lookup_cursor{table_};
  }

 private:
  struct storage_of_cursor {
    alignas(cursor) char octets[sizeof(cursor)];
  };
  table table_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<storage_of_cursor>> cursors_;
};

class ordered_memtables final : public rocksdb::MemTableRepFactory {
 public:
  explicit ordered_memtables(std::size_t buckets) : buckets_{buckets} {}
  MemTableRep* CreateMemTableRep(const MemTableRep::KeyComparator& compare,
                                 rocksdb::Allocator* memory, const rocksdb::SliceTransform*,
                                 rocksdb::Logger*) override {
    return new ordered_memtable{compare, memory, buckets_};
  }
  [[nodiscard]] const char* Name() const override { return "mintage.ordered"; }

 private:
  std::size_t buckets_;
};

}  // namespace

std::shared_ptr<rocksdb::MemTableRepFactory> make_ordered_memtables(std::size_t buckets) {
  return std::make_shared<ordered_memtables>(buckets);
}

}  // namespace mintage::storage
