#include "app/cli/explanation.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <deque>
#include <fstream>
#include <string>
#include <utility>

#include "app/cli/command_error.hpp"
#include "app/cli/text_table.hpp"
#include "oauth/denial_reasons.hpp"

namespace mintage::app {
namespace {

namespace json = boost::json;

std::string cell(const json::object& refusal, const char* name) {
  return cell_of(refusal.if_contains(name));
}

std::string time_of(const json::object& refusal) {
  const auto* time = refusal.if_contains("time");
  if (time == nullptr) return "-";
  return time->is_string() ? cell_of(time) : time_text(time->to_number<std::int64_t>());
}

/// The rule, and the clause of the standard that it follows.
std::string rule_of(const json::object& refusal) {
  auto rule = cell(refusal, "rule");
  if (refusal.contains("clause")) rule += " (" + cell(refusal, "clause") + ")";
  return rule;
}

/// Where a setting is seen and changed.
std::string advice_of(const json::object& refusal) {
  const auto setting = cell(refusal, "setting");
  if (setting.starts_with("client.")) return setting + ", see mintage client show";
  if (setting.starts_with("resource.")) return setting + ", see GET /admin/resources";
  return setting == "-" ? std::string{"nothing that could be set"} : setting + " of the config";
}

/// The members of a line of the audit stream under the names of the admin interface.
json::object from_line(const json::object& line) {
  constexpr auto names =
      std::array<std::pair<const char*, const char*>, 7>{{{"request_id", "request_id"},
                                                          {"time", "time"},
                                                          {"endpoint", "endpoint"},
                                                          {"client", "client_id"},
                                                          {"error", "error"},
                                                          {"reason", "reason"},
                                                          {"came", "came"}}};
  auto out = json::object{};
  for (const auto& [from, to] : names) {
    const auto* value = line.if_contains(from);
    if (value != nullptr && value->is_string() && !value->get_string().empty()) out[to] = *value;
  }
  const auto* reason = out.if_contains("reason");
  const auto* row = reason == nullptr ? nullptr : oauth::find_denial_row(reason->get_string());
  if (row == nullptr) return out;
  const auto put = [&](const char* name, std::string_view value) {
    if (!value.empty()) out[name] = value;
  };
  put("rule", row->rule);
  put("clause", row->clause);
  put("expected", row->expected);
  put("setting", row->setting);
  return out;
}

bool has_text(const json::object& line, const char* name, std::string_view text) {
  const auto* value = line.if_contains(name);
  return value != nullptr && value->is_string() && value->get_string() == text;
}

}  // namespace

void print_refusal(std::ostream& out, const json::object& refusal) {
  auto table = text_table{};
  table.add({"request", cell(refusal, "request_id")});
  table.add({"time", time_of(refusal)});
  auto where = cell(refusal, "endpoint");
  if (refusal.contains("grant_type")) where += ", " + cell(refusal, "grant_type");
  table.add({"endpoint", where});
  table.add({"client", cell(refusal, "client_id")});
  auto answer = cell(refusal, "error");
  if (refusal.contains("error_description")) answer += ": " + cell(refusal, "error_description");
  table.add({"answer", answer});
  table.add({"reason", cell(refusal, "reason")});
  if (refusal.contains("rule")) {
    table.add({"rule", rule_of(refusal)});
    table.add({"expected", cell(refusal, "expected")});
  }
  if (refusal.contains("came")) table.add({"came", cell(refusal, "came")});
  if (refusal.contains("rule")) table.add({"decided by", advice_of(refusal)});
  out << table;
}

void print_refusals(std::ostream& out, const std::vector<json::object>& refusals) {
  auto table = text_table{{"TIME", "REQUEST", "ENDPOINT", "CLIENT", "ERROR", "RULE", "REASON"}};
  for (const auto& r : refusals) {
    table.add({time_of(r), cell(r, "request_id"), cell(r, "endpoint"), cell(r, "client_id"),
               cell(r, "error"), cell(r, "rule"), cell(r, "reason")});
  }
  out << table;
}

void print_reasons(std::ostream& out) {
  auto table = text_table{{"REASON", "RULE", "CLAUSE", "SETTING", "EXPECTED"}};
  const auto text_or_dash = [](std::string_view text) {
    return std::string{text.empty() ? "-" : text};
  };
  for (const auto& rows : oauth::denial_tables) {
    for (const auto& row : rows) {
      table.add({std::string{row.reason}, std::string{row.rule}, text_or_dash(row.clause),
                 text_or_dash(row.setting), std::string{row.expected}});
    }
  }
  out << table;
}

std::vector<json::object> refusals_in(const std::filesystem::path& audit,
                                      std::string_view request_id, std::size_t last) {
  auto file = std::ifstream{audit};
  if (!file) throw command_error{audit.string() + ": cannot be read"};
  auto found = std::deque<json::object>{};
  auto text = std::string{};
  while (std::getline(file, text)) {
    // Most lines are not asked for, and need not be parsed.
    if (text.find(request_id) == text.npos || text.find("refused") == text.npos) continue;
    auto failed = json::error_code{};
    const auto line = json::parse(text, failed);
    const auto* object = failed ? nullptr : line.if_object();
    if (object == nullptr || !has_text(*object, "event", "refused")) continue;
    if (!request_id.empty() && !has_text(*object, "request_id", request_id)) continue;
    found.push_front(from_line(*object));
    if (found.size() > last) found.pop_back();
  }
  if (file.bad()) throw command_error{audit.string() + ": cannot be read"};
  return {found.begin(), found.end()};
}

}  // namespace mintage::app
