#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <utility>

#include "app/cli/admin_commands.hpp"
#include "app/cli/arguments.hpp"
#include "app/cli/command_error.hpp"
#include "app/cli/commands.hpp"

namespace {

int run(const mintage::app::action& chosen) {
  try {
    return chosen();
  } catch (const mintage::app::command_error& e) {
    std::cerr << "mintage: " << e.what() << '\n';
    return e.exit_code();
  } catch (const std::exception& e) {
    std::cerr << "mintage: the answer was not what was expected: " << e.what() << '\n';
    return mintage::app::exit_failure;
  }
}

}  // namespace

int main(int argc, char** argv) {
  using namespace mintage::app;
  auto program = CLI::App{"Mintage, an OAuth 2.0 and OpenID Connect token server", argv[0]};
  program.require_subcommand(1);
  program.footer("Try: mintage check --config mintage.toml && mintage serve --config mintage.toml");

  auto config = std::filesystem::path{};
  auto memory = false;
  auto* serving = program.add_subcommand("serve", "Run the server until SIGTERM or SIGINT");
  serving->add_option("--config", config, "The TOML file to read")->required();
  serving->add_flag("--memory", memory, "Keep all records in memory: they end with the process");
  auto* checking =
      program.add_subcommand("check", "Validate a config file and print the effective settings");
  checking->add_option("--config", config, "The TOML file to read")->required();

  auto restored = false;
  auto* repairing = program.add_subcommand(
      "repair", "Open a damaged database without what is lost; the server must be stopped");
  repairing->add_option("--config", config, "The TOML file to read")->required();
  repairing->add_flag("--restored", restored,
                      "The database was restored from a backup: void what was minted until now");

  auto chosen = action{};
  add_client_commands(program, chosen);
  add_registration_token_commands(program, chosen);
  add_code_commands(program, chosen);
  add_keys_commands(program, chosen);
  add_seal_commands(program, chosen);
  add_clock_commands(program, chosen);
  add_reload_command(program, chosen);
  add_explain_command(program, chosen);
  add_healthcheck_command(program, chosen);
  add_apply_command(program, chosen);
  add_export_command(program, chosen);
  add_schema_command(program, chosen);
  add_top_command(program, chosen);
  add_bug_report_command(program, chosen);
  add_db_commands(program, chosen);
  add_cluster_commands(program, chosen);
  add_backup_commands(program, chosen);

  try {
    // CLI11 takes the arguments in reverse order.
    auto arguments = with_ids_last(program, {argv + 1, argv + argc});
    std::ranges::reverse(arguments);
    program.parse(std::move(arguments));
  } catch (const CLI::ParseError& e) {
    return program.exit(e) == 0 ? exit_ok : exit_usage;
  }
  if (chosen) return run(chosen);
  if (repairing->parsed()) return repair(config, restored);
  return serving->parsed() ? serve(config, memory) : check(config);
}
