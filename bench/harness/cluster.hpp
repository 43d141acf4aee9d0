/// @file
/// `mintage-bench cluster`: nodes over PostgreSQL, their cost and that of the database per login,
/// and one node over the embedded engine beside them.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <vector>

#include "bench/harness/cluster_nodes.hpp"
#include "bench/harness/floor.hpp"
#include "bench/harness/scenario.hpp"
#include "bench/harness/spread.hpp"

namespace mintage::bench {

/// What one part of a round cost, for each code. A login is minted in one part and exchanged in the
/// next.
struct part_cost {
  double rate = 0;  ///< per second
  /// CPU of all nodes, and of each server of the database with all its processes; microseconds.
  std::optional<double> nodes_us;
  std::optional<double> primary_us;
  std::optional<double> standby_us;
  /// Octets of WAL that the primary wrote.
  std::optional<double> wal;
  /// Mean number of operations in one commit of a node.
  std::optional<double> commit_size;
};

struct cluster_round {
  part_cost minted;
  part_cost exchanged;
  double p50_us = 0;
  double p99_us = 0;
  std::uint64_t answers = 0;
  std::map<std::string, std::uint64_t, std::less<>> failures;
  /// Reasons to distrust it, as sentences.
  std::vector<std::string> doubts;
};

struct cluster_result {
  std::size_t nodes = 0;
  scenario what;
  method how;
  machine where;
  std::vector<cluster_round> shared;
  /// One node over RocksDB with durability "sync", in turn with the rounds of the cluster; empty
  /// when not measured.
  std::vector<cluster_round> embedded;
  floor_costs floor;
  /// Median time of one small synchronous commit on an idle cluster; 0 when not measured.
  double commit_us = 0;
  /// Time until a change of the clients was answered, which is when every node knows it;
  /// milliseconds, sorted.
  std::vector<double> changes_ms;
  /// Nodes that did not know a client when its making was answered.
  std::uint64_t unknown_changes = 0;

  /// Failures, and changes that were not known.
  [[nodiscard]] std::uint64_t faults() const;
};

/// The program and the settings of nodes that are started; else nodes that run already.
struct cluster_method {
  std::filesystem::path program;
  node_settings settings;
  std::size_t nodes = 1;
  /// Parent of PostgreSQL's data folders; empty = the system's temporary folder.
  std::filesystem::path place;
  /// Whether the same rounds are run with RocksDB.
  bool compares = true;
  /// Number of clients that are made to time a change.
  unsigned changes = 20;
};

/// @param running nodes with an admin listener each, the first of which makes the client; empty =
///        nodes are started.
/// @throws std::runtime_error when a server cannot be started or prepared.
[[nodiscard]] cluster_result run_cluster(const cluster_method& m, nodes running,
                                         const scenario& what, const method& how,
                                         progress_line& line);

[[nodiscard]] boost::json::object to_json(const cluster_result& r);
[[nodiscard]] std::string to_text(const cluster_result& r);

}  // namespace mintage::bench
