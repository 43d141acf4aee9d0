/// @file
/// The validator: who asks, and may they? (PROTOCOL.md §1.3 rows P15, P16; MINT-01)
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "actors/interfaces.hpp"
#include "actors/meters.hpp"
#include "crypto/digest.hpp"
#include "crypto/random.hpp"
#include "oauth/client_auth.hpp"

namespace mintage::actors {

/// The hashers' lane: who is admitted holds a place until the comparison is over (CAU-12). Touched
/// only by requests that need a slow hash. Thread-safe.
class slow_lane {
 public:
  explicit slow_lane(std::size_t places) : free_{static_cast<std::ptrdiff_t>(places)} {}
  /// @returns a place, given back by its destruction; null when the lane is full.
  [[nodiscard]] std::shared_ptr<void> enter();

 private:
  std::atomic<std::ptrdiff_t> free_;
};

/// What all validators share; outlives them.
struct validator_setup {
  oauth::auth_keys keys;
  const oauth::options& rules;
  const oauth::clock& clock;
  slow_lane& lane;
  /// One for each member of the pool.
  std::vector<validator_meters>& meters;
};

/// The judgement without an actor around it: tests call it directly. Not thread-safe.
class token_validator {
 public:
  explicit token_validator(const validator_setup& setup);

  enum class next : std::uint8_t { home, store, hash };
  /// Authenticates and finds the slot; sets `client` and `code`, or `denied`, or `slow`.
  [[nodiscard]] next check(oauth::token_exchange& x);
  /// Goes on with an exchange whose `slow_matched` is set.
  [[nodiscard]] next settle(oauth::token_exchange& x);
  /// Checks a mint request and draws its code: `code`, `text`, `where`; or `error`.
  [[nodiscard]] next check(oauth::mint_exchange& x);

  [[nodiscard]] bool has_clients() const noexcept { return clients_ != nullptr; }
  void publish(oauth::registry_snapshot clients) { clients_ = std::move(clients); }

 private:
  [[nodiscard]] next locate(oauth::token_exchange& x, const oauth::client_facts& client);

  const validator_setup& setup_;
  oauth::client_authenticator authenticator_;
  oauth::registry_snapshot clients_;
  crypto::buffered_random random_;
  crypto::sha256_hasher hash_;
};

struct validator_state {
  static constexpr const char* name = "validator";
  std::optional<token_validator> work;
  routes_ptr to;
  std::size_t index = 0;
  validator_meters* meters = nullptr;
  std::size_t next_hasher = 0;
  /// Batches that came before the first registry snapshot or the first routes.
  std::vector<token_batch> early_tokens;
  std::vector<mint_batch> early_mints;
  std::vector<token_batch> early_verified;

  [[nodiscard]] bool is_ready() const noexcept { return to != nullptr && work->has_clients(); }
};

/// @param index its place in the pool.
/// @param setup outlives the actor.
[[nodiscard]] validator_actor::behavior_type validator(
    validator_actor::stateful_pointer<validator_state> self, std::size_t index,
    const validator_setup* setup);

}  // namespace mintage::actors
