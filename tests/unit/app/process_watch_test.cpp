// How much more load a server could carry, from what the kernel says of its threads.
#include "app/process_watch.hpp"

#include <gtest/gtest.h>

#include "metrics/page.hpp"

namespace mintage::app {

namespace {

constexpr auto second = std::uint64_t{1'000'000'000};

thread_use io(double running, double waiting = 0) {
  return {thread_kind::io, static_cast<std::uint64_t>(running * 1e9),
          static_cast<std::uint64_t>(waiting * 1e9)};
}

TEST(kinds_of_threads, are_known_by_their_names) {
  EXPECT_EQ(kind_of_thread("mintage-io-0"), thread_kind::io);
  EXPECT_EQ(kind_of_thread("mintage-store"), thread_kind::store);
  EXPECT_EQ(kind_of_thread("mintage"), thread_kind::other);
  EXPECT_EQ(kind_of_thread("rocksdb:low"), thread_kind::other);
  EXPECT_EQ(kind_of_thread(""), thread_kind::other);
}

TEST(headroom, is_what_the_busiest_thread_leaves) {
  auto h = headroom{};
  EXPECT_EQ(h.ratio(), 1);
  h.note(0, {{1, io(5)}, {2, io(5)}}, {});
  EXPECT_EQ(h.ratio(), 1);
  h.note(2 * second, {{1, io(5.5)}, {2, io(6.2)}}, {});
  EXPECT_NEAR(h.ratio(), 0.4, 1e-9);
}

TEST(headroom, is_not_where_other_programs_have_the_cores) {
  auto h = headroom{};
  h.note(0, {{1, io(0)}}, {1000, 5000});
  h.note(2 * second, {{1, io(1, 0.5)}}, {1300, 5400});
  EXPECT_NEAR(h.ratio(), 0.25, 1e-9);
  h.note(4 * second, {{1, io(3)}}, {1300, 5800});
  EXPECT_NEAR(h.ratio(), 0.25, 1e-9);
}

TEST(headroom, is_not_used_by_other_threads) {
  auto h = headroom{};
  h.note(0, {{1, io(0)}, {2, {thread_kind::other, 0, 0}}, {3, {thread_kind::store, 0, 0}}}, {});
  h.note(second,
         {{1, io(0.1)},
          {2, {thread_kind::other, second, 0}},
          {3, {thread_kind::store, second / 2, 0}}},
         {});
  EXPECT_NEAR(h.ratio(), 0.5, 1e-9);
}

TEST(headroom, forgets_what_is_older_than_its_window) {
  auto h = headroom{};
  auto busy = 0.0;
  for (auto t = std::uint64_t{0}; t < 20; ++t) h.note(t * second, {{1, io(busy += 0.9)}}, {});
  EXPECT_NEAR(h.ratio(), 0.1, 1e-9);
  for (auto t = std::uint64_t{20}; t < 31; ++t) h.note(t * second, {{1, io(busy += 0.2)}}, {});
  EXPECT_NEAR(h.ratio(), 0.8, 1e-9);
}

TEST(headroom, is_never_below_zero_and_ignores_threads_that_are_new) {
  auto h = headroom{};
  h.note(0, {{1, io(0)}}, {});
  h.note(second, {{1, io(1.01)}}, {});
  EXPECT_EQ(h.ratio(), 0);
  auto fresh = headroom{};
  fresh.note(0, {}, {});
  fresh.note(second, {{7, io(40)}}, {});
  EXPECT_EQ(fresh.ratio(), 1);
}

TEST(the_process_watch, shows_what_the_process_uses) {
  auto watch = process_watch{};
  auto board = metrics::board{};
  board.attach(watch.meters());
  auto page = std::string{};
  // The first reading is made on a thread of its own.
  while (page.find("mintage_process_open_files 0\n") != std::string::npos || page.empty())
    page = metrics::render_metrics(board, {});
  for (const auto* line : {"mintage_headroom_ratio ", "mintage_build_info{version=\"",
                           "mintage_thread_seconds_total{threads=\"io\",state=\"running\"} 0\n",
                           "mintage_thread_seconds_total{threads=\"other\",state=\"running\"} ",
                           "mintage_process_resident_bytes ", "mintage_process_start_seconds "})
    EXPECT_NE(page.find(line), std::string::npos) << line << page;
  EXPECT_EQ(page.find("mintage_process_resident_bytes 0\n"), std::string::npos);
}

}  // namespace

}  // namespace mintage::app
