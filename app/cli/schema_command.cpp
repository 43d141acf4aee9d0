// mintage schema: JSON Schemas of the config file and of the files of mintage apply, for editors.

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>

#include "app/cli/admin_commands.hpp"
#include "app/cli/commands.hpp"
#include "app/cli/json_schema.hpp"

namespace mintage::app {

void add_schema_command(CLI::App& program, action& chosen) {
  auto* schemas = program.add_subcommand("schema", "Print a JSON Schema, for editors");
  schemas->require_subcommand(1);
  const auto add = [&](const char* name, const char* does, std::string (*make)()) {
    auto* made = schemas->add_subcommand(name, does);
    made->footer("Examples:\n  mintage schema " + std::string{name} + " > " + name +
                 ".schema.json");
    made->callback([make, &chosen] {
      chosen = [make] {
        std::cout << make();
        return exit_ok;
      };
    });
  };
  add("config", "Of the config file of the server", config_schema);
  add("clients", "Of the files of mintage apply", clients_schema);
}

}  // namespace mintage::app
