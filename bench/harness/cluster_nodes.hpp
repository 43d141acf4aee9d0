/// @file
/// The nodes and the database of a cluster that is measured.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/harness/target_server.hpp"
#include "loopback/postgres.hpp"

namespace mintage::bench {

/// Nodes that serve the same clients and codes; at least one.
using nodes = std::vector<std::unique_ptr<target_server>>;
/// Dotted keys of a config file, and their values in TOML.
using node_settings = std::map<std::string, std::string>;

/// How PostgreSQL servers for measurements run: every commit is synced, and no checkpoint falls
/// into a run. @param place parent of their data folders; empty = the system's temporary folder.
[[nodiscard]] loopback::postgres_options database_options(const std::filesystem::path& place);

/// A primary with one synchronous standby.
struct server_pair {
  /// Starts both. @throws std::runtime_error as loopback::postgres
  explicit server_pair(const std::filesystem::path& place);
  std::unique_ptr<loopback::postgres> primary;
  std::unique_ptr<loopback::postgres> standby;
};

/// Makes Mintage's tables and starts nodes on them. @param program the server's.
/// @param conninfo of the database, as in `storage.postgres.shards`. @param count at least 1.
/// @param settings of every node. @throws std::runtime_error with the output of what failed.
[[nodiscard]] nodes start_nodes(const std::filesystem::path& program, const std::string& conninfo,
                                std::size_t count, node_settings settings);

/// Mints codes at all nodes at once. @throws std::runtime_error as target_server::mint
[[nodiscard]] std::vector<std::string> mint_at_all(const nodes& all, const client& who,
                                                   std::string_view scope, std::size_t count);

}  // namespace mintage::bench
