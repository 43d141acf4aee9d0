/// @file
/// The tables of records that live in shards. A new table is an enumerator and a row here; engines
/// iterate over the rows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "oauth/table.hpp"

namespace mintage::storage {

enum class table : std::uint8_t {
  codes,
  grants,
  /// Opaque access tokens, and the revocations of JWTs.
  access_tokens,
  /// Ids that may be used once: `jti` of client assertions and of DPoP proofs. Inserted if absent,
  /// with an expiry; the key is a slot and a hash of 32 octets, the value is empty.
  replay_ids,
  /// Authorization requests that are too long for their handle (AUZ-01, PAR-03). The value is
  /// sealed.
  authorization_requests,
  /// Which clients a session was used at, while they ask to be told of its end: the key is the
  /// session's slot and a hash of session and client (oauth/logout/session_client.hpp).
  session_clients
};
constexpr auto tables_count = oauth::count_of<table>();

/// How long records live, by which an engine arranges them.
enum class lifetime : std::uint8_t {
  brief,  ///< minutes to an hour: records expire in about the order of their insertion
  mixed   ///< some expire within the hour, others live for a month
};

struct table_row {
  table id;
  /// Name of the column family, or of the table in a database. On the disk: DO NOT CHANGE.
  std::string_view name;
  lifetime life;
  /// Whether its records hold the binding that a `consume` must present.
  bool has_binding;
};

/// In the order of the enumerators. Append only: a database creates its column families in this
/// order.
constexpr auto tables = std::array<table_row, tables_count>{{
    {table::codes, "codes", lifetime::brief, true},
    {table::grants, "grants", lifetime::mixed, false},
    {table::access_tokens, "access_tokens", lifetime::brief, false},
    {table::replay_ids, "replay_ids", lifetime::brief, false},
    {table::authorization_requests, "authorization_requests", lifetime::brief, false},
    {table::session_clients, "session_clients", lifetime::mixed, false},
}};

[[nodiscard]] constexpr std::size_t index_of(table t) noexcept {
  return static_cast<std::size_t>(t);
}
[[nodiscard]] constexpr const table_row& row_of(table t) noexcept {
  return tables[index_of(t)];
}
static_assert(oauth::is_in_order(tables));

}  // namespace mintage::storage
