// mintage db: the databases of a cluster. mintage cluster: its nodes.

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <sstream>

#include "app/cli/admin_commands.hpp"
#include "app/cli/command_error.hpp"
#include "app/cli/text_table.hpp"
#include "app/system_clock.hpp"
#include "config/config.hpp"
#include "storage/postgres/administration.hpp"
#include "storage/postgres/cluster_status.hpp"
#include "storage/postgres/import.hpp"
#include "storage/rocksdb/export.hpp"

namespace mintage::app {
namespace {

struct db_options {
  std::filesystem::path config;
  bool keep_families = false;
  /// The folder of the embedded database.
  std::filesystem::path from;
};

/// @throws command_error when the file has mistakes or names another engine.
config::settings load_settings(const db_options& o) {
  auto settings = config::load(o.config, config::extent::text);
  if (!settings) {
    auto text = std::ostringstream{};
    for (const auto& m : settings.error())
      text << (text.tellp() > 0 ? "\n" : "") << config::to_string(m);
    throw command_error{text.str(), exit_usage};
  }
  if (settings->storage.engine != storage::engine_kind::postgres)
    throw command_error{"storage.engine is not \"postgres\"", exit_usage};
  return std::move(*settings);
}

void print_sentence(std::string_view sentence) {
  std::cout << sentence << ".\n";
}

int init(const db_options& o) {
  const auto settings = load_settings(o);
  storage::create_postgres_schema(settings.storage.postgres, settings.rules.code_tombstone,
                                  print_sentence);
  return exit_ok;
}

int migrate(const db_options& o) {
  storage::migrate_postgres_schema(load_settings(o).storage.postgres, print_sentence);
  return exit_ok;
}

int restored(const db_options& o) {
  storage::note_postgres_restored(load_settings(o).storage.postgres, system_clock{}.now(),
                                  o.keep_families, print_sentence);
  std::cout << "Start the nodes now; those that still run must be restarted.\n";
  return exit_ok;
}

int import(const db_options& o) {
  auto from = storage::rocksdb_options{};
  from.path = o.from;
  const auto clock = system_clock{};
  storage::import_into_postgres(
      load_settings(o).storage.postgres,
      [&](storage::content_sink& to) { return storage::export_rocksdb(from, clock, to); },
      print_sentence);
  std::cout << "Give the nodes the same seal key file, and start them.\n";
  return exit_ok;
}

std::string_view mark_of(storage::postgres_finding::kind what) {
  switch (what) {
    case storage::postgres_finding::kind::fine:
      return "ok      ";
    case storage::postgres_finding::kind::unsafe:
      return "UNSAFE  ";
    case storage::postgres_finding::kind::broken:
      return "BROKEN  ";
  }
  return {};
}

int check(const db_options& o) {
  auto is_fine = true;
  for (const auto& f :
       storage::check_postgres(load_settings(o).storage.postgres, system_clock{}.now())) {
    std::cout << mark_of(f.what) << f.sentence << ".\n";
    is_fine = is_fine && f.what == storage::postgres_finding::kind::fine;
  }
  return is_fine ? exit_ok : exit_failure;
}

std::string megabytes(std::int64_t octets) {
  return std::to_string(octets / 1'000'000) + " MB";
}

int status(const db_options& o) {
  const auto now = storage::read_cluster_status(load_settings(o).storage.postgres);
  auto hosts = text_table{{"SHARD", "HOST", "STATE", "TIMELINE", "NOT RECEIVED", "NOT APPLIED"}};
  for (const auto& h : now.hosts) {
    hosts.add({std::to_string(h.shard), h.name, h.role, std::to_string(h.timeline),
               megabytes(h.unreceived), megabytes(h.unapplied)});
  }
  auto nodes = text_table{{"NODE", "ALIVE", "HEARTBEAT", "BEHIND", "SCHEMA", "CLOCK", "SETTINGS"}};
  for (const auto& n : now.nodes) {
    const auto clock = std::chrono::duration_cast<std::chrono::milliseconds>(-n.clock_behind);
    nodes.add({n.name, n.is_alive ? "yes" : "no", std::to_string(n.since_beat.count()) + " ms ago",
               std::to_string(now.at - std::min(now.at, n.seen)), std::to_string(n.schema),
               (clock.count() < 0 ? "" : "+") + std::to_string(clock.count()) + " ms",
               n.settings == now.nodes.front().settings ? "as the first" : "different"});
  }
  std::cout << hosts << '\n' << nodes;
  return exit_ok;
}

using command = int (*)(const db_options&);

int run_command(command run, const db_options& o) {
  try {
    return run(o);
  } catch (const storage::storage_error& e) {
    throw command_error{e.what()};
  }
}

CLI::App* add_command(CLI::App& group, const char* name, const char* what,
                      const std::shared_ptr<db_options>& o, command run, action& chosen) {
  auto* made = group.add_subcommand(name, what);
  made->add_option("--config", o->config, "The TOML file of the server")->required();
  made->callback([o, run, &chosen] { chosen = [o, run] { return run_command(run, *o); }; });
  return made;
}

}  // namespace

void add_db_commands(CLI::App& program, action& chosen) {
  auto* db = program.add_subcommand("db", "Make, check and change the PostgreSQL databases");
  db->require_subcommand(1);
  const auto o = std::make_shared<db_options>();

  add_command(*db, "init", "Make the tables in every shard, once for a cluster", o, init, chosen)
      ->footer(
          "The databases of storage.postgres.shards must exist, and this role must be their "
          "owner.\n"
          "When there is a role mintage, it gets the rights that nodes need.\n"
          "Example:\n"
          "  mintage db init --config mintage.toml");
  add_command(*db, "check", "Tell everything that is unsafe or broken", o, check, chosen)
      ->footer(
          "Ends with 1 if there is anything.\n"
          "Example:\n"
          "  mintage db check --config mintage.toml");
  add_command(*db, "migrate", "Bring the tables to the schema of this program", o, migrate, chosen)
      ->footer(
          "Nodes of the former version may serve meanwhile. Run it before the first new node.\n"
          "Example:\n"
          "  mintage db migrate --config mintage.toml");
  auto* importing = add_command(*db, "import", "Move the content of an embedded database here", o,
                                import, chosen);
  importing->add_option("--from", o->from, "The folder of the database, storage.rocksdb.path")
      ->required();
  importing->footer(
      "The server of that database must be stopped, and the cluster new: after db init, before "
      "the\n"
      "first node starts. Clients, resources, keys, refresh tokens, opaque tokens, denials and "
      "cutoffs\n"
      "are moved and counted; live codes are left out. The embedded database stays as it is.\n"
      "Example:\n"
      "  mintage db import --config mintage.toml --from /var/lib/mintage/db");
  auto* restoring = add_command(*db, "restored", "Void what a restored backup may have wrong", o,
                                restored, chosen);
  restoring->add_flag("--keep-families", o->keep_families,
                      "No acknowledged commit is missing: drop live codes only");
  restoring->footer(
      "Run it after a restore and before the first node starts: a code that was redeemed after "
      "the\n"
      "backup would be live again, and a revoked token too.\n"
      "Example:\n"
      "  mintage db restored --config mintage.toml");
}

void add_cluster_commands(CLI::App& program, action& chosen) {
  auto* cluster = program.add_subcommand("cluster", "See the nodes and databases of a cluster");
  cluster->require_subcommand(1);
  const auto o = std::make_shared<db_options>();
  add_command(*cluster, "status", "Show the databases and nodes, and how far each is behind", o,
              status, chosen)
      ->footer(
          "Asks the databases, not the nodes.\n"
          "Example:\n"
          "  mintage cluster status --config mintage.toml");
}

}  // namespace mintage::app
