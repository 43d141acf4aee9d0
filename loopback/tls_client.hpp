/// @file
/// The client's side of TLS over a connected socket.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "loopback/certificate_authority.hpp"

namespace mintage::loopback {

using session_ptr = std::shared_ptr<SSL_SESSION>;

/// How a client wants to speak; a default one as a modern client does.
struct tls_client_options {
  int min_version = TLS1_2_VERSION;
  int max_version = TLS1_3_VERSION;
  /// For TLS 1.2 and before; empty = OpenSSL's own.
  std::string ciphers{};
  /// ALPN as it is on the wire; empty = none.
  std::string protocols{};
  /// Whom it trusts; null = anybody.
  const certificate_authority* trusted = nullptr;
  /// What the certificate must name.
  std::string host = "127.0.0.1";
};

/// The handshake did not succeed; `what()` is OpenSSL's reason.
class tls_refused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Settings that connections share.
class tls_side {
 public:
  explicit tls_side(const tls_client_options& options = {});
  [[nodiscard]] SSL_CTX* get() const noexcept { return context_.get(); }

 private:
  std::unique_ptr<SSL_CTX, freed<SSL_CTX_free>> context_;
};

/// `send` and `receive` may run on two threads.
class tls_client {
 public:
  /// Does the handshake. @param socket connected; stays the caller's, becomes non-blocking.
  /// @param patience how long any single wait may take. @param offered a session to resume.
  /// @throws tls_refused
  tls_client(const tls_side& side, int socket, std::chrono::milliseconds patience,
             const session_ptr& offered = nullptr);
  tls_client(const tls_client&) = delete;
  tls_client& operator=(const tls_client&) = delete;
  ~tls_client();

  /// @returns false when the peer is gone or takes nothing.
  bool send(std::string_view octets) noexcept;
  enum class end : int { goodbye = 0, cut = -1, silence = -2 };
  /// @returns the number of octets, or an `end`.
  [[nodiscard]] int receive(std::span<char> into) noexcept;
  /// Sends close_notify.
  void finish_sending() noexcept;
  /// Whether octets lie here that came with others.
  [[nodiscard]] bool has_pending() const noexcept;

  [[nodiscard]] bool was_resumed() const noexcept;
  /// With TLS 1.3, only after an answer was received can it be resumed.
  [[nodiscard]] session_ptr session() const;
  [[nodiscard]] int version() const noexcept;
  [[nodiscard]] std::string cipher() const;
  /// The common name in the server's certificate.
  [[nodiscard]] std::string server_name() const;
  [[nodiscard]] key_kind server_key() const;
  [[nodiscard]] std::string protocol() const;
  [[nodiscard]] SSL* get() const noexcept { return session_.get(); }

 private:
  /// Repeats an operation until it needs no waiting. @returns its result, or `end::silence`.
  template <class Operation>
  int complete(Operation run) noexcept;

  int socket_;
  std::chrono::milliseconds patience_;
  std::mutex mutex_;
  std::unique_ptr<SSL, freed<SSL_free>> session_;
};

}  // namespace mintage::loopback
