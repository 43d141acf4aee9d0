/// @file
/// The signing keys and their records: the work of the key keeper, without an actor.
#pragma once

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "actors/stages/lives_in_use.hpp"
#include "actors/stages/seal_progress.hpp"
#include "crypto/root_ring.hpp"
#include "oauth/token/key_schedule.hpp"
#include "service/service.hpp"
#include "storage/engine.hpp"

namespace mintage::actors {

/// Outlives the key keeper.
struct key_keeper_setup {
  storage::catalog& records;
  const oauth::clock& clock;
  service::journal& journal;
  /// The keys that seal private keys.
  crypto::subkeys seal_keys;
  /// Each has one active key.
  std::vector<crypto::jws_alg> algorithms;
  /// Changed by the key keeper alone, when it gets new ones.
  oauth::options& rules;
  /// Takes over into the ring of `seal_keys` what another node has made of it; called before keys
  /// are read, and now and then. Throws storage::storage_error, or what ends the server. May be
  /// empty.
  std::function<void()> follow_ring{};
  /// May be null.
  seal_progress* progress = nullptr;
  /// Kept up to date here. May be null.
  lives_in_use* lives = nullptr;
};

/// A sealed signing key cannot be opened with this seal key. `what()` is one sentence for the
/// operator.
class key_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Keeps ring and database consistent: a change is durable before it is visible. Tests call it
/// directly. Waits for the disk; making an RSA key may take a second. Not thread-safe.
class key_rotation {
 public:
  /// Unseals the keys of the database and does what is due; on first start makes the first keys.
  /// @throws key_error when a sealed key cannot be opened; storage::storage_error.
  explicit key_rotation(const key_keeper_setup& setup);

  [[nodiscard]] const oauth::key_snapshot& ring() const noexcept { return ring_; }

  /// Does what is due by the clock, and seals anew the keys that an older root sealed. When the
  /// database fails, the next call tries again.
  /// @returns whether the ring has changed.
  bool tick();
  /// Takes over what other nodes have changed. When the database fails, the next call tries again.
  /// @returns whether the ring has changed.
  bool refresh();
  /// The revision of the catalog that `ring` was read at or written with.
  [[nodiscard]] storage::revision seen() const noexcept { return seen_; }
  /// Whether the keys must be read again, because the database has failed.
  [[nodiscard]] bool is_unsure() const noexcept { return is_unsure_; }
  /// Answers the call in `x`. Call `tick` first, so that the answer is up to date.
  /// @pre oauth::is_about_keys(x.call)
  void handle(service::admin_exchange& x);

 private:
  [[nodiscard]] oauth::key_rules schedule() const;
  void load();
  void keep(oauth::key_ring after);
  void store(const oauth::key_ring& after);
  void seal_anew();
  void follow_ring();
  void note_progress() const;
  void tell(const oauth::key_ring& after) const;
  /// Runs `work`, which may write. When another node has changed the catalog meanwhile, reads the
  /// keys and runs it again. @throws storage::storage_error
  template <class Work>
  void repeat_until_stored(Work work);
  template <class Change>
  void change(service::admin_exchange& x, Change how);

  const key_keeper_setup& setup_;
  crypto::subkeys seal_keys_;
  oauth::key_snapshot ring_;
  /// The ids of keys that an older root sealed.
  std::vector<std::string> outdated_;
  storage::revision seen_ = 0;
  /// When the ring was last compared with what other nodes have made of it.
  std::optional<oauth::instant> followed_;
  /// A read or write failed, so the database must be read before the next change.
  bool is_unsure_ = false;
};

}  // namespace mintage::actors
