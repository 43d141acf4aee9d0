/// @file
/// The outbox: messages that are kept until they were delivered, or given up. (LGO-04)
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "oauth/grant/code.hpp"

namespace mintage::storage {

using oauth::instant;

/// 16 random octets.
using outbox_id = crypto::bytes<16>;

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
  /// Entries at most. Beyond it `add` throws.
  static constexpr std::size_t most_entries = 100'000;

  virtual ~outbox() = default;
  /// Adds entries, all or none. When it returns they are as durable as a code.
  virtual void add(const std::vector<outbox_entry>& entries) = 0;
  /// Claims entries that are due, oldest first: for each, counts a try and moves `due` to `until`.
  /// Of several nodes, one gets an entry. If it ends without an outcome, the entry can be claimed
  /// again at `until`, by any node; in an engine of one process, as soon as that starts again.
  [[nodiscard]] virtual std::vector<outbox_entry> claim(std::size_t most, instant now,
                                                        instant until) = 0;
  /// Stores what became of claimed entries. An outcome that is lost leads to another try.
  virtual void settle(const std::vector<outbox_outcome>& outcomes) = 0;
  /// Entries that are there, about.
  [[nodiscard]] virtual std::size_t size() = 0;
};

}  // namespace mintage::storage
