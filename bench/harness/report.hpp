/// @file
/// What a run leaves behind: JSON for machines, a page for people, a table for the terminal.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/harness/floor.hpp"
#include "bench/harness/overload.hpp"
#include "bench/harness/scenario.hpp"

namespace mintage::bench {

struct run {
  /// UTC, RFC 3339.
  std::string date;
  /// What was measured, e.g. "Mintage 0.1.0".
  std::string server = "Mintage";
  machine where;
  /// Of our server, when it was started for the run; else what it was reached as.
  std::map<std::string, std::string> settings;
  floor_costs floor;
  /// Whether the server answers only when the disk has what it wrote; false when nobody knows.
  bool waits_for_disk = false;
  std::vector<outcome> outcomes;
  /// Of `mintage-bench overload`.
  std::optional<storm_result> storm;
  /// About the run as a whole, e.g. that the machine was busy.
  std::vector<std::string> doubts;
};

/// The floor of a scenario in CPU, by the weights of its mix; zero when it was not measured.
[[nodiscard]] double floor_of(const scenario& s, const floor_costs& floor);
/// The floor of its median latency. Of a mix it is the mean: its median may be either kind's.
[[nodiscard]] double latency_floor_of(const scenario& s, const run& r);

/// Version 1 of the format that docs/BENCHMARKING.md describes.
[[nodiscard]] boost::json::object to_json(const run& r);

/// The part about the pools during a round; null when there is nothing to tell.
[[nodiscard]] boost::json::value pools_to_json(const std::vector<pool_reading>& readings);

/// The part about a storm.
[[nodiscard]] boost::json::object to_json(const storm_result& r);
/// Its parts, and each goal with what was measured.
[[nodiscard]] std::string to_table(const storm_result& r);

/// Measured, floor and ratio, a line per scenario.
[[nodiscard]] std::string to_table(const run& r);

/// The plotting library of the page, read from where npm put it.
struct page_parts {
  std::string script;
  std::string style;
};
/// @param folder of the package, with dist/ in it.
/// @throws std::runtime_error that says how to get it when it is missing or not what it should be.
[[nodiscard]] page_parts read_page_parts(const std::filesystem::path& folder);
/// One page that needs no other file and no network.
[[nodiscard]] std::string to_page(const boost::json::object& report, const page_parts& parts);

/// Reads a report. @throws std::runtime_error naming the file when it is not one of version 1.
[[nodiscard]] boost::json::object read_report(const std::filesystem::path& file);

/// Several servers side by side: for each scenario a line of every report that has it, with its CPU
/// in times of the first of them.
[[nodiscard]] std::string servers_table(const std::vector<boost::json::object>& reports);

/// Two runs side by side.
struct comparison {
  std::string table;
  /// Metrics that became worse by more than the threshold and more than the spread.
  unsigned regressions = 0;
  /// Scenarios that both runs have.
  unsigned common = 0;
};
/// @param threshold in percent.
[[nodiscard]] comparison compare_reports(const boost::json::object& first,
                                         const boost::json::object& second, double threshold);

}  // namespace mintage::bench
