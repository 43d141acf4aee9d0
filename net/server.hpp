/// @file
/// Both listeners and the I/O threads of one server.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "net/options.hpp"
#include "oauth/admin/tokens.hpp"
#include "service/service.hpp"

namespace mintage::net {

/// An address that cannot be bound. `what()` is one sentence naming key and address.
class listen_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A certificate in use.
struct certificate_facts {
  /// "http.tls" or "admin.tls".
  std::string section;
  std::filesystem::path file;
  /// When it ends, as 2027-01-31T23:59:59Z.
  std::string expires;
};

/// A certificate or key that cannot be used. `what()` is one sentence naming key and file.
class certificate_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Sockets, sessions and I/O threads. No Asio in this header.
class server {
 public:
  /// Binds both listeners and starts the I/O threads; accepts nothing yet.
  /// @throws listen_error, certificate_error
  server(const options& o, const oauth::options& rules, const oauth::admin_tokens& tokens);
  /// As `stop`.
  ~server();

  [[nodiscard]] std::vector<service::io_thread*> io_threads();
  /// Begins to accept. @param services one per I/O thread, in the same order; outlive the sessions.
  void start(std::vector<service::token_service*> services);

  /// The ports that are bound, for `listen = "…:0"`.
  [[nodiscard]] std::uint16_t public_port() const noexcept;
  [[nodiscard]] std::uint16_t admin_port() const noexcept;

  /// Reads the files of certificates and keys again. Connections that are accepted after the return
  /// use them; those that are open keep what they have, and sessions can be resumed across. A
  /// listener with a file that is not good goes on as before. Not while the server stops.
  /// @returns what is wrong, with each key and file named; empty when all was taken.
  [[nodiscard]] std::vector<oauth::config_error> reload_certificates();
  /// Those in use, after the last reload that was taken. Same thread as `reload_certificates`.
  [[nodiscard]] std::vector<certificate_facts> certificates() const;

  /// Stops accepting, closes idle connections at once, lets the others finish what was admitted.
  /// @returns whether all sessions were gone before `patience` ran out; the rest is closed then.
  bool drain(std::chrono::milliseconds patience);
  /// Ends the I/O threads. No exchange may be under way any more.
  void stop();

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace mintage::net
