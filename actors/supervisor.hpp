/// @file
/// The supervisor: spawns and monitors every actor, replaces members that end, and publishes their
/// addresses.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "actors/code_store.hpp"
#include "actors/hasher.hpp"
#include "actors/interfaces.hpp"
#include "actors/key_fetcher.hpp"
#include "actors/key_keeper.hpp"
#include "actors/logout_notifier.hpp"
#include "actors/registry.hpp"
#include "actors/request_gateway.hpp"
#include "actors/signer.hpp"
#include "actors/stages/pools.hpp"
#include "actors/stages/restart_policy.hpp"
#include "actors/validator.hpp"

namespace mintage::actors {

/// What all members of the pools need; outlives the actors. Those that run on I/O threads have a
/// setup for each, whose rules that thread alone reads and changes; one is for all threads.
struct member_setups {
  std::vector<validator_setup> validators;
  hasher_setup hashers;
  std::vector<code_store_setup> code_stores;
  std::vector<signer_setup> signers;
  registry_setup registry;
  key_keeper_setup keys;
  key_fetcher_setup key_fetcher;
  logout_setup logouts;
};

struct pool_sizes {
  std::size_t validators;
  std::size_t code_stores;
  std::size_t signers;
  std::size_t hashers;
};

using supervisor_actor = caf::typed_actor<
    // Starts the pools.
    caf::reacts_to<routes_atom>,
    // From the engine, for the registry.
    caf::reacts_to<changed_atom>,
    // After a reload; for the members that do not run on I/O threads.
    caf::reacts_to<publish_atom, new_settings_ptr>,
    // To itself, delayed: replace this member of this pool.
    caf::reacts_to<restart_atom, std::uint64_t, std::uint64_t>>;

struct supervisor_setup {
  const member_setups& members;
  pool_sizes sizes;
  std::vector<std::unique_ptr<request_gateway>>& gateways;
  meter_board& board;
  service::journal& journal;
  /// Called once, on the supervisor's thread, when a pool is given up: its members end again and
  /// again, and are replaced no more. @param pool a literal.
  std::function<void(std::string_view pool)> give_up;
  restart_rules restarts{};
  /// Whether members of the pools run on the I/O threads, and actors that wait (for the disk, for
  /// argon2id) on threads of their own. Off only in the simulation, where CAF's testing scheduler
  /// runs all actors but the HTTP actors.
  bool own_threads = true;
};

struct supervisor_state {
  static constexpr const char* name = "supervisor";
  routes now;
  /// The last reload; null before the first.
  new_settings_ptr settings;
  by_pool<std::vector<restart_policy>> restarts;
  by_pool<bool> given_up{};
  bool stopping = false;
};

/// @param setup outlives the actor.
[[nodiscard]] supervisor_actor::behavior_type supervisor(
    supervisor_actor::stateful_pointer<supervisor_state> self, const supervisor_setup* setup);

}  // namespace mintage::actors
