#include "actors/stages/refusal_book.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "oauth/denial_reasons.hpp"

namespace mintage::actors {
namespace {

oauth::refused_request refusal(int number, std::string_view endpoint = "token") {
  return {.id = std::to_string(number),
          .at = oauth::instant{oauth::milliseconds{number}},
          .endpoint = endpoint,
          .grant = {},
          .client = {},
          .why = {oauth::errc::invalid_grant, "no", "unknown code"},
          .came = {}};
}

std::string ids_of(const std::vector<oauth::refused_request>& all) {
  auto out = std::string{};
  for (const auto& r : all) out += r.id + ' ';
  return out;
}

TEST(refusal_book, finds_what_was_noted_on_any_thread) {
  auto book = refusal_book{3, 24};
  for (auto i = 0; i < 6; ++i) book.note(static_cast<std::uint32_t>(i % 3), refusal(i));
  for (auto i = 0; i < 6; ++i) {
    const auto found = book.find(std::to_string(i));
    ASSERT_TRUE(found) << i;
    EXPECT_EQ(found->at, refusal(i).at);
  }
  EXPECT_FALSE(book.find("6"));
  EXPECT_FALSE(book.find(""));
  EXPECT_EQ(ids_of(book.last(4)), "5 4 3 2 ");
  EXPECT_EQ(ids_of(book.last(100)), "5 4 3 2 1 0 ");
}

TEST(refusal_book, forgets_the_oldest_first_and_is_bounded) {
  auto book = refusal_book{1, 8};
  for (auto i = 0; i < 100; ++i) book.note(0, refusal(i));
  EXPECT_EQ(ids_of(book.last(100)), "99 98 97 96 95 94 ");
  EXPECT_FALSE(book.find("93"));
  EXPECT_TRUE(book.find("94"));
}

TEST(refusal_book, keeps_those_of_clients_when_strangers_try_paths) {
  auto book = refusal_book{1, 8};
  book.note(0, refusal(1));
  for (auto i = 10; i < 100; ++i) book.note(0, refusal(i, "http"));
  EXPECT_TRUE(book.find("1"));
  EXPECT_EQ(ids_of(book.last(100)), "99 98 1 ");
}

TEST(refusal_book, keeps_nothing_when_it_is_off) {
  auto book = refusal_book{1, 0};
  EXPECT_FALSE(book.is_on());
  book.note(0, refusal(1));
  EXPECT_FALSE(book.find("1"));
  EXPECT_TRUE(book.last(5).empty());
}

TEST(refusal_book, is_read_while_threads_write) {
  auto book = refusal_book{2, 64};
  auto writers = std::vector<std::thread>{};
  for (auto t = std::uint32_t{0}; t < 2; ++t) {
    writers.emplace_back([&book, t] {
      for (auto i = 0; i < 2000; ++i) book.note(t, refusal(i));
    });
  }
  for (auto i = 0; i < 200; ++i) EXPECT_LE(book.last(1000).size(), 64U);
  for (auto& w : writers) w.join();
  EXPECT_TRUE(book.find("1999"));
}

}  // namespace
}  // namespace mintage::actors
