// mintage keys: the signing keys.

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <memory>
#include <string>

#include "app/cli/admin_access.hpp"
#include "app/cli/admin_commands.hpp"
#include "app/cli/commands.hpp"
#include "app/cli/text_table.hpp"

namespace mintage::app {
namespace {

namespace json = boost::json;

/// The options of all these commands; each command uses some.
struct keys_options {
  access_options access;
  std::string alg;
  bool now = false;
  std::string kid;

  [[nodiscard]] admin_access server() const { return {access, caller_role::admin}; }
};

std::string moment_of(const json::object& key, const char* name) {
  const auto* date = key.if_contains(name);
  return date == nullptr ? "-" : time_text(date->to_number<std::int64_t>());
}

void print_keys(const json::object& answer) {
  if (answer.empty()) return;
  auto table = text_table{
      {"KEY ID", "ALGORITHM", "STATE", "PUBLISHED", "ACTIVE FROM", "RETIRED FROM", "REMOVED AT"}};
  for (const auto& each : answer.at("keys").as_array()) {
    const auto& key = each.as_object();
    table.add({cell_of(key.if_contains("kid")), cell_of(key.if_contains("alg")),
               cell_of(key.if_contains("state")), moment_of(key, "published_at"),
               moment_of(key, "activate_at"), moment_of(key, "retire_at"),
               moment_of(key, "remove_at")});
  }
  std::cout << table;
}

int list(const keys_options& o) {
  print_keys(o.server().call("GET", "/admin/keys"));
  return exit_ok;
}

int rotate(const keys_options& o) {
  auto body = json::object{};
  if (!o.alg.empty()) body["alg"] = o.alg;
  if (o.now) body["now"] = true;
  print_keys(o.server().call("POST", "/admin/keys/rotate", body));
  return exit_ok;
}

int remove(const keys_options& o) {
  (void)o.server().call("DELETE", "/admin/keys/" + path_segment(o.kid));
  if (!o.access.as_json) std::cout << "Key " << o.kid << " is removed.\n";
  return exit_ok;
}

using command = int (*)(const keys_options&);

CLI::App* add_command(CLI::App& group, const char* name, const char* what,
                      const std::shared_ptr<keys_options>& o, command run, action& chosen) {
  auto* made = group.add_subcommand(name, what);
  add_access_options(*made, o->access);
  made->callback([o, run, &chosen] { chosen = [o, run] { return run(*o); }; });
  return made;
}

}  // namespace

void add_keys_commands(CLI::App& program, action& chosen) {
  auto* keys = program.add_subcommand("keys", "See, rotate and remove the signing keys");
  keys->require_subcommand(1);
  const auto o = std::make_shared<keys_options>();

  auto* listing =
      add_command(*keys, "list", "List the signing keys, their states and times", o, list, chosen);
  listing->footer(
      "Examples:\n"
      "  mintage keys list --config mintage.toml\n"
      "  mintage keys list --json | jq -r '.keys[].kid'");

  auto* rotating =
      add_command(*keys, "rotate", "Make new signing keys, to be used soon", o, rotate, chosen);
  rotating->add_option("--alg", o->alg, "Only the key of this algorithm")->type_name("ALGORITHM");
  rotating->add_flag("--now", o->now,
                     "Sign with the new keys at once, before clients can know them");
  rotating->footer(
      "The new keys are published now and used 330 s later, when every client can know them.\n"
      "Examples:\n"
      "  mintage keys rotate --config mintage.toml\n"
      "  mintage keys rotate --alg ES256 --now");

  auto* removing = add_command(*keys, "remove", "Remove a key at once, because others may have it",
                               o, remove, chosen);
  removing->add_option("ID", o->kid, "The key's id, as `mintage keys list` shows it")->required();
  removing->footer(
      "No token that it signed verifies any more. A new key takes the place of an active one.\n"
      "Examples:\n"
      "  mintage keys remove NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs\n"
      "  mintage keys remove --config mintage.toml -bLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

}  // namespace mintage::app
