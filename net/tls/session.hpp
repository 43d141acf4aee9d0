/// @file
/// TLS of one connection, over its non-blocking socket. Internal to net/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "crypto/certificate.hpp"
#include "net/tls/context.hpp"
#include "net/tls/tickets.hpp"
#include "oauth/denial_reason.hpp"

struct bio_st;
struct bio_method_st;
struct ssl_st;

namespace mintage::net {

/// The TLS state that a listener gives to its connections; empty for plain HTTP.
struct tls_entry {
  std::shared_ptr<const tls_context> context;
  std::shared_ptr<const ticket_keys> tickets;
};

/// Reads and writes the socket directly from and to the caller's memory; has buffers only while a
/// record is incomplete. Never blocks. Never throws after construction.
///
/// One call reads at most 16 KiB from the socket, so that a peer that sends all the time cannot
/// keep the thread; the socket then stays readable. Records without octets of requests (KeyUpdate,
/// renegotiation) are limited to 16, and one more for each 64 octets of requests.
class tls_session {
 public:
  enum class state : std::uint8_t {
    done,
    needs_read,   ///< try again when the socket is readable
    needs_write,  ///< try again when the socket is writable
    closed,       ///< the peer sends no more
    failed,       ///< final; nothing may be sent
  };
  struct progress {
    state how;
    std::size_t octets;
  };

  /// @param socket outlives the session, or is not used any more. @throws std::bad_alloc
  tls_session(const tls_entry& entry, int socket);
  tls_session(const tls_session&) = delete;
  tls_session& operator=(const tls_session&) = delete;
  ~tls_session();

  [[nodiscard]] state handshake() noexcept;
  /// Reads what has arrived, across records. Fails, with a `failure()`, when the peer sends
  /// handshake records instead of requests. @pre `into` is not empty.
  [[nodiscard]] progress read(std::span<char> into) noexcept;
  /// Writes until the socket takes no more. @returns the part of `octets` that was taken. When that
  /// is not all and nothing failed, the rest must be written next.
  [[nodiscard]] progress write(std::string_view octets) noexcept;
  /// Whether octets are buffered that `read` has not processed; they may be part of a record.
  [[nodiscard]] bool has_pending() const noexcept;
  /// Whether decrypted octets are buffered that `read` has not returned.
  [[nodiscard]] bool has_decrypted() const noexcept;
  /// Sends close_notify, if the state of the session allows it.
  void close_notify() noexcept;
  /// The certificate that the peer presented; null when there is none. @pre the handshake is done.
  [[nodiscard]] const std::shared_ptr<const crypto::certificate>& certificate() const noexcept {
    return certificate_;
  }
  /// The reason of a failed handshake or session. Nothing when the peer has closed.
  [[nodiscard]] std::optional<oauth::denial_reason> failure() const noexcept { return failure_; }

 private:
  /// State of the BIO.
  struct wire {
    int socket;
    std::size_t budget = 0;  ///< octets that may be read in this turn
    bool is_closed = false;  ///< nothing more may be read
    bool is_fresh = true;    ///< nothing was read yet
    bool begins_with_proxy_header = false;
  };
  static int receive(bio_st* b, char* to, int size);
  static int send(bio_st* b, const char* from, int size);
  [[nodiscard]] static const bio_method_st* socket_method();
  static void note_record(int is_sent, int version, int kind, const void* octets, std::size_t size,
                          ssl_st* session, void* self);
  [[nodiscard]] state state_after(int result) noexcept;

  std::shared_ptr<const tls_context> context_;
  std::shared_ptr<const ticket_keys> tickets_;  // until the handshake has ended
  ssl_st* session_;
  std::shared_ptr<const crypto::certificate> certificate_;
  std::optional<oauth::denial_reason> failure_;
  bool failed_ = false;
  wire wire_;
  bool is_established_ = false;
  std::uint64_t octets_ = 0;   // of requests
  std::uint64_t records_ = 0;  // since the handshake, without octets of requests
};

}  // namespace mintage::net
