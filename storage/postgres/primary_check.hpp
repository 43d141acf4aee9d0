/// @file
/// The checks that a connection passes before anything relies on it.
#pragma once

#include <functional>

#include "storage/postgres/connector.hpp"
#include "storage/postgres/schema.hpp"
#include "storage/postgres/session.hpp"

namespace mintage::storage::postgres {

/// Dials one host and checks it, each step within 1 s: it is connected, not in recovery, on a
/// timeline that is not a former one; its row `self` is of this cluster and shard, of a schema that
/// fits; it has synchronous standbys, if they are required. Then it passes a barrier, a synchronous
/// commit that has as much time as it needs.
/// @param stop may end a wait at any time.
/// @param admits hears the timeline. @returns whether it is good.
/// @returns the connection, without `host`; or a sentence without a full stop.
[[nodiscard]] tl::expected<checked_connection, std::string> check_primary(
    const host_address& host, const requirements& needs, const interruption& stop,
    const std::function<bool(std::uint32_t timeline)>& admits);

}  // namespace mintage::storage::postgres
