/// @file
/// Ends members of pools, as faults do.
#pragma once

#include <caf/send.hpp>
#include <cstddef>
#include <string_view>

#include "actors/interfaces.hpp"

namespace mintage::sim {

/// Ends one member as a fault would. @param pool the name of its actors. @param index of any size.
inline void end_member(const actors::routes& to, std::string_view pool, std::size_t index) {
  const auto end = [](const auto& member) { caf::anon_send_exit(member, caf::exit_reason::kill); };
  if (pool == "http") end(to.http[index % to.http.size()]);
  if (pool == "validator") end(to.validators[index % to.validators.size()]);
  if (pool == "code-store") end(to.code_stores[index % to.code_stores.size()]);
  if (pool == "signer") end(to.signers[index % to.signers.size()]);
  if (pool == "hasher") end(to.hashers[index % to.hashers.size()]);
  if (pool == "registry") end(to.registry);
  if (pool == "key-keeper") end(to.key_keeper);
  if (pool == "key-fetcher") end(to.key_fetcher);
  if (pool == "logout-notifier") end(to.logout_notifier);
}

}  // namespace mintage::sim
