/// @file
/// What the stages of one shard share: its records, the exits, and common lookups.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "actors/stages/meters.hpp"
#include "crypto/digest.hpp"
#include "crypto/random.hpp"
#include "crypto/root_ring.hpp"
#include "service/service.hpp"
#include "storage/engine.hpp"

namespace mintage::actors {

/// In session_index.hpp.
struct session_search;
using session_search_handle = std::unique_ptr<session_search>;

/// What all code stores share; outlives them.
struct code_store_setup {
  storage::engine& engine;
  const oauth::options& rules;
  const oauth::clock& clock;
  std::size_t shards_count;
  /// Exchanges in one commit at most.
  std::size_t batch_max;
  /// One for each shard.
  std::vector<code_store_meters>& meters;
  /// The roots of the MAC keys of refresh tokens (RFT-06).
  crypto::root_ring roots;
  /// The I/O threads of the stores; empty when they run elsewhere.
  std::vector<service::io_thread*> io_threads{};
};

/// Receives exchanges for their next stage. Called inside a call of a stage, or later through the
/// shard's owner.
struct shard_exits {
  std::function<void(std::vector<service::token_handle>)> to_signer;
  std::function<void(std::vector<service::token_handle>)> token_replies;
  std::function<void(std::vector<service::mint_handle>)> mint_replies;
  std::function<void(std::vector<service::query_handle>)> queries_to_signer;
  std::function<void(std::vector<service::query_handle>)> query_replies;
  /// Whose replay id is recorded: they go on to the shard of their next id, or to `after`.
  std::function<void(std::vector<service::token_handle>)> recorded;
  std::function<void(std::vector<service::query_handle>)> queries_recorded;
  std::function<void(std::vector<service::authorization_handle>)> authorizations_to_signer;
  std::function<void(std::vector<service::authorization_handle>)> authorization_replies;
  /// Whose replay id is recorded, or whose request is stored: they go on as above.
  std::function<void(std::vector<service::authorization_handle>)> authorizations_recorded;
  /// Whose stored request was looked for: they go back to a validator.
  std::function<void(std::vector<service::authorization_handle>)> authorizations_found;
  /// A search whose clients are found.
  std::function<void(session_search_handle)> session_found{};
};

/// The cutoffs that an engine gave with a record, if it joins cutoffs.
using joined_cutoffs = std::optional<oauth::cutoffs>;

/// Owned by `shard_stages`, which outlives every completion of `records`. Not thread-safe.
struct shard_context {
  /// @param index the shard.
  shard_context(const code_store_setup& with, std::size_t index,
                std::unique_ptr<storage::shard_store> opened, shard_exits exits);

  [[nodiscard]] oauth::instant now() const { return setup.clock.now(); }
  /// The epoch, as of `oauth::cutoffs`.
  [[nodiscard]] std::optional<oauth::instant> epoch() const;
  /// The cutoffs that concern a login; nothing when the engine cannot tell. Two lookups, or none
  /// while no cutoff exists.
  [[nodiscard]] std::optional<oauth::cutoffs> find_cutoffs(const oauth::login& who,
                                                           const joined_cutoffs& joined);
  /// Names subject and session of a login in a record, for engines that join cutoffs.
  void name_cutoffs(const oauth::login& who, storage::insert_op& record);

  /// Sets in `x.out` what the client's record says of its tokens. @pre `x.grant` and `x.out` are
  /// set.
  void describe_tokens(service::token_exchange& x) const;

  /// Requests with a used-up code or token, the families that they revoke, and their denials.
  struct replays {
    oauth::denial answer;
    std::vector<storage::revoke_op> families;
    std::vector<service::token_handle> asked;
  };
  /// Sends `replies` at once. The refusal of a replay is sent when its family is durably revoked
  /// (COD-06). Until then the exchange has no answer, so it returns as 503 if the code store
  /// crashes.
  void send_replies(std::vector<service::token_handle> replies, replays late);

  const code_store_setup& setup;
  code_store_meters& meters;
  std::unique_ptr<storage::shard_store> records;
  shard_exits to;
  oauth::refresh_keys keys;
  /// Null until the first snapshot.
  oauth::registry_snapshot clients;
  crypto::buffered_random random;
  crypto::sha256_hasher hash;
};

}  // namespace mintage::actors
