/// @file
/// The journal: the events that the log and the audit stream record.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "crypto/key.hpp"
#include "oauth/logout/logout_token.hpp"
#include "service/exchange.hpp"

namespace mintage::service {

/// Whether a refusal may be dropped when the audit stream is behind. Not if room was reserved for
/// it.
enum class line_use : std::uint8_t { droppable, reserved };

/// Receives all events for the log and the audit stream; app/ writes them. Any thread. Never
/// blocks, since I/O threads call it. Called before the exchange is answered; an exchange that
/// changes something has room reserved for its line before.
class journal : public line_room {
 public:
  /// @param client the id in the request: may be empty or untrue, and contains arbitrary octets.
  /// @param came what came, escaped and without secrets; may be empty.
  virtual void refused(std::string_view endpoint, const request_id& id, std::string_view client,
                       const denial& why, std::string_view came, line_use line) noexcept = 0;
  /// A grant was exchanged for tokens.
  virtual void exchanged(const token_exchange& x) noexcept = 0;
  /// A token was introspected or revoked.
  virtual void queried(const query_exchange& x) noexcept = 0;
  /// A code was minted, or refused (`error` is set).
  virtual void minted(const mint_exchange& x) noexcept = 0;
  /// A call of the admin interface was answered, or refused (`error` is set).
  virtual void administered(const admin_exchange& x) noexcept = 0;
  /// A request about an authorization was answered; not if it was refused.
  virtual void authorized(const authorization_exchange& x) noexcept = 0;
  /// A signing key was made or changed its state, by the schedule or by a call.
  /// @param state its new state: "pending", "active", "retiring" or "removed".
  virtual void key_changed(const crypto::signing_key& key, std::string_view state) noexcept = 0;
  /// A client that had registered itself was removed because it was not used (DCR-07).
  virtual void client_forgotten(const oauth::client& c) noexcept = 0;
  /// A client was told of the end of a session, or was given up.
  /// @param tries how many there were. @param failure a literal; empty = it was told.
  virtual void logout_told(const oauth::logout_notice& n, std::uint32_t tries,
                           std::string_view failure) noexcept = 0;
  /// An actor of a pool ended by a fault.
  /// @param pool a literal.
  /// @param wait until it is replaced; nothing when its pool is given up: the server should end.
  virtual void actor_ended(std::string_view pool,
                           std::optional<std::chrono::milliseconds> wait) noexcept = 0;
  /// What signed with `key` made a wrong signature, or cannot sign. Nothing of that batch left.
  /// @param backend "crypto_mb": OpenSSL alone signs from now on; "openssl": the signer ends.
  virtual void signature_failed(const crypto::signing_key& key,
                                std::string_view backend) noexcept = 0;
};

}  // namespace mintage::service
