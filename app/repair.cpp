#include <chrono>
#include <iostream>
#include <string_view>

#include "app/cli/commands.hpp"
#include "app/system_clock.hpp"
#include "config/config.hpp"
#include "storage/rocksdb/engine.hpp"
#include "storage/rocksdb/repair.hpp"

namespace mintage::app {
namespace {

void print_epoch(oauth::instant t) {
  std::cout
      << "Void from now on: codes, access tokens (at introspection and userinfo) and refresh\n"
         "tokens of logins that were minted until "
      << storage::to_text(t) << ".\n";
}

void print(const storage::repair_report& report) {
  for (const auto& d : report.damages) std::cout << "Lost: " << storage::to_string(d) << ".\n";
  for (const auto& file : report.kept) {
    std::cout << "Kept: " << file.string() << ", as it was found.\n";
  }
  print_epoch(report.void_before);
  std::cout << "\nCheck that these are the clients and signing keys that you expect. One that was "
               "added\nmay be missing, one that was removed or changed may be as before.\n\n";
  for (const auto& c : report.clients) std::cout << "client " << c.id << "  " << c.name << '\n';
  for (const auto& k : report.keys) {
    std::cout << "key " << k.kid << "  " << crypto::to_string(k.alg) << ", made "
              << storage::to_text(k.created) << '\n';
  }
}

int repair_database(const storage::rocksdb_options& o, bool restored) {
  if (!std::filesystem::exists(o.path)) {
    std::cerr << "mintage: there is no database at " << o.path.string() << '\n';
    return exit_failure;
  }
  const auto clock = system_clock{};
  const auto report = storage::repair_rocksdb(o, clock);
  if (!report.damages.empty()) {
    print(report);
    return exit_ok;
  }
  std::cout << "No damage was found in " << o.path.string() << ".\n";
  if (restored) {
    const auto engine = storage::open_rocksdb_engine(o, 1, clock);
    engine->raise_void_before(clock.now());
    print_epoch(engine->void_before());
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
