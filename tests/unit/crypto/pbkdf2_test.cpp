#include "crypto/pbkdf2.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mintage::crypto {
namespace {

using namespace std::string_literals;

// Made with Python's hashlib and compared with `openssl kdf`: "correct horse", the salt
// 0123456789abcdef.
constexpr auto phc_256 = std::string_view{
    "$pbkdf2-sha256$i=1000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$"
    "cBg8D2DungRB9k76szThf5ehfyBz991ay6PT8Srwk4M"};
constexpr auto passlib_256 = std::string_view{
    "$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg$cBg8D2DungRB9k76szThf5ehfyBz991ay6PT8Srwk4M"};
constexpr auto long_256 = std::string_view{
    "$pbkdf2-sha256$i=1000,l=64$MDEyMzQ1Njc4OWFiY2RlZg$cBg8D2DungRB9k76szThf5ehfyBz991ay6PT8Srwk4NQ"
    "EC0GVAwWLSUGWbcye1xU+dO7fZFld1DsscNlAN1uxw"};
constexpr auto phc_512 = std::string_view{
    "$pbkdf2-sha512$i=1000$MDEyMzQ1Njc4OWFiY2RlZg$OM0FAoIqCVK1sWtxDiffVlBejtLa+"
    "ks4TP71JiecwuSZCG8iLb"
    "nlIEPOMoVX+i2B2wkSxjQ8CRGR9OkNGuIPMQ"};
constexpr auto short_512 = std::string_view{
    "$pbkdf2-sha512$i=1000$MDEyMzQ1Njc4OWFiY2RlZg$OM0FAoIqCVK1sWtxDiffVlBejtLa+ks4TP71JiecwuQ"};

/// A hash with other rounds.
std::string with_rounds(const std::string& rounds) {
  return "$pbkdf2-sha256$i=" + rounds + std::string{phc_256.substr(phc_256.find(",l="))};
}

std::string with_salt(const std::string& salt) {
  return "$pbkdf2-sha256$i=1000,l=32$" + salt + std::string{phc_256.substr(phc_256.rfind('$'))};
}

TEST(pbkdf2_fault, names_the_form_of_what_is_malformed) {
  for (const auto& text : {
           ""s,
           "password"s,
           std::string{phc_256} + "=",
           std::string{phc_256} + "$",
           std::string{phc_256} + "\n",
           std::string{phc_256} + '\0',
           std::string{phc_256.substr(0, phc_256.rfind('$'))},
           std::string{phc_256}.replace(13, 1, "2"),
           std::string{phc_512},
           with_rounds(""),
           with_rounds("-1"),
           with_rounds("0x10"),
           with_rounds("01000"),
           with_rounds("4294968296"),  // 1000 after overflow
           with_rounds("1000,l="),
           with_rounds("1000,x=1"),
           with_salt("MDEyMzQ1Njc4OWFiY2RlZh"),  // bits to spare
           with_salt("MDEyMzQ1Njc4OWFiY2RlZg=="),
           with_salt("MDEy_zQ1"),
       }) {
    EXPECT_TRUE(pbkdf2_sha256_fault(text).starts_with("must have the form $pbkdf2-sha256$"))
        << text;
    EXPECT_FALSE(pbkdf2_sha256_verify(text, "correct horse")) << text;
  }
  EXPECT_TRUE(pbkdf2_sha512_fault(phc_256).starts_with("must have the form $pbkdf2-sha512$"));
  EXPECT_FALSE(pbkdf2_sha512_verify(phc_256, "correct horse"));
}

TEST(pbkdf2_fault, bounds_rounds_and_sizes) {
  for (const auto* rounds : {"0", "2000001", "4294967295"}) {
    EXPECT_EQ(pbkdf2_sha256_fault(with_rounds(rounds)), "must have 1 to 2000000 rounds of PBKDF2");
    EXPECT_FALSE(pbkdf2_sha256_verify(with_rounds(rounds), "correct horse")) << "and takes no time";
  }
  for (const auto* rounds : {"1", "2000000"})
    EXPECT_EQ(pbkdf2_sha256_fault(with_rounds(rounds)), "") << rounds;
  for (const auto& salt : {""s, "AAAA"s, std::string(87, 'A')})
    EXPECT_EQ(pbkdf2_sha256_fault(with_salt(salt)), "must have a PBKDF2 salt of 4 to 64 octets");
  for (const auto& salt : {"AAAAAA"s, std::string(86, 'A')})
    EXPECT_EQ(pbkdf2_sha256_fault(with_salt(salt)), "") << salt;
  const auto head = "$pbkdf2-sha256$i=1000$AAAAAA$"s;
  for (const auto& hash : {""s, std::string(20, 'A'), std::string(87, 'A')})
    EXPECT_EQ(pbkdf2_sha256_fault(head + hash), "must have a PBKDF2 hash of 16 to 64 octets");
}

TEST(pbkdf2_fault, refuses_a_truncated_hash) {
  for (const auto& whole : {phc_256, passlib_256, long_256}) {
    const auto cut = whole.substr(0, whole.size() - 3);
    EXPECT_NE(pbkdf2_sha256_fault(cut), "") << cut;
    EXPECT_FALSE(pbkdf2_sha256_verify(cut, "correct horse")) << cut;
  }
}

TEST(pbkdf2_verify, refuses_other_passwords) {
  for (const auto& other : {""s, "correct hors"s, "Correct horse"s, "correct horse "s,
                            "correct horse\0"s, "correct horse\n"s}) {
    EXPECT_FALSE(pbkdf2_sha256_verify(phc_256, other)) << other;
    EXPECT_FALSE(pbkdf2_sha512_verify(phc_512, other)) << other;
  }
}

TEST(pbkdf2_verify, known_answers) {
  for (const auto& text : {phc_256, passlib_256, long_256})
    EXPECT_TRUE(pbkdf2_sha256_verify(text, "correct horse")) << text;
  for (const auto& text : {phc_512, short_512})
    EXPECT_TRUE(pbkdf2_sha512_verify(text, "correct horse")) << text;
  // RFC 7914 §11.
  EXPECT_TRUE(
      pbkdf2_sha256_verify("$pbkdf2-sha256$i=1,l=64$c2FsdA$VawEblbjCJ/sFpHCJUS2BflBhSFt3gRl5"
                           "oudV8INrLxJypzM8Xm2RZkWZLOdd+8xfHG4RbHjC9UJESBB06GXgw",
                           "passwd"));
  // Of passlib's documentation.
  EXPECT_TRUE(
      pbkdf2_sha256_verify("$pbkdf2-sha256$6400$.6UI/S.nXIk8jcbdHx3Fhg$98jZicV16ODfEsEZeYPGH"
                           "U3kbrUrvUEXOPimVSQDD44",
                           "password"));
  EXPECT_TRUE(
      pbkdf2_sha512_verify("$pbkdf2-sha512$1212$RHY0Fr3IDMSVO/RSZyb5ow$eNLfBK.eVozomMr.1gYa1"
                           "7k9B7KIK25NOEshvhrSX.esqY3s.FvWZViXz4KoLlQI.BzY/YTNJOiKc5gBYFYGww",
                           "password"));
}

}  // namespace
}  // namespace mintage::crypto
