// mintage registration-token: initial access tokens, with which clients register themselves.

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/admin_access.hpp"
#include "app/cli/admin_commands.hpp"
#include "app/cli/commands.hpp"
#include "app/cli/text_table.hpp"

namespace mintage::app {
namespace {

namespace json = boost::json;

/// The options of all these commands; each command uses some.
struct token_options {
  access_options access;
  std::string id;
  std::string name;
  std::string scope;
  std::vector<std::string> grants;
  std::vector<std::string> resources;
  std::optional<std::int64_t> expires_in;
  std::optional<std::int64_t> limit;

  [[nodiscard]] admin_access server() const { return {access, caller_role::admin}; }
};

json::array to_json(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

int add(const token_options& o) {
  auto body = json::object{};
  if (!o.name.empty()) body["name"] = o.name;
  if (!o.scope.empty()) body["scope"] = o.scope;
  if (!o.grants.empty()) body["grant_types"] = to_json(o.grants);
  if (!o.resources.empty()) body["allowed_resources"] = to_json(o.resources);
  if (o.expires_in) body["expires_in"] = *o.expires_in;
  if (o.limit) body["limit"] = *o.limit;
  const auto answer = o.server().call("POST", "/admin/registration_tokens", body);
  if (answer.empty()) return exit_ok;
  std::cout << "id     " << cell_of(answer.if_contains("id")) << "\ntoken  "
            << cell_of(answer.if_contains("token"))
            << "\nThe token is not shown again. The client sends it as Authorization: Bearer.\n";
  return exit_ok;
}

std::string expiry_of(const json::object& token) {
  const auto date = token.at("expires_at").to_number<std::int64_t>();
  return date == 0 ? "never" : time_text(date);
}

std::string uses_of(const json::object& token) {
  const auto limit = token.at("limit").to_number<std::int64_t>();
  if (limit == 0) return "any number";
  return std::to_string(token.at("used").to_number<std::int64_t>()) + " of " +
         std::to_string(limit);
}

int list(const token_options& o) {
  const auto answer = o.server().call("GET", "/admin/registration_tokens");
  if (answer.empty()) return exit_ok;
  auto table = text_table{{"ID", "NAME", "EXPIRES", "CLIENTS", "SCOPE"}};
  for (const auto& each : answer.at("registration_tokens").as_array()) {
    const auto& token = each.as_object();
    table.add({cell_of(token.if_contains("id")), cell_of(token.if_contains("name")),
               expiry_of(token), uses_of(token), cell_of(token.if_contains("scope"))});
  }
  std::cout << table;
  return exit_ok;
}

int remove(const token_options& o) {
  (void)o.server().call("DELETE", "/admin/registration_tokens/" + path_segment(o.id));
  if (!o.access.as_json) std::cout << "Token " << o.id << " is removed. Its clients stay.\n";
  return exit_ok;
}

using command = int (*)(const token_options&);

CLI::App* add_command(CLI::App& group, const char* name, const char* what,
                      const std::shared_ptr<token_options>& o, command run, action& chosen) {
  auto* made = group.add_subcommand(name, what);
  add_access_options(*made, o->access);
  made->callback([o, run, &chosen] { chosen = [o, run] { return run(*o); }; });
  return made;
}

}  // namespace

void add_registration_token_commands(CLI::App& program, action& chosen) {
  auto* tokens = program.add_subcommand("registration-token",
                                        "Let applications register themselves as clients");
  tokens->require_subcommand(1);
  const auto o = std::make_shared<token_options>();

  auto* adding = add_command(*tokens, "add", "Make an initial access token", o, add, chosen);
  adding->add_option("--name", o->name, "For whom it is, for people to read")->type_name("TEXT");
  adding
      ->add_option("--expires-in", o->expires_in,
                   "How long it is valid, in seconds; 0 = for ever [a day]")
      ->type_name("SECONDS");
  adding->add_option("--limit", o->limit, "How many clients it registers; 0 = any number [1]")
      ->type_name("NUMBER");
  adding->add_option("--scope", o->scope, "What these clients may ask for at most [openid]")
      ->type_name("SCOPE");
  adding
      ->add_option("--grant", o->grants,
                   "A grant that they may use, repeatable [authorization_code, refresh_token]")
      ->type_name("GRANT");
  adding->add_option("--resource", o->resources, "A resource that they may name, repeatable")
      ->type_name("URI");
  adding->footer(
      "The server takes it at POST /register when registration.mode is token or open.\n"
      "Examples:\n"
      "  mintage registration-token add --config mintage.toml --name \"shop team\"\n"
      "  mintage registration-token add --limit 50 --expires-in 604800 --scope \"openid email\"");

  auto* listing =
      add_command(*tokens, "list", "List the tokens, without their texts", o, list, chosen);
  listing->footer(
      "Examples:\n"
      "  mintage registration-token list --config mintage.toml");

  auto* removing =
      add_command(*tokens, "remove", "Take a token back; its clients stay", o, remove, chosen);
  removing->add_option("ID", o->id, "The token's id, as `mintage registration-token list` shows it")
      ->required();
  removing->footer(
      "Examples:\n"
      "  mintage registration-token remove irt_0tI9yQZC7j3nXb5kLw2sHA");
}

}  // namespace mintage::app
