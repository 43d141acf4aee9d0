// mintage client check: which requests of a client would pass.

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>

#include "app/cli/admin_access.hpp"
#include "app/cli/admin_commands.hpp"
#include "app/cli/client_check.hpp"
#include "app/cli/commands.hpp"
#include "app/cli/text_table.hpp"

namespace mintage::app {
namespace {

namespace json = boost::json;

struct check_options {
  access_options access;
  std::string id;
  check_questions asked;
};

json::object to_json(const checked_request& checked) {
  auto out = json::object{{"request", checked.request}, {"passes", checked.passes}};
  if (!checked.remark.empty()) out["remark"] = checked.remark;
  if (!checked.rule.empty()) out["rule"] = checked.rule;
  return out;
}

void print(const std::vector<checked_request>& all) {
  auto table = text_table{{"REQUEST", "RESULT", "RULE", "BECAUSE"}};
  for (const auto& each : all) {
    table.add({each.request, each.passes ? "passes" : "refused",
               each.rule.empty() ? "-" : std::string{each.rule},
               each.remark.empty() ? "-" : each.remark});
  }
  std::cout << table;
}

int check_client(const check_options& o) {
  auto access = o.access;
  access.as_json = false;  // the answer is not the server's
  auto server = admin_access{access, caller_role::admin};
  const auto shown = server.call("GET", "/admin/clients/" + path_segment(o.id));
  const auto resources = server.call("GET", "/admin/resources");
  const auto c = client_from(shown);
  const auto known = oauth::client_registry{{c}, resources_from(resources)};
  const auto now = std::chrono::floor<oauth::milliseconds>(std::chrono::system_clock::now());
  const auto all = check_requests(c, known, o.asked, now);
  if (!o.access.as_json) {
    print(all);
    return exit_ok;
  }
  for (const auto& each : all) std::cout << json::serialize(to_json(each)) << '\n';
  return exit_ok;
}

}  // namespace

void add_client_check_command(CLI::App& client, action& chosen) {
  const auto o = std::make_shared<check_options>();
  auto* command =
      client.add_subcommand("check", "Say which requests of a client would pass, and why not");
  add_access_options(*command, o->access);
  command->add_option("ID", o->id, "The client's client_id")->required();
  command->add_option("--redirect-uri", o->asked.redirect_uris, "Check this redirect URI too")
      ->type_name("URI");
  command->add_option("--scope", o->asked.scope, "Check this scope instead of all registered ones")
      ->type_name("SCOPE");
  command->add_option("--resource", o->asked.resources, "Check this resource instead of all")
      ->type_name("URI");
  command->footer(
      "Only what the registration decides: grants, secrets' texts and proofs are not checked.\n"
      "Examples:\n"
      "  mintage client check cl_8gQ... --config mintage.toml\n"
      "  mintage client check cl_8gQ... --redirect-uri https://shop.example/cb \\\n"
      "    --scope 'openid read'");
  command->callback([o, &chosen] { chosen = [o] { return check_client(*o); }; });
}

}  // namespace mintage::app
