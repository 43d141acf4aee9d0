/// @file
/// The refusals that the process remembers, for `mintage explain`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "oauth/admin/refusals.hpp"

namespace mintage::actors {

/// Rings of the latest refusals: for each I/O thread one of requests to endpoints and one of
/// everything below them, so that strangers who try paths do not displace what clients ask for.
/// Thread-safe: each I/O thread writes its own rings, and readers lock one at a time.
class refusal_book {
 public:
  /// @param most refusals over all rings; 0 = none are remembered.
  refusal_book(std::size_t io_threads, std::size_t most);

  [[nodiscard]] bool is_on() const noexcept { return most_ != 0; }
  /// Remembers a refusal in place of the oldest one of its ring.
  void note(std::uint32_t io_thread, oauth::refused_request refused);
  /// @returns nothing when it was displaced, or came to another process.
  [[nodiscard]] std::optional<oauth::refused_request> find(std::string_view request_id) const;
  /// The latest ones, newest first.
  [[nodiscard]] std::vector<oauth::refused_request> last(std::size_t count) const;

 private:
  struct alignas(64) ring {
    mutable std::mutex mutex;  // guards the next two
    std::vector<oauth::refused_request> kept;
    std::size_t oldest = 0;
  };
  void put(ring& into, std::size_t most, oauth::refused_request refused) const;

  const std::size_t most_;
  /// Two for each I/O thread: of endpoints, then of strangers.
  std::vector<ring> rings_;
};

}  // namespace mintage::actors
