/// @file
/// TLS of the harness: settings, and one connection over a non-blocking socket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

// OpenSSL's types, declared here to keep its headers out of other files.
struct ssl_st;
struct ssl_ctx_st;
struct ssl_session_st;

namespace mintage::bench {

/// Settings of all connections to one server. Immutable and thread-safe.
class tls_client {
 public:
  /// @param ca trusted certificates in PEM; empty = those of the system.
  /// @param host name or address that the server's certificate must have.
  /// @param resumes whether a reopened connection offers its last session.
  /// @throws std::runtime_error naming the file when it cannot be used.
  tls_client(const std::filesystem::path& ca, std::string host, bool resumes);
  ~tls_client();
  tls_client(const tls_client&) = delete;
  tls_client& operator=(const tls_client&) = delete;

  [[nodiscard]] ssl_ctx_st* context() const noexcept { return context_; }
  [[nodiscard]] const std::string& host() const noexcept { return host_; }
  [[nodiscard]] bool resumes() const noexcept { return resumes_; }
  /// Makes `ssl` send the host name, and verify it in the certificate.
  void expect_host(ssl_st* ssl) const;

 private:
  ssl_ctx_st* context_;
  std::string host_;
  bool resumes_;
};

/// Handshakes of reopened connections in a round.
struct handshake_counts {
  std::uint64_t full = 0;
  std::uint64_t resumed = 0;
};

/// Reads and writes one connection, plain or with TLS. Does not own the socket.
class channel {
 public:
  enum class state : std::uint8_t { done, wants_read, wants_write, closed, broken };

  /// @param tls null = plain; outlives the channel.
  explicit channel(const tls_client* tls) : tls_{tls} {}
  ~channel();
  channel(const channel&) = delete;
  channel& operator=(const channel&) = delete;

  /// Starts on a connected socket.
  void open(int socket);
  /// Sends close_notify under TLS. The owner closes the socket afterwards.
  void close() noexcept;
  [[nodiscard]] state handshake();
  /// @param done number of octets written, also when that is not all.
  [[nodiscard]] state write(std::string_view octets, std::size_t& done);
  /// Never returns `done` with 0 octets: the end of the stream is `closed`.
  [[nodiscard]] state read(char* to, std::size_t size, std::size_t& done);
  /// Whether decrypted octets are buffered, so that the caller must not wait for the socket.
  [[nodiscard]] bool has_more() const noexcept;
  [[nodiscard]] bool is_tls() const noexcept { return tls_ != nullptr; }
  [[nodiscard]] bool was_resumed() const noexcept;

  /// Called by OpenSSL's callback. Stores the session that the next `open` offers. Takes ownership.
  void keep(ssl_session_st* session) noexcept;

 private:
  [[nodiscard]] state state_of(int result) const noexcept;

  const tls_client* tls_;
  int socket_ = -1;
  ssl_st* ssl_ = nullptr;
  ssl_session_st* session_ = nullptr;
};

}  // namespace mintage::bench
