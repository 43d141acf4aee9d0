/// @file
/// A host of the tests that serves documents over TLS, as badly as it is told to.
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "loopback/certificate_authority.hpp"

namespace mintage::loopback {

/// Listens on a free TCP port of 127.0.0.1. One thread per connection and one request on each.
class https_host {
 public:
  /// A request, and what the host sends to it.
  class visit {
   public:
    [[nodiscard]] const std::string& target() const noexcept { return target_; }
    /// The header section as received.
    [[nodiscard]] const std::string& head() const noexcept { return head_; }
    /// As many octets as Content-Length says.
    [[nodiscard]] const std::string& body() const noexcept { return body_; }
    /// @returns false when the peer has gone or the host is being stopped.
    bool send(std::string_view octets);
    /// Sends a whole response. @param fields with their line ends.
    bool answer(std::string_view status, std::string_view fields, std::string_view body);
    /// Waits. @returns false when the host is being stopped meanwhile.
    bool wait(std::chrono::milliseconds time);

   private:
    friend class https_host;
    visit(https_host& host, SSL* ssl) : host_{host}, ssl_{ssl} {}
    https_host& host_;
    SSL* ssl_;
    std::string head_;
    std::string body_;
    std::string target_;
  };
  /// Called on the thread of the connection.
  using responder = std::function<void(visit&)>;

  /// @throws std::runtime_error
  https_host(const pem_pair& own, responder respond);
  /// Cuts all connections.
  ~https_host();

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// "https://127.0.0.1:PORT" and the path.
  [[nodiscard]] std::string url(std::string_view path) const;
  /// Connections that were accepted, handshakes that failed included, and requests.
  [[nodiscard]] std::size_t connections() const noexcept { return connections_; }
  [[nodiscard]] std::size_t requests() const noexcept { return requests_; }
  /// The most connections that were open at once.
  [[nodiscard]] std::size_t most_at_once() const noexcept { return most_at_once_; }

 private:
  struct guest {
    int socket = -1;
    std::thread thread;
    std::atomic<bool> is_gone{false};
  };

  void accept_all();
  void serve(guest& g);
  bool read_request(visit& v);

  std::unique_ptr<SSL_CTX, freed<SSL_CTX_free>> context_;
  const responder respond_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<std::size_t> connections_{0};
  std::atomic<std::size_t> requests_{0};
  std::atomic<std::size_t> open_{0};
  std::atomic<std::size_t> most_at_once_{0};

  std::mutex mutex_;  // guards is_stopping_
  std::condition_variable stopping_;
  bool is_stopping_ = false;
  std::list<guest> guests_;  // of the accepting thread; then of the destructor
  std::thread accepting_;
};

}  // namespace mintage::loopback
