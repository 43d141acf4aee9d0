// mintage clock: confirms the server's time.

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <memory>

#include "app/cli/admin_access.hpp"
#include "app/cli/admin_commands.hpp"
#include "app/cli/commands.hpp"
#include "app/cli/text_table.hpp"

namespace mintage::app {
namespace {

int confirm(const access_options& access) {
  const auto answer = admin_access{access, caller_role::admin}.call("POST", "/admin/clock/confirm");
  if (answer.empty()) return exit_ok;
  const auto moved = answer.at("moved_seconds").to_number<std::int64_t>();
  const auto time = time_text(answer.at("time").to_number<std::int64_t>());
  if (moved == 0)
    std::cout << "The clock is not in doubt: it is " << time << ".\n";
  else
    std::cout << "The clock is confirmed: it is " << time << ", " << moved << " s later.\n";
  return exit_ok;
}

}  // namespace

void add_clock_commands(CLI::App& program, action& chosen) {
  auto* clock = program.add_subcommand("clock", "Confirm the time after a jump of the clock");
  clock->require_subcommand(1);
  const auto access = std::make_shared<access_options>();
  auto* confirming = clock->add_subcommand(
      "confirm", "Say that the system's time is true although it has jumped ahead");
  add_access_options(*confirming, *access);
  confirming->callback([access, &chosen] { chosen = [access] { return confirm(*access); }; });
  confirming->footer(
      "A server whose clock jumped ahead by more than a minute is not ready, and goes on from the\n"
      "time before, until the new time has lasted for clock.confirm_after or is confirmed.\n"
      "Examples:\n"
      "  mintage clock confirm --config mintage.toml");
}

}  // namespace mintage::app
