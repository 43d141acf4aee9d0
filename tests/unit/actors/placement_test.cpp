#include <gtest/gtest.h>

#include <set>

#include "actors/interfaces.hpp"

namespace mintage::actors {
namespace {

std::set<std::size_t> members_in_turn(std::size_t io_thread, std::size_t io_threads,
                                      std::size_t size) {
  auto seen = std::set<std::size_t>{};
  for (auto turn = std::size_t{0}; turn < 2 * size; ++turn)
    seen.insert(next_on_io_thread(io_thread, io_threads, size, turn));
  return seen;
}

TEST(next_on_io_thread, names_a_member_elsewhere_when_the_lane_has_none) {
  EXPECT_EQ(members_in_turn(2, 4, 2), (std::set<std::size_t>{0}));
  EXPECT_EQ(members_in_turn(3, 4, 2), (std::set<std::size_t>{1}));
}

TEST(next_on_io_thread, names_all_members_of_the_lane_and_no_other) {
  for (auto io_threads = std::size_t{1}; io_threads <= 5; ++io_threads)
    for (auto size = io_threads; size <= 12; ++size)
      for (auto io_thread = std::size_t{0}; io_thread < io_threads; ++io_thread) {
        auto mine = std::set<std::size_t>{};
        for (auto i = std::size_t{0}; i < size; ++i)
          if (io_thread_of(i, io_threads) == io_thread) mine.insert(i);
        EXPECT_EQ(members_in_turn(io_thread, io_threads, size), mine)
            << io_thread << " of " << io_threads;
      }
}

}  // namespace
}  // namespace mintage::actors
