// mintage explain: why a request was refused.

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <memory>
#include <string>

#include "app/cli/admin_access.hpp"
#include "app/cli/admin_commands.hpp"
#include "app/cli/command_error.hpp"
#include "app/cli/explanation.hpp"

namespace mintage::app {
namespace {

namespace json = boost::json;

struct explain_options {
  access_options access;
  std::string request_id;
  std::size_t last = 0;
  std::filesystem::path audit;
  bool all_reasons = false;
};

void print(const explain_options& o, const std::vector<json::object>& refusals) {
  if (o.access.as_json) {
    for (const auto& r : refusals) std::cout << json::serialize(r) << '\n';
  } else if (o.request_id.empty()) {
    print_refusals(std::cout, refusals);
  } else {
    print_refusal(std::cout, refusals.front());
  }
}

int explain_from_audit(const explain_options& o) {
  const auto found = refusals_in(o.audit, o.request_id, o.request_id.empty() ? o.last : 1);
  if (found.empty() && !o.request_id.empty()) {
    throw command_error{o.audit.string() + ": has no refusal of this request"};
  }
  print(o, found);
  return exit_ok;
}

int explain_from_server(const explain_options& o) {
  auto server = admin_access{o.access, caller_role::admin};
  if (!o.request_id.empty()) {
    const auto found = server.call("GET", "/admin/refusals/" + path_segment(o.request_id));
    if (!found.empty()) print_refusal(std::cout, found);
    return exit_ok;
  }
  const auto answer = server.call("GET", "/admin/refusals?last=" + std::to_string(o.last));
  if (answer.empty()) return exit_ok;
  auto latest = std::vector<json::object>{};
  for (const auto& each : answer.at("refusals").as_array()) latest.push_back(each.as_object());
  print_refusals(std::cout, latest);
  return exit_ok;
}

int explain(const explain_options& o) {
  if (int{!o.request_id.empty()} + int{o.last != 0} + int{o.all_reasons} != 1) {
    throw command_error{"give a request id, --last NUMBER, or --reasons", exit_usage};
  }
  if (o.all_reasons) {
    print_reasons(std::cout);
    return exit_ok;
  }
  return o.audit.empty() ? explain_from_server(o) : explain_from_audit(o);
}

}  // namespace

void add_explain_command(CLI::App& program, action& chosen) {
  const auto o = std::make_shared<explain_options>();
  auto* command = program.add_subcommand(
      "explain", "Say why a request was refused: rule, what was expected, what came");
  add_access_options(*command, o->access);
  command->add_option("ID", o->request_id, "The X-Request-Id of the answer");
  command->add_option("--last", o->last, "List the latest refusals instead")
      ->type_name("NUMBER")
      ->check(CLI::Range(1, 1000));
  command->add_flag("--reasons", o->all_reasons, "List every reason that there is instead");
  command
      ->add_option("--audit", o->audit,
                   "Read this file of the audit stream instead of asking the server")
      ->type_name("FILE");
  command->footer(
      "The server remembers the latest refusals (log.refusals) until it ends; a file of the audit\n"
      "stream has all of them. In a cluster ask the node that answered.\n"
      "Examples:\n"
      "  mintage explain 5RtMZx7WfZ3nLQk0yqV2aA --config mintage.toml\n"
      "  mintage explain --last 20\n"
      "  mintage explain --reasons\n"
      "  mintage explain 5RtMZx7WfZ3nLQk0yqV2aA --audit audit.jsonl");
  command->callback([o, &chosen] { chosen = [o] { return explain(*o); }; });
}

}  // namespace mintage::app
