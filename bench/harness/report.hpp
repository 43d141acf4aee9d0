/// @file
/// The report of a run: one JSON object, described in docs/BENCHMARKING.md. Text, page and
/// comparisons are rendered from that object alone.
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
  /// The measured server, for example "Mintage 0.1.0".
  std::string server = "Mintage";
  machine where;
  /// Settings of a server started for the run; else its URL.
  std::map<std::string, std::string> settings;
  floor_costs floor;
  /// Whether the server answers only after its writes are on the disk; false when not known.
  bool waits_for_disk = false;
  std::vector<outcome> outcomes;
  /// Set by `mintage-bench overload`.
  std::optional<storm_result> storm;
  /// Reasons to distrust the whole run, for example that the machine was busy.
  std::vector<std::string> doubts;
};

/// The report, version 1 of its format.
[[nodiscard]] boost::json::object to_json(const run& r);
/// The pools during a round; null with fewer than two readings.
[[nodiscard]] boost::json::value to_json(const std::vector<pool_reading>& readings);

/// Reads a report. @throws std::runtime_error naming the file when it is not one of version 1.
[[nodiscard]] boost::json::object read_report(const std::filesystem::path& file);

/// The report as text: per scenario a line with measured, floor and ratio; then the result of an
/// overload.
[[nodiscard]] std::string to_text(const boost::json::object& report);

/// Several servers side by side: per scenario a line of every report that has it, with its CPU as a
/// multiple of the first one's.
[[nodiscard]] std::string servers_table(const std::vector<boost::json::object>& reports);

/// Two runs side by side.
struct comparison {
  std::string table;
  /// Metrics that became worse by more than the threshold and more than the spread.
  unsigned regressions = 0;
  /// Number of scenarios that both runs have.
  unsigned common = 0;
};
/// @param threshold in percent.
[[nodiscard]] comparison compare_reports(const boost::json::object& first,
                                         const boost::json::object& second, double threshold);

/// The plotting library of the page, read from npm's folder.
struct page_parts {
  std::string script;
  std::string style;
};
/// @param folder of the package, with dist/ in it.
/// @throws std::runtime_error when a file is missing or not the expected one; the message says how
///         to get it.
[[nodiscard]] page_parts read_page_parts(const std::filesystem::path& folder);
/// A page that needs no other file and no network. @param report the serialized JSON object.
[[nodiscard]] std::string to_page(std::string_view report, const page_parts& parts);

}  // namespace mintage::bench
