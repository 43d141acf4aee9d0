/// @file
/// The program under test as a child process, in a folder of its own.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "loopback/child_process.hpp"
#include "loopback/server_start.hpp"

namespace mintage::test {

using loopback::child_process;
using loopback::read_file;
using loopback::render;
using loopback::settings;
using loopback::temporary_folder;
using loopback::write_file;

/// `mintage ARGUMENTS`, for a `child_process`.
[[nodiscard]] std::vector<std::string> mintage_command(std::vector<std::string> arguments);

/// How a run of the program ended.
struct ended {
  int code = -1;
  std::string out;
  std::string err;
};
/// Runs `mintage ARGUMENTS` to its end. @throws std::runtime_error when it takes longer than a
/// minute.
[[nodiscard]] ended run_program(const std::vector<std::string>& arguments);

/// A TOML string.
[[nodiscard]] std::string toml_string(std::string_view text);

constexpr std::string_view issuer = "http://127.0.0.1:9080";

/// `mintage serve` on free TCP ports. The folder outlives restarts. The destructor searches all
/// output of the server for every recorded secret; the test fails if one is found.
class server_process {
 public:
  /// Writes the config; does not start. Defaults: both listeners on free TCP ports of loopback, all
  /// files in the folder, the database in "db"; with certificates if `is_run_over_tls`, and a
  /// database in PostgreSQL if `is_run_over_postgres`.
  explicit server_process(const settings& overrides = {});
  ~server_process();

  /// Changes the config file of the next start.
  void configure(const settings& changes);
  /// NAME=VALUE for the next start, in addition to the environment of this process.
  void set_environment(std::vector<std::string> all) { environment_ = std::move(all); }
  /// Starts the server and returns when it is ready. @throws std::runtime_error with its log when
  /// it ends or prints nothing.
  void start();
  /// Sends SIGTERM and waits. @returns the exit code. @throws std::runtime_error when it still runs
  /// after 12 s.
  [[nodiscard]] int stop();
  /// Sends SIGTERM without waiting; `stop` then sends no second one.
  void ask_to_stop() noexcept;
  /// Sends SIGHUP.
  void hang_up() noexcept { child_->signal(SIGHUP); }
  /// Sends SIGKILL.
  void kill();
  /// Sends SIGSTOP: connections stay, and nothing answers.
  void freeze() noexcept { child_->signal(SIGSTOP); }
  /// Sends SIGCONT.
  void thaw() noexcept { child_->signal(SIGCONT); }

  [[nodiscard]] std::chrono::milliseconds cpu_time() const { return child_->cpu_time(); }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::uint16_t admin_port() const noexcept { return admin_port_; }
  /// @param name relative to the folder of the config file, or absolute.
  [[nodiscard]] std::filesystem::path file(std::string_view name) const {
    return folder_.path() / name;
  }
  [[nodiscard]] std::filesystem::path config_file() const { return file("mintage.toml"); }
  [[nodiscard]] std::string admin_token() const;
  [[nodiscard]] std::string mint_token() const;
  /// Everything written to standard error, over all starts.
  [[nodiscard]] std::string log() const { return read_file(file("log")); }
  /// Reads standard output until it is silent for a moment. The only reader while the server runs.
  void read_output();
  /// Everything that former starts wrote to standard output.
  [[nodiscard]] const std::string& output() const noexcept { return output_; }

 private:
  void make_certificates();
  void use_postgres();
  void remember_files() const;
  void check_for_leaks() const;
  [[nodiscard]] std::string setting(const std::string& key) const;

  temporary_folder folder_;
  settings settings_;
  std::vector<std::string> environment_;
  std::optional<child_process> child_;
  std::string output_;
  bool is_asked_to_stop_ = false;
  std::uint16_t port_ = 0;
  std::uint16_t admin_port_ = 0;
};

}  // namespace mintage::test
