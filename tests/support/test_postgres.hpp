/// @file
/// PostgreSQL beneath the servers of the black-box tests, when MINTAGE_TEST_POSTGRES is set.
#pragma once

#include <filesystem>
#include <string>

namespace mintage::test {

[[nodiscard]] bool is_run_over_postgres();
/// Makes an empty database on a server that all tests of the process share, which has the settings
/// for logs that docs/CLUSTER.md asks for. @param folder of the server that uses it.
/// @returns its conninfo.
[[nodiscard]] std::string make_test_database(const std::filesystem::path& folder);
/// The conninfo of the database that was made for a folder.
[[nodiscard]] std::string test_database_of(const std::filesystem::path& folder);
/// The log of that server; empty before the first database.
[[nodiscard]] std::string test_postgres_log();

}  // namespace mintage::test
