/// @file
/// The key fetcher: a shell around `key_set_cache`. (CAU-10, CAU-11)
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "actors/member.hpp"
#include "actors/stages/key_set_cache.hpp"
#include "actors/stages/meters.hpp"
#include "service/document_fetcher.hpp"

namespace mintage::actors {

/// How often the key fetcher reads the clock while it knows any key set.
inline constexpr std::chrono::seconds key_fetcher_interval{1};

struct key_fetcher_setup {
  /// Null = nothing can be fetched: who asks is refused.
  service::document_fetcher* fetcher = nullptr;
  const oauth::clock& clock;
  /// Requests that may wait for a key set.
  std::size_t most_waiting;
  key_fetcher_meters& meters;
};

struct key_fetcher_state : member_state {
  static constexpr const char* name = "key-fetcher";
  std::optional<key_set_cache> work;
  routes_ptr to;
  bool ticks = false;

  [[nodiscard]] bool is_ready() const noexcept { return to != nullptr; }
};

/// Waits for nothing; reading a large key set takes milliseconds, so that it is spawned detached.
/// @param setup outlives the actor. The fetcher is stopped before it ends.
[[nodiscard]] key_fetcher_actor::behavior_type key_fetcher(
    key_fetcher_actor::stateful_pointer<key_fetcher_state> self, const key_fetcher_setup* setup);

}  // namespace mintage::actors
