#include "metrics/page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <string>
#include <thread>

namespace mintage::metrics {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(doubling_histogram, counts_as_a_search_through_the_bounds_does) {
  auto random = std::mt19937_64{7};
  auto h = doubling_histogram<32, 10>{};
  const auto bounds = h.bounds();
  auto expected = std::vector<std::uint64_t>(bounds.size() + 1);
  auto total = std::uint64_t{0};
  for (auto i = 0; i < 10'000; ++i) {
    const auto value = random() % 40'000;
    h.add(value);
    total += value;
    const auto at = std::lower_bound(bounds.begin(), bounds.end(), value) - bounds.begin();
    ++expected[static_cast<std::size_t>(at)];
  }
  for (auto b = std::size_t{0}; b < expected.size(); ++b) EXPECT_EQ(h.count(b), expected[b]) << b;
  EXPECT_EQ(h.sum(), total);
}

TEST(literal_tally, is_readable_while_it_is_written) {
  static constexpr std::string_view texts[] = {"a", "b", "c", "d"};
  auto t = literal_tally{};
  auto stop = std::atomic<bool>{false};
  auto reader = std::thread{[&] {
    while (!stop)
      for (const auto& e : t.entries()) EXPECT_EQ(e.text.size(), 1U);
  }};
  for (auto i = 0; i < 100'000; ++i) t.add(texts[i % 4]);
  stop = true;
  reader.join();
  ASSERT_EQ(t.entries().size(), 4U);
  for (const auto& e : t.entries()) EXPECT_EQ(e.count, 25'000U);
}

TEST(literal_tally, keeps_counting_when_it_is_full) {
  auto names = std::vector<std::string>{};
  for (auto i = 0; i < 200; ++i) names.push_back(std::to_string(i));
  auto t = literal_tally{};
  for (const auto& n : names) t.add(n);
  auto total = std::uint64_t{0};
  for (const auto& e : t.entries()) total += e.count;
  EXPECT_EQ(total, 200U);
}

TEST(render_metrics, sums_over_the_members_of_a_pool) {
  auto board = meter_board{2, 1, 2, 1, 1};
  board.io_threads[0].of(request_kind::authorization_code).ok.add(3);
  board.io_threads[1].of(request_kind::authorization_code).ok.add(4);
  board.io_threads[0].in_flight.set(2);
  board.io_threads[1].in_flight.set(5);
  board.io_threads[0].sent_to_validators.add(10);
  board.validators[0].taken.add(7);
  board.validators[0].busy_ns.add(1'500'000'000);
  board.code_stores[0].batch_size.add(3);
  board.code_stores[1].batch_size.add(100);
  const auto page = render_metrics(board, {}, {});
  EXPECT_THAT(page, HasSubstr("mintage_requests_total{endpoint=\"token\","
                              "grant=\"authorization_code\",result=\"ok\"} 7\n"));
  EXPECT_THAT(page, HasSubstr("mintage_in_flight 7\n"));
  EXPECT_THAT(page, HasSubstr("mintage_pool_queue_depth{pool=\"validator\"} 3\n"));
  EXPECT_THAT(page, HasSubstr("mintage_pool_busy_seconds_total{pool=\"validator\"} 1.5\n"));
  EXPECT_THAT(page, HasSubstr("mintage_store_batch_size_bucket{le=\"4\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("mintage_store_batch_size_bucket{le=\"128\"} 2\n"));
  EXPECT_THAT(page, HasSubstr("mintage_store_batch_size_sum 103\n"));
}

TEST(render_metrics, shows_refusals_by_code_and_by_reason) {
  auto board = meter_board{1, 1, 1, 1, 1};
  board.io_threads[0].of(request_kind::refresh_token).refused_as(oauth::errc::invalid_grant).add(2);
  board.io_threads[0].of(request_kind::userinfo).refused_as(oauth::errc::insufficient_scope).add(1);
  board.io_threads[0].refused_by_reason.add("the code is not known");
  const auto page = render_metrics(board, {}, {});
  EXPECT_THAT(page, HasSubstr("mintage_requests_total{endpoint=\"token\",grant=\"refresh_token\","
                              "result=\"invalid_grant\"} 2\n"));
  EXPECT_THAT(page, HasSubstr("mintage_requests_total{endpoint=\"userinfo\",grant=\"\","
                              "result=\"insufficient_scope\"} 1\n"));
  EXPECT_THAT(page, Not(HasSubstr("result=\"invalid_scope\"")));
  EXPECT_THAT(page, HasSubstr("mintage_refused_total{reason=\"the code is not known\"} 1\n"));
}

TEST(render_metrics, tells_the_age_of_each_key) {
  auto ring = oauth::key_ring{};
  ring.keys.push_back({crypto::signing_key::generate(crypto::jws_alg::es256),
                       oauth::key_state::active, oauth::instant{oauth::seconds{1000}}});
  const auto page =
      render_metrics(meter_board{1, 1, 1, 1, 1}, ring, oauth::instant{oauth::seconds{1060}});
  EXPECT_THAT(page, HasSubstr("mintage_key_age_seconds{kid=\"" + ring.keys[0].key.kid() +
                              "\",state=\"active\"} 60"));
}

}  // namespace
}  // namespace mintage::metrics
