#include "bench/harness/report.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>

#include "loopback/child_process.hpp"

namespace mintage::bench {
namespace {

using namespace std::chrono_literals;

outcome outcome_of(const std::string& name, const std::vector<nanoseconds>& server_cpu) {
  auto o = outcome{};
  o.what.name = name;
  for (const auto cpu : server_cpu) {
    auto r =
        round{load_result{tally{100ms}, 1s, {}, 0.5, {}, false, {}, {}}, process_use{}, {}, 0, 0};
    for (auto i = 0; i < 1000; ++i) r.load.counts.succeeded(i * 1ms, 1ms + i * 1us);
    r.server->user = cpu;
    o.rounds.push_back(std::move(r));
  }
  return o;
}

run run_of(std::vector<nanoseconds> server_cpu) {
  auto r = run{};
  r.date = "2026-01-01T00:00:00Z";
  r.floor = {.es256 = 15,
             .rs256 = 225,
             .es256_verify = 40,
             .exchange = 6,
             .exchange_p50 = 30,
             .fsync = 200};
  r.outcomes.push_back(outcome_of("code-es256", server_cpu));
  return r;
}

TEST(report, holds_what_was_measured_and_the_floor) {
  const auto report = to_json(run_of({40ms, 44ms, 42ms}));
  const auto& s = report.at("scenarios").at(0);
  EXPECT_EQ(s.at("name").as_string(), "code-es256");
  EXPECT_NEAR(s.at("floor_us").to_number<double>(), 36, 1e-9);
  EXPECT_NEAR(s.at("summary").at("server_cpu_us").at("median").to_number<double>(), 42, 1e-9);
  const auto& first = s.at("rounds").at(0);
  EXPECT_EQ(first.at("answers").to_number<int>(), 1000);
  EXPECT_EQ(first.at("slices").as_array().size(), 10U);
  auto last = -1.0;
  for (const auto& point : first.at("curve").as_array()) {
    const auto us = point.at(1).to_number<double>();
    EXPECT_GE(us, last);
    last = us;
  }
  EXPECT_NEAR(last, 1999, 16);
}

TEST(text, shows_measured_floor_and_ratio) {
  const auto text = to_text(to_json(run_of({72ms})));
  EXPECT_NE(text.find("72.0"), text.npos) << text;
  EXPECT_NE(text.find("36.0"), text.npos) << text;
  EXPECT_NE(text.find("2.00"), text.npos) << text;
}

TEST(report, tells_latency_beyond_its_floor) {
  auto r = run_of({72ms});
  const auto floor_of_report = [&] {
    return to_json(r).at("scenarios").at(0).at("floor_p50_us").to_number<double>();
  };
  EXPECT_NEAR(floor_of_report(), 30 + 2 * 15, 1e-9);
  // The median of 1000 to 1999 us, as exact as the histogram is.
  const auto text = to_text(to_json(r));
  EXPECT_NE(text.find(" 1439\n"), text.npos) << text;
  r.waits_for_disk = true;
  EXPECT_NEAR(floor_of_report(), 30 + 2 * 15 + 200, 1e-9);
  auto& what = r.outcomes.front().what;
  what.mix = *parse_mix("refresh=1");
  EXPECT_NEAR(floor_of_report(), 30 + 2 * 15 + 200, 1e-9);
  what.who.rotates = false;
  EXPECT_NEAR(floor_of_report(), 30 + 2 * 15, 1e-9) << "a static refresh token writes nothing";
  what.mix = *parse_mix("client-credentials=1,introspect=1");
  EXPECT_NEAR(floor_of_report(), 30 + (15.0 + 40) / 2, 1e-9);
}

TEST(report, weighs_the_floor_by_the_mix) {
  auto r = run_of({72ms});
  r.outcomes.front().what.mix = *parse_mix("code=1,client-credentials=1,introspect=2");
  const auto floor = to_json(r).at("scenarios").at(0).at("floor_us").to_number<double>();
  EXPECT_NEAR(floor, (36.0 + 21 + 2 * 46) / 4, 1e-9);
}

TEST(servers_table, puts_the_servers_of_one_scenario_below_each_other) {
  auto other = run_of({210ms});
  other.server = "another";
  const auto text = servers_table({to_json(run_of({42ms})), to_json(other)});
  EXPECT_LT(text.find("Mintage"), text.find("another")) << text;
  EXPECT_NE(text.find("another"), text.npos) << text;
  EXPECT_NE(text.find("5.0\n"), text.npos) << text;
}

TEST(compare_reports, finds_a_regression_outside_of_the_spread_and_the_threshold) {
  const auto before = to_json(run_of({40ms, 41ms, 42ms}));
  const auto near = to_json(run_of({42ms, 43ms, 44ms}));
  const auto slower = to_json(run_of({50ms, 51ms, 52ms}));
  EXPECT_EQ(compare_reports(before, before, 5).regressions, 0U);
  EXPECT_EQ(compare_reports(before, near, 1).regressions, 0U);
  EXPECT_NE(compare_reports(before, near, 1).table.find("no difference"), std::string::npos);
  EXPECT_EQ(compare_reports(before, slower, 5).regressions, 1U);
  EXPECT_EQ(compare_reports(before, slower, 50).regressions, 0U);
  EXPECT_EQ(compare_reports(slower, before, 5).regressions, 0U);
}

TEST(compare_reports, compares_scenarios_of_the_same_name_only) {
  auto other = run_of({40ms});
  other.outcomes.front().what.name = "something else";
  EXPECT_EQ(compare_reports(to_json(run_of({40ms})), to_json(other), 5).common, 0U);
}

TEST(read_report, refuses_what_is_no_report) {
  const auto folder = loopback::temporary_folder{};
  const auto file = folder.path() / "a.json";
  for (const auto* text : {"", "[]", "{}", R"({"mintage_bench":2})"}) {
    std::ofstream{file} << text;
    EXPECT_THROW(static_cast<void>(read_report(file)), std::runtime_error) << text;
  }
  std::ofstream{file} << boost::json::serialize(to_json(run_of({40ms})));
  EXPECT_EQ(read_report(file).at("date").as_string(), "2026-01-01T00:00:00Z");
}

TEST(page, is_refused_without_the_plotting_library) {
  const auto folder = loopback::temporary_folder{};
  EXPECT_THROW(static_cast<void>(read_page_parts(folder.path())), std::runtime_error);
  std::filesystem::create_directories(folder.path() / "dist");
  std::ofstream{folder.path() / "dist" / "uPlot.iife.min.js"} << "not it";
  std::ofstream{folder.path() / "dist" / "uPlot.min.css"} << ".uplot {}";
  EXPECT_THROW(static_cast<void>(read_page_parts(folder.path())), std::runtime_error);
}

TEST(page, holds_all_its_parts_and_cannot_be_broken_by_texts_of_the_report) {
  auto r = run_of({40ms});
  r.settings["issuer"] = "</script><b>@@library@@";
  const auto page =
      to_page(boost::json::serialize(to_json(r)), {"/*the library*/", "/*the style*/"});
  EXPECT_NE(page.find("/*the library*/"), page.npos);
  EXPECT_NE(page.find("/*the style*/"), page.npos);
  EXPECT_EQ(page.find("/*the library*/"), page.rfind("/*the library*/"));
  EXPECT_EQ(page.find("</script><b>"), page.npos);
  EXPECT_EQ(page.find("src="), page.npos) << "the page asks for another file";
}

}  // namespace
}  // namespace mintage::bench
