#include "tests/support/test_postgres.hpp"

#include <cstdlib>
#include <map>
#include <memory>

#include "loopback/postgres.hpp"

namespace mintage::test {
namespace {

std::unique_ptr<loopback::postgres>& shared() {
  static auto one = std::unique_ptr<loopback::postgres>{};
  return one;
}

std::map<std::filesystem::path, std::string>& names() {
  static auto all = std::map<std::filesystem::path, std::string>{};
  return all;
}

}  // namespace

bool is_run_over_postgres() {
  return std::getenv("MINTAGE_TEST_POSTGRES") != nullptr;
}

std::string make_test_database(const std::filesystem::path& folder) {
  if (shared() == nullptr) {
    auto o = loopback::postgres_options{};
    o.settings = {"log_parameter_max_length=0", "log_parameter_max_length_on_error=0"};
    shared() = std::make_unique<loopback::postgres>("a", o);
  }
  const auto name = "mintage_" + std::to_string(names().size());
  names()[folder] = name;
  shared()->run_sql("CREATE DATABASE " + name);
  return shared()->conninfo(name);
}

std::string test_database_of(const std::filesystem::path& folder) {
  return shared()->conninfo(names().at(folder));
}

std::string test_postgres_log() {
  return shared() == nullptr ? std::string{} : shared()->log();
}

}  // namespace mintage::test
