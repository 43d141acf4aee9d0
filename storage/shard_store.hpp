/// @file
/// The batch-first interface to the records of one shard. One contract test suite holds for every
/// engine (tests/storage).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "oauth/grant/code.hpp"
#include "oauth/grant/grant.hpp"
#include "oauth/grant/refresh.hpp"
#include "oauth/grant/slot.hpp"
#include "oauth/token/access_token.hpp"
#include "storage/tables.hpp"

namespace mintage::storage {

using oauth::attempt_id;
using oauth::instant;

/// The key of a record: its slot (2 octets, big endian), then what names it within the slot: the
/// SHA-256 of a code (32 octets) or the family id of a grant (16). No allocation.
class record_key {
 public:
  static constexpr std::size_t max_size = 34;
  record_key() = default;
  record_key(oauth::slot where, crypto::bytes_view name) noexcept;  ///< @pre name ≤ 32 octets
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
  [[nodiscard]] std::string_view view() const noexcept { return {octets_.data(), size_}; }
  friend bool operator==(const record_key& a, const record_key& b) noexcept {
    return a.view() == b.view();
  }

 private:
  std::array<char, max_size> octets_{};
  std::uint8_t size_ = 0;
};

/// What an operation found or did. `unknown`: the engine cannot say (a failed disk, a lost
/// connection); the caller may ask again with the same attempt id and never answers as if it knew.
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

/// A record to be written if absent. Values are opaque to engines.
struct insert_op {
  table kind = table::codes;
  record_key key;
  /// The record is as good as gone from here on; engines drop it when it costs nothing.
  instant expires{};
  /// Of tables with a binding: what a consume must present; else zero.
  crypto::digest binding{};
  std::string value;
};

/// Consumes one code, exactly once, even across crash and failover (COD-04).
struct consume_op {
  record_key key;
  crypto::digest binding{};
  attempt_id attempt{};
  /// Remembered until then: the tombstone (COD-06). Never ends before the code itself.
  instant tombstone_until{};
  /// The grant issued for it, committed in the same batch; the tombstone keeps its key.
  insert_op new_grant;
};

struct consume_result {
  /// ok: consumed by this attempt, now or before. replayed: consumed by another attempt, binding
  /// right. mismatch: binding wrong, one more failure is counted durably while the code lives.
  /// revoked: dead by too many failures. expired, absent, unknown.
  /// Order: absent, mismatch, replayed, expired, revoked.
  verdict what = verdict::unknown;
  /// replayed: when, and the key of the grant issued then.
  instant consumed_at{};
  record_key new_grant;
};

struct read_result {
  /// ok: live. replayed: a consumed code. revoked: a revoked grant (value given) or a dead code.
  /// expired, absent, unknown.
  verdict what = verdict::unknown;
  crypto::digest binding{};
  /// The value as inserted; empty for consumed codes.
  std::string value;
  /// replayed: when, and the key of the grant issued then.
  instant consumed_at{};
  record_key new_grant{};
};

/// Takes back the consumption of `attempt`: the code is live again, its grant is gone (COM-02).
/// ok; absent (not consumed by this attempt); revoked (the family was revoked meanwhile: stays
/// consumed); unknown.
struct release_op {
  record_key key;
  attempt_id attempt{};
};

/// Compare-and-set of a family's current generation (RFT-05): a grant is replaced if it is live and
/// its generation is `presented`. A grant begins with generation 0, which the engine keeps
/// beside the value.
struct rotate_op {
  record_key key;
  std::uint32_t presented = 0;
  /// `presented` + 1, or `presented` where only the record changes (an idle end pushed on).
  std::uint32_t successor = 0;
  instant expires{};
  std::string value;
};

struct rotate_result {
  /// ok. replayed: another generation is current; `value` is the record as it is. revoked, expired,
  /// absent, unknown: then asking again finds out, since the successor is a function of the family
  /// (RFT-06).
  /// Order: absent, expired, revoked, replayed. Nothing but ok changes the record.
  verdict what = verdict::unknown;
  std::string value;
};

struct revoke_op {
  table kind = table::grants;
  record_key key;
};

template <class T>
using done_handler = std::function<void(std::vector<T>)>;

/// One shard's records. Not thread-safe: each instance belongs to one code-store actor.
/// Never waits for a disk; each batch is answered once, in input order, on the owner's side: inside
/// the call, or later through the `owner` given to `engine::open_shard`. A record with a write
/// in flight is locked: later operations on it wait for the outcome, also within one batch.
/// A verdict is given only when what it rests on is durable to the configured level.
class shard_store {
 public:
  virtual ~shard_store() = default;
  /// ok or exists (or unknown), each. An expired record counts as absent.
  virtual void insert(std::vector<insert_op> batch, instant now, done_handler<verdict> done) = 0;
  virtual void read(table kind, std::vector<record_key> keys, instant now,
                    done_handler<read_result> done) = 0;
  /// The same attempt id may ask again after `verdict::unknown` and gets the same answer.
  virtual void consume(std::vector<consume_op> batch, instant now,
                       done_handler<consume_result> done) = 0;
  virtual void release(std::vector<release_op> batch, instant now, done_handler<verdict> done) = 0;
  virtual void rotate(std::vector<rotate_op> batch, instant now,
                      done_handler<rotate_result> done) = 0;
  /// Marks records revoked, durably. ok (again too); absent; unknown.
  virtual void revoke(std::vector<revoke_op> batch, instant now, done_handler<verdict> done) = 0;
};

}  // namespace mintage::storage
