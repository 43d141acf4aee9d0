// mintage apply: makes the clients and resources of the server those of files.

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/cli/admin_access.hpp"
#include "app/cli/admin_commands.hpp"
#include "app/cli/command_error.hpp"
#include "app/cli/declared/declarations.hpp"
#include "app/cli/declared/execution.hpp"
#include "app/cli/declared/plan.hpp"

namespace mintage::app {
namespace {

namespace json = boost::json;

/// The files and the server differ, and --diff says so.
constexpr int exit_drift = 2;

struct apply_options {
  access_options access;
  std::filesystem::path from;
  bool only_tells = false;
  bool prunes = false;
  bool is_agreed = false;
};

/// Asks on the terminal whether things may be removed.
bool is_agreed(const plan& p) {
  std::cerr << "Type yes to remove " << p.count(step_action::remove) << ": " << std::flush;
  auto answer = std::string{};
  return std::getline(std::cin, answer) && answer == "yes";
}

/// Whether the server must be told of a step again after the others: a scope token moves from one
/// resource to another in two steps, of which one must be first.
bool may_wait(const step& s) {
  return s.kind == declared_kind::resource && s.action != step_action::remove;
}

const declared_client* declaration_of(const step& s, const declarations& wanted) {
  if (s.kind != declared_kind::client) return nullptr;
  const auto found = std::ranges::find(wanted.clients, s.id, &declared_client::id);
  return found == wanted.clients.end() ? nullptr : &*found;
}

/// Does all steps. @returns the number of those that failed, each of which is told.
std::size_t perform_all(admin_access& server, const plan& p, const declarations& wanted) {
  auto left = std::vector<const step*>{};
  for (const auto& s : p.steps) left.push_back(&s);
  auto failed = std::size_t{0};
  for (auto is_last = false; !left.empty();) {
    auto waiting = std::vector<const step*>{};
    for (const auto* s : left) {
      auto done = step_result{};
      try {
        done = perform(server, *s, declaration_of(*s, wanted));
      } catch (const command_error& e) {
        done.failure = e.what();
      }
      if (done.failure.empty()) continue;
      if (may_wait(*s) && !is_last) {
        waiting.push_back(s);
        continue;
      }
      std::cerr << "mintage: " << name_of(*s) << ": " << done.failure << '\n';
      ++failed;
    }
    is_last = waiting.size() == left.size() || waiting.size() <= 1;
    left = std::move(waiting);
  }
  return failed;
}

int apply_to(admin_access& server, const apply_options& o, const declarations& wanted) {
  const auto clients = server.call("GET", "/admin/clients");
  const auto resources = server.call("GET", "/admin/resources");
  const auto p = make_plan(wanted, clients.at("clients").as_array(),
                           resources.at("resources").as_array(), o.prunes);
  if (o.access.as_json) {
    std::cout << json::serialize(to_json(p)) << '\n' << std::flush;
  } else {
    print(std::cout, p);
    std::cout << std::flush;
  }
  if (o.only_tells) return p.steps.empty() ? exit_ok : exit_drift;
  if (p.count(step_action::remove) > 0 && !o.is_agreed) {
    if (::isatty(STDIN_FILENO) == 0)
      throw command_error{"--prune removes only with --yes when nobody can be asked"};
    if (!is_agreed(p)) throw command_error{"nothing was done"};
  }
  const auto failed = perform_all(server, p, wanted);
  if (failed > 0)
    throw command_error{std::to_string(failed) + " of " + std::to_string(p.steps.size()) +
                        " could not be done; what was done stays"};
  if (!o.access.as_json && !p.steps.empty()) std::cout << "Done.\n";
  return exit_ok;
}

int apply(const apply_options& o) {
  const auto wanted = read_declarations(o.from);
  if (!wanted) {
    for (const auto& m : wanted.error()) std::cerr << config::to_string(m) << '\n';
    return exit_failure;
  }
  try {
    auto access = o.access;
    access.as_json = false;  // what is printed is not the server's
    auto server = admin_access{access, caller_role::admin};
    return apply_to(server, o, *wanted);
  } catch (const command_error& e) {
    throw command_error{e.what()};  // exit_usage would look like a difference
  }
}

}  // namespace

void add_apply_command(CLI::App& program, action& chosen) {
  const auto o = std::make_shared<apply_options>();
  auto* command =
      program.add_subcommand("apply", "Make clients and resources those that files describe");
  add_access_options(*command, o->access);
  command->add_option("-f,--file", o->from, "A TOML file, or a folder with files *.toml")
      ->type_name("FILE|DIR")
      ->required();
  command->add_flag("--diff", o->only_tells,
                    "Change nothing: tell the difference, and end with 2 if there is one");
  command->add_flag("--prune", o->prunes,
                    "Remove what is in no file, except for clients that registered themselves");
  command->add_flag("--yes", o->is_agreed, "Remove without asking");
  command->footer(
      "A file has [[client]] and [[resource]] tables with the members of the admin interface.\n"
      "What a table leaves out gets its default; a client's status and secrets stay as they are.\n"
      "A secret is never in a file: client_secret_file, client_secret_env or\n"
      "client_secret_hash_file names its place, and is read when the client is made.\n"
      "Ends with 0 when all is as the files say, 1 after a failure.\n"
      "Examples:\n"
      "  mintage export clients/ --config mintage.toml\n"
      "  mintage apply -f clients/ --config mintage.toml --diff\n"
      "  mintage apply -f clients/ --config mintage.toml --prune --yes");
  command->callback([o, &chosen] { chosen = [o] { return apply(*o); }; });
}

}  // namespace mintage::app
