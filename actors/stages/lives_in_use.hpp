/// @file
/// The lives in use, of all nodes and until a while ago, as a note of the catalog. (RFT-11, JWS-06,
/// DPO-08)
#pragma once

#include <atomic>
#include <initializer_list>
#include <mutex>
#include <optional>

#include "oauth/lasting_lives.hpp"
#include "storage/engine.hpp"

namespace mintage::actors {

/// A life is noted before anything is made with it. So when an operator shortens it, cutoffs and
/// retired keys still last as long as what was made before; and what a node gives a longer life to,
/// other nodes know. Thread-safe: `counting` waits for nothing, the other calls for the disk.
class lives_in_use {
 public:
  /// For how long lives are noted ahead: so often a node must note them again.
  static constexpr oauth::seconds lease{600};
  /// How often the notes of other nodes are read.
  static constexpr oauth::seconds look_interval{10};

  /// Notes the lives of `rules`; `tick` does it when the database cannot be written.
  /// @throws storage::storage_error when it cannot be read.
  lives_in_use(storage::catalog& records, const oauth::clock& clock, const oauth::options& rules);

  /// Notes the lives of `rules`, which are used after the return. Touches no database when they are
  /// those in use. @throws storage::storage_error
  void begin(const oauth::options& rules);
  /// Reads what other nodes have noted, and prolongs what this one has. @throws
  /// storage::storage_error
  void look();
  /// The same when it is due. When the database fails, a later call tries again.
  void tick();

  /// What counts beside the lives of `own`, by what was read last.
  [[nodiscard]] oauth::lasting_lives counting(const oauth::options& own) const noexcept;
  /// How long a refresh token that was made until now may be valid, by what was read last.
  [[nodiscard]] oauth::seconds longest_refresh_life() const noexcept { return refresh_absolute_; }

 private:
  void keep(std::initializer_list<oauth::lasting_lives> used);

  storage::catalog& records_;
  const oauth::clock& clock_;
  std::mutex mutex_;
  oauth::lasting_lives own_;
  std::optional<oauth::instant> looked_;
  /// `joined` of all that counts.
  std::atomic<oauth::seconds> refresh_absolute_;
  std::atomic<oauth::seconds> key_overlap_;
  std::atomic<oauth::seconds> dpop_max_age_;
};

/// @param known null in tests: the lives of `own` count alone.
[[nodiscard]] inline oauth::lasting_lives counting_lives(const lives_in_use* known,
                                                         const oauth::options& own) noexcept {
  return known == nullptr ? oauth::lives_of(own) : known->counting(own);
}

}  // namespace mintage::actors
