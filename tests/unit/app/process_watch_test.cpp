// What the kernel says of this process.
#include "app/process_watch.hpp"

#include <gtest/gtest.h>

#include "metrics/page.hpp"

namespace mintage::app {

namespace {

TEST(kinds_of_threads, are_known_by_their_names) {
  EXPECT_EQ(kind_of_thread("mintage-io-0"), thread_kind::io);
  EXPECT_EQ(kind_of_thread("mintage-store"), thread_kind::store);
  EXPECT_EQ(kind_of_thread("mintage"), thread_kind::other);
  EXPECT_EQ(kind_of_thread("rocksdb:low"), thread_kind::other);
  EXPECT_EQ(kind_of_thread(""), thread_kind::other);
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
