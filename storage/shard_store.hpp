/// @file
/// The batch-first interface to the records of one shard. One contract test suite runs against
/// every engine (tests/storage).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "oauth/authorization/handle.hpp"
#include "oauth/grant/code.hpp"
#include "oauth/grant/cutoff.hpp"
#include "oauth/grant/grant.hpp"
#include "oauth/grant/refresh.hpp"
#include "oauth/grant/slot.hpp"
#include "oauth/logout/session_client.hpp"
#include "oauth/replay_id.hpp"
#include "oauth/token/access_token.hpp"
#include "storage/tables.hpp"

namespace mintage::storage {

using oauth::attempt_id;
using oauth::instant;

/// The key of a record: its slot (2 octets, big-endian), then its name within the slot: the SHA-256
/// of a code, a replay id or a session's client (32 octets), or the family id of a grant (16). Does
/// not allocate.
class record_key {
 public:
  static constexpr std::size_t max_size = 34;
  record_key() = default;
  record_key(oauth::slot where, crypto::bytes_view name) noexcept;  ///< @pre name ≤ 32 octets
  /// From `view`. @pre at most `max_size` octets
  [[nodiscard]] static record_key from_octets(std::string_view octets) noexcept;
  [[nodiscard]] static record_key of(const oauth::code_ref& c) noexcept {
    return {c.where, c.hash};
  }
  [[nodiscard]] static record_key of(const oauth::grant& g) noexcept { return {g.where, g.family}; }
  [[nodiscard]] static record_key of(const oauth::presented_refresh_token& t) noexcept {
    return {t.where, t.family};
  }
  [[nodiscard]] static record_key of(const oauth::access_token_ref& t) noexcept {
    return {t.where, t.hash};
  }
  [[nodiscard]] static record_key of(const oauth::replay_id& id) noexcept {
    return {id.where, id.hash};
  }
  [[nodiscard]] static record_key of(const oauth::handle_ref& h) noexcept {
    return {h.where, h.hash};
  }
  [[nodiscard]] static record_key of(const oauth::session_client_name& n) noexcept {
    return {n.where, n.hash};
  }
  [[nodiscard]] std::string_view view() const noexcept { return {octets_.data(), size_}; }
  /// Its first two octets.
  [[nodiscard]] oauth::slot where() const noexcept;
  friend bool operator==(const record_key& a, const record_key& b) noexcept {
    return a.view() == b.view();
  }

 private:
  std::array<char, max_size> octets_{};
  std::uint8_t size_ = 0;
};

/// The result of an operation. `unknown`: the engine cannot tell (a failed disk, a lost
/// connection). The caller may repeat the operation with the same attempt id. It must not answer as
/// if it knew.
enum class verdict : std::uint8_t {
  ok,
  exists,
  replayed,
  mismatch,
  revoked,
  expired,
  absent,
  unknown
};
[[nodiscard]] std::string_view to_string(verdict v) noexcept;

/// Names the subject or the session of a record for engines that join cutoffs: the first 16 octets
/// of its `oauth::cutoff_key`. Zero: none.
using cutoff_name = crypto::bytes<16>;
[[nodiscard]] cutoff_name name_cutoff(const crypto::digest& key) noexcept;

/// A record to write if its key is absent. Values are opaque to engines.
struct insert_op {
  table kind = table::codes;
  record_key key;
  /// From this time on the record counts as absent; engines drop it when that costs nothing.
  instant expires{};
  /// Tables with a binding: what a `consume` must present; else zero.
  crypto::digest binding{};
  std::string value;
  /// Set if `engine::joins_cutoffs`. The grant of a code gets those of the code.
  cutoff_name subject{};
  cutoff_name session{};
  /// Grants: whether `rotate` may come. An engine may keep others, which end with the tombstone of
  /// their code, where they are dropped without a scan.
  bool may_rotate = true;
  /// Whether the caller grants nothing before a later write of this process is durable, in any
  /// shard. An engine with one log may then tell `ok` when the record is written, since that write
  /// makes it durable too, unless the engine had to open its database anew in between. What the
  /// caller refuses instead may be asked again after a loss. Counts when it is set for a whole
  /// batch.
  bool is_covered = false;
};

/// Consumes one code, exactly once, even across crash and failover (COD-04).
struct consume_op {
  record_key key;
  crypto::digest binding{};
  attempt_id attempt{};
  /// The tombstone is kept until this time (COD-06), which is never before the code expires.
  instant tombstone_until{};
  /// The grant issued for the code, committed in the same batch. The tombstone keeps its key.
  insert_op new_grant;
};

struct consume_result {
  /// ok: consumed by this attempt, now or before. replayed: consumed by another attempt, and the
  /// binding is right. mismatch: the binding is wrong; one more failure is counted durably while
  /// the code is live. revoked: revoked after too many failures. expired, absent, unknown.
  /// The first that applies, in this order: absent, mismatch, replayed, expired, revoked.
  verdict what = verdict::unknown;
  /// replayed: when the code was consumed, and the key of the grant issued then.
  instant consumed_at{};
  record_key new_grant;
};

struct read_result {
  /// ok: live. replayed: a consumed code. revoked: a revoked grant (value given) or a revoked code.
  /// expired, absent, unknown.
  verdict what = verdict::unknown;
  crypto::digest binding{};
  /// The value as inserted; empty for a consumed code.
  std::string value;
  /// replayed: when the code was consumed, and the key of the grant issued then.
  instant consumed_at{};
  record_key new_grant{};
  /// The cutoffs of a live record or family. Set if `engine::joins_cutoffs`.
  std::optional<oauth::cutoffs> cut{};
};

/// Takes back the consumption by `attempt`: the code is live again and its grant is removed
/// (COM-02).
/// ok; absent (not consumed by this attempt); revoked (the family was revoked meanwhile, and the
/// code stays consumed); unknown.
struct release_op {
  record_key key;
  attempt_id attempt{};
};

/// Compare-and-set of a family's current generation (RFT-05): replaces a grant if it is live and
/// its generation is `presented`. A grant starts with generation 0, which the engine stores beside
/// the value.
struct rotate_op {
  record_key key;
  std::uint32_t presented = 0;
  /// `presented` + 1, or `presented` where only the record changes (a later idle expiry).
  std::uint32_t successor = 0;
  instant expires{};
  std::string value;
};

struct rotate_result {
  /// ok. replayed: another generation is current, and `value` is the stored record. revoked,
  /// expired, absent. unknown: the caller repeats the operation to find out, since the successor is
  /// a function of the family (RFT-06).
  /// The first that applies, in this order: absent, expired, revoked, replayed. Only ok changes the
  /// record.
  verdict what = verdict::unknown;
  std::string value;
  /// replayed: the cutoffs of the stored record. Set if `engine::joins_cutoffs`.
  std::optional<oauth::cutoffs> cut{};
};

struct revoke_op {
  table kind = table::grants;
  record_key key;
};

template <class T>
using done_handler = std::function<void(std::vector<T>)>;

/// The records of one shard. Not thread-safe: each instance belongs to one code-store actor. Never
/// waits for a disk. Each batch is answered once, in input order, on the owner's thread: inside the
/// call, or later through the `owner` given to `engine::open_shard`.
/// A record with a write in flight is locked: later operations on it wait for the outcome, also
/// within one batch. A verdict is returned only when the state it rests on is durable to the
/// configured level.
class shard_store {
 public:
  virtual ~shard_store() = default;
  /// Each is ok, exists or unknown. An expired record counts as absent. Whether the key of a
  /// consumed code is ok or exists is not specified: keys are hashes of 256 random bits.
  virtual void insert(std::vector<insert_op> batch, instant now, done_handler<verdict> done) = 0;
  virtual void read(table kind, std::vector<record_key> keys, instant now,
                    done_handler<read_result> done) = 0;
  /// The same attempt id may be used again after `verdict::unknown`, with the same result.
  virtual void consume(std::vector<consume_op> batch, instant now,
                       done_handler<consume_result> done) = 0;
  virtual void release(std::vector<release_op> batch, instant now, done_handler<verdict> done) = 0;
  virtual void rotate(std::vector<rotate_op> batch, instant now,
                      done_handler<rotate_result> done) = 0;
  /// Marks records revoked, durably. Each is ok (also when repeated), absent or unknown.
  virtual void revoke(std::vector<revoke_op> batch, instant now, done_handler<verdict> done) = 0;
};

}  // namespace mintage::storage
