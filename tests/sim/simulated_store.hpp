/// @file
/// A database with faults: the memory engine behind delays, failures, wrong verdicts and crashes,
/// all drawn by seed.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "storage/engine.hpp"
#include "tests/sim/seeded_random.hpp"

namespace mintage::sim {

/// Receives a report of everything that becomes durable, at that moment.
class ledger {
 public:
  virtual ~ledger() = default;
  virtual void inserted(const storage::insert_op& op) = 0;
  virtual void consumed(const storage::consume_op& op, oauth::instant at) = 0;
  virtual void released(const storage::release_op& op) = 0;
  /// @param from the former value.
  virtual void rotated(const storage::rotate_op& op, std::string_view from) = 0;
  virtual void revoked(const storage::revoke_op& op) = 0;
  virtual void cut_off(const crypto::digest& key, oauth::instant before) = 0;
  /// The consumption by this attempt stays for a reason that no actor can repair: its owner got no
  /// report, or the store did not take it back.
  virtual void stranded(const oauth::attempt_id& attempt) = 0;
  /// The actor of a shard crashed.
  virtual void orphaned(std::size_t shard) = 0;
  /// The actors violated the contract of the store.
  virtual void misused(std::string_view how) = 0;
};

/// Stores that violate their contract, for the tests of the model.
enum class lie : std::uint8_t {
  none,
  inserts_nothing,
  consumes_nothing,
  consumes_again,
  releases_nothing,
  rotates_nothing,
  rotates_any,  ///< from any generation
  revokes_nothing,
  cuts_nothing_off,
  records_nothing,  ///< of replay ids
  never_answers
};

/// The frequencies of events, in percent.
struct moods {
  /// A batch is answered inside the call, as the memory engine and `durability = "os"` do.
  std::size_t prompt = 0;
  /// An operation is not done, and the verdict is `unknown`.
  std::size_t unknown_undone = 0;
  /// An operation is done, and the verdict is `unknown`.
  std::size_t unknown_done = 0;
  /// The actor crashes inside a completion: before it gets the verdicts, or right after.
  std::size_t crash = 0;
  /// A call of the cutoffs throws; the cutoff of a `put` is written or not.
  std::size_t cutoff_fails = 0;
  lie told = lie::none;
};

/// The exception of a crashing actor.
struct crash : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// All shards of one database. Batches of a shard that share no record are settled and answered in
/// any order. A batch that needs a record of an earlier batch waits until that one is answered, as
/// the contract says. When a shard is closed, each write in flight is done or not; none is
/// answered.
class simulated_store {
 public:
  simulated_store(seeded_random& luck, unsigned max_failures);
  ~simulated_store();
  simulated_store(const simulated_store&) = delete;
  simulated_store& operator=(const simulated_store&) = delete;

  /// The engine of the actors. When it is destroyed, everything in flight is destroyed without an
  /// answer.
  [[nodiscard]] std::unique_ptr<storage::engine> make_engine();
  void report_to(ledger& l) noexcept { ledger_ = &l; }

  /// Number of steps that can be taken now: settling a batch, or posting its completion to its
  /// owner.
  [[nodiscard]] std::size_t runnable() const;
  /// @pre i < runnable()
  void run(std::size_t i);

  /// The durable record, regardless of operations in flight.
  [[nodiscard]] storage::read_result look(storage::table kind, const storage::record_key& key,
                                          oauth::instant now);

  moods mood;

 private:
  class engine;
  class shard;
  class cutoffs;
  struct under_way;
  template <class Op, class Result>
  struct batch;
  struct read_op;
  struct step;

  [[nodiscard]] std::vector<step> steps() const;

  storage::verdict apply(const storage::insert_op& op, oauth::instant now);
  storage::read_result apply(const read_op& op, oauth::instant now);
  storage::consume_result apply(const storage::consume_op& op, oauth::instant now);
  storage::verdict apply(const storage::release_op& op, oauth::instant now);
  storage::rotate_result apply(const storage::rotate_op& op, oauth::instant now);
  storage::verdict apply(const storage::revoke_op& op, oauth::instant now);

  seeded_random& luck_;
  ledger* ledger_ = nullptr;
  std::unique_ptr<storage::engine> inner_;
  std::unique_ptr<storage::shard_store> records_;
  std::vector<shard*> open_;  // by index
  std::vector<std::unique_ptr<under_way>> never_answered_;
};

}  // namespace mintage::sim
