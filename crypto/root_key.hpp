/// @file
/// The octets that all other keys of the server are derived from.
#pragma once

#include <memory>
#include <string_view>

#include "crypto/bytes.hpp"

namespace mintage::crypto {

/// A handle to 32 octets that are in memory once: on a page of their own that is never swapped,
/// dumped or seen by a forked child, and wiped when the last handle is gone. The octets cannot be
/// read back, only derived from. Copies are cheap; thread-safe.
class root_key {
 public:
  /// The key of all zeros.
  root_key() : root_key{digest{}} {}
  /// The caller wipes `octets`. Implicit, so that tests can write known octets.
  /// @throws std::bad_alloc
  root_key(const digest& octets);  // NOLINT(google-explicit-constructor)

  /// @returns HKDF-SHA-256 of the octets, without salt. @param info names the purpose.
  /// @see RFC 5869
  [[nodiscard]] digest derive(std::string_view info) const;
  /// Whether the system keeps the page in memory; false when RLIMIT_MEMLOCK does not allow it.
  [[nodiscard]] bool is_locked() const noexcept;

 private:
  class page;
  std::shared_ptr<const page> page_;
};

}  // namespace mintage::crypto
