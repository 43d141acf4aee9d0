/// @file
/// The command line of mintage-bench.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "bench/harness/overload.hpp"

namespace mintage::bench {

/// Everything that the command line says of a run.
struct run_options {
  std::filesystem::path server;
  std::vector<std::string> settings;
  bool memory = false;
  std::string target;
  pid_t pid = 0;
  std::string admin;
  std::filesystem::path admin_token_file;
  std::filesystem::path input;
  client who;
  std::filesystem::path client_secret_file;
  bool tls = false;
  tls_wishes trust;
  std::size_t reconnect_every = 0;
  audience kind;
  bool keeps_refresh_tokens = false;
  /// Of the scenario; none for the suite.
  std::vector<share> mix;
  std::string name;
  std::string label;
  std::size_t connections = 64;
  /// Of the storm, and the core that the server is kept on; none = the first one.
  storm_method storm;
  std::optional<int> server_core;
  bool is_storm = false;
  double rate = 0;
  std::string arrivals = "poisson";
  bool ramp = false;
  std::string goal = "p99=5ms";
  std::size_t clients = 100'000;
  double warm_up = 2;
  double duration = 5;
  method how;
  double patience = 10;
  bool no_floor = false;
  bool quiet = false;
  std::filesystem::path json;
  std::filesystem::path html;
  std::filesystem::path plot_library;
};

/// Adds the subcommands that measure: one per kind of request, `mixed`, `suite` and `overload`.
void add_measurements(CLI::App& program, run_options& w);
/// Adds `start`, which measures no requests.
CLI::App* add_start(CLI::App& program, run_options& w);
/// Whether one of those that measure requests was given. @throws CLI::ValidationError when its
/// options do not fit together.
[[nodiscard]] bool is_measurement(const CLI::App& program, run_options& w);

[[nodiscard]] std::map<std::string, std::string> settings_of(const run_options& w);
/// Whether the server that is started syncs what it writes before it answers; false of another.
[[nodiscard]] bool waits_for_disk(const run_options& w);
[[nodiscard]] scenario scenario_of(const run_options& w);
[[nodiscard]] method method_of(const run_options& w);

}  // namespace mintage::bench
