/// @file
/// The code store: keeps codes, trades each for its grant at most once; judges refresh tokens;
/// knows which tokens are alive. (COD-01 to COD-08, COM-01, RFT-*, INT-*, REV-*, UIN-*)
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "actors/interfaces.hpp"
#include "actors/meters.hpp"
#include "crypto/digest.hpp"
#include "crypto/random.hpp"
#include "crypto/root_key.hpp"
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
  /// The MAC keys of refresh tokens are derived from it (RFT-06).
  crypto::root_key root;
  /// Where the stores stand; empty when they stand on no I/O thread.
  std::vector<service::io_thread*> io_threads{};
};

/// The work of one shard without an actor around it: tests call it directly. Each call is answered
/// through `outcome`, inside the call or later through the shard's owner. Not thread-safe.
class code_keeper {
 public:
  /// Where exchanges go next.
  struct outcome {
    std::function<void(std::vector<service::token_handle>)> to_signer;
    std::function<void(std::vector<service::token_handle>)> tokens_home;
    std::function<void(std::vector<service::mint_handle>)> mints_home;
    std::function<void(std::vector<service::query_handle>)> queries_to_signer;
    std::function<void(std::vector<service::query_handle>)> queries_home;
  };

  /// @param index the shard.
  code_keeper(const code_store_setup& setup, std::size_t index,
              std::unique_ptr<storage::shard_store> shard, outcome to);

  void publish(oauth::registry_snapshot clients) { clients_ = std::move(clients); }
  [[nodiscard]] bool has_clients() const noexcept { return clients_ != nullptr; }

  /// Reads, judges and consumes (PROTOCOL.md §3.1): one commit for all.
  void redeem(std::vector<service::token_handle> some);
  /// Reads families, judges, rotates (PROTOCOL.md §4): one commit for all that are written.
  void refresh(std::vector<service::token_handle> some);
  /// Draws and keeps the opaque tokens of clients' own grants (ATK-06): one commit for all.
  void issue(std::vector<service::token_handle> some);
  /// Reads what is known of tokens, answers or revokes (INT-*, REV-*, UIN-*).
  /// @pre has_clients()
  void query(std::vector<service::query_handle> some);
  /// Inserts new codes: one commit for all.
  void put(std::vector<service::mint_handle> some);
  /// Takes back consumptions that could not be answered (COM-02); all go home.
  void release(std::vector<service::token_handle> some);

 private:
  using tokens = std::shared_ptr<std::vector<service::token_handle>>;
  using explanations = std::shared_ptr<std::vector<std::optional<oauth::denial>>>;

  void judge(const tokens& some, const std::vector<storage::read_result>& found);
  void settle(const tokens& some, const explanations& explained,
              std::vector<storage::consume_result> found);
  /// Requests with what is used up, the families that they end, and what they are told then.
  struct replays {
    oauth::denial answer;
    std::vector<storage::revoke_op> families;
    std::vector<service::token_handle> asked;
  };
  void note_replay(service::token_handle x, oauth::instant consumed_at,
                   const storage::record_key& new_grant, replays& late,
                   std::vector<service::token_handle>& home) const;
  void send_home(std::vector<service::token_handle> home, replays late);
  /// @returns nothing, and `x.denied`, for a right request that may not consume all the same.
  [[nodiscard]] std::optional<storage::consume_op> consumption(
      service::token_exchange& x, const storage::read_result& found,
      std::optional<oauth::denial>& why_not);
  [[nodiscard]] std::optional<oauth::denial> issue_grant(service::token_exchange& x,
                                                         const oauth::login& who);

  /// As of `oauth::cutoffs`.
  [[nodiscard]] std::optional<oauth::instant> epoch() const;
  /// The cutoffs that concern a login; nothing when the engine cannot say. Two lookups, and none
  /// where no cutoff exists.
  [[nodiscard]] std::optional<oauth::cutoffs> find_cutoffs(const oauth::login& who);
  /// Survivors go to a signer; those with an opaque token once it is kept.
  void pass_on(std::vector<service::token_handle> some);
  void keep_opaque(std::vector<service::token_handle> some);
  /// Draws the opaque token of an exchange whose targets ask for one (ATK-06).
  void draw_opaque(service::token_exchange& x);

  // actors/stages/rotation.cpp
  struct refresh_round;
  void weigh(service::token_handle x, const storage::read_result& found, refresh_round& to);
  void weigh(service::token_handle x, const oauth::grant& family, refresh_round& to);
  void conclude(refresh_round round);
  void settle_rotation(service::token_handle x, const storage::rotate_result& found,
                       refresh_round& to);

  // actors/stages/inspection.cpp
  struct inquiry;
  using inquiries = std::shared_ptr<std::vector<inquiry>>;
  void read_families(const inquiries& some);
  void answer(const inquiries& some);
  struct revocations;
  void revoke(inquiry q, revocations& to);
  void carry_out(revocations some);

  const code_store_setup& setup_;
  code_store_meters& meters_;
  std::unique_ptr<storage::shard_store> shard_;
  outcome to_;
  oauth::refresh_keys keys_;
  oauth::registry_snapshot clients_;
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
  std::vector<service::token_handle> redemptions;
  std::vector<service::token_handle> refreshes;
  std::vector<service::token_handle> issues;
  std::vector<service::query_handle> queries;
  std::vector<service::mint_handle> mints;
  std::vector<service::token_handle> releases;

  [[nodiscard]] bool is_ready() const noexcept { return to != nullptr && work->has_clients(); }
};

/// @param index the shard.
/// @param setup outlives the actor.
[[nodiscard]] code_store_actor::behavior_type code_store(
    code_store_actor::stateful_pointer<code_store_state> self, std::size_t index,
    const code_store_setup* setup);

}  // namespace mintage::actors
