/// @file
/// Records of shards in their stored form: eight octets of expiry, then the envelope of
/// records.proto.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "records.pb.h"
#include "storage/shard_store.hpp"

namespace mintage::storage {

/// Size of the expiry at the front of every record that may expire, in octets.
constexpr std::size_t expiry_size = 8;
/// Reads the expiry without parsing the rest: the compaction filter calls it for each record.
/// @returns nothing for octets that are not a stored record.
[[nodiscard]] std::optional<instant> stored_expiry(std::string_view octets) noexcept;
/// Replaces `out`.
void write_expiry(instant expires, std::string& out);

/// One record, parsed or to be written. Objects are reused, so that their strings keep their
/// memory.
struct stored_record {
  instant expires{};
  records::envelope body;

  /// @returns false for octets that are not a stored record.
  [[nodiscard]] bool parse(std::string_view octets);
  /// Replaces `out`.
  void write(std::string& out) const;

  [[nodiscard]] bool is(records::envelope::condition c) const noexcept { return body.state() == c; }
  [[nodiscard]] bool has_binding(const crypto::digest& d) const noexcept;
  [[nodiscard]] bool has_attempt(const attempt_id& a) const noexcept;
  /// Sets it to the live record of an insertion. Takes the value.
  void assign(insert_op& op);
  /// Turns a live code into the tombstone of its consumption, which holds no value.
  void make_tombstone(const consume_op& op, instant now);
  /// Rotates a grant. ok: the record becomes the successor and takes the value of `op`. replayed:
  /// the result takes the value of the record.
  [[nodiscard]] rotate_result rotate(rotate_op& op, instant now);
  [[nodiscard]] instant consumed_at() const noexcept;
  [[nodiscard]] record_key new_grant() const noexcept;
};

}  // namespace mintage::storage
