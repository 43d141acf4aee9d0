/// @file
/// Refuses to believe a shard of the database whose lease is over.
#pragma once

#include <functional>
#include <memory>

#include "storage/shard_store.hpp"

namespace mintage::storage::postgres {

/// A former primary that is cut off answers reads, and knows nothing of what was written since.
/// What its rows say becomes `unknown`: everything that was read, and each refusal of a write. A
/// write that succeeded has reached a standby and stays.
/// @param inner answers on the owner's thread.
/// @param is_leased whether the shard of a slot has a lease now. Called on the owner's thread.
[[nodiscard]] std::unique_ptr<shard_store> make_leased_shard(
    std::unique_ptr<shard_store> inner, std::function<bool(oauth::slot)> is_leased);

}  // namespace mintage::storage::postgres
