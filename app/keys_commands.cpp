// mintage keys: the signing keys.

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <memory>

#include "app/admin_access.hpp"
#include "app/admin_commands.hpp"
#include "app/commands.hpp"
#include "app/text_table.hpp"

namespace mintage::app {
namespace {

int list_keys(const access_options& access) {
  auto server = admin_access{access, caller_role::admin};
  const auto answer = server.call("GET", "/admin/keys");
  if (answer.empty()) return exit_ok;
  auto table = text_table{{"KEY ID", "ALGORITHM", "STATE", "MADE"}};
  for (const auto& each : answer.at("keys").as_array()) {
    const auto& key = each.as_object();
    table.add({cell_of(key.if_contains("kid")), cell_of(key.if_contains("alg")),
               cell_of(key.if_contains("state")),
               time_text(key.at("created_at").to_number<std::int64_t>())});
  }
  std::cout << table;
  return exit_ok;
}

}  // namespace

void add_keys_commands(CLI::App& program, action& chosen) {
  auto* keys = program.add_subcommand("keys", "See the signing keys");
  keys->require_subcommand(1);
  auto* list = keys->add_subcommand("list", "List the signing keys and their states");
  list->footer(
      "Examples:\n"
      "  mintage keys list --config mintage.toml\n"
      "  mintage keys list --json | jq -r '.keys[].kid'");
  auto access = std::make_shared<access_options>();
  add_access_options(*list, *access);
  list->callback([access, &chosen] { chosen = [access] { return list_keys(*access); }; });
}

}  // namespace mintage::app
