#include <iostream>

#include "app/cli/commands.hpp"
#include "app/cli/database_report.hpp"
#include "app/owner_rights.hpp"
#include "app/system_clock.hpp"
#include "config/config.hpp"
#include "storage/rocksdb/repair.hpp"
#include "storage/rocksdb/restore.hpp"

namespace mintage::app {
namespace {

void print(const storage::repair_report& report) {
  for (const auto& d : report.damages) std::cout << "Lost: " << storage::to_string(d) << ".\n";
  for (const auto& file : report.kept) {
    std::cout << "Kept: " << file.string() << ", as it was found.\n";
  }
  print_epoch(report.void_before);
  print_contents(report.clients, report.keys);
}

/// Root works on the database as its owner, or the server could not use the files that are made.
int repair_database(const storage::rocksdb_options& o, bool restored) {
  if (!std::filesystem::exists(o.path)) {
    std::cerr << "mintage: there is no database at " << o.path.string() << '\n';
    return exit_failure;
  }
  if (const auto wrong = become_owner_of(o.path); !wrong.empty()) {
    std::cerr << "mintage: " << wrong << '\n';
    return exit_failure;
  }
  const auto clock = system_clock{};
  const auto report = storage::repair_rocksdb(o, clock);
  if (!report.damages.empty())
    print(report);
  else
    std::cout << "No damage was found in " << o.path.string() << ".\n";
  if (restored) {
    const auto done = storage::void_restored(o, clock);
    print_epoch(done.void_before);
    print_erased(done.erased);
  }
  return exit_ok;
}

}  // namespace

int repair(const std::filesystem::path& config, bool restored) {
  const auto settings = config::load(config, config::extent::text);
  if (!settings) {
    for (const auto& m : settings.error()) std::cerr << config::to_string(m) << '\n';
    return exit_usage;
  }
  if (settings->storage.engine != storage::engine_kind::rocksdb) {
    std::cerr << "mintage: storage.engine is not \"rocksdb\": nothing can be repaired\n";
    return exit_usage;
  }
  try {
    return repair_database(settings->storage.rocksdb, restored);
  } catch (const storage::storage_error& e) {
    std::cerr << "mintage: " << e.what() << '\n';
    return exit_failure;
  }
}

}  // namespace mintage::app
