/// @file
/// The command line of mintage-bench.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "bench/harness/kill_plan.hpp"
#include "bench/harness/login.hpp"
#include "bench/harness/overload.hpp"

namespace mintage::bench {

/// Options of `cluster` that no other subcommand has.
struct cluster_options {
  std::size_t nodes = 1;
  /// Nodes that run already: listeners, admin listeners and processes, in the same order.
  std::vector<std::string> targets;
  std::vector<std::string> admins;
  std::vector<pid_t> pids;
  std::filesystem::path place;
  std::vector<std::string> kills;
  bool is_alone = false;
  unsigned changes = 20;
};

/// The content of the command line.
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
  std::filesystem::path client_key_file;
  bool tls = false;
  tls_options trust;
  std::size_t reconnect_every = 0;
  audience kind;
  bool keeps_refresh_tokens = false;
  /// Kinds of the scenario and their weights; empty for the suite.
  std::vector<share> mix;
  std::string name;
  std::string label;
  std::size_t connections = 64;
  /// Options of the storm, and the core that the server runs on; none = the first one.
  storm_method storm;
  std::optional<int> server_core;
  cluster_options cluster;
  login_step step = login_step::journey;
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

/// Adds the subcommands that measure requests: one per kind, `mixed`, `suite` and `overload`.
void add_measurements(CLI::App& program, run_options& w);
/// Adds `start`, which does not measure requests.
CLI::App* add_start(CLI::App& program, run_options& w);
/// Adds `login`, which measures logins by /authorize.
CLI::App* add_login(CLI::App& program, run_options& w);
/// Adds `cluster`, which measures requests to several nodes.
CLI::App* add_cluster(CLI::App& program, run_options& w);
/// Whether a subcommand that measures requests was given. @throws CLI::ValidationError when its
/// options contradict each other.
[[nodiscard]] bool is_measurement(const CLI::App& program, run_options& w);

[[nodiscard]] std::map<std::string, std::string> settings_of(const run_options& w);
/// Whether the started server syncs writes before it answers; false for a server that runs already.
[[nodiscard]] bool waits_for_disk(const run_options& w);
/// The kills in order of time. @throws std::runtime_error when one comes after the load.
[[nodiscard]] std::vector<kill_event> kill_plan_of(const run_options& w);
[[nodiscard]] scenario scenario_of(const run_options& w);
[[nodiscard]] method method_of(const run_options& w);

}  // namespace mintage::bench
