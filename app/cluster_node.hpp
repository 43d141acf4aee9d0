/// @file
/// This process as a node of a cluster.
#pragma once

#include <string>

#include "app/event_log.hpp"
#include "app/system_clock.hpp"
#include "config/config.hpp"
#include "oauth/admin/tokens.hpp"
#include "storage/engine.hpp"
#include "storage/postgres/node.hpp"

namespace mintage::app {

/// What the engine needs to know of this process. The clock begins anew at the time of the database
/// when that is first known.
/// @param clock, log outlive the engine.
[[nodiscard]] storage::postgres_node make_node(const config::settings& settings,
                                               const oauth::admin_tokens& tokens,
                                               system_clock& clock, event_log& log);

/// Why a new seal key cannot come into use now: on PostgreSQL each live node must have had the same
/// FILE.next when it started, beside the settings that `make_node` was called with.
/// @returns a sentence; empty when it can. @throws storage::storage_error
[[nodiscard]] std::string why_seal_cannot_rotate(const config::settings& settings,
                                                 const oauth::admin_tokens& tokens);

/// Refuses a database that belongs to another issuer. The first node decides.
/// @throws std::runtime_error, storage::storage_error
void check_issuer(storage::catalog& records, const std::string& issuer);

}  // namespace mintage::app
