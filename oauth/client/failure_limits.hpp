/// @file
/// Limits per source: on failed client authentications (CAU-16), and on requests.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "crypto/bytes.hpp"
#include "crypto/digest.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

/// What counts as one source: an IPv4 address, or the /64 of an IPv6 address, which one customer
/// has alone. @param source IPv6, or mapped IPv4. @returns it without the rest.
[[nodiscard]] crypto::bytes<16> source_network(const crypto::bytes<16>& source) noexcept;

/// Identifies client and source network: an HMAC under a process key, so that nobody can choose a
/// pair that shares a cell with another.
[[nodiscard]] crypto::digest failure_key(crypto::hmac_sha256& process_key, std::string_view client,
                                         const crypto::bytes<16>& source);

/// Failures per (client, source), or requests per source, in a table of fixed size whose entries
/// expire by themselves. Of authentications it decides only how a failure is answered: a right
/// secret is never limited, so nobody can lock out a client. Thread-safe without a lock.
class failure_limits {
 public:
  /// @param most failures of one pair allowed within `window`; then one per `window / most`.
  /// @param cells a power of two; 8 octets each.
  failure_limits(unsigned most, seconds window, std::size_t cells = 65536);

  /// Sets another limit for the same window; 0 = none. What was counted stays.
  void set_most(unsigned most) noexcept;
  /// Whether there is a limit.
  [[nodiscard]] bool is_on() const noexcept { return step_.load(std::memory_order_relaxed) != 0; }

  /// Counts one failure. @returns whether there have been too many; then it is not counted.
  [[nodiscard]] bool note(const crypto::digest& key, instant now) noexcept;
  /// Whether the next failure would exceed the limit.
  [[nodiscard]] bool is_over(const crypto::digest& key, instant now) const noexcept;

 private:
  /// The time when all failures of a pair expire, in milliseconds (the theoretical arrival time of
  /// the generic cell rate algorithm).
  using cell = std::atomic<std::int64_t>;
  [[nodiscard]] cell& at(const crypto::digest& key) const noexcept;

  const milliseconds length_;
  std::atomic<std::int64_t> step_{0};
  std::atomic<std::int64_t> window_{0};
  std::size_t mask_;
  std::unique_ptr<cell[]> cells_;
};

/// 429 with Retry-After (TOK-19).
[[nodiscard]] denial too_many_failures() noexcept;
/// The same for authorization requests.
[[nodiscard]] denial too_many_requests() noexcept;

}  // namespace mintage::oauth
