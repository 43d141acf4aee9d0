/// @file
/// The code store: a shell around `shard_stages`.
#pragma once

#include <optional>
#include <vector>

#include "actors/member.hpp"
#include "actors/stages/shard_stages.hpp"

namespace mintage::actors {

struct code_store_state : member_state {
  static constexpr const char* name = "code-store";
  std::optional<shard_stages> work;
  routes_ptr to;
  code_store_meters* meters = nullptr;
  std::size_t index = 0;
  std::size_t next_signer = 0;
  /// Whether a flush message is in the mailbox. Exchanges are collected until it arrives.
  bool flush_sent = false;
  std::vector<service::token_handle> redemptions;
  std::vector<service::token_handle> refreshes;
  std::vector<service::token_handle> issues;
  std::vector<service::query_handle> queries;
  std::vector<service::mint_handle> mints;
  std::vector<service::token_handle> releases;
  std::vector<service::token_handle> to_record;
  std::vector<service::query_handle> queries_to_record;
  std::vector<service::authorization_handle> authorizations_to_record;
  std::vector<service::authorization_handle> to_keep;
  std::vector<service::authorization_handle> to_find;
  std::vector<service::authorization_handle> accepted;
  std::size_t next_validator = 0;

  [[nodiscard]] bool is_ready() const noexcept { return to != nullptr && work->has_clients(); }
};

/// @param index the shard.
/// @param setup outlives the actor.
[[nodiscard]] code_store_actor::behavior_type code_store(
    code_store_actor::stateful_pointer<code_store_state> self, std::size_t index,
    const code_store_setup* setup);

}  // namespace mintage::actors
