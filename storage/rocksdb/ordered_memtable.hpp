/// @file
/// The write buffer of codes and grants: an implementation of RocksDB's memtable for keys that are
/// distributed evenly.
#pragma once

#include <rocksdb/memtablerep.h>

#include <cstddef>
#include <memory>

namespace mintage::storage {

/// Keys begin with a slot of twelve bits, then hashed or random octets. Their first bits therefore
/// give their position among all keys: buckets by these bits are short and in order. RocksDB's hash
/// memtables find a record as quickly, but sort their records for a flush, which costs more than
/// all other work of the store for a code.
///
/// One thread inserts, any thread reads (`allow_concurrent_memtable_write` must be false). Keys
/// that are not distributed evenly are correct, but slow.
///
/// @param buckets a power of two; about one for each record of a full memtable.
[[nodiscard]] std::shared_ptr<rocksdb::MemTableRepFactory> make_ordered_memtables(
    std::size_t buckets);

}  // namespace mintage::storage
