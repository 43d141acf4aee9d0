#include "metrics/work_cost.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace mintage::metrics {
namespace {

TEST(work_cost, sums_over_periods) {
  auto c = work_cost{};
  c.note_event();
  c.note_event();
  c.note_signing(0, 30, 2, 8);
  c.end_period(100);
  const auto first = c.sums();
  for (auto i = 0; i < 4; ++i) c.note_event();
  c.note_signing(1, 20, 1, 0);
  c.end_period(300);
  const auto second = c.sums() - first;
  EXPECT_EQ(first.periods, 1U);
  EXPECT_EQ(first.cpu_ns, 100U);
  EXPECT_EQ(first.signing_ns, 30U);
  EXPECT_EQ(first.signatures[0].made, 2U);
  EXPECT_EQ(first.signatures[0].room, 8U);
  EXPECT_EQ(first.signatures[0].room_ns, 30U);
  EXPECT_EQ(second.periods, 1U);
  EXPECT_EQ(second.cpu_ns, 200U);
  EXPECT_EQ(second.events, 4U);
  EXPECT_EQ(second.parts, work_sums::whole / 4);
  EXPECT_EQ(second.cpu_ns_per_event, 50U);
  EXPECT_EQ(second.signing_ns, 20U);
  EXPECT_EQ(second.signing_ns_per_event, 5U);
  EXPECT_EQ(second.signatures[0].made, 0U);
  EXPECT_EQ(second.signatures[1].ns, 20U);
  EXPECT_EQ(second.signatures[1].room, 0U) << "made by other means than lanes";
}

TEST(work_cost, takes_a_period_without_events_for_one_event) {
  auto c = work_cost{};
  c.end_period(100);
  EXPECT_EQ(c.sums().events, 1U);
  EXPECT_EQ(c.sums().cpu_ns_per_event, 100U);
}

TEST(work_cost, sums_what_is_of_no_event_as_signing_but_makes_no_signature_of_it) {
  auto c = work_cost{};
  for (auto i = 0; i < 4; ++i) c.note_event();
  c.note_signing(0, 30, 2, 8);
  c.note_apart(50);
  c.end_period(100);
  EXPECT_EQ(c.sums().signing_ns, 80U);
  EXPECT_EQ(c.sums().signing_ns_per_event, 20U);
  EXPECT_EQ(c.sums().signatures[0].ns, 30U);
}

TEST(work_cost, leaves_out_algorithms_beyond_its_table) {
  auto c = work_cost{};
  c.note_signing(work_sums::algorithms, 30, 2, 8);
  c.end_period(100);
  EXPECT_EQ(c.sums().signing_ns, 0U);
}

TEST(work_costs, are_listed_while_their_thread_runs) {
  const auto before = read_work_costs().size();
  EXPECT_EQ(work_cost_here(), nullptr);
  end_work_period();
  std::thread{[&] {
    keep_work_cost();
    keep_work_cost();
    end_work_period();
    EXPECT_EQ(read_work_costs().size(), before + 1);
    EXPECT_EQ(work_cost_here()->sums().periods, 1U);
    EXPECT_GT(work_cost_here()->sums().cpu_ns, 0U);
  }}.join();
  EXPECT_EQ(read_work_costs().size(), before);
}

}  // namespace
}  // namespace mintage::metrics
