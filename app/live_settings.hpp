/// @file
/// The settings of a running server, and how a reload changes them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "actors/system.hpp"
#include "app/clock_watch.hpp"
#include "app/event_log.hpp"
#include "app/operations_desk.hpp"
#include "app/server_journal.hpp"
#include "config/difference.hpp"
#include "net/fetch/fetcher.hpp"
#include "net/server.hpp"

namespace mintage::app {

/// Where the settings of a server come from.
struct config_source {
  std::filesystem::path file;
  /// `serve --memory`.
  bool in_memory = false;

  /// Reads the file, and the certificates and keys that it names.
  [[nodiscard]] tl::expected<config::settings, std::vector<config::mistake>> load() const;
};

/// Not thread-safe.
class live_settings {
 public:
  /// What has copies of settings.
  struct parts {
    net::server& server;
    actors::system& actors;
    net::fetcher& fetcher;
    net::fetcher& logout_sender;
    clock_watch& watch;
    server_journal& journal;
    event_log& log;
  };

  /// @param in_use what the parts began with. The parts outlive this object.
  live_settings(config_source source, config::settings in_use, const parts& p);

  /// Reads the config again and applies what can change while the server runs. With a mistake
  /// nothing changes but the content of certificates and keys, which are read again in any case.
  /// Logs what was done. Waits for the I/O threads.
  /// @returns {"changed": [{"key","from","to"}], "needs_restart": [the same], "unchanged": n,
  ///          "certificates_not_reloaded": [{"key","because"}]}; conflict with all mistakes, each
  ///          with file, line and key.
  [[nodiscard]] operations_desk::outcome reload();

  /// Logs the certificates in use.
  void log_certificates() const;

 private:
  using mistakes = std::vector<config::mistake>;
  /// @returns what was changed, or why nothing was.
  [[nodiscard]] tl::expected<config::difference, mistakes> take_over_file();
  void apply(config::settings after);
  [[nodiscard]] std::vector<oauth::config_error> reload_certificates();
  [[nodiscard]] operations_desk::outcome refuse(const mistakes& all);

  config_source source_;
  config::settings in_use_;
  parts parts_;
};

}  // namespace mintage::app
