#include "storage/postgres/plan_check.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "storage/postgres/statements.hpp"

namespace mintage::storage::postgres {
namespace {

/// The highest number of a parameter.
int parameters_count(std::string_view text) {
  auto highest = 0;
  for (auto at = text.find('$'); at != text.npos; at = text.find('$', at + 1)) {
    auto number = 0;
    for (auto i = at + 1; i < text.size() && std::isdigit(static_cast<unsigned char>(text[i])); ++i)
      number = number * 10 + (text[i] - '0');
    highest = std::max(highest, number);
  }
  return highest;
}

bool is_wrong(std::string_view step) {
  constexpr auto wrong = std::to_array<std::string_view>(
      {"Seq Scan on", "Hash Join", "Hash Right Join", "Hash Left Join", "Hash Semi Join",
       "Merge Join", "Merge Left Join", "Merge Right Join", "Bitmap Heap Scan"});
  return std::any_of(wrong.begin(), wrong.end(), [&](auto w) { return step.find(w) != step.npos; });
}

}  // namespace

std::string fault_of_plan(session& s, std::string_view name, std::string_view text,
                          steady_time deadline) {
  const auto plan_name = "plan_of_" + std::string{name};
  auto arguments = std::string{};
  for (auto i = parameters_count(text); i > 0; --i) arguments += i > 1 ? "NULL, " : "NULL";
  auto prepared = s.run_script("PREPARE " + plan_name + " AS " + std::string{text}, deadline);
  if (!prepared) return to_string(prepared.error());
  const auto plan =
      s.run_script("EXPLAIN (COSTS OFF) EXECUTE " + plan_name + '(' + arguments + ')', deadline);
  if (!plan) return to_string(plan.error());
  for (auto row = 0; row < plan->count(); ++row) {
    auto step = plan->octets(row, 0);
    if (!is_wrong(step)) continue;
    step.remove_prefix(std::min(step.size(), step.find_first_not_of(" ->")));
    return std::string{step};
  }
  return {};
}

std::vector<std::string> faults_of_plans(session& s, steady_time deadline) {
  auto faults = std::vector<std::string>{};
  for (const auto& each : statements) {
    auto fault = fault_of_plan(s, each.name, each.sql, deadline);
    if (!fault.empty()) faults.push_back(std::string{each.name} + ": " + fault);
  }
  return faults;
}

}  // namespace mintage::storage::postgres
