/// @file
/// The journal: what an operator may have to account for.
#pragma once

#include <cstdint>
#include <string_view>

#include "crypto/key.hpp"
#include "service/exchange.hpp"

namespace mintage::service {

/// Whether a refusal must be told: it may be dropped unless room was reserved for its line.
enum class line_use : std::uint8_t { droppable, reserved };

/// Hears of all that an operator may have to account for; app/ writes it to the log and to the
/// audit stream. Any thread; never waits, since I/O threads call it. Exchanges are given before
/// their callers are told, and what they do has room reserved before it is done.
class journal : public line_room {
 public:
  /// @param client as claimed by the request; may be empty or untrue, and holds arbitrary octets.
  virtual void refused(std::string_view endpoint, const request_id& id, std::string_view client,
                       const denial& why, line_use line) noexcept = 0;
  /// A grant became tokens.
  virtual void exchanged(const token_exchange& x) noexcept = 0;
  /// A token was asked about or revoked.
  virtual void queried(const query_exchange& x) noexcept = 0;
  /// A code was minted, or refused (`error` set).
  virtual void minted(const mint_exchange& x) noexcept = 0;
  /// A call of the admin interface was answered, or refused (`error` set).
  virtual void administered(const admin_exchange& x) noexcept = 0;
  /// A signing key was made or moved on, by the schedule or by a call.
  /// @param state "pending", "active", "retiring" or "removed": what it is now.
  virtual void key_changed(const crypto::signing_key& key, std::string_view state) noexcept = 0;
};

}  // namespace mintage::service
