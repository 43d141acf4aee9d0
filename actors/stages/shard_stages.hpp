/// @file
/// Everything that one shard does with its records: codes, refresh-token families, access tokens,
/// replay ids, clients of sessions.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "actors/stages/authorization_records.hpp"
#include "actors/stages/code_redemption.hpp"
#include "actors/stages/family_rotation.hpp"
#include "actors/stages/opaque_tokens.hpp"
#include "actors/stages/replay_recording.hpp"
#include "actors/stages/session_index.hpp"
#include "actors/stages/shard_context.hpp"
#include "actors/stages/token_inspection.hpp"

namespace mintage::actors {

/// The work of one shard without an actor: tests call it directly. Each call of a stage is answered
/// through `shard_exits`. Not thread-safe.
class shard_stages {
 public:
  /// @param index the shard.
  shard_stages(const code_store_setup& setup, std::size_t index,
               std::unique_ptr<storage::shard_store> records, shard_exits exits)
      : shared_{setup, index, std::move(records), std::move(exits)} {}

  void publish(oauth::registry_snapshot clients) { shared_.clients = std::move(clients); }
  [[nodiscard]] bool has_clients() const noexcept { return shared_.clients != nullptr; }

 private:
  shard_context shared_;

 public:
  opaque_tokens opaque{shared_};
  code_redemption codes{shared_, opaque};
  family_rotation families{shared_, opaque};
  token_inspection questions{shared_};
  replay_recording replays{shared_};
  authorization_records requests{shared_};
  session_index sessions{shared_};
};

}  // namespace mintage::actors
