/// @file
/// The listeners and the I/O threads of one server.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "metrics/group.hpp"
#include "net/handed_sockets.hpp"
#include "net/options.hpp"
#include "oauth/admin/tokens.hpp"
#include "service/service.hpp"

namespace mintage::net {

/// An address that cannot be bound. `what()` is one sentence with key and address.
class listen_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A certificate in use.
struct certificate_facts {
  /// "http.tls" or "admin.tls".
  std::string section;
  std::filesystem::path file;
  /// Its expiry, as 2027-01-31T23:59:59Z.
  std::string expires;
};

/// When what is in a file ends: the first certificate of it to expire, or the first revocation list
/// that needs a successor.
struct file_end {
  /// The config key that names the file.
  std::string key;
  std::chrono::sys_seconds ends;
};

/// A certificate or key that cannot be used. `what()` is one sentence with key and file.
class certificate_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Sockets, sessions and I/O threads. This header does not include Asio.
class server {
 public:
  /// Binds all listeners and starts the I/O threads; accepts nothing yet.
  /// @param handed bound sockets to take instead; the server closes its descriptors of them.
  /// @throws listen_error, certificate_error
  server(const options& o, const oauth::options& rules, const oauth::admin_tokens& tokens,
         std::vector<handed_socket> handed = {});
  /// Calls `stop`.
  ~server();

  [[nodiscard]] std::vector<service::io_thread*> io_threads();
  /// Starts to accept. @param services one per I/O thread, in the same order; outlive the sessions.
  void start(std::vector<service::token_service*> services);

  /// The bound TCP ports, for `listen = "…:0"`.
  [[nodiscard]] std::uint16_t public_port() const noexcept;
  [[nodiscard]] std::uint16_t admin_port() const noexcept;
  /// 0 when there is no listener of its own for client certificates.
  [[nodiscard]] std::uint16_t mtls_port() const noexcept;
  /// 0 when there is no health listener.
  [[nodiscard]] std::uint16_t health_port() const noexcept;

  /// Takes over the settings that can change while the server runs; the others must be those that
  /// it began with. Requests that begin after the return are served by them. Certificates are read
  /// again by `reload_certificates`, which comes after. Same thread as that.
  void change(const options& o, const oauth::options& rules);
  /// Reads the files of certificates, keys, authorities and revocation lists again. Connections
  /// accepted after the return use them; open connections keep theirs, and sessions can be resumed.
  /// A listener with an invalid file continues unchanged. Must not run while the server stops.
  /// @returns the errors, each with key and file; empty when everything was applied.
  [[nodiscard]] std::vector<oauth::config_error> reload_certificates();
  /// The certificates in use, after the last successful reload. Same thread as
  /// `reload_certificates`.
  [[nodiscard]] std::vector<certificate_facts> certificates() const;

  /// The metrics of the listeners.
  [[nodiscard]] const metrics::meter_group& meters() const noexcept;

  /// From now on readiness probes are answered 503, and each connection is closed after its next
  /// answer. Everything else is served as before.
  void leave();
  /// Stops accepting, closes idle connections at once, and lets the others finish admitted
  /// requests.
  /// @returns whether all sessions ended within `patience`; the rest is closed then.
  bool drain(std::chrono::milliseconds patience);
  /// Ends the I/O threads. @pre no exchange is in flight.
  void stop();

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace mintage::net
