/// @file
/// The client's side of a connection, over TLS or in the clear: without blocking for the load
/// harness, with blocking waits for tests and preparations.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "loopback/certificate_authority.hpp"

namespace mintage::loopback {

using session_ptr = std::shared_ptr<SSL_SESSION>;

/// What a client offers; the defaults are those of a modern client that verifies nothing.
struct tls_client_options {
  int min_version = TLS1_2_VERSION;
  int max_version = TLS1_3_VERSION;
  /// For TLS 1.2 and older; empty = OpenSSL's defaults.
  std::string ciphers{};
  /// ALPN in wire format; empty = none.
  std::string protocols{};
  /// The authority that it trusts; null = none.
  const certificate_authority* trusted = nullptr;
  /// Certificates in PEM that it trusts; an empty path = those of the system.
  std::optional<std::filesystem::path> trusted_file{};
  /// The certificate that it presents, followed by those of its authorities, and its key.
  std::optional<pem_pair> own{};
  /// The name or address that a verified certificate must have.
  std::string host = "127.0.0.1";
  /// Whether a reopened `channel` offers its last session.
  bool resumes = false;
  /// Whether it may offer what a server must refuse: old protocol versions need SHA-1.
  bool offers_weak = true;
};

/// The handshake did not succeed; `what()` is OpenSSL's reason.
class tls_refused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Settings shared by several connections. Thread-safe. The process ignores SIGPIPE from then on:
/// OpenSSL writes with write(2).
class tls_side {
 public:
  /// @throws std::runtime_error naming what cannot be used.
  explicit tls_side(const tls_client_options& options = {});
  [[nodiscard]] SSL_CTX* get() const noexcept { return context_.get(); }
  /// Makes `ssl` send the host name, and verify it in the certificate.
  void expect_host(SSL* ssl) const;

 private:
  std::unique_ptr<SSL_CTX, freed<SSL_CTX_free>> context_;
  std::string host_;
};

/// Reads and writes one connection, plain or with TLS. Does not own the socket. Never waits when
/// the socket is non-blocking.
class channel {
 public:
  enum class state : std::uint8_t { done, wants_read, wants_write, closed, broken };

  /// @param side null = plain; outlives the channel.
  explicit channel(const tls_side* side) : side_{side} {}
  ~channel();
  channel(const channel&) = delete;
  channel& operator=(const channel&) = delete;

  /// Starts on a connected socket. @param offered a session to resume instead of the last one.
  void open(int socket, const session_ptr& offered = nullptr);
  /// Sends close_notify under TLS. The owner closes the socket afterwards.
  void close() noexcept;
  /// Sends close_notify under TLS; answers can still come.
  void finish_sending() noexcept;
  [[nodiscard]] state handshake() noexcept;
  /// @param done number of octets written, also when that is not all.
  [[nodiscard]] state write(std::string_view octets, std::size_t& done) noexcept;
  /// Never returns `done` with 0 octets: the end of the stream is `closed`.
  [[nodiscard]] state read(std::span<char> into, std::size_t& done) noexcept;
  [[nodiscard]] bool is_tls() const noexcept { return side_ != nullptr; }
  [[nodiscard]] bool was_resumed() const noexcept;
  /// Null without TLS or when it is not open.
  [[nodiscard]] SSL* get() const noexcept { return ssl_.get(); }

  /// Called by OpenSSL's callback. Stores the session that the next `open` offers. Takes ownership.
  void keep(SSL_SESSION* session) noexcept { kept_.reset(session, SSL_SESSION_free); }

 private:
  [[nodiscard]] state state_of(int result) const noexcept;

  const tls_side* side_;
  int socket_ = -1;
  session_ptr kept_;
  std::unique_ptr<SSL, freed<SSL_free>> ssl_;
};

/// A channel whose calls wait. `send` and `receive` may run on two threads.
class stream {
 public:
  /// Does the handshake.
  /// @param side null = plain; outlives the stream.
  /// @param socket connected. The caller still owns it; it becomes non-blocking.
  /// @param patience limit of each single wait. @param offered a session to resume.
  /// @throws tls_refused
  stream(const tls_side* side, int socket, std::chrono::milliseconds patience,
         const session_ptr& offered = nullptr);

  /// @returns false when the peer has closed, or accepts nothing for as long as the patience.
  bool send(std::string_view octets) noexcept;
  enum class end : int { goodbye = 0, cut = -1, silence = -2 };
  /// @returns the number of octets, or an `end`.
  [[nodiscard]] int receive(std::span<char> into) noexcept;
  /// Sends close_notify under TLS; answers can still come.
  void finish_sending() noexcept;

  // Of TLS. @pre it is over TLS.
  [[nodiscard]] bool was_resumed() const noexcept { return channel_.was_resumed(); }
  /// With TLS 1.3 the session can be resumed only after an answer was received.
  [[nodiscard]] session_ptr session() const;
  [[nodiscard]] int version() const noexcept;
  [[nodiscard]] std::string cipher() const;
  /// The common name in the server's certificate.
  [[nodiscard]] std::string server_name() const;
  [[nodiscard]] key_kind server_key() const;
  [[nodiscard]] std::string protocol() const;
  [[nodiscard]] SSL* get() const noexcept { return channel_.get(); }

 private:
  /// Repeats an operation until it need not wait. @returns its state, or nothing after a wait that
  /// took too long.
  template <class Operation>
  std::optional<channel::state> complete(Operation run) noexcept;

  int socket_;
  std::chrono::milliseconds patience_;
  std::mutex mutex_;
  channel channel_;
};

}  // namespace mintage::loopback
