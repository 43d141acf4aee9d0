#include "metrics/page.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mintage::metrics {
namespace {

constexpr auto served = metric{"mintage_served_total", "What was served."};
constexpr auto waiting = metric{"mintage_waiting", "What waits.", metric_type::gauge};

struct alignas(64) kitchen_meters : meter_group {
  counter soups{*this, served, {{"dish", "soup"}}};
  counter salads{*this, served, {{"dish", "salad"}}, shown::once_used};
  gauge orders{*this, waiting};
  gauge cooked{*this, waiting, {}, shown::always, sign::minus};
  text_counter complaints{*this, {"mintage_complaints_total", "Complaints."}, "about"};
  size_histogram guests{*this, {"mintage_guests", "Guests at a table.", metric_type::histogram}};
  duration_histogram boiling{
      *this,
      {"mintage_boiling_seconds", "Time of boiling.", metric_type::histogram, nanosecond},
      {{"dish", "soup"}},
      shown::once_used};
};

/// The lines of a page that begin with `prefix`.
std::string lines_with(const std::string& page, std::string_view prefix) {
  auto found = std::string{};
  for (auto at = std::size_t{0}; at < page.size();) {
    const auto end = page.find('\n', at);
    const auto line = page.substr(at, end - at);
    if (line.starts_with(prefix)) found += line + "\n";
    at = end + 1;
  }
  return found;
}

class the_page : public testing::Test {
 protected:
  the_page() {
    all.attach(first);
    all.attach(second);
  }
  [[nodiscard]] std::string page() const { return render_metrics(all, {}); }

  kitchen_meters first;
  kitchen_meters second;
  board all;
};

TEST_F(the_page, begins_each_metric_with_its_help_and_type_in_the_order_of_declaration) {
  EXPECT_EQ(lines_with(page(), "# "),
            "# HELP mintage_served_total What was served.\n"
            "# TYPE mintage_served_total counter\n"
            "# HELP mintage_waiting What waits.\n"
            "# TYPE mintage_waiting gauge\n"
            "# HELP mintage_complaints_total Complaints.\n"
            "# TYPE mintage_complaints_total counter\n"
            "# HELP mintage_guests Guests at a table.\n"
            "# TYPE mintage_guests histogram\n"
            "# HELP mintage_boiling_seconds Time of boiling.\n"
            "# TYPE mintage_boiling_seconds histogram\n");
}

TEST_F(the_page, sums_equal_labels_over_all_groups) {
  first.soups.add(3);
  second.soups.add(4);
  EXPECT_EQ(lines_with(page(), "mintage_served"), "mintage_served_total{dish=\"soup\"} 7\n");
  second.salads.add();
  EXPECT_EQ(lines_with(page(), "mintage_served"),
            "mintage_served_total{dish=\"soup\"} 7\nmintage_served_total{dish=\"salad\"} 1\n");
}

TEST_F(the_page, takes_off_what_counts_against_a_gauge_but_not_below_zero) {
  first.orders.set(9);
  second.cooked.set(5);
  EXPECT_EQ(lines_with(page(), "mintage_waiting"), "mintage_waiting 4\n");
  first.cooked.set(5);
  EXPECT_EQ(lines_with(page(), "mintage_waiting"), "mintage_waiting 0\n");
}

TEST_F(the_page, counts_by_text_in_the_order_of_the_texts) {
  second.complaints.add("salt");
  first.complaints.add("cold");
  first.complaints.add("salt");
  EXPECT_EQ(lines_with(page(), "mintage_complaints"),
            "mintage_complaints_total{about=\"cold\"} 1\n"
            "mintage_complaints_total{about=\"salt\"} 2\n");
}

TEST_F(the_page, adds_up_histograms) {
  first.guests.add(3);
  second.guests.add(100);
  const auto p = page();
  EXPECT_EQ(lines_with(p, "mintage_guests_bucket{le=\"2\"}"),
            "mintage_guests_bucket{le=\"2\"} 0\n");
  EXPECT_EQ(lines_with(p, "mintage_guests_bucket{le=\"4\"}"),
            "mintage_guests_bucket{le=\"4\"} 1\n");
  EXPECT_EQ(lines_with(p, "mintage_guests_bucket{le=\"+Inf"),
            "mintage_guests_bucket{le=\"+Inf\"} 2\n");
  EXPECT_EQ(lines_with(p, "mintage_guests_sum"), "mintage_guests_sum 103\n");
  EXPECT_EQ(lines_with(p, "mintage_guests_count"), "mintage_guests_count 2\n");
}

TEST_F(the_page, shows_a_histogram_that_is_announced_or_counted) {
  EXPECT_EQ(lines_with(page(), "mintage_boiling"), "");
  second.boiling.announce();
  EXPECT_EQ(lines_with(page(), "mintage_boiling_seconds_count"),
            "mintage_boiling_seconds_count{dish=\"soup\"} 0\n");
  first.boiling.add(2'000'000'000);
  EXPECT_EQ(lines_with(page(), "mintage_boiling_seconds_sum"),
            "mintage_boiling_seconds_sum{dish=\"soup\"} 2\n");
}

TEST_F(the_page, ends_with_the_gauges_that_are_sampled) {
  const auto p = render_metrics(all, {{{"mintage_oven_celsius", "Heat.", metric_type::gauge},
                                       {{{{"oven", "left"}}, 180.5}}}});
  EXPECT_TRUE(
      p.ends_with("# TYPE mintage_oven_celsius gauge\n"
                  "mintage_oven_celsius{oven=\"left\"} 180.5\n"))
      << p;
}

}  // namespace
}  // namespace mintage::metrics
