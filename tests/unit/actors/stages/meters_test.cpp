#include "actors/stages/meters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "metrics/page.hpp"

namespace mintage::actors {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(request_kinds, are_all_different) {
  for (auto i = std::size_t{0}; i < request_kinds.size(); ++i)
    for (auto j = std::size_t{0}; j < i; ++j) EXPECT_NE(request_kinds[i], request_kinds[j]) << i;
}

TEST(meter_board, sums_over_the_members_of_a_pool) {
  auto board = meter_board{2, 1, 2, 1, 1};
  const auto kind = kind_of(oauth::grant_type::authorization_code);
  board.io_threads[0].of(kind).ok.add(3);
  board.io_threads[1].of(kind).ok.add(4);
  board.io_threads[0].in_flight.set(2);
  board.io_threads[1].in_flight.set(5);
  board.io_threads[0].sent_to_validators.add(10);
  board.validators[0].taken.add(7);
  board.validators[0].busy_ns.add(1'500'000'000);
  board.code_stores[0].batch_size.add(3);
  board.code_stores[1].batch_size.add(100);
  const auto page = metrics::render_metrics(board, {});
  EXPECT_THAT(page, HasSubstr("mintage_requests_total{endpoint=\"token\","
                              "grant=\"authorization_code\",result=\"ok\"} 7\n"));
  EXPECT_THAT(page, HasSubstr("mintage_in_flight 7\n"));
  EXPECT_THAT(page, HasSubstr("mintage_pool_queue_depth{pool=\"validator\"} 3\n"));
  EXPECT_THAT(page, HasSubstr("mintage_pool_busy_seconds_total{pool=\"validator\"} 1.5\n"));
  EXPECT_THAT(page, HasSubstr("mintage_store_batch_size_bucket{le=\"4\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("mintage_store_batch_size_bucket{le=\"128\"} 2\n"));
  EXPECT_THAT(page, HasSubstr("mintage_store_batch_size_sum 103\n"));
}

TEST(meter_board, shows_refusals_by_code_and_by_reason) {
  auto board = meter_board{1, 1, 1, 1, 1};
  auto& meters = board.io_threads[0];
  meters.of(kind_of(oauth::grant_type::refresh_token))
      .refused_as(oauth::errc::invalid_grant)
      .add(2);
  meters.of(kind_of(oauth::query_purpose::userinfo))
      .refused_as(oauth::errc::insufficient_scope)
      .add(1);
  meters.refused_by_reason.add("the code is not known");
  const auto page = metrics::render_metrics(board, {});
  EXPECT_THAT(page, HasSubstr("mintage_requests_total{endpoint=\"token\",grant=\"refresh_token\","
                              "result=\"invalid_grant\"} 2\n"));
  EXPECT_THAT(page, HasSubstr("mintage_requests_total{endpoint=\"userinfo\",grant=\"\","
                              "result=\"insufficient_scope\"} 1\n"));
  EXPECT_THAT(page, Not(HasSubstr("result=\"invalid_scope\"")));
  EXPECT_THAT(page, HasSubstr("mintage_refused_total{reason=\"the code is not known\"} 1\n"));
}

TEST(meter_board, has_each_endpoint_and_grant_before_the_first_request) {
  const auto page = metrics::render_metrics(meter_board{1, 1, 1, 1, 1}, {});
  for (const auto& [endpoint, grant] : request_kinds) {
    const auto series = "mintage_requests_total{endpoint=\"" + std::string{endpoint} +
                        "\",grant=\"" + std::string{grant} + "\",result=\"ok\"} 0\n";
    // A kind without a known grant never succeeds.
    const auto exists = endpoint != "token" || !grant.empty();
    EXPECT_EQ(page.find(series) != std::string::npos, exists) << series;
  }
}

TEST(meter_board, shows_signatures_of_an_algorithm_once_it_has_a_key) {
  auto board = meter_board{1, 1, 1, 1, 1};
  EXPECT_THAT(metrics::render_metrics(board, {}), Not(HasSubstr("mintage_sign_seconds_count")));
  board.signers[0].of(crypto::jws_alg::es384).announce();
  EXPECT_THAT(metrics::render_metrics(board, {}),
              HasSubstr("mintage_sign_seconds_count{alg=\"ES384\"} 0\n"));
}

}  // namespace
}  // namespace mintage::actors
