/// @file
/// The report of a run: one JSON object, which docs/BENCHMARKING.md describes. The text for the
/// terminal, the page and the comparisons are made from that object alone.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
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

/// The report, version 1 of its format.
[[nodiscard]] boost::json::object to_json(const run& r);
/// The pools during a round; null with fewer than two readings.
[[nodiscard]] boost::json::value to_json(const std::vector<pool_reading>& readings);

/// Reads a report. @throws std::runtime_error naming the file when it is not one of version 1.
[[nodiscard]] boost::json::object read_report(const std::filesystem::path& file);

/// The report as text: a line per scenario with measured, floor and ratio, then what an overload
/// came to.
[[nodiscard]] std::string to_text(const boost::json::object& report);

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

/// The plotting library of the page, read from where npm put it.
struct page_parts {
  std::string script;
  std::string style;
};
/// @param folder of the package, with dist/ in it.
/// @throws std::runtime_error that says how to get it when it is missing or not what it should be.
[[nodiscard]] page_parts read_page_parts(const std::filesystem::path& folder);
/// One page that needs no other file and no network. @param report the serialized JSON object.
[[nodiscard]] std::string to_page(std::string_view report, const page_parts& parts);

}  // namespace mintage::bench
