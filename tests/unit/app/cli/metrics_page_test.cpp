// The page of metrics, as the command line reads it.
#include "app/cli/metrics_page.hpp"

#include <gtest/gtest.h>

namespace mintage::app {

namespace {

constexpr auto text = R"(# HELP hits_total Hits.
# TYPE hits_total counter
hits_total{kind="a",result="ok"} 3
hits_total{kind="b",result="ok"} 4.5
hits_total{kind="a",result="bad"} 1e2
plain 7
odd{text="a \"b\", {c}\\\n=\"d\""} 2
)";

TEST(a_metrics_page, sums_by_name_and_labels) {
  const auto page = metrics_page{text};
  EXPECT_EQ(page.sum("hits_total"), 107.5);
  EXPECT_EQ(page.sum("hits_total", {{"kind", "a"}}), 103);
  EXPECT_EQ(page.sum("hits_total", {{"kind", "a"}, {"result", "ok"}}), 3);
  EXPECT_EQ(page.sum("hits_total", {{"kind", "c"}}), 0);
  EXPECT_EQ(page.sum("hits"), 0);
  EXPECT_EQ(page.sum("plain"), 7);
  EXPECT_TRUE(page.has("plain"));
  EXPECT_FALSE(page.has("hits"));
}

TEST(a_metrics_page, lists_the_values_of_a_label_in_their_order) {
  const auto page = metrics_page{text};
  using pairs = std::vector<std::pair<std::string, double>>;
  EXPECT_EQ(page.by("hits_total", "kind"), (pairs{{"a", 103}, {"b", 4.5}}));
  EXPECT_EQ(page.by("hits_total", "kind", {{"result", "ok"}}), (pairs{{"a", 3}, {"b", 4.5}}));
  EXPECT_EQ(page.by("odd", "text"), (pairs{{"a \"b\", {c}\\\n=\"d\"", 2}}));
  EXPECT_TRUE(page.by("plain", "kind").empty());
  EXPECT_EQ(page.label_of("hits_total", "result"), "ok");
  EXPECT_EQ(page.label_of("plain", "result"), "");
}

TEST(a_metrics_page, leaves_out_what_is_no_sample) {
  for (const auto* line :
       {"", "name", "name{", "name{a", "name{a=\"", "name{a=\"b", "name{a=\"b\"", "name{a=\"b\"}",
        "name x", "name NaN", "{a=\"b\"} 1", " 1", "# name 1"}) {
    EXPECT_EQ(metrics_page{line}.sum("name"), 0) << line;
    EXPECT_FALSE(metrics_page{line}.has("name")) << line;
  }
}

TEST(a_span, knows_rates_also_after_a_restart) {
  const auto before = metrics_page{"n{a=\"x\"} 10\nn{a=\"y\"} 5\n"};
  const auto now = metrics_page{"n{a=\"x\"} 16\nn{a=\"y\"} 5\n"};
  const auto span = page_span{before, now, 2};
  EXPECT_EQ(span.rate("n"), 3);
  EXPECT_EQ(span.rate("n", {{"a", "y"}}), 0);
  EXPECT_EQ((page_span{now, before, 2}).rate("n"), 0);
  EXPECT_EQ((page_span{before, now, 0}).rate("n"), 0);
}

TEST(a_span, knows_quantiles_as_prometheus_computes_them) {
  const auto before =
      metrics_page{"h_bucket{le=\"1\"} 100\nh_bucket{le=\"2\"} 100\nh_bucket{le=\"+Inf\"} 100\n"};
  // 10 up to 1, 80 from 1 to 2, 10 beyond.
  const auto now = metrics_page{
      "h_bucket{le=\"1\"} 110\nh_bucket{le=\"2\"} 190\nh_bucket{le=\"+Inf\"} 200\nh_count 200\n"
      "h_sum 150\n"};
  const auto span = page_span{before, now, 1};
  EXPECT_DOUBLE_EQ(span.quantile(0.5, "h").value_or(0), 1.5);
  EXPECT_DOUBLE_EQ(span.quantile(0.05, "h").value_or(0), 0.5);
  EXPECT_DOUBLE_EQ(span.quantile(0.99, "h").value_or(0), 2);
  EXPECT_FALSE((page_span{now, now, 1}).quantile(0.5, "h").has_value());
  EXPECT_FALSE(span.quantile(0.5, "other").has_value());
  EXPECT_DOUBLE_EQ(span.mean("h").value_or(0), 0.75);
  EXPECT_FALSE(span.mean("other").has_value());
}

}  // namespace

}  // namespace mintage::app
