/// @file
/// The write buffer of codes and grants: RocksDB's interface for one, made for keys that are spread
/// evenly.
#pragma once

#include <rocksdb/memtablerep.h>

#include <cstddef>
#include <memory>

namespace mintage::storage {

/// Keys begin with a slot of twelve bits and hashed or random octets, so their first bits say where
/// they stand among all others: buckets by these bits are short, and in order. RocksDB's own hash
/// tables find a record as quickly, but to write themselves to a file they sort what they hold,
/// which costs more than all else that a code costs its store.
///
/// One thread inserts, any read (`allow_concurrent_memtable_write` must be false). Keys that are
/// not spread evenly are kept as well, only slowly.
///
/// @param buckets a power of two; about one for each record of a full memtable.
[[nodiscard]] std::shared_ptr<rocksdb::MemTableRepFactory> make_ordered_memtables(
    std::size_t buckets);

}  // namespace mintage::storage
