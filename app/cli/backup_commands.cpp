// mintage backup: a running server copies its database. mintage verify-backup, restore: without it.

#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <sstream>

#include "app/cli/admin_access.hpp"
#include "app/cli/admin_commands.hpp"
#include "app/cli/command_error.hpp"
#include "app/cli/database_report.hpp"
#include "app/cli/text_table.hpp"
#include "app/owner_rights.hpp"
#include "app/private_files.hpp"
#include "app/seal_files.hpp"
#include "app/system_clock.hpp"
#include "config/config.hpp"
#include "storage/rocksdb/backup_check.hpp"
#include "storage/rocksdb/log_check.hpp"
#include "storage/rocksdb/restore.hpp"

namespace mintage::app {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

/// A large database that goes to another disk takes its time.
constexpr auto backup_patience = std::chrono::hours{12};

struct backup_options {
  access_options access;
  /// Of the server, for the commands without it.
  fs::path config;
  fs::path directory;
};

std::string size_text(std::uint64_t octets) {
  auto text = std::array<char, 32>{};
  std::snprintf(text.data(), text.size(), "%.1f MB", static_cast<double>(octets) / 1e6);
  return text.data();
}

constexpr auto no_keys = std::string_view{
    "A backup holds no key files: keep a copy of the seal key in another place.\n"};

int back_up(const backup_options& o) {
  auto server = admin_access{o.access, caller_role::admin};
  server.wait_for(backup_patience);
  const auto answer = server.call("POST", "/admin/backups",
                                  json::object{{"directory", fs::absolute(o.directory).string()}});
  if (answer.empty()) return exit_ok;
  std::cout << "The backup " << cell_of(answer.if_contains("directory"))
            << " is made: " << answer.at("files").to_number<std::uint64_t>() << " files, "
            << size_text(answer.at("octets").to_number<std::uint64_t>()) << ".\n"
            << no_keys;
  return exit_ok;
}

/// @throws command_error when the file has mistakes or names another engine.
config::settings load_settings(const fs::path& config) {
  auto settings = config::load(config, config::extent::text);
  if (!settings) {
    auto text = std::ostringstream{};
    for (const auto& m : settings.error())
      text << (text.tellp() > 0 ? "\n" : "") << config::to_string(m);
    throw command_error{text.str(), exit_usage};
  }
  if (settings->storage.engine != storage::engine_kind::rocksdb)
    throw command_error{
        "storage.engine is not \"rocksdb\"; for PostgreSQL see `mintage db restored`", exit_usage};
  return std::move(*settings);
}

/// The backup, after its faults are told. @throws command_error when it has some.
storage::backup_contents check(const fs::path& directory) {
  auto found = storage::check_backup(directory, system_clock{});
  for (const auto& fault : found.faults) std::cerr << "mintage: " << fault << ".\n";
  if (!found.faults.empty()) throw command_error{"the backup is not whole"};
  return found;
}

/// Tells whether the seal key of the config opens the backup. @throws file_error
seal_key_fit tell_seal_key(const config::settings& s, const storage::backup_contents& found) {
  const auto& file = s.actors.seal_key_file;
  const auto fit = compare_seal_key(
      file, found.catalog.seal_check,
      {.allow_group_readable = s.files.allow_group_readable, .root_reads_all = true});
  switch (fit) {
    case seal_key_fit::fits:
      std::cout << "The seal key " << file.string() << " fits.\n";
      break;
    case seal_key_fit::missing:
      std::cout << "There is no seal key at " << file.string()
                << ": put the one of this backup there, or the server will not start.\n";
      break;
    case seal_key_fit::other:
      std::cout << "The seal key " << file.string() << " is not the one of this backup.\n";
      break;
  }
  return fit;
}

void print(const storage::backup_contents& found) {
  std::cout << "Backup of " << storage::to_text(found.made) << ": " << found.files << " files, "
            << size_text(found.octets) << ".\n\n";
  auto counts = text_table{};
  const auto add = [&](std::string_view name, std::size_t n) {
    counts.add({std::to_string(n), std::string{name}});
  };
  add("clients", found.counts.clients);
  add("resources", found.counts.resources);
  add("signing keys", found.counts.keys);
  add("initial access tokens", found.counts.registration_tokens);
  for (const auto& row : storage::tables)
    add(std::string{"live records of "}.append(row.name), found.counts.records[index_of(row.id)]);
  add("cutoffs", found.counts.cutoffs);
  add("logouts to tell", found.logouts);
  std::cout << counts << '\n';
}

int verify(const backup_options& o) {
  const auto found = check(o.directory);
  print(found);
  if (o.config.empty()) {
    std::cout << "Every record can be read. Give --config to compare the seal key, too.\n";
    return exit_ok;
  }
  std::cout << "Every record can be read.\n";
  const auto fit = tell_seal_key(load_settings(o.config), found);
  return fit == seal_key_fit::fits ? exit_ok : exit_failure;
}

dev_t device_of(const fs::path& path) {
  struct stat about {};
  return ::stat(path.c_str(), &about) == 0 ? about.st_dev : dev_t{};
}

/// Whether it is a folder, not a link to one, that another than root owns.
bool is_users_folder(const fs::path& path) {
  struct stat about {};
  return ::lstat(path.c_str(), &about) == 0 && S_ISDIR(about.st_mode) && about.st_uid != 0;
}

/// Whose owner the files of a database get: the folder itself, if it is there and a user's, or a
/// file system is mounted there; else the nearest that exists around it.
fs::path owners_folder(const fs::path& path) {
  auto folder = fs::absolute(path).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  if (is_users_folder(folder)) return folder;
  if (fs::exists(folder) && device_of(folder) != device_of(folder.parent_path())) return folder;
  do folder = folder.parent_path();
  while (!fs::exists(folder));
  return folder;
}

int restore(const backup_options& o) {
  const auto settings = load_settings(o.config);
  const auto found = check(o.directory);
  if (tell_seal_key(settings, found) == seal_key_fit::other)
    throw command_error{"nothing was restored: the seal key cannot open this backup"};
  // What root makes must belong to the server.
  const auto wrong = become_owner_of(owners_folder(settings.storage.rocksdb.path));
  if (!wrong.empty()) throw command_error{wrong};
  const auto done = storage::restore_rocksdb(o.directory, settings.storage.rocksdb, system_clock{});
  std::cout << "The backup of " << storage::to_text(found.made) << " is at "
            << settings.storage.rocksdb.path.string() << ".\n";
  print_epoch(done.void_before);
  print_erased(done.erased);
  print_contents(done.clients, done.keys);
  return exit_ok;
}

using command = int (*)(const backup_options&);

int run_command(command run, const backup_options& o) {
  try {
    return run(o);
  } catch (const storage::storage_error& e) {
    throw command_error{e.what()};
  } catch (const file_error& e) {
    throw command_error{e.what()};
  }
}

CLI::App* add_command(CLI::App& program, const char* name, const char* what,
                      const std::shared_ptr<backup_options>& o, command run, action& chosen) {
  auto* made = program.add_subcommand(name, what);
  made->callback([o, run, &chosen] { chosen = [o, run] { return run_command(run, *o); }; });
  return made;
}

}  // namespace

void add_backup_commands(CLI::App& program, action& chosen) {
  const auto o = std::make_shared<backup_options>();
  constexpr auto of_server = "The TOML file of the server";

  auto* making =
      add_command(program, "backup", "Copy the database of a running server", o, back_up, chosen);
  add_access_options(*making, o->access);
  making->add_option("DIR", o->directory, "A new directory on the machine of the server")
      ->required();
  making->footer(
      "The server writes it, as its own user, and serves meanwhile. The files are readable by "
      "that\n"
      "user only, and no key file is among them: keep a copy of the seal key in another place.\n"
      "On the disk of the database the backup shares files with it: copy it to another machine.\n"
      "Example:\n"
      "  mintage backup --config mintage.toml /var/lib/mintage/backups/2026-01-31");

  auto* verifying =
      add_command(program, "verify-backup",
                  "Read every record of a backup, and compare the seal key", o, verify, chosen);
  verifying->add_option("--config", o->config, of_server);
  verifying->add_option("DIR", o->directory, "The backup")->required();
  verifying->footer(
      "Writes nothing. Ends with 1 if anything is wrong.\n"
      "Example:\n"
      "  mintage verify-backup --config mintage.toml /var/lib/mintage/backups/2026-01-31");

  auto* restoring = add_command(program, "restore",
                                "Put a backup in the place of the database; the server must be "
                                "stopped",
                                o, restore, chosen);
  restoring->add_option("--config", o->config, of_server)->required();
  restoring->add_option("DIR", o->directory, "The backup, which stays as it is")->required();
  restoring->footer(
      "There must be no database at storage.rocksdb.path: move a former one away. An empty folder\n"
      "may be there, such as where a disk is mounted. All codes and tokens of before are void\n"
      "afterwards, because the backup does not know which of them were redeemed or revoked since:\n"
      "people log in again.\n"
      "Example:\n"
      "  mintage restore --config mintage.toml /var/lib/mintage/backups/2026-01-31");
}

}  // namespace mintage::app
