// mintage seal: the key that seals what is secret in the database.

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "app/cli/admin_access.hpp"
#include "app/cli/admin_commands.hpp"
#include "app/cli/command_error.hpp"
#include "app/cli/text_table.hpp"
#include "app/owner_rights.hpp"
#include "app/private_files.hpp"

namespace mintage::app {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using namespace std::chrono_literals;

/// Within it a server seals anew what the former key has sealed.
constexpr auto sealing_limit = 60s;
constexpr auto between_looks = 100ms;

/// The options of all these commands; each command uses some.
struct seal_options {
  access_options access;
  bool is_sure = false;
  fs::path file;

  [[nodiscard]] admin_access server() const { return {access, caller_role::admin}; }
};

/// How many records a former key has sealed; nothing while the server does not know.
std::optional<std::uint64_t> outdated(const json::object& status, const char* kind) {
  const auto& count = status.at("outdated").at(kind);
  if (count.is_null()) return std::nullopt;
  return count.to_number<std::uint64_t>();
}

bool is_all_sealed_anew(const json::object& status) {
  return outdated(status, "keys") == 0U && outdated(status, "secrets") == 0U;
}

std::string left_text(const json::object& status) {
  const auto keys = outdated(status, "keys");
  const auto secrets = outdated(status, "secrets");
  if (!keys || !secrets) return "not known yet";
  return std::to_string(*keys) + " signing keys, " + std::to_string(*secrets) + " client secrets";
}

/// @returns the last status, all sealed anew or not.
json::object await_sealing(admin_access& server) {
  const auto end = std::chrono::steady_clock::now() + sealing_limit;
  for (;;) {
    auto status = server.call("GET", "/admin/seal");
    if (is_all_sealed_anew(status) || std::chrono::steady_clock::now() > end) return status;
    std::this_thread::sleep_for(between_looks);
  }
}

/// The text of a member.
std::string member(const json::object& of, const char* name) {
  return cell_of(of.if_contains(name));
}

void print_files(const json::object& rotated) {
  const auto file = member(rotated, "seal_key_file");
  if (!rotated.at("file_replaced").as_bool()) {
    std::cout << "It is not in its file yet. " << member(rotated, "next_step") << '\n';
    return;
  }
  std::cout << "Its file is " << file
            << ": copy it to a safe place now, apart from the database.\n"
               "The former key is "
            << member(rotated, "former_file")
            << ": keep it with the backups that were made\n"
               "until now, which need it.\n";
}

int rotate(const seal_options& o) {
  auto server = o.server();
  const auto rotated = server.call("POST", "/admin/seal/rotate");
  if (rotated.empty()) return exit_ok;
  std::cout << "The seal key is rotated: generation " << member(rotated, "generation")
            << " is in use.\n";
  print_files(rotated);
  std::cout << std::flush;
  const auto status = await_sealing(server);
  if (!is_all_sealed_anew(status)) {
    std::cerr << "mintage: the server goes on to seal records with the new key (left: "
              << left_text(status) << "): see `mintage seal status`.\n";
    return exit_failure;
  }
  std::cout << "All signing keys and client secrets are sealed with the new key.\n";
  const auto& former = status.at("former").as_array();
  if (!former.empty()) {
    const auto until = former.front().at("kept_until").to_number<std::int64_t>();
    std::cout
        << "Refresh tokens of before stay valid. The server keeps the former key for them until\n"
        << time_text(until) << "; if it has leaked, run `mintage seal retire`.\n";
  }
  return exit_ok;
}

int show(const seal_options& o) {
  const auto status = o.server().call("GET", "/admin/seal");
  if (status.empty()) return exit_ok;
  const auto since = status.at("since").to_number<std::int64_t>();
  const auto is_at_hand = status.at("next_is_at_hand").as_bool();
  auto table = text_table{};
  table.add({"generation", member(status, "generation")});
  table.add({"in use since", since == 0 ? "the first start" : time_text(since)});
  table.add({"in its file", status.at("file_is_current").as_bool()
                                ? "yes"
                                : "no: put the file with `.next` at its end in its place"});
  table.add({"next key", is_at_hand ? "at hand, for the next rotation"
                                    : "none; the rotation makes it where the server can write"});
  table.add({"left to seal anew", left_text(status)});
  for (const auto& each : status.at("former").as_array()) {
    const auto until = each.at("kept_until").to_number<std::int64_t>();
    table.add({"former generation " + std::to_string(each.at("generation").to_number<int>()),
               "kept until " + time_text(until)});
  }
  std::cout << table;
  return exit_ok;
}

/// Asks on the terminal. @throws command_error when nobody agrees.
void make_sure() {
  if (::isatty(STDIN_FILENO) == 0)
    throw command_error{"former seal keys are forgotten only with --yes when nobody can be asked"};
  std::cerr << "Refresh tokens of before the rotation will be void: people log in again.\n"
               "Type yes to forget the former seal keys: "
            << std::flush;
  auto answer = std::string{};
  if (!std::getline(std::cin, answer) || answer != "yes")
    throw command_error{"nothing was forgotten"};
}

int retire(const seal_options& o) {
  auto server = o.server();
  if (!o.is_sure) make_sure();
  const auto done = server.call("POST", "/admin/seal/retire");
  if (done.empty()) return exit_ok;
  const auto& forgotten = done.at("forgotten").as_array();
  if (forgotten.empty()) {
    std::cout << "There is no former seal key.\n";
    return exit_ok;
  }
  std::cout << "Forgotten: generation " << cell_of(&done.at("forgotten"))
            << ". What only these keys open is void now. Their files stay:\n"
               "keep them for older backups, or remove them.\n";
  return exit_ok;
}

int make(const seal_options& o) {
  const auto folder = fs::absolute(o.file).lexically_normal().parent_path();
  if (!fs::is_directory(folder)) throw command_error{folder.string() + ": there is no such folder"};
  // What root makes must belong to the server.
  const auto wrong = become_owner_of(folder);
  if (!wrong.empty()) throw command_error{wrong};
  try {
    static_cast<void>(make_seal_key(o.file));
  } catch (const file_error& e) {
    throw command_error{e.what()};
  }
  std::cout << o.file.string() << " holds a new seal key, which its owner alone can read.\n";
  return exit_ok;
}

using command = int (*)(const seal_options&);

CLI::App* add_command(CLI::App& group, const char* name, const char* what,
                      const std::shared_ptr<seal_options>& o, command run, action& chosen) {
  auto* made = group.add_subcommand(name, what);
  made->callback([o, run, &chosen] { chosen = [o, run] { return run(*o); }; });
  return made;
}

}  // namespace

void add_seal_commands(CLI::App& program, action& chosen) {
  auto* seal = program.add_subcommand("seal", "See and rotate the key that seals the database");
  seal->require_subcommand(1);
  const auto o = std::make_shared<seal_options>();

  auto* rotating =
      add_command(*seal, "rotate", "Take a new seal key while the server runs", o, rotate, chosen);
  add_access_options(*rotating, o->access);
  rotating->footer(
      "The new key is in keys.seal_key_file with `.next` at its end, or is made there, and then\n"
      "takes the place of the former one, which is kept with `.former-N` at its end. Nothing that\n"
      "was minted becomes void. Waits until the records are sealed with the new key; with --json "
      "it\n"
      "does not wait.\n"
      "Example:\n"
      "  mintage seal rotate --config mintage.toml");

  auto* showing = add_command(*seal, "status", "Show which seal key is in use, and former ones", o,
                              show, chosen);
  add_access_options(*showing, o->access);
  showing->footer(
      "Examples:\n"
      "  mintage seal status --config mintage.toml\n"
      "  mintage seal status --json | jq .outdated");

  auto* retiring = add_command(*seal, "retire", "Forget former seal keys, because others have them",
                               o, retire, chosen);
  add_access_options(*retiring, o->access);
  retiring->add_flag("--yes", o->is_sure, "Do not ask");
  retiring->footer(
      "Refresh tokens of before the rotation are void then. Without this command the server "
      "forgets\n"
      "a former key by itself when no refresh token can need it any more.\n"
      "Example:\n"
      "  mintage seal retire --config mintage.toml --yes");

  auto* making = add_command(*seal, "make", "Make a file with a new seal key; asks no server", o,
                             make, chosen);
  making->add_option("FILE", o->file, "A new file")->required();
  making->footer(
      "For servers that cannot write to the folder of their seal key, and for clusters, whose "
      "nodes\n"
      "need the same file before it is used.\n"
      "Example:\n"
      "  mintage seal make /etc/mintage/keys/seal.key.next");
}

}  // namespace mintage::app
