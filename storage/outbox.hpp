/// @file
/// The outbox: messages that are kept until they were delivered, or given up. (LGO-04)
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "oauth/grant/code.hpp"

namespace mintage::storage {

using oauth::instant;

/// 8 octets of the receiver, and 8 random ones.
using outbox_id = crypto::bytes<16>;
/// Whom an entry is for: 8 octets that its sender has chosen.
using outbox_receiver = crypto::bytes<8>;
[[nodiscard]] inline outbox_receiver receiver_of(const outbox_id& id) noexcept {
  auto out = outbox_receiver{};
  std::copy_n(id.begin(), out.size(), out.begin());
  return out;
}

struct outbox_entry {
  outbox_id id{};
  /// When it may be claimed next.
  instant due{};
  /// How often it was claimed.
  std::uint32_t tries = 0;
  /// Opaque to engines.
  std::string value;
};

/// What became of a claimed entry.
struct outbox_outcome {
  struct postponement {
    instant due{};
    std::uint32_t tries = 0;
  };
  outbox_id id{};
  /// Nothing: it is over, and removed.
  std::optional<postponement> again;
};

/// Calls return when they are done, so callers have a thread of their own. Thread-safe.
/// @throws storage_error when the engine cannot tell whether a write is durable.
class outbox {
 public:
  /// Entries at most.
  static constexpr std::size_t most_entries = 100'000;
  /// Whether one more is taken for a receiver. Each may have a quarter of the room that is left, so
  /// that those who take nothing never use up the room of the others.
  [[nodiscard]] static constexpr bool has_room(std::size_t of_receiver, std::size_t all) noexcept {
    return 4 * (of_receiver + 1) <= most_entries - std::min(all, most_entries);
  }

  virtual ~outbox() = default;
  /// Adds the entries for whose receivers there is room. When it returns they are as durable as a
  /// code. @returns the others.
  [[nodiscard]] virtual std::vector<outbox_id> add(const std::vector<outbox_entry>& entries) = 0;
  /// Claims entries that are due, oldest first: for each, counts a try and moves `due` to `until`.
  /// Of several nodes, one gets an entry. If it ends without an outcome, the entry can be claimed
  /// again at `until`, by any node; in an engine of one process, as soon as that starts again.
  /// @param passed_over receivers whose entries stay where they are.
  [[nodiscard]] virtual std::vector<outbox_entry> claim(
      std::size_t most, std::span<const outbox_receiver> passed_over, instant now,
      instant until) = 0;
  /// Stores what became of claimed entries. An outcome that is lost leads to another try.
  virtual void settle(const std::vector<outbox_outcome>& outcomes) = 0;
  /// Entries that are there, about.
  [[nodiscard]] virtual std::size_t size() = 0;
};

}  // namespace mintage::storage
