#include "oauth/grant/pkce.hpp"

#include <string>

#include <gtest/gtest.h>

#include "oauth/grant/code.hpp"

namespace mintage::oauth {
namespace {

// KAT-01
constexpr auto verifier = std::string_view{"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"};
constexpr auto challenge = std::string_view{"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"};

TEST(check_pkce_s256, accepts_the_known_answer) {
  EXPECT_TRUE(check_pkce_s256(verifier, challenge));
}

TEST(check_pkce_s256, denies_every_one_character_change) {
  for (auto i = std::size_t{0}; i < verifier.size(); ++i) {
    auto changed = std::string{verifier};
    changed[i] = changed[i] == 'x' ? 'y' : 'x';
    ASSERT_FALSE(check_pkce_s256(changed, challenge));
    EXPECT_EQ(check_pkce_s256(changed, challenge).error().code, errc::invalid_grant);
  }
}

TEST(check_pkce_s256, denies_every_other_challenge) {
  auto changed = std::string{challenge};
  changed.back() = changed.back() == 'M' ? 'N' : 'M';  // the same octets, spelled otherwise
  for (const auto& other : {changed, std::string{}, std::string{challenge.substr(0, 42)},
                            std::string{challenge} + "=", std::string{verifier}}) {
    EXPECT_EQ(check_pkce_s256(verifier, other).error().code, errc::invalid_grant) << other;
  }
}

TEST(check_pkce_s256, says_no_more_than_an_unknown_code) {  // TOK-21
  EXPECT_EQ(check_pkce_s256(verifier, verifier).error().description, unknown_code().description);
}

TEST(check_pkce_s256, calls_a_malformed_verifier_an_invalid_request) {  // PKC-03
  EXPECT_EQ(check_pkce_s256("short", challenge).error().code, errc::invalid_request);
  EXPECT_EQ(check_pkce_s256("", challenge).error().code, errc::invalid_request);
}

TEST(code_verifier, has_43_to_128_unreserved_characters) {  // PKC-03
  EXPECT_FALSE(is_code_verifier(""));
  EXPECT_FALSE(is_code_verifier(std::string(42, 'a')));
  EXPECT_FALSE(is_code_verifier(std::string(129, 'a')));
  EXPECT_TRUE(is_code_verifier(std::string(43, 'a')));
  EXPECT_TRUE(is_code_verifier(std::string(128, 'a')));
  const auto allowed =
      std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"};
  for (auto octet = 0; octet < 256; ++octet) {
    const auto c = static_cast<char>(octet);
    EXPECT_EQ(is_code_verifier(std::string(42, 'a') + c), allowed.find(c) != allowed.npos) << octet;
  }
}

TEST(s256_challenge, is_43_characters_that_decode_to_32_octets) {  // PKC-02
  EXPECT_TRUE(is_s256_challenge(challenge));
  EXPECT_FALSE(is_s256_challenge(""));
  EXPECT_FALSE(is_s256_challenge(challenge.substr(1)));
  EXPECT_FALSE(is_s256_challenge(std::string{challenge} + "A"));
  EXPECT_FALSE(is_s256_challenge(std::string{challenge} + "="));
  const auto last_allowed = std::string_view{"AEIMQUYcgkosw048"};
  for (auto octet = 0; octet < 256; ++octet) {
    const auto c = static_cast<char>(octet);
    auto last = std::string{challenge};
    last.back() = c;
    EXPECT_EQ(is_s256_challenge(last), last_allowed.find(c) != last_allowed.npos) << octet;
  }
  for (const auto c : {'+', '/', '.', '~', ' ', '=', '\0'}) {
    auto middle = std::string{challenge};
    middle[7] = c;
    EXPECT_FALSE(is_s256_challenge(middle)) << c;
  }
}

}  // namespace
}  // namespace mintage::oauth
