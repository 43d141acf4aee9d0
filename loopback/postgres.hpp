/// @file
/// PostgreSQL servers for tests and measurements, without a service manager.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "loopback/child_process.hpp"
#include "loopback/sql_session.hpp"

namespace mintage::loopback {

struct postgres_options {
  /// Whether commits reach the disk. Without, they survive the death of processes only.
  bool is_synced = false;
  /// Where the data lies; empty = the system's temporary folder.
  std::filesystem::path place{};
  /// NAME=VALUE, as in postgresql.conf. Fixed as long as the server runs: ALTER SYSTEM does not
  /// change them.
  std::vector<std::string> settings{};
};

/// One server with its own data folder, on a free TCP port of 127.0.0.1, without passwords. It is
/// the newest installed of version 15 or later, or that of the folder MINTAGE_PG_BIN. It runs as
/// user postgres when this process is root, else as oneself, and ends with this object or with the
/// thread that started it. Not thread-safe, except for `conninfo` and `port`.
///
/// All members throw std::runtime_error with the server's log when a program fails or the server is
/// not ready within 60 s, and sql_error when a statement fails.
class postgres {
 public:
  /// Makes an empty server and starts it. @param name of the host, as synchronous_standby_names
  ///        and primary_conninfo know it.
  explicit postgres(std::string name, postgres_options options = {});
  /// Stops it and removes its data.
  ~postgres();
  postgres(const postgres&) = delete;
  postgres& operator=(const postgres&) = delete;

  /// Copies this server into a streaming standby and starts it. It inherits what ALTER SYSTEM set.
  /// @param port 0 = a free one.
  [[nodiscard]] std::unique_ptr<postgres> make_standby(std::string name,
                                                       std::uint16_t port = 0) const;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// The same port over restarts. @param port another one, such as that of a proxy.
  [[nodiscard]] std::string conninfo(const std::string& database = "postgres",
                                     std::uint16_t port = 0) const;
  /// Runs statements on a connection of their own. @returns the rows of the last one.
  sql_rows run_sql(const std::string& text, const std::string& database = "postgres") const;
  /// The one value of a statement's answer.
  [[nodiscard]] std::string ask(const std::string& text,
                                const std::string& database = "postgres") const;

  /// Starts it again after `stop` or `kill`. Returns when it answers.
  void start();
  /// Ends all sessions and the server; what was committed is in the data files.
  void stop();
  /// SIGKILL to all its processes, at once.
  void kill();
  [[nodiscard]] bool is_running() const noexcept { return process_.has_value(); }
  /// SIGSTOP to all its processes: connections stay, and nothing answers.
  void freeze();
  /// SIGCONT to all its processes.
  void thaw();
  /// SIGSTOP to what sends to standbys: the server goes on, they get nothing more.
  void stop_sending();

  /// Sets synchronous_standby_names, such as "ANY 1 (b,c)"; empty = asynchronous. Returns when
  /// commits of all sessions follow it. Standbys keep it for their promotion.
  void set_synchronous(const std::string& names);
  /// Waits until `count` standbys stream; with synchronous names, until at least one counts.
  void await_standbys(int count) const;
  /// Makes a standby a primary. Returns when it takes writes.
  void promote();
  /// Makes a running standby follow another primary.
  void follow(const postgres& primary);
  /// End of the WAL: what a standby has received, or a primary has written; octets since the
  /// beginning.
  [[nodiscard]] std::uint64_t received_lsn() const;
  /// CPU time of the server and of all its processes, including those that have ended.
  [[nodiscard]] std::chrono::milliseconds cpu_time() const;
  /// The server's log.
  [[nodiscard]] std::string log() const;

 private:
  /// @param primary null = an empty server.
  postgres(std::string name, postgres_options options, const postgres* primary, std::uint16_t port);
  [[nodiscard]] std::filesystem::path data() const { return folder_->path() / "data"; }
  /// Runs a program of PostgreSQL to its end.
  void run(std::vector<std::string> command) const;
  void start_on_free_port();
  [[nodiscard]] bool is_ready();
  [[nodiscard]] std::vector<pid_t> children() const;
  void signal_all(int number) const;
  void alter(const std::string& setting, const std::string& value) const;
  [[noreturn]] void fail(const std::string& what) const;

  std::string name_;
  postgres_options options_;
  std::unique_ptr<temporary_folder> folder_;
  std::uint16_t port_ = 0;
  std::optional<child_process> process_;
};

}  // namespace mintage::loopback
