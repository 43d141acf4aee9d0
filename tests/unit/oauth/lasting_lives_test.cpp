#include "oauth/lasting_lives.hpp"

#include <gtest/gtest.h>

namespace mintage::oauth {
namespace {

constexpr auto start = instant{seconds{1'800'000'000}};
constexpr auto lease = seconds{600};
constexpr auto day = seconds{86400};
constexpr auto longer = lasting_lives{365 * day, 30 * day, seconds{300}};
constexpr auto shorter = lasting_lives{30 * day, 2 * day, seconds{60}};

TEST(life_book, counts_the_longer_lives_and_the_shorter_age_of_proofs) {  // RFT-11, JWS-06, DPO-08
  auto book = life_book{};
  book.note(longer, start, start + lease);
  book.note(shorter, start, start + lease);
  const auto both = lasting_lives{365 * day, 30 * day, seconds{60}};
  EXPECT_EQ(joined(longer, shorter), both);
  EXPECT_EQ(book.counting(shorter, start), both);
  EXPECT_EQ(book.counting(longer, start), both);
}

TEST(life_book, forgets_a_life_when_nothing_of_it_is_left) {
  auto book = life_book{};
  book.note(longer, start, start + lease);
  const auto end = start + lease;
  const auto count = [&](instant at) {
    auto later = life_book{book.text()};
    later.note(shorter, at, at + lease);
    EXPECT_EQ(later.counting(shorter, at), book.counting(shorter, at));
    return later.counting(shorter, at);
  };
  constexpr auto ms = milliseconds{1};
  EXPECT_EQ(count(end + 30 * day - ms).key_overlap, 30 * day);
  EXPECT_EQ(count(end + 30 * day).key_overlap, 2 * day);
  EXPECT_EQ(count(end + 365 * day - ms).refresh_absolute, 365 * day);
  EXPECT_EQ(count(end + 365 * day).refresh_absolute, 30 * day);
}

TEST(life_book, takes_the_longer_age_of_proofs_when_none_of_the_former_time_is_accepted) {
  auto book = life_book{};
  book.note(shorter, start, start + lease);
  const auto end = start + lease + longest_proof_age + clock_skew;
  EXPECT_EQ(book.counting(longer, end - milliseconds{1}).dpop_max_age, seconds{60});
  EXPECT_EQ(book.counting(longer, end).dpop_max_age, seconds{300});
}

TEST(life_book, is_read_as_it_was_written) {
  auto book = life_book{};
  book.note(longer, start, start + lease + milliseconds{1});
  const auto text = book.text();
  EXPECT_EQ(text,
            "tokens.refresh_absolute 31536000 1800000601\n"
            "keys.overlap 2592000 1800000601\n"
            "dpop.max_age 300 1800000601\n");
  auto again = life_book{text};
  EXPECT_EQ(again.text(), text);
  EXPECT_TRUE(again.has(longer, start + lease + milliseconds{1}));
  EXPECT_FALSE(again.has(longer, start + lease + seconds{2}));
  EXPECT_FALSE(again.has(shorter, start));
  again.note(shorter, start, start + lease);
  EXPECT_TRUE(again.has(longer, start));
  EXPECT_TRUE(again.has(shorter, start));
}

TEST(life_book, keeps_lines_that_it_does_not_know) {
  const auto unknown = std::string{
      "tokens.other 5 1800000601\nkeys.overlap\nkeys.overlap x 1\nkeys.overlap 1 2 3\n\nx"};
  auto book = life_book{unknown};
  EXPECT_EQ(book.counting(shorter, start), shorter);
  book.note(shorter, start, start + lease);
  EXPECT_TRUE(book.text().ends_with(unknown + '\n'));
}

TEST(life_book, has_no_age_of_proofs_of_a_clock_that_was_ahead) {  // DPO-08
  auto book = life_book{};
  book.note(shorter, start + 3650 * day, start + 3650 * day + lease);
  book.note(longer, start, start + lease);
  const auto end = start + lease + longest_proof_age + clock_skew;
  EXPECT_EQ(book.counting(longer, end).dpop_max_age, longer.dpop_max_age);
}

TEST(life_book, forgets_no_longer_life_by_a_clock_that_is_behind) {  // RFT-11, JWS-06
  for (const auto& then : {longer, shorter}) {
    auto book = life_book{};
    book.note(longer, start, start + lease);
    book.note(then, start - 3650 * day, start - 3650 * day + lease);
    book.note(shorter, start + day, start + day + lease);
    const auto all = book.counting(shorter, start + day);
    EXPECT_EQ(all.refresh_absolute, longer.refresh_absolute);
    EXPECT_EQ(all.key_overlap, longer.key_overlap);
  }
}

TEST(life_book, stays_small) {
  auto book = life_book{};
  auto strongest = shorter;
  for (auto i = 0; i < 100; ++i) {
    auto one = shorter;
    one.refresh_absolute += seconds{i * 7 % 100};
    one.key_overlap += seconds{i * 7 % 100};
    one.dpop_max_age -= seconds{i * 7 % 50};
    book.note(one, start, start + lease);
    strongest = joined(strongest, one);
    EXPECT_EQ(book.counting(shorter, start), strongest) << i;
    EXPECT_TRUE(book.has(one, start + lease));
  }
  EXPECT_LT(book.text().size(), 1500U);
}

}  // namespace
}  // namespace mintage::oauth
