#include <gtest/gtest.h>

#include "tests/http/bench/bench_run.hpp"

namespace mintage::test {
namespace {

using boost::json::object;

double number_in(const object& from, std::string_view name) {
  return from.at(name).to_number<double>();
}

void expect_cost_of_a_database(const object& part) {
  for (const auto* name : {"rate", "nodes_cpu_us", "primary_cpu_us", "standby_cpu_us"})
    EXPECT_GT(number_in(part, name), 0) << name;
  EXPECT_GE(number_in(part, "commit_size"), 1);
  EXPECT_GT(number_in(part, "wal_octets"), 200) << "a code is a row at least";
}

TEST(cluster, tells_the_cost_of_nodes_and_database_beside_rocksdb) {
  const auto folder = temporary_folder{};
  const auto report = folder.path() / "report.json";
  const auto got = bench(
      "cluster --nodes 2 --connections 8 --rounds 1 --duration 1.5 --warm-up 0.3 --changes 2"
      " --no-floor --quiet" +
      own_server + " --json " + report.string());
  ASSERT_EQ(got.code, 0) << got.out;
  EXPECT_NE(got.out.find("PostgreSQL / RocksDB"), got.out.npos) << got.out;
  const auto all = parse_object(read_file(report));
  const auto& shared = all.at("postgres").at(0).as_object();
  EXPECT_GT(number_in(shared, "answers"), 0);
  expect_cost_of_a_database(shared.at("minted").as_object());
  expect_cost_of_a_database(shared.at("exchanged").as_object());
  EXPECT_GT(number_in(all.at("rocksdb").at(0).as_object(), "answers"), 0);
  EXPECT_GT(number_in(all, "node_cpu_ratio"), 0);
  EXPECT_GT(number_in(all, "commit_us"), 0);
  EXPECT_EQ(all.at("changes_ms").as_array().size(), 2U);
  EXPECT_EQ(number_in(all, "unknown_changes"), 0);
}

TEST(cluster, loses_and_doubles_no_login_when_a_primary_and_a_node_are_killed) {
  const auto folder = temporary_folder{};
  const auto report = folder.path() / "report.json";
  const auto got = bench(
      "cluster --nodes 2 --connections 4 --duration 5 --warm-up 0.3 --kill primary@500ms"
      " --kill node@4s --quiet" +
      own_server + " --json " + report.string());
  ASSERT_EQ(got.code, 0) << got.out;
  const auto all = parse_object(read_file(report));
  ASSERT_EQ(all.at("events").as_array().size(), 2U);
  EXPECT_GT(number_in(all.at("events").at(0).as_object(), "promotion_ms"), 0);
  const auto& book = all.at("book").as_object();
  EXPECT_GT(number_in(book, "granted"), 0);
  for (const auto* name : {"mints_lost", "doubled", "unsettled"})
    EXPECT_EQ(number_in(book, name), 0) << got.out;
}

TEST(cluster, explains_a_wrong_command_line) {
  for (const auto* arguments : {"--kill etcd@1s", "--kill primary@9s --duration 5", "--nodes 0",
                                "--target http://127.0.0.1:1", "--place /nowhere",
                                "--target http://127.0.0.1:1 --nodes 2"}) {
    EXPECT_EQ(bench(std::string{"cluster "} + arguments).code, 2) << arguments;
  }
}

}  // namespace
}  // namespace mintage::test
