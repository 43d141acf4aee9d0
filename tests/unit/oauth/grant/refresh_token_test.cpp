// The text of refresh tokens. (RFT-06)
#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "crypto/base64.hpp"
#include "tests/support/rotated_ring.hpp"
#include "tests/unit/oauth/grant/refresh_samples.hpp"

namespace mintage::oauth {
namespace {

using namespace samples;

// Known answers, computed with Python's hmac and hashlib: master 00 01 … 1f, family 40 … 4f, seed
// 80 … 9f; key = HKDF-SHA-256(master, "mintage/refresh/" and its id).
constexpr auto first_token =
    "mrt_BBQEFCQ0RFRkdISUpLTE1OTwAAAABAKR8Ql3LtYmESeXf7nC9yG4irvl9tmLlvSFifeqDqGw";
constexpr auto second_token =
    "mrt_BBQEFCQ0RFRkdISUpLTE1OTwAAAAFexRD0HExuRuycaexllmKXBtG85VoE206Fmwyu76rJdw";
constexpr auto token_of_key_7 =
    "mrt_BBQEFCQ0RFRkdISUpLTE1OTwAAAACSLORisDjJ1RouEpKKrJ4oUKlEZtfBd2aDtwrqg0np4Q";
constexpr auto token_of_last_slot =
    "mrt___QEFCQ0RFRkdISUpLTE1OTwECAwS650icRNipqtgXN3pHWDEhYVDZcaAjRrWd51D1jWNuog";

TEST(refresh_token, known_answers) {  // RFT-06
  auto with = keys();
  auto g = make_family();
  EXPECT_EQ(with.make(g, 0), first_token);
  EXPECT_EQ(with.make(g, 1), second_token);
  EXPECT_EQ(with.make(g, 0), first_token);  // the same value again, without anything stored
  g.mac_key_id = 7;
  EXPECT_EQ(with.make(g, 0), token_of_key_7);
  g.mac_key_id = 1;
  g.where = slot{4095};
  EXPECT_EQ(with.make(g, 0x01020304), token_of_last_slot);
}

TEST(refresh_token, is_read_as_it_was_written) {  // RFT-06
  const auto read = parse_refresh_token(token_of_last_slot);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->where, slot{4095});
  EXPECT_EQ(read->family, make_family().family);
  EXPECT_EQ(read->generation, 0x01020304u);
  EXPECT_EQ(crypto::base64url(crypto::bytes_view{read->mac}),
            "uudInETYqarYFzd6R1gxIWFQ2XGgI0a1nedQ9Y1jbqI");
}

TEST(refresh_token, has_no_other_form) {  // RFT-06, NEG-133, NEG-150
  const auto good = std::string{first_token};
  for (const auto& bad :
       {std::string{}, good + "A", good.substr(0, 75), good + "=", "mat_" + good.substr(4),
        "MRT_" + good.substr(4), "mrt_" + good.substr(3, 72), " " + good.substr(0, 75),
        std::string(76, 'A'), good.substr(0, 4) + "++" + good.substr(6),
        good.substr(0, 20) + "+" + good.substr(21), good.substr(0, 20) + "=" + good.substr(21),
        good.substr(0, 20) + std::string(1, '\0') + good.substr(21)}) {
    EXPECT_FALSE(parse_refresh_token(bad)) << bad;
  }
}

TEST(refresh_token, has_one_spelling_only) {  // RFT-06
  // 52 octets end with two bits in the last character; the other four must be zero.
  auto accepted = std::string{};
  for (const auto last :
       std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"}) {
    auto text = std::string{first_token};
    text.back() = last;
    if (parse_refresh_token(text)) accepted += last;
  }
  EXPECT_EQ(accepted, "AQgw");
}

TEST(refresh_keys, prove_no_token_with_any_bit_changed) {  // RFT-06, NEG-133
  auto with = keys();
  const auto g = make_family();
  const auto good = parse_refresh_token(first_token).value();
  EXPECT_TRUE(with.proves(good, g));
  for (auto i = std::size_t{0}; i < 8 * good.mac.size(); ++i) {
    auto bad = good;
    bad.mac[i / 8] = static_cast<std::uint8_t>(bad.mac[i / 8] ^ (1U << i % 8));
    EXPECT_FALSE(with.proves(bad, g)) << i;
  }
  auto other = good;
  other.generation = 1;
  EXPECT_FALSE(with.proves(other, g));
}

TEST(refresh_keys, cover_every_part_of_the_family) {  // RFT-06
  auto with = keys();
  const auto good = parse_refresh_token(first_token).value();
  for (const auto change : {
           +[](grant& g) { g.where = slot{66}; },
           +[](grant& g) { g.family[15] ^= 1; },
           +[](grant& g) { g.seed[31] ^= 1; },
           +[](grant& g) { g.mac_key_id = 2; },
       }) {
    auto g = make_family();
    change(g);
    EXPECT_FALSE(with.proves(good, g));
  }
  auto other = refresh_keys{counted_from<32>(1), 1};
  EXPECT_FALSE(other.proves(good, make_family()));
  EXPECT_EQ((refresh_keys{counted_from<32>(1), 9}.current()), 9u);
}

TEST(refresh_keys, prove_with_former_roots_and_make_with_the_newest) {  // RFT-06
  auto ring = crypto::root_ring{counted_from<32>(0)};
  auto with = refresh_keys{ring, 1};
  const auto g = make_family();
  const auto old = with.make(g, 0);
  EXPECT_EQ(old, first_token);
  test::rotate(ring, "second");
  const auto fresh = with.make(g, 0);
  EXPECT_NE(fresh, old);
  EXPECT_EQ(fresh, (refresh_keys{crypto::sha256("second"), 1}.make(g, 0)));
  for (const auto& text : {old, fresh})
    EXPECT_TRUE(with.proves(parse_refresh_token(text).value(), g)) << text;
  auto content = ring.content();
  content.former.clear();
  ring.change(std::move(content));
  EXPECT_FALSE(with.proves(parse_refresh_token(old).value(), g)) << "its root is forgotten";
  EXPECT_TRUE(with.proves(parse_refresh_token(fresh).value(), g));
}

}  // namespace
}  // namespace mintage::oauth
