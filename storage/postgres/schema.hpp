/// @file
/// The tables of a shard: how they are created, and how older ones become those of this program.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

namespace mintage::storage::postgres {

/// The schema that this program is written for. It uses a database whose schema is this or later,
/// as long as the database names no later one as the oldest that may use it.
inline constexpr std::int32_t schema_version = 3;

/// Creates schema `schema_version` in an empty database, except for the row of `self`.
[[nodiscard]] std::string_view schema_text();

/// What the role of the nodes may do, for the role `mintage`.
[[nodiscard]] std::string_view grants_text() noexcept;

/// A change of the schema. It only adds, so that nodes of the former version go on: what is dropped
/// is dropped one version later.
struct migration {
  std::int32_t to;          ///< the version that it leads to, from the one before
  std::int32_t compatible;  ///< the oldest program that may use the schema afterwards
  std::string_view text;    ///< statements, run as one transaction
};
/// In order of versions.
[[nodiscard]] std::span<const migration> migrations() noexcept;

/// Number of buckets of tombstones. Each holds those of one period in turn.
inline constexpr std::int64_t buckets_count = 6;

/// The shortest period of a bucket in which tombstones live for `tombstone`: what is written in one
/// period is kept for four others, less 40 s for nodes that are late or whose clocks are apart.
[[nodiscard]] constexpr std::int64_t least_bucket_ms(std::chrono::milliseconds tombstone) noexcept {
  constexpr auto spare = std::chrono::milliseconds{40'000};
  return ((tombstone + spare).count() + 3) / 4;
}

}  // namespace mintage::storage::postgres
