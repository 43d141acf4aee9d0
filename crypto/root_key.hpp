/// @file
/// The root key, from which all other keys of the server are derived.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "crypto/bytes.hpp"

namespace mintage::crypto {

/// A handle to 32 octets that are in memory once, on a page of their own: never swapped, never
/// dumped, not visible to a forked child, and wiped when the last handle is destroyed. The octets
/// can be used for derivation only, and to be sealed. Copies are cheap. Thread-safe.
class root_key {
 public:
  /// The key of all zeros.
  root_key() : root_key{digest{}} {}
  /// Copies `octets`; the caller wipes its own. Implicit, so that tests can write known octets.
  /// @throws std::bad_alloc when no page can be mapped.
  root_key(const digest& octets);  // NOLINT(google-explicit-constructor)

  /// @returns HKDF-SHA-256 of the octets, without salt. @param info names the purpose.
  /// @see RFC 5869
  [[nodiscard]] digest derive(std::string_view info) const;
  /// Appends the octets to what is sealed with another root. The caller wipes `out`.
  void append_to(std::string& out) const;
  /// Whether the system keeps the page in memory. False when RLIMIT_MEMLOCK does not allow it.
  [[nodiscard]] bool is_locked() const noexcept;

 private:
  class page;
  std::shared_ptr<const page> page_;
};

}  // namespace mintage::crypto
