#include "bench/harness/pool_metrics.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "bench/harness/report.hpp"

namespace mintage::bench {
namespace {

using namespace std::chrono_literals;

constexpr auto page = R"(# HELP mintage_in_flight Token requests admitted and not answered yet.
# TYPE mintage_in_flight gauge
mintage_in_flight 7
mintage_pool_queue_depth{pool="validator"} 3
mintage_pool_queue_depth{pool="code_store"} 12
mintage_pool_busy_seconds_total{pool="signer"} 1.5
mintage_store_batch_size_bucket{le="1"} 10
mintage_store_batch_size_bucket{le="2"} 14
mintage_store_batch_size_bucket{le="+Inf"} 15
mintage_store_batch_size_sum 31
mintage_store_batch_size_count 15
mintage_store_commit_seconds_bucket{le="0.001"} 4
mintage_request_seconds_bucket{endpoint="token",le="+Inf"} 9
)";

TEST(parse_metrics, finds_depths_and_busy_times_by_pool) {
  const auto r = parse_metrics(page);
  EXPECT_EQ(r.in_flight, 7);
  EXPECT_EQ(r.queue_depth.at("validator"), 3);
  EXPECT_EQ(r.queue_depth.at("code_store"), 12);
  EXPECT_EQ(r.busy_seconds.at("signer"), 1.5);
  EXPECT_EQ(r.queue_depth.size(), 2U);
}

TEST(parse_metrics, takes_cumulative_buckets_apart) {
  const auto r = parse_metrics(page);
  ASSERT_EQ(r.batch_size.size(), 1U);
  const auto& store = r.batch_size.at("store");
  ASSERT_EQ(store.buckets.size(), 3U);
  EXPECT_EQ(store.buckets[0], std::pair(1.0, std::uint64_t{10}));
  EXPECT_EQ(store.buckets[1], std::pair(2.0, std::uint64_t{4}));
  EXPECT_EQ(store.buckets[2].second, 1U);
  EXPECT_EQ(store.sum, 31);
  EXPECT_EQ(store.count, 15U);
}

TEST(parse_metrics, sums_the_lanes_of_all_signers) {
  const auto r = parse_metrics(R"(mintage_signature_lane_calls_total 4
mintage_signature_lanes_total 26
)");
  EXPECT_EQ(r.lanes.sum, 26);
  EXPECT_EQ(r.lanes.count, 4U);
}

TEST(parse_metrics, sums_the_commits_of_all_shards) {
  const auto r = parse_metrics(R"(mintage_store_round_size_bucket{shard="0",le="1"} 3
mintage_store_round_size_sum{shard="0"} 40
mintage_store_round_size_count{shard="0"} 5
mintage_store_round_size_sum{shard="1"} 2
mintage_store_round_size_count{shard="1"} 1
)");
  EXPECT_EQ(r.rounds.sum, 42);
  EXPECT_EQ(r.rounds.count, 6U);
}

TEST(parse_metrics, leaves_out_what_it_does_not_understand) {
  for (const auto* text : {"", "\n\n", "<html>", "mintage_pool_queue_depth{pool=\"v\"} x",
                           "mintage_pool_queue_depth{other=\"v\"} 1", "mintage_pool_queue_depth 1",
                           "mintage__batch_size_count 1", "mintage_batch_size_count 1",
                           "mintage_pool_queue_depth{carpool=\"v\"} 1"}) {
    EXPECT_TRUE(parse_metrics(text).empty()) << text;
  }
}

TEST(size_counts, subtract_what_was_before) {
  auto before = parse_metrics(page).batch_size.at("store");
  auto after = before;
  after.buckets[1].second += 6;
  after.sum += 12;
  after.count += 6;
  const auto during = after - before;
  EXPECT_EQ(during.count, 6U);
  EXPECT_EQ(during.sum, 12);
  EXPECT_EQ(during.buckets[0].second, 0U);
  EXPECT_EQ(during.buckets[1].second, 6U);
}

TEST(report, tells_depths_work_and_batches_of_pools_over_time) {
  auto first = parse_metrics(page);
  auto second = first;
  second.at = 500ms;
  second.queue_depth["validator"] = 9;
  second.busy_seconds["signer"] += 0.25;
  second.batch_size["store"].buckets[1].second += 6;
  second.batch_size["store"].sum += 12;
  second.batch_size["store"].count += 6;
  EXPECT_TRUE(to_json(std::vector{first}).is_null());
  const auto got = to_json(std::vector{first, second});
  EXPECT_EQ(got.at("t").at(1).to_number<double>(), 0.5);
  EXPECT_EQ(got.at("queue_depth").at("validator").at(1).to_number<double>(), 9);
  EXPECT_TRUE(got.at("busy").at("signer").at(0).is_null());
  EXPECT_EQ(got.at("busy").at("signer").at(1).to_number<double>(), 0.5);
  EXPECT_EQ(got.at("batch_mean").at("store").at(1).to_number<double>(), 2);
  const auto& sizes = got.at("batch_sizes").at("store").as_array();
  EXPECT_EQ(sizes.at(1).at(1).to_number<int>(), 6);
  EXPECT_TRUE(sizes.at(2).at(0).is_null()) << "the last bucket has no bound";
}

}  // namespace
}  // namespace mintage::bench
