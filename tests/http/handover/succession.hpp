/// @file
/// Servers that follow each other on the same TCP ports, as a service manager starts them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/server_process.hpp"

namespace mintage::test {

/// A listening socket of loopback that every program started later inherits.
class kept_socket {
 public:
  kept_socket();
  ~kept_socket();
  kept_socket(const kept_socket&) = delete;
  kept_socket& operator=(const kept_socket&) = delete;

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  int descriptor_ = -1;
  std::uint16_t port_ = 0;
};

/// The program of this build.
[[nodiscard]] std::string program_of_this_build();
/// Whether a program can take sockets and has `shutdown.delay`; older ones cannot.
[[nodiscard]] bool takes_sockets(const std::string& program);

/// One config file, and the processes that run with it, one after the other.
class succession {
 public:
  /// @param keeps_sockets whether the processes get their sockets from here; otherwise they bind
  ///        these ports, and nobody listens between two of them.
  explicit succession(const settings& overrides = {}, bool keeps_sockets = true);
  ~succession();

  /// Starts a program and returns when it is ready.
  void start(const std::string& program = program_of_this_build());
  /// Starts one without waiting, beside the current one.
  [[nodiscard]] std::unique_ptr<child_process> begin(const std::string& program);
  void take_over(std::unique_ptr<child_process> next) { current_ = std::move(next); }
  /// Sends SIGTERM and waits. @returns the exit code.
  [[nodiscard]] int stop();
  /// `stop`, then `start`. Fails the test unless the exit code is 0.
  void replace_by(const std::string& program);

  [[nodiscard]] child_process& current() { return *current_; }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::uint16_t admin_port() const noexcept { return admin_port_; }
  [[nodiscard]] std::string admin_token() const { return files_.admin_token(); }
  [[nodiscard]] const server_process& files() const noexcept { return files_; }
  void configure(const settings& changes) { files_.configure(changes); }
  [[nodiscard]] std::string log() const { return files_.log(); }
  [[nodiscard]] bool keeps_sockets() const noexcept { return http_ != nullptr; }

 private:
  std::unique_ptr<kept_socket> http_;
  std::unique_ptr<kept_socket> admin_;
  std::uint16_t port_;
  std::uint16_t admin_port_;
  server_process files_;  // the folder with config, keys and database; never started
  std::unique_ptr<child_process> current_;
};

}  // namespace mintage::test
