/// @file
/// TLS of one connection, over its non-blocking socket. Internal to net/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "net/tls/context.hpp"
#include "net/tls/tickets.hpp"

struct ssl_st;

namespace mintage::net {

/// What a listener gives to the connections that it accepts; empty when it speaks plain HTTP.
struct tls_entry {
  std::shared_ptr<const tls_context> context;
  std::shared_ptr<const ticket_keys> tickets;
};

/// Reads and writes the socket itself, straight from and to the caller's memory: it holds buffers
/// only while a record is incomplete. Never blocks, never throws after construction.
class tls_session {
 public:
  enum class state : std::uint8_t {
    done,
    needs_read,   ///< try again when the socket can be read
    needs_write,  ///< try again when it can be written
    closed,       ///< the peer has said that it sends no more
    failed,       ///< for good; nothing may be sent any more
  };
  struct progress {
    state how;
    std::size_t octets;
  };

  /// @param socket outlives it, or is not used any more. @throws std::bad_alloc
  tls_session(const tls_entry& entry, int socket);
  tls_session(const tls_session&) = delete;
  tls_session& operator=(const tls_session&) = delete;
  ~tls_session();

  [[nodiscard]] state handshake() noexcept;
  /// Takes what has arrived, over the ends of records. @pre `into` is not empty.
  [[nodiscard]] progress read(std::span<char> into) noexcept;
  /// Writes until the socket takes no more. @returns what was taken of `octets`. When that is not
  /// all and nothing failed, the rest must be offered again, with nothing in between.
  [[nodiscard]] progress write(std::string_view octets) noexcept;
  /// Whether octets were received that `read` has not returned yet.
  [[nodiscard]] bool has_pending() const noexcept;
  /// Tells the peer that nothing more will be sent, if the state of the session allows it.
  void close_notify() noexcept;
  /// Why the handshake failed: a literal.
  [[nodiscard]] std::string_view failure() const noexcept { return failure_; }

 private:
  [[nodiscard]] state state_after(int result) noexcept;

  std::shared_ptr<const tls_context> context_;
  std::shared_ptr<const ticket_keys> tickets_;  // until the handshake has ended
  ssl_st* session_;
  std::string_view failure_ = "the peer left during the TLS handshake";
  bool failed_ = false;
};

}  // namespace mintage::net
