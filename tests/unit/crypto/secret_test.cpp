#include "crypto/secret.hpp"

#include <concepts>
#include <memory>
#include <ostream>

#include <gtest/gtest.h>

namespace mintage::crypto {
namespace {

template <class T>
concept printable = requires(std::ostream& out, const T& value) {
  out << value;
};

static_assert(!printable<secret_string>);
static_assert(!std::equality_comparable<secret_string>);
static_assert(!std::convertible_to<std::string, secret_string>);
static_assert(!std::convertible_to<secret_string, std::string_view>);
static_assert(std::is_nothrow_move_constructible_v<secret_string>);
static_assert(std::is_nothrow_move_assignable_v<secret_string>);

constexpr auto short_text = std::string_view{"hunter2"};
const auto long_text = std::string(100, 'k');

/// Whether `text`, except for its first octet, is found in the memory of `object` itself. (Emptying
/// a std::string overwrites the first octet only.)
template <class T>
bool is_left_in(const T& object, std::string_view text) {
  const auto memory = std::string_view{reinterpret_cast<const char*>(&object), sizeof object};
  return memory.find(text.substr(1)) != memory.npos;
}

TEST(secret_string, moved_from_is_empty_and_wiped) {
  auto from = secret_string{std::string{short_text}};
  ASSERT_TRUE(is_left_in(from, short_text));
  const auto to = std::move(from);
  EXPECT_FALSE(is_left_in(from, short_text));
  EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(to.reveal(), short_text);
}

TEST(secret_string, assigning_wipes_both_sides) {
  auto from = secret_string{"other"};
  auto to = secret_string{std::string{short_text}};
  to = std::move(from);
  EXPECT_EQ(to.reveal(), "other");
  EXPECT_FALSE(is_left_in(to, short_text));
  EXPECT_FALSE(is_left_in(from, "other"));
  EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move)
}

TEST(secret_string, a_shorter_text_leaves_nothing_of_the_longer) {
  auto secret = secret_string{"0123456789abcd"};
  const auto shorter = secret_string{"x"};
  secret = shorter;
  EXPECT_EQ(secret.reveal(), "x");
  EXPECT_FALSE(is_left_in(secret, "bcd"));
}

TEST(secret_string, destruction_wipes) {
  alignas(secret_string) unsigned char memory[sizeof(secret_string)];
  auto* secret =
      std::construct_at(reinterpret_cast<secret_string*>(memory), std::string{short_text});
  ASSERT_TRUE(is_left_in(memory, short_text));
  std::destroy_at(secret);
  EXPECT_FALSE(is_left_in(memory, short_text));
}

TEST(secret_string, survives_assignment_to_itself) {
  for (const auto& text : {std::string{short_text}, long_text}) {
    auto secret = secret_string{text};
    auto& same = secret;
    secret = same;
    EXPECT_EQ(secret.reveal(), text);
    secret = std::move(same);
    EXPECT_EQ(secret.reveal(), text);
  }
}

TEST(secret_string, copies_and_moves_keep_the_text) {
  for (const auto& text : {std::string{}, std::string{short_text}, long_text}) {
    auto secret = secret_string{text};
    auto copy = secret;
    EXPECT_EQ(copy.reveal(), text);
    auto assigned = secret_string{"before"};
    assigned = copy;
    EXPECT_EQ(assigned.reveal(), text);
    EXPECT_EQ(copy.reveal(), text);
    assigned = secret_string{};
    assigned = std::move(copy);
    EXPECT_EQ(assigned.reveal(), text);
  }
}

}  // namespace
}  // namespace mintage::crypto
