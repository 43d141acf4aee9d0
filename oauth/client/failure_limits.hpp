/// @file
/// How often a source may fail to be a client, before it is told to slow down. (CAU-16)
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
/// has to himself. @param source IPv6, or mapped IPv4. @returns it without the rest.
[[nodiscard]] crypto::bytes<16> source_network(const crypto::bytes<16>& source) noexcept;

/// Who failed: HMAC under a key of the process over client and source network, so that nobody can
/// choose whose failures his own are counted with.
[[nodiscard]] crypto::digest failure_key(crypto::hmac_sha256& process_key, std::string_view client,
                                         const crypto::bytes<16>& source);

/// Failures per (client, source) in a table of fixed size, which forgets by itself. It decides only
/// how a failure is answered: a right secret is never limited, and no client can be locked out by
/// others. Thread-safe without a lock; touched by failures alone.
class failure_limits {
 public:
  /// @param most failures that one pair may have within `window`; then one each `window / most`.
  /// @param cells a power of two; 8 octets each.
  failure_limits(unsigned most, seconds window, std::size_t cells = 65536);

  /// Counts one failure. @returns whether there have been too many: it is then not counted.
  [[nodiscard]] bool note(const crypto::digest& key, instant now) noexcept;
  /// Whether the next failure would be one too many.
  [[nodiscard]] bool is_over(const crypto::digest& key, instant now) const noexcept;

 private:
  /// When all failures of a pair will be forgotten, in milliseconds (the theoretical arrival time
  /// of the generic cell rate algorithm).
  using cell = std::atomic<std::int64_t>;
  [[nodiscard]] cell& at(const crypto::digest& key) const noexcept;

  std::int64_t step_;
  std::int64_t window_;
  std::size_t mask_;
  std::unique_ptr<cell[]> cells_;
};

/// 429 with Retry-After (TOK-19).
[[nodiscard]] denial too_many_failures() noexcept;

}  // namespace mintage::oauth
