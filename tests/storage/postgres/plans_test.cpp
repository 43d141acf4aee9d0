// Decision: sessions pin their plans. The planner's own choice would change with statistics.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/storage/postgres/node.hpp"

namespace mintage::test {
namespace {

/// `explain execute` of a statement, with batches of 64.
std::vector<std::string> plan_of(node& by, const std::string& name, const std::string& text) {
  by.run_text("prepare " + name + " as " + text);
  const auto parameters = by.ask(
      "select coalesce('(' || string_agg(case when t::text like '%[]' then"
      " format('array_fill(%s::%s, array[64])', sample, rtrim(t::text, '[]')) else"
      " format('%s::%s', sample, t) end, ', ' order by n) || ')', '')"
      " from pg_prepared_statements, unnest(parameter_types) with ordinality as p (t, n),"
      " lateral (select case when t::text like 'uuid%' then 'gen_random_uuid()'"
      " when t::text like 'bytea%' then '''\\x00''' else '''1''' end as sample) as s"
      " where name = '" +
      name + "'");
  auto out = std::vector<std::string>{};
  for (const auto& row : by.run_text("explain execute " + name + parameters)) {
    out.push_back(row.at(0).value());
  }
  return out;
}

TEST(plans, of_no_statement_scan_a_table_or_join_by_hash) {
  auto planner = node{};
  for (const auto& row : storage::postgres::statements) {
    const auto name = std::string{row.name};
    for (const auto& line : plan_of(planner, name, std::string{row.sql})) {
      EXPECT_EQ(line.find("Seq Scan"), std::string::npos) << name << ": " << line;
      EXPECT_EQ(line.find("Hash Join"), std::string::npos) << name << ": " << line;
      EXPECT_EQ(line.find("Merge Join"), std::string::npos) << name << ": " << line;
    }
  }
}

}  // namespace
}  // namespace mintage::test
