// mintage reload: has the server read its config again.

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

void add_rows(text_table& to, const char* what, const boost::json::value& changes) {
  for (const auto& c : changes.as_array())
    to.add({what, cell_of(&c.at("key")), cell_of(&c.at("from")) + " -> " + cell_of(&c.at("to"))});
}

int reload(const access_options& access) {
  const auto answer = admin_access{access, caller_role::admin}.call("POST", "/admin/reload");
  if (answer.empty()) return exit_ok;
  auto table = text_table{};
  add_rows(table, "changed", answer.at("changed"));
  add_rows(table, "needs restart", answer.at("needs_restart"));
  table.add({"unchanged", std::to_string(answer.at("unchanged").to_number<std::uint64_t>())});
  std::cout << table;
  const auto& lost = answer.at("certificates_not_reloaded").as_array();
  for (const auto& e : lost)
    std::cerr << "mintage: certificate not reloaded: " << e.at("key").as_string().c_str() << ": "
              << e.at("because").as_string().c_str() << '\n';
  return lost.empty() ? exit_ok : exit_failure;
}

}  // namespace

void add_reload_command(CLI::App& program, action& chosen) {
  const auto access = std::make_shared<access_options>();
  auto* reloading =
      program.add_subcommand("reload", "Have the server read its config again, as SIGHUP does");
  add_access_options(*reloading, *access);
  reloading->callback([access, &chosen] { chosen = [access] { return reload(*access); }; });
  reloading->footer(
      "What can change takes effect at once; what needs a restart is named. A file with a mistake\n"
      "changes nothing.\n"
      "Examples:\n"
      "  mintage reload --config mintage.toml");
}

}  // namespace mintage::app
