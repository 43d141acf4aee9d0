/// @file
/// The hosts of one PostgreSQL shard, from a libpq connection string.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace mintage::storage::postgres {

/// One database server.
struct host_address {
  /// `host:port`, for the operator.
  std::string name;
  /// Keywords and values for PQconnectdbParams, with one host; those of `session_keywords`
  /// included.
  std::vector<std::pair<std::string, std::string>> keywords;
};

/// The servers of one shard: a primary and its standbys, in any order.
struct shard_address {
  std::vector<host_address> hosts;
};

/// Splits a libpq connection string ("host=a,b port=5432 dbname=mintage", or a URI) by hosts. Adds
/// short TCP timeouts where the string sets none, and pins the plans of all statements.
/// @returns the hosts, at least one; or a sentence that says what is wrong.
[[nodiscard]] tl::expected<shard_address, std::string> parse_address(std::string_view conninfo);

/// Whether a connection string holds a password. It must not: settings are printed.
[[nodiscard]] bool has_password(std::string_view conninfo);

}  // namespace mintage::storage::postgres
