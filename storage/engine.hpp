/// @file
/// An engine: the shards of one database, the catalog of clients, resources and signing keys, and
/// the cutoffs.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "metrics/group.hpp"
#include "oauth/client/client.hpp"
#include "oauth/client/registration.hpp"
#include "oauth/grant/resource.hpp"
#include "oauth/token/key_ring.hpp"
#include "storage/outbox.hpp"
#include "storage/shard_store.hpp"

namespace mintage::storage {

/// A stored signing key. The key keeper seals the private key before it calls the engine.
struct key_record {
  std::string kid;
  crypto::jws_alg alg = crypto::jws_alg::es256;
  oauth::key_state state = oauth::key_state::active;
  // As of oauth::ring_key.
  instant created{};
  instant activate{};
  std::optional<instant> retire{};
  std::optional<instant> remove{};
  /// crypto::seal of the PKCS #8 octets, with "key/" + kid as context.
  std::string sealed;
  /// Fields of the stored record that a newer version knows; written again with it.
  std::string newer_fields{};
};

/// Version of the catalog: grows with every change of a client, a resource or a key.
using revision = std::uint64_t;

/// What changed in the catalog after a revision. A client or resource that was written several
/// times appears as it is now.
struct catalog_changes {
  /// The revision that the reader has now.
  revision at = 0;
  std::vector<oauth::client> clients{};
  std::vector<std::string> erased_clients{};
  std::vector<oauth::resource> resources{};
  /// By identifier.
  std::vector<std::string> erased_resources{};
  /// Initial access tokens; by id.
  std::vector<oauth::registration_token> registration_tokens{};
  std::vector<std::string> erased_registration_tokens{};
  /// Whether a signing key was written or erased.
  bool keys = false;
};

struct stored_keys {
  revision at = 0;
  std::vector<key_record> keys{};
};

/// The actors that read the catalog.
enum class catalog_reader : std::uint8_t { registry, key_keeper };
constexpr auto catalog_readers_count = oauth::count_of<catalog_reader>();

/// Clients, resources, initial access tokens and keys: few, read as a whole at start, written
/// rarely. Several nodes may share one catalog: a write names the revision that the writer has
/// read, and fails with `catalog_moved` when the catalog has a later one. An engine of one process
/// has no other writer and ignores `seen`. Writes return when they are durable, so callers are
/// actors with a thread of their own. Thread-safe.
/// @throws storage_error when the engine cannot tell whether the write is durable.
class catalog {
 public:
  virtual ~catalog() = default;
  /// Clients, resources and initial access tokens that changed after a revision; 0 = all of them,
  /// without the erased.
  [[nodiscard]] virtual catalog_changes changes(revision after) = 0;
  // Each write returns the new revision. @throws catalog_moved
  virtual revision put_client(const oauth::client& c, revision seen) = 0;
  virtual revision erase_client(std::string_view id, revision seen) = 0;
  virtual revision put_resource(const oauth::resource& r, revision seen) = 0;
  virtual revision erase_resource(std::string_view identifier, revision seen) = 0;
  virtual revision put_registration_token(const oauth::registration_token& t, revision seen) = 0;
  virtual revision erase_registration_token(std::string_view id, revision seen) = 0;
  [[nodiscard]] virtual stored_keys load_keys() = 0;
  /// Writes some keys and erases others (by kid): all or none.
  virtual revision change_keys(const std::vector<key_record>& put,
                               const std::vector<std::string>& erased, revision seen) = 0;
  /// A small record by name (for example "seal-check"); empty when absent.
  [[nodiscard]] virtual std::string load_note(std::string_view name) = 0;
  virtual void put_note(std::string_view name, std::string_view value) = 0;
  /// Writes a note if it still is `before`; empty = if there is none. @returns whether it was
  /// written. After an error it may be, too: repeat the call, and if that is refused, call it with
  /// `value` as `before`. True then says that it is written, and durable.
  [[nodiscard]] virtual bool replace_note(std::string_view name, std::string_view before,
                                          std::string_view value) = 0;

  /// Tells that this process uses the state of `at` everywhere, as far as `who` publishes it.
  virtual void published(catalog_reader who, revision at) = 0;
  /// Whether every live node has published `at`, in both readers. Never blocks.
  [[nodiscard]] virtual bool is_known_to_all(revision at) const noexcept = 0;
};

/// The cutoffs of subjects and sessions. Every code store reads them for each request, unless the
/// engine joins them to its results; writes are rare. Thread-safe.
class cutoff_table {
 public:
  virtual ~cutoff_table() = default;
  /// False when there are no cutoffs, so that readers can skip the lookups. Never blocks.
  [[nodiscard]] virtual bool has_any() const noexcept = 0;
  /// @returns the time of the cutoff; nothing when there is none. Does not wait for writes.
  /// @throws storage_error when the engine cannot read.
  [[nodiscard]] virtual std::optional<instant> find(const crypto::digest& key) = 0;
  /// Returns when the cutoff is on the disk. Every `find` that begins later sees it. Never moves a
  /// cutoff back.
  /// @param forget when the cutoff may be dropped.
  /// @throws storage_error
  virtual void put(const crypto::digest& key, instant before, instant forget) = 0;
};

/// A database that cannot be opened, read or written. `what()` is one sentence for the operator
/// that names the path.
class storage_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A write to the catalog was refused because another node has changed it. The caller reads
/// `catalog::changes`, judges again and repeats the write.
class catalog_moved : public storage_error {
 public:
  using storage_error::storage_error;
};

/// Runs a task on the owner of a shard (its actor), after the current call. Any thread may call it.
/// When the owner is gone, the task is destroyed without running.
using owner = std::function<void(std::function<void()>)>;

class backup_source;

class engine {
 public:
  virtual ~engine() = default;
  /// Opens shard `index` of `count`: the slots s with s.shard(count) == index. A shard has one
  /// instance at a time; opening waits until the writes of the former instance are settled.
  /// @param o runs a task on the owner's thread.
  /// @param idle runs a task on the owner's thread when there is nothing else to do, or a moment
  ///        later at the latest, so that an fsync covers more writes. Empty: fsyncs do not wait.
  ///        Called on the owner's thread. The engine outlives the tasks.
  [[nodiscard]] virtual std::unique_ptr<shard_store> open_shard(std::size_t index,
                                                                std::size_t count, owner o,
                                                                owner idle = {}) = 0;
  [[nodiscard]] virtual catalog& records() = 0;
  [[nodiscard]] virtual cutoff_table& cutoffs() = 0;
  /// What clients are to be told of the ends of sessions (LGO-04).
  [[nodiscard]] virtual outbox& logouts() = 0;
  /// The epoch: codes, tokens and refresh-token families that were minted at or before it are void,
  /// because their redemption or revocation may be lost. 1970 when nothing was ever lost. Never
  /// blocks. Thread-safe. (PROTOCOL.md §13, NEG-212)
  [[nodiscard]] virtual instant void_before() const noexcept = 0;
  /// Raises the epoch, durably: after a repair, or when the database was restored from a backup.
  /// Never moves it back. @throws storage_error
  virtual void raise_void_before(instant t) = 0;
  /// What copies the database while it is in use (storage/backup.hpp); null for an engine without
  /// files of its own. Valid as long as the engine.
  [[nodiscard]] virtual backup_source* backups() noexcept { return nullptr; }
  /// A message for the operator about the opening, as a sentence without a full stop; else empty.
  [[nodiscard]] virtual std::string_view warning() const noexcept = 0;
  /// Whether writes succeed. A failed write (a full disk) makes it false until the engine has found
  /// that the device takes data again.
  [[nodiscard]] virtual bool writable() const noexcept = 0;
  /// Whether this process may answer: what it reads cannot be older than the engine's lease. False
  /// while it cannot reach a database that others write. Never blocks. Thread-safe.
  [[nodiscard]] virtual bool fresh() const noexcept = 0;
  /// Whether records of this slot can be read and written, as far as is known. New codes and grants
  /// take slots that are served. Never blocks. Thread-safe.
  [[nodiscard]] virtual bool serves(oauth::slot s) const noexcept = 0;
  /// Whether results carry the cutoffs of their record (`read_result::cut`), for which insertions
  /// carry the keys of subject and session. Otherwise callers look them up in `cutoffs()`.
  [[nodiscard]] virtual bool joins_cutoffs() const noexcept = 0;
  /// @param moved is called on a thread of the engine when another node may have changed the
  ///        catalog, or `is_known_to_all` may have become true. Replaces the former function, and
  ///        returns when that is no longer running. Empty: nothing is called.
  virtual void watch(std::function<void()> moved) = 0;
  /// The metrics of the engine's own threads. Valid as long as the engine.
  [[nodiscard]] virtual std::vector<const metrics::meter_group*> meters() const = 0;
};

}  // namespace mintage::storage
