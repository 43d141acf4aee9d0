/// @file
/// The code store: keeps codes, trades each for its grant at most once. (COD-01 to COD-08, COM-01)
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "actors/interfaces.hpp"
#include "actors/meters.hpp"
#include "crypto/digest.hpp"
#include "crypto/random.hpp"
#include "storage/engine.hpp"

namespace mintage::actors {

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
};

/// The work of one shard without an actor around it: tests call it directly. Each call is answered
/// through `outcome`, inside the call or later through the shard's owner. Not thread-safe.
class code_keeper {
 public:
  /// Where exchanges go next.
  struct outcome {
    std::function<void(std::vector<oauth::token_handle>)> to_signer;
    std::function<void(std::vector<oauth::token_handle>)> tokens_home;
    std::function<void(std::vector<oauth::mint_handle>)> mints_home;
  };

  /// @param index the shard.
  code_keeper(const code_store_setup& setup, std::size_t index,
              std::unique_ptr<storage::shard_store> shard, outcome to);

  /// Reads, judges and consumes (PROTOCOL.md §3.1): one commit for all.
  void redeem(std::vector<oauth::token_handle> some);
  /// Inserts new codes: one commit for all.
  void put(std::vector<oauth::mint_handle> some);
  /// Takes back consumptions that could not be answered (COM-02); all go home.
  void release(std::vector<oauth::token_handle> some);

 private:
  using tokens = std::shared_ptr<std::vector<oauth::token_handle>>;
  using fates = std::shared_ptr<std::vector<std::optional<oauth::denial>>>;

  void judge(const tokens& some, const std::vector<storage::read_result>& found);
  void settle(const tokens& some, const fates& explained,
              std::vector<storage::consume_result> found);
  /// Valid requests that came too late, and the families that they end.
  struct late_replays {
    std::vector<storage::revoke_op> families;
    std::vector<oauth::token_handle> asked;
  };
  void note_replay(oauth::token_handle x, oauth::instant consumed_at,
                   const storage::record_key& birth, late_replays& late,
                   std::vector<oauth::token_handle>& home) const;
  void send_home(std::vector<oauth::token_handle> home, late_replays late);
  [[nodiscard]] storage::consume_op consumption(oauth::token_exchange& x,
                                                const storage::read_result& found,
                                                std::optional<oauth::denial>& why_not);

  const code_store_setup& setup_;
  code_store_meters& meters_;
  std::unique_ptr<storage::shard_store> shard_;
  outcome to_;
  crypto::buffered_random random_;
  crypto::sha256_hasher hash_;
};

struct code_store_state {
  static constexpr const char* name = "code-store";
  std::optional<code_keeper> work;
  routes_ptr to;
  code_store_meters* meters = nullptr;
  std::size_t index = 0;
  std::size_t next_signer = 0;
  /// Collected until the flush message comes round.
  bool flush_sent = false;
  std::vector<oauth::token_handle> redemptions;
  std::vector<oauth::mint_handle> mints;
  std::vector<oauth::token_handle> releases;
};

/// @param index the shard.
/// @param setup outlives the actor.
[[nodiscard]] code_store_actor::behavior_type code_store(
    code_store_actor::stateful_pointer<code_store_state> self, std::size_t index,
    const code_store_setup* setup);

}  // namespace mintage::actors
