// The frames of `mintage top`.
#include "app/cli/top_frame.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace mintage::app {

namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr auto first = R"page(mintage_build_info{version="1.2.3"} 1
mintage_process_start_seconds 1000
mintage_headroom_ratio 0.25
mintage_process_resident_bytes 123000000
mintage_in_flight 12
mintage_requests_total{endpoint="token",grant="authorization_code",result="ok"} 100
mintage_requests_total{endpoint="token",grant="authorization_code",result="invalid_grant"} 10
mintage_requests_total{endpoint="token",grant="authorization_code",result="server_error"} 0
mintage_requests_total{endpoint="token",grant="refresh_token",result="ok"} 0
mintage_requests_total{endpoint="introspect",grant="",result="ok"} 5
mintage_pool_queue_depth{pool="validator"} 0
mintage_pool_queue_depth{pool="signer"} 3
mintage_pool_busy_seconds_total{pool="signer"} 10
mintage_restarts_total{pool="signer"} 0
mintage_store_writable 1
mintage_signature_backend{backend="crypto_mb",reason="found"} 1
mintage_sign_seconds_count{alg="ES256"} 10
mintage_sign_seconds_sum{alg="ES256"} 1
mintage_refused_total{reason="unknown code"} 10
mintage_refused_total{reason="code expired (COD-08)"} 20
)page";
constexpr auto second = R"page(mintage_build_info{version="1.2.3"} 1
mintage_process_start_seconds 1000
mintage_headroom_ratio 0.25
mintage_process_resident_bytes 123000000
mintage_in_flight 12
mintage_requests_total{endpoint="token",grant="authorization_code",result="ok"} 2600
mintage_requests_total{endpoint="token",grant="authorization_code",result="invalid_grant"} 16
mintage_requests_total{endpoint="token",grant="authorization_code",result="server_error"} 8
mintage_requests_total{endpoint="token",grant="refresh_token",result="ok"} 0
mintage_requests_total{endpoint="introspect",grant="",result="ok"} 5
mintage_pool_queue_depth{pool="validator"} 0
mintage_pool_queue_depth{pool="signer"} 3
mintage_pool_busy_seconds_total{pool="signer"} 11
mintage_restarts_total{pool="signer"} 2
mintage_store_writable 1
mintage_store_fsync_failures_total 1
mintage_signature_backend{backend="crypto_mb",reason="found"} 1
mintage_sign_seconds_count{alg="ES256"} 5010
mintage_sign_seconds_sum{alg="ES256"} 1.1
mintage_refused_total{reason="unknown code"} 16
mintage_refused_total{reason="code expired (COD-08)"} 20
)page";

std::vector<std::string> frame(const frame_size& size, std::string_view now = second,
                               bool is_ready = true) {
  const auto a = metrics_page{first};
  const auto b = metrics_page{now};
  return render_top({a, b, 2}, {"http://127.0.0.1:9081", is_ready, 1000 + 7500}, size);
}

TEST(a_frame, has_rates_pools_store_signatures_and_refusals) {
  const auto lines = frame({120, 0, false});
  EXPECT_THAT(lines.at(0), AllOf(HasSubstr("Mintage 1.2.3"), HasSubstr("http://127.0.0.1:9081"),
                                 HasSubstr("up 2 h 5 min"), HasSubstr("1970-01-01 02:21:40Z")));
  EXPECT_EQ(lines.at(1), "ready");
  EXPECT_EQ(lines.at(2), "load [###############.....] 75 %, headroom 25 %");
  EXPECT_THAT(lines.at(3), AllOf(HasSubstr("in flight 12"), HasSubstr("memory 123 MB")));
  EXPECT_THAT(lines,
              Contains("token authorization_code             1250         3         4         -"));
  EXPECT_THAT(lines, Contains(HasSubstr("introspect ")));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("refresh_token"))));
  EXPECT_THAT(lines, Contains("signer                 3      0.50         2"));
  EXPECT_THAT(lines, Contains(AllOf(HasSubstr("writable"), HasSubstr("failures 1"))));
  EXPECT_THAT(lines, Contains(HasSubstr("by crypto_mb")));
  EXPECT_THAT(lines, Contains("ES256            2500/s   mean 20 us"));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("CLUSTER"))));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("\x1b"))));
}

TEST(a_frame, has_the_most_frequent_refusal_first) {
  const auto lines = frame({120, 0, false});
  const auto at = [&](const char* text) {
    return std::ranges::find_if(lines, [&](const auto& l) { return l.ends_with(text); });
  };
  EXPECT_LT(at("unknown code"), at("code expired (COD-08)"));
  EXPECT_LT(at("code expired (COD-08)"), lines.end());
}

TEST(a_frame, says_that_a_server_is_not_ready_or_cannot_write) {
  const auto why = [](std::string_view page) { return frame({}, page, false).at(1); };
  EXPECT_EQ(why(second), "NOT READY: see its log");
  EXPECT_EQ(why("mintage_store_writable 0\n"), "NOT READY: the database takes no writes");
  EXPECT_EQ(why("mintage_clock_unconfirmed_seconds 7200\n"),
            "NOT READY: the clock jumped ahead by 2 h 0 min");
  EXPECT_EQ(why("mintage_cluster_lease_seconds 0\n"), "NOT READY: the first shard is out of reach");
  EXPECT_THAT(frame({}, "mintage_store_writable 0\n"), Contains(HasSubstr("NOT WRITABLE")));
}

TEST(a_frame, shows_shards_and_the_cluster) {
  const auto lines = frame({}, R"(mintage_cluster_nodes 3
mintage_cluster_lease_seconds 1.8
mintage_store_up{shard="0"} 1
mintage_store_up{shard="1"} 0
mintage_audit_unwritten_lines 9
)");
  EXPECT_THAT(lines, Contains(AllOf(HasSubstr("nodes 3"), HasSubstr("lease 1.8 s"))));
  EXPECT_THAT(lines, Contains(AllOf(HasSubstr("shard 0"), HasSubstr("up"))));
  EXPECT_THAT(lines, Contains(AllOf(HasSubstr("shard 1"), HasSubstr("DOWN"))));
  EXPECT_THAT(lines, Contains(HasSubstr("audit stream     waiting 9")));
}

TEST(a_frame, fits_every_terminal) {
  for (auto rows = std::size_t{1}; rows < 60; ++rows) {
    for (const auto columns : {std::size_t{1}, std::size_t{20}, std::size_t{80}}) {
      const auto lines = frame({columns, rows, false});
      EXPECT_LE(lines.size(), rows);
      EXPECT_GE(lines.size() + 1, std::min<std::size_t>(rows, 10));
      for (const auto& l : lines) EXPECT_LE(l.size(), columns);
    }
  }
  EXPECT_THAT(frame({80, 1, false}).at(0), HasSubstr("Mintage"));
}

TEST(a_frame, has_colours_only_where_they_are_wanted_and_no_other_sequences) {
  const auto evil = std::string{"mintage_refused_total{reason=\"a\x1b[2Jb\x9b\"} 1\n"};
  EXPECT_THAT(frame({120, 0, false}, evil), Contains(HasSubstr("a?[2Jb?")));
  const auto lines = frame({120, 0, true});
  EXPECT_EQ(lines.at(1), "\x1b[32mready\x1b[0m");
  EXPECT_EQ(frame({120, 0, true}, second, false).at(1), "\x1b[31mNOT READY: see its log\x1b[0m");
}

TEST(a_frame, is_shown_before_the_first_request) {
  const auto lines = frame({}, "");
  EXPECT_THAT(lines, Contains("none since the start"));
  EXPECT_THAT(lines, Contains("nothing since the start"));
}

}  // namespace

}  // namespace mintage::app
