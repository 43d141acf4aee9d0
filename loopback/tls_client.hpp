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

/// What a client offers; the defaults are those of a modern client.
struct tls_client_options {
  int min_version = TLS1_2_VERSION;
  int max_version = TLS1_3_VERSION;
  /// For TLS 1.2 and older; empty = OpenSSL's defaults.
  std::string ciphers{};
  /// ALPN in wire format; empty = none.
  std::string protocols{};
  /// The authority that it trusts; null = no verification.
  const certificate_authority* trusted = nullptr;
  /// The name that the certificate must have.
  std::string host = "127.0.0.1";
};

/// The handshake did not succeed; `what()` is OpenSSL's reason.
class tls_refused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Settings shared by several connections.
class tls_side {
 public:
  explicit tls_side(const tls_client_options& options = {});
  [[nodiscard]] SSL_CTX* get() const noexcept { return context_.get(); }

 private:
  std::unique_ptr<SSL_CTX, freed<SSL_CTX_free>> context_;
};

/// One connection. `send` and `receive` may run on two threads.
class tls_client {
 public:
  /// Does the handshake.
  /// @param socket connected. The caller still owns it; it becomes non-blocking.
  /// @param patience limit of each single wait. @param offered a session to resume.
  /// @throws tls_refused
  tls_client(const tls_side& side, int socket, std::chrono::milliseconds patience,
             const session_ptr& offered = nullptr);
  tls_client(const tls_client&) = delete;
  tls_client& operator=(const tls_client&) = delete;
  ~tls_client();

  /// @returns false when the peer has closed or accepts nothing.
  bool send(std::string_view octets) noexcept;
  enum class end : int { goodbye = 0, cut = -1, silence = -2 };
  /// @returns the number of octets, or an `end`.
  [[nodiscard]] int receive(std::span<char> into) noexcept;
  /// Sends close_notify.
  void finish_sending() noexcept;
  /// Whether decrypted octets are buffered here.
  [[nodiscard]] bool has_pending() const noexcept;

  [[nodiscard]] bool was_resumed() const noexcept;
  /// With TLS 1.3 the session can be resumed only after an answer was received.
  [[nodiscard]] session_ptr session() const;
  [[nodiscard]] int version() const noexcept;
  [[nodiscard]] std::string cipher() const;
  /// The common name in the server's certificate.
  [[nodiscard]] std::string server_name() const;
  [[nodiscard]] key_kind server_key() const;
  [[nodiscard]] std::string protocol() const;
  [[nodiscard]] SSL* get() const noexcept { return session_.get(); }

 private:
  /// Repeats an operation until it need not wait. @returns its result, or `end::silence`.
  template <class Operation>
  int complete(Operation run) noexcept;

  int socket_;
  std::chrono::milliseconds patience_;
  std::mutex mutex_;
  std::unique_ptr<SSL, freed<SSL_free>> session_;
};

}  // namespace mintage::loopback
