/// @file
/// Nodes over a PostgreSQL cluster, each behind proxies of its own.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "loopback/postgres_group.hpp"
#include "loopback/stall_proxy.hpp"
#include "tests/support/test_clients.hpp"

namespace mintage::test {

using proxy_mode = loopback::stall_proxy::mode;

/// A `mintage serve` over PostgreSQL. The constructors do not start it.
class node {
 public:
  /// @param all with storage.postgres.shards.
  explicit node(settings all);
  /// It reaches each server of the group through a proxy of its own.
  /// @param shared where the nodes have the files that must be the same.
  node(loopback::postgres_group& database, const std::filesystem::path& shared,
       const settings& overrides);

  server_process& server() { return *server_; }
  /// Starts the server, or starts it again after a kill.
  void start();
  /// The admin interface, on a connection of this call.
  [[nodiscard]] admin_client admin() const;
  /// Status of a request on a connection of its own; 0 when it breaks or is not answered within
  /// 15 s.
  [[nodiscard]] unsigned status_of(const token_call& call) const;
  /// Status of /readyz; 0 when there is no answer.
  [[nodiscard]] unsigned readiness() const;
  /// Mints a code for alice. Nothing when it is refused with 503, or the connection breaks.
  [[nodiscard]] std::optional<std::string> try_mint(const party& who) const;

  /// Changes all proxies of this node, or one.
  void set_network(proxy_mode mode, std::chrono::milliseconds delay = {});
  loopback::stall_proxy& proxy(std::size_t database_server) {
    return *proxies_.at(database_server);
  }

 private:
  std::array<std::unique_ptr<loopback::stall_proxy>, loopback::postgres_group::size> proxies_;
  std::unique_ptr<server_process> server_;
};

/// A PostgreSQL cluster with the schema, and running nodes with one client.
class cluster {
 public:
  /// @param nodes_count 0 = none, and no schema.
  explicit cluster(std::size_t nodes_count = 3, const settings& overrides = {});
  /// Searches the logs of PostgreSQL for every recorded secret; the test fails if one is found.
  ~cluster();

  loopback::postgres_group& database() { return database_; }
  node& at(std::size_t i) { return *nodes_.at(i); }
  [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }
  /// The files and settings that nodes share; a new node needs `start`.
  std::unique_ptr<node> make_node(const settings& overrides = {});

  /// client_secret_basic, generated secret, PKCE not required.
  [[nodiscard]] const party& client() const noexcept { return client_; }
  /// Mints at one node. @throws std::runtime_error unless it is 201
  [[nodiscard]] std::string mint(std::size_t at_node, const party& who);
  [[nodiscard]] std::string mint(std::size_t at_node) { return mint(at_node, client_); }
  /// Status of the valid redemption at a node.
  [[nodiscard]] unsigned redeem(std::size_t at_node, const std::string& code) {
    return at(at_node).status_of(redemption(client_, code));
  }
  /// Mints and redeems at one node, with offline_access. @throws std::runtime_error unless it is
  /// 200
  [[nodiscard]] tokens log_in(std::size_t at_node, const party& who);
  /// Waits until /readyz has this status. Fails the test after 30 s. @returns the time it took.
  std::chrono::milliseconds await_readiness(std::size_t at_node, unsigned status);
  /// Waits until a login at this node succeeds. Fails the test after 30 s.
  void await_service(std::size_t at_node);
  /// Database sessions of the nodes, on the primary.
  [[nodiscard]] int sessions();

 private:
  loopback::temporary_folder shared_;
  loopback::postgres_group database_;
  std::vector<std::unique_ptr<node>> nodes_;
  party client_;
};

/// Runs `mintage db …` with the config of a node. @throws std::runtime_error unless it succeeds.
void run_db(node& with, const std::string& command);

}  // namespace mintage::test
