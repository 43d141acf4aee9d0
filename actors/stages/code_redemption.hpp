/// @file
/// Codes: stored, exchanged for a grant at most once, released. (PROTOCOL.md §3.1, COD-01 to
/// COD-10, COM-02)
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "actors/stages/opaque_tokens.hpp"
#include "actors/stages/shard_context.hpp"

namespace mintage::actors {

/// Not thread-safe.
class code_redemption {
 public:
  /// @param shared, next outlive this object.
  code_redemption(shard_context& shared, opaque_tokens& next) : shard_{shared}, next_{next} {}

  /// Inserts new codes, in one commit. Then all are returned, or go to a signer if the answer to
  /// the client is signed (JRM-01).
  void put(std::vector<service::mint_handle> some);
  void put(std::vector<service::authorization_handle> some);
  /// Reads, decides and consumes, in one commit.
  void redeem(std::vector<service::token_handle> some);
  /// Takes back consumptions that could not be answered; then all are returned.
  void release(std::vector<service::token_handle> some);

 private:
  using tokens = std::shared_ptr<std::vector<service::token_handle>>;
  using explanations = std::shared_ptr<std::vector<std::optional<oauth::denial>>>;
  using replays = shard_context::replays;

  template <class Handle>
  void insert(std::vector<Handle> some);
  void pass_on(std::vector<service::mint_handle> some) { shard_.to.mint_replies(std::move(some)); }
  void pass_on(std::vector<service::authorization_handle> some);
  void judge(const tokens& some, const std::vector<storage::read_result>& found);
  void settle(const tokens& some, const explanations& explained,
              std::vector<storage::consume_result> found);
  void note_replay(service::token_handle x, oauth::instant consumed_at,
                   const storage::record_key& new_grant, replays& late,
                   std::vector<service::token_handle>& replies) const;
  /// @returns null when it is unknown.
  [[nodiscard]] const oauth::client* client_of(const service::token_exchange& x) const;
  /// Whether a request claims the binding of a consumed code.
  [[nodiscard]] bool is_bound(const service::token_exchange& x,
                              const crypto::digest& binding) const;
  /// @returns nothing, and sets `x.denied`, for a right request that may not consume.
  [[nodiscard]] std::optional<storage::consume_op> consumption(
      service::token_exchange& x, const storage::read_result& found,
      std::optional<oauth::denial>& why_not);
  [[nodiscard]] std::optional<oauth::denial> issue_grant(service::token_exchange& x,
                                                         const oauth::login& who,
                                                         const joined_cutoffs& joined);

  shard_context& shard_;
  opaque_tokens& next_;
};

}  // namespace mintage::actors
