#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <memory>
#include <thread>

#include "tests/http/bench/bench_run.hpp"
#include "tests/support/test_clients.hpp"

namespace mintage::test {
namespace {

/// Options that all short runs share.
const auto brief = std::string{
    " --warm-up 0.2 --duration 0.8 --rounds 1 --connections 8"
    " --verify-every 5 --no-floor --quiet"};

boost::json::object first_scenario(const std::filesystem::path& report) {
  return parse_object(read_file(report)).at("scenarios").at(0).as_object();
}

/// Checks the only round: it has answers and no failure, and every signature checked is valid.
/// Answers of introspection are not signed.
void expect_clean(const boost::json::object& scenario, bool is_signed = true) {
  const auto& round = scenario.at("rounds").at(0);
  EXPECT_GT(round.at("answers").to_number<std::int64_t>(), 0);
  EXPECT_EQ(round.at("failures").to_number<std::int64_t>(), 0);
  EXPECT_EQ(round.at("forged").to_number<std::int64_t>(), 0);
  EXPECT_EQ(round.at("verified").to_number<std::int64_t>() > 0, is_signed);
}

/// Checks that at least one pool has a sample, and that the store counted batches.
void expect_pools(const boost::json::object& scenario) {
  const auto& pools = scenario.at("rounds").at(0).at("pools").as_object();
  EXPECT_GE(pools.at("t").as_array().size(), 2U);
  for (const auto* pool : {"validator", "code_store", "signer"})
    EXPECT_TRUE(pools.at("queue_depth").as_object().contains(pool)) << pool;
  auto batches = std::int64_t{0};
  for (const auto& bucket : pools.at("batch_sizes").at("store").as_array())
    batches += bucket.at(1).to_number<std::int64_t>();
  EXPECT_GT(batches, 0);
}

class scenarios : public testing::TestWithParam<const char*> {};

TEST_P(scenarios, run_without_a_failed_request) {
  const auto folder = temporary_folder{};
  const auto report = folder.path() / "report.json";
  const auto command = std::string{GetParam()};
  const auto got = bench(command + brief + own_server + " --json " + report.string());
  if (got.code == 3) GTEST_SKIP() << got.out;  // the server does not announce the grant
  ASSERT_EQ(got.code, 0) << got.out;
  const auto scenario = first_scenario(report);
  expect_clean(scenario, !command.starts_with("introspect"));
  EXPECT_TRUE(scenario.at("rounds").at(0).at("server").is_object()) << "no CPU of the server";
  if (command.starts_with("code")) expect_pools(scenario);
  const auto& again = scenario.at("rounds").at(0).at("connected_again");
  const auto reconnects = command.find("--reconnect") != command.npos;
  const auto resumes = command.find("--resume") != command.npos;
  // A server need not renew its tickets, so some handshakes may be full although sessions are
  // resumed.
  EXPECT_TRUE(resumes || (again.at("full").to_number<int>() > 0) == reconnects);
  EXPECT_EQ(again.at("resumed").to_number<int>() > 0, resumes);
}
INSTANTIATE_TEST_SUITE_P(
    all, scenarios,
    testing::Values("code", "code --public", "code --offline", "code --id-token-alg RS256",
                    "code --rate 100", "code --rate 100 --arrivals constant --memory",
                    "code --threads 2 --set 'pools.signer.size=1'", "code --reconnect-every 2",
                    "code --tls", "code --tls --reconnect-every 2",
                    "code --tls --reconnect-every 2 --resume", "refresh", "refresh --static",
                    "refresh --public", "client-credentials", "introspect",
                    "mixed --mix code=4,refresh=5,client-credentials=1"));

TEST(bench, measures_the_floor_in_the_same_run) {
  const auto folder = temporary_folder{};
  const auto report = folder.path() / "report.json";
  const auto got = bench("code --warm-up 0 --duration 0.2 --rounds 1 --connections 4 --quiet" +
                         own_server + " --json " + report.string());
  ASSERT_EQ(got.code, 0) << got.out;
  const auto floor = parse_object(read_file(report)).at("floor").as_object();
  for (const auto* name : {"es256_us", "rs256_us", "exchange_us", "exchange_p50_us", "fsync_us"}) {
    EXPECT_GT(floor.at(name).to_number<double>(), 0) << name;
  }
}

TEST(bench, redeems_every_code_it_mints_until_there_were_enough_answers) {
  const auto folder = temporary_folder{};
  const auto report = folder.path() / "report.json";
  const auto got =
      bench("code --requests 3000" + brief + own_server + " --json " + report.string());
  ASSERT_EQ(got.code, 0) << got.out;
  EXPECT_NE(got.out.find("database MiB"), got.out.npos) << got.out;
  const auto scenario = first_scenario(report);
  EXPECT_GT(scenario.at("resident_before_kib").to_number<std::int64_t>(), 0);
  auto answers = std::int64_t{0};
  for (const auto& round : scenario.at("rounds").as_array()) {
    answers += round.at("answers").to_number<std::int64_t>();
    EXPECT_GT(round.at("stored_kib").to_number<std::int64_t>(), 0);
  }
  EXPECT_GE(answers, 3000);
}

TEST(bench, logs_in_and_measures_each_step_of_it) {
  for (const auto* step : {"journey", "authorize", "accept", "push"}) {
    SCOPED_TRACE(step);
    const auto folder = temporary_folder{};
    const auto report = folder.path() / "report.json";
    const auto got = bench(
        "login --connections 4 --rounds 1 --warm-up 0 --duration 0.3 --no-floor"
        " --quiet --step " +
        std::string{step} + own_server + " --json " + report.string());
    ASSERT_EQ(got.code, 0) << got.out;
    const auto login = parse_object(read_file(report)).at("login").as_object();
    EXPECT_EQ(login.at("step").as_string(), step);
    const auto& round = login.at("rounds").as_array().at(0);
    EXPECT_EQ(round.at("failure").as_string(), "");
    EXPECT_GT(round.at("operations").to_number<int>(), 0);
    EXPECT_GT(round.at("server_cpu_us").to_number<double>(), 0);
  }
}

TEST(bench, measures_starts_with_clients) {
  const auto got = bench("start --clients 25 --rounds 2 --quiet" + own_server);
  ASSERT_EQ(got.code, 0) << got.out;
  EXPECT_NE(got.out.find("2 starts"), got.out.npos) << got.out;
  EXPECT_NE(got.out.find("with 25 clients"), got.out.npos) << got.out;
}

TEST(bench, ends_a_ramp_that_no_rate_can_satisfy) {
  const auto folder = temporary_folder{};
  const auto report = folder.path() / "report.json";
  const auto got = bench(
      "code --ramp --rate 40 --objective p50=1us --warm-up 0 --duration 0.2"
      " --no-floor --quiet" +
      own_server + " --json " + report.string());
  ASSERT_EQ(got.code, 0) << got.out;
  const auto scenario = first_scenario(report);
  const auto& ramp = scenario.at("ramp");
  EXPECT_EQ(ramp.at("best").to_number<double>(), 0);
  EXPECT_GT(ramp.at("steps").as_array().size(), 3U);
}

// Whether goals are met depends on the machine and does not matter here.
TEST(bench, shows_what_becomes_of_a_storm) {
  if (std::thread::hardware_concurrency() < 2) GTEST_SKIP() << "needs a core for each side";
  const auto folder = temporary_folder{};
  const auto report = folder.path() / "report.json";
  const auto got =
      bench("overload --peak-duration 0.5 --warm-up 0.2 --duration 0.5 --connections 200 --quiet" +
            own_server + " --json " + report.string());
  ASSERT_EQ(got.code, 0) << got.out;
  const auto storm = parse_object(read_file(report)).at("overload").as_object();
  ASSERT_EQ(storm.at("parts").as_array().size(), 5U);
  // A part of half a second may pass without a grant where the disk is slow; the storm may not.
  auto granted = std::int64_t{0};
  for (const auto& part : storm.at("parts").as_array()) {
    granted += part.at("granted").to_number<std::int64_t>();
    EXPECT_EQ(part.at("failed").to_number<int>(), 0) << got.out;
    EXPECT_GT(part.at("resident_kib").to_number<int>(), 0);
  }
  EXPECT_GT(granted, 0) << got.out;
  EXPECT_EQ(storm.at("goals").as_array().size(), 7U);
  EXPECT_NE(got.out.find("p99 of refusals"), got.out.npos) << got.out;
}

class a_running_server : public testing::Test {
 protected:
  std::string at() const {
    return " --target http://127.0.0.1:" + std::to_string(stage_.server.port());
  }
  /// Writes codes of the confidential client, and the files that the harness needs to use them.
  std::string input(const std::vector<std::string>& codes) {
    auto text = std::string{};
    for (const auto& code : codes) text += code + "\n";
    write_file(stage_.server.file("codes"), text);
    write_file(stage_.server.file("secret"), stage_.c1.secret + "\n");
    return " --input " + stage_.server.file("codes").string() + " --client-id " + stage_.c1.id +
           " --redirect-uri " + stage_.c1.redirect_uri + " --client-secret-file " +
           stage_.server.file("secret").string();
  }
  stage stage_;
};

TEST_F(a_running_server, is_measured_through_its_admin_listener) {
  const auto report = stage_.server.file("report.json");
  const auto got = bench("code" + brief + at() + " --admin 127.0.0.1:" +
                         std::to_string(stage_.server.admin_port()) + " --admin-token-file " +
                         stage_.server.file("admin.token").string() + " --json " + report.string());
  ASSERT_EQ(got.code, 0) << got.out;
  expect_clean(first_scenario(report));
}

TEST_F(a_running_server, is_measured_with_codes_from_a_file) {
  const auto report = stage_.server.file("report.json");
  const auto codes = input(stage_.admin.mint_many(mint_body(stage_.c1), 100));
  const auto got = bench("code" + brief + at() + codes + " --json " + report.string());
  ASSERT_EQ(got.code, 0) << got.out;
  expect_clean(first_scenario(report));
}

TEST_F(a_running_server, fails_the_run_by_refusals_that_nobody_expected) {
  const auto used = std::vector<std::string>(20, stage_.mint(stage_.c1));
  static_cast<void>(stage_.redeem(stage_.c1, used.front()));
  const auto codes = input(used);
  const auto got = bench("code" + brief + at() + codes);
  EXPECT_EQ(got.code, 1) << got.out;
  EXPECT_NE(got.out.find("400 invalid_grant"), got.out.npos) << got.out;
  EXPECT_EQ(bench("code" + brief + at() + codes + " --allow '400 invalid_grant'").code, 0);
}

TEST(bench, writes_no_page_without_its_plotting_library) {
  const auto folder = temporary_folder{};
  const auto page = folder.path() / "report.html";
  const auto got = bench("code" + brief + own_server + " --html " + page.string() +
                         " --plot-library " + folder.path().string());
  EXPECT_EQ(got.code, 2) << got.out;
  EXPECT_FALSE(std::filesystem::exists(page));
}

TEST(bench, compares_reports_and_refuses_others) {
  const auto folder = temporary_folder{};
  const auto report = (folder.path() / "report.json").string();
  ASSERT_EQ(bench("code" + brief + own_server + " --json " + report).code, 0);
  const auto same = bench("compare " + report + " " + report);
  EXPECT_EQ(same.code, 0) << same.out;
  EXPECT_NE(same.out.find("no difference"), same.out.npos) << same.out;
  EXPECT_EQ(bench("compare " + report + " /dev/null").code, 2);
  const auto servers = bench("servers " + report + " " + report);
  EXPECT_EQ(servers.code, 0) << servers.out;
  EXPECT_NE(servers.out.find("Mintage"), servers.out.npos) << servers.out;
}

TEST(bench, explains_a_wrong_command_line) {
  for (const auto* arguments :
       {"", "code --rate x", "code --objective p99", "compare one",
        "code --target http://127.0.0.1:1", "code --input f", "mixed", "mixed --mix code",
        "code --resume", "servers", "refresh --target http://127.0.0.1:1 --client-id c",
        "code --target http://127.0.0.1:1 --client-id c --input f"}) {
    EXPECT_EQ(bench(arguments).code, 2) << arguments;
  }
}

}  // namespace
}  // namespace mintage::test
