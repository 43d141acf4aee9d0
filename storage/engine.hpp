/// @file
/// An engine: the shards of one database, the catalog of clients, resources and signing keys, and
/// the cutoffs.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "oauth/client/client.hpp"
#include "oauth/grant/resource.hpp"
#include "oauth/token/key_ring.hpp"
#include "storage/shard_store.hpp"

namespace mintage::storage {

/// A signing key at rest: the private key is sealed by the key keeper before it gets here.
struct key_record {
  std::string kid;
  crypto::jws_alg alg = crypto::jws_alg::es256;
  oauth::key_state state = oauth::key_state::active;
  // As of oauth::ring_key.
  instant created{};
  instant activate{};
  std::optional<instant> retire{};
  std::optional<instant> remove{};
  /// crypto::seal of the PKCS #8 octets with "key/" + kid as context.
  std::string sealed;
};

/// Clients, resources and keys: few, read as a whole at start, written rarely. Calls wait for the
/// disk (always fsynced), so they belong to actors with a thread of their own. Thread-safe.
/// @throws storage_error when the engine cannot say whether the write is durable.
class catalog {
 public:
  virtual ~catalog() = default;
  [[nodiscard]] virtual std::vector<oauth::client> load_clients() = 0;
  virtual void put_client(const oauth::client& c) = 0;
  virtual void erase_client(std::string_view id) = 0;
  [[nodiscard]] virtual std::vector<key_record> load_keys() = 0;
  /// Writes some keys and erases others (kids): all or none.
  virtual void change_keys(const std::vector<key_record>& put,
                           const std::vector<std::string>& erased) = 0;
  [[nodiscard]] virtual std::vector<oauth::resource> load_resources() = 0;
  virtual void put_resource(const oauth::resource& r) = 0;
  virtual void erase_resource(std::string_view identifier) = 0;
  /// A small record by name (e.g. "seal-check"); empty when absent.
  [[nodiscard]] virtual std::string load_note(std::string_view name) = 0;
  virtual void put_note(std::string_view name, std::string_view value) = 0;
};

/// The cutoffs of subjects and sessions: read by every code store on its way, written rarely.
/// Thread-safe.
class cutoff_table {
 public:
  virtual ~cutoff_table() = default;
  /// Whether there may be any: false lets readers skip the lookups. Never blocks.
  [[nodiscard]] virtual bool has_any() const noexcept = 0;
  /// @returns the time of the cutoff; nothing when there is none. Does not wait for a disk that
  ///          writes. @throws storage_error when the engine cannot say.
  [[nodiscard]] virtual std::optional<instant> find(const crypto::digest& key) = 0;
  /// Waits for the disk; visible to every `find` that begins after it returned. Never moves a
  /// cutoff back. @throws storage_error
  /// @param forget when it may be dropped.
  virtual void put(const crypto::digest& key, instant before, instant forget) = 0;
};

/// A database that cannot be opened or written. `what()` is one sentence for the operator, naming
/// the path.
class storage_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Runs a task where the owner of a shard lives (its actor), after the current call. Any thread may
/// call it. A task is destroyed unrun when the owner is gone.
using owner = std::function<void(std::function<void()>)>;

class engine {
 public:
  virtual ~engine() = default;
  /// Opens shard `index` of `count`: the slots s with s.shard(count) == index. A shard has one
  /// instance at a time; opening waits until the writes of a former one are settled.
  /// @param idle runs a task on the owner's side when there is nothing else to do, or after a
  ///        moment: an fsync that waits until then covers more. Empty: nothing waits for others.
  ///        Called on the owner's side; the engine outlives the tasks.
  [[nodiscard]] virtual std::unique_ptr<shard_store> open_shard(std::size_t index,
                                                                std::size_t count, owner o,
                                                                owner idle = {}) = 0;
  [[nodiscard]] virtual catalog& records() = 0;
  [[nodiscard]] virtual cutoff_table& cutoffs() = 0;
  /// The epoch: codes, tokens and families that were minted at or before it are void, since their
  /// redemption or revocation may be lost. 1970 when nothing ever was. Never blocks. Thread-safe.
  /// (PROTOCOL.md §13, NEG-212)
  [[nodiscard]] virtual instant void_before() const noexcept = 0;
  /// Raises the epoch, durably: after a repair, or when the database was restored from a backup.
  /// Never moves it back. @throws storage_error
  virtual void raise_void_before(instant t) = 0;
  /// What the operator has to know of the opening, as a sentence without a full stop; else empty.
  [[nodiscard]] virtual std::string_view warning() const noexcept = 0;
  /// Whether writes succeed. A failed one (a full disk) makes it false until the engine has found
  /// that the device takes data again.
  [[nodiscard]] virtual bool writable() const noexcept = 0;
};

}  // namespace mintage::storage
