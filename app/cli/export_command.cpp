// mintage export: writes the clients and resources of the server as files for mintage apply.

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <system_error>

#include "app/cli/admin_access.hpp"
#include "app/cli/admin_commands.hpp"
#include "app/cli/command_error.hpp"
#include "app/cli/declared/files.hpp"

namespace mintage::app {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

struct export_options {
  access_options access;
  fs::path to;
};

/// Makes the folder. @throws command_error when it exists and is not empty: files that were edited
/// by hand are never overwritten.
void make_empty(const fs::path& folder) {
  auto failed = std::error_code{};
  fs::create_directories(folder, failed);
  if (!failed && fs::is_empty(folder, failed)) return;
  throw command_error{folder.string() + (failed ? ": " + failed.message() : ": is not empty"),
                      failed ? exit_failure : exit_usage};
}

void write(const fs::path& file, const std::string& text) {
  auto out = std::ofstream{file, std::ios::binary};
  out << text << std::flush;
  if (!out) throw command_error{file.string() + ": cannot be written"};
}

/// Prints to standard output, or writes into a folder.
class destination {
 public:
  explicit destination(fs::path folder) : folder_{std::move(folder)} {
    if (!folder_.empty()) make_empty(folder_);
  }
  void put(const std::string& name, const std::string& text) {
    ++count_;
    if (!folder_.empty()) return write(folder_ / name, text);
    std::cout << (count_ > 1 ? "\n" : "") << text;
  }
  [[nodiscard]] std::size_t count() const noexcept { return count_; }

 private:
  fs::path folder_;
  std::size_t count_ = 0;
};

int export_all(const export_options& o) {
  auto access = o.access;
  access.as_json = false;
  auto server = admin_access{access, caller_role::admin};
  const auto clients = server.call("GET", "/admin/clients");
  const auto resources = server.call("GET", "/admin/resources");
  auto to = destination{o.to};
  auto left_out = std::size_t{0};
  for (const auto& each : clients.at("clients").as_array()) {
    const auto& client = each.as_object();
    if (client.contains("registration")) {
      ++left_out;
      continue;
    }
    const auto id = std::string{std::string_view{client.at("client_id").as_string()}};
    to.put("client-" + file_name(id), client_table(client));
  }
  for (const auto& each : resources.at("resources").as_array()) {
    const auto& resource = each.as_object();
    const auto id = std::string{std::string_view{resource.at("identifier").as_string()}};
    to.put("resource-" + file_name(id), resource_table(resource));
  }
  if (!o.to.empty()) std::cout << to.count() << " files in " << o.to.string() << '\n';
  if (left_out > 0) std::cerr << left_out << " clients that registered themselves are left out.\n";
  return exit_ok;
}

}  // namespace

void add_export_command(CLI::App& program, action& chosen) {
  const auto o = std::make_shared<export_options>();
  auto* command =
      program.add_subcommand("export", "Write clients and resources as files for mintage apply");
  add_access_options(*command, o->access);
  (void)command->remove_option(command->get_option("--json"));  // it writes TOML
  command->add_option("DIR", o->to, "A new or empty folder: a file for each; else all are printed");
  command->footer(
      "Secrets are not exported, nor are clients that registered themselves.\n"
      "Examples:\n"
      "  mintage export --config mintage.toml > clients.toml\n"
      "  mintage export clients/ --config mintage.toml");
  command->callback([o, &chosen] { chosen = [o] { return export_all(*o); }; });
}

}  // namespace mintage::app
