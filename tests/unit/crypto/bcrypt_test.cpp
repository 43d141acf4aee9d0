#include "crypto/bcrypt.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mintage::crypto {
namespace {

using namespace std::string_literals;

// Known answers of crypt_blowfish and of jBCrypt.
struct answer {
  std::string password;
  std::string_view encoded;
};
const auto known = std::initializer_list<answer>{
    {"U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"},
    {"U*U", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"},
    {"U*U", "$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"},
    {"U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"},
    {"\xff\xff\xa3", "$2y$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e"},
    {"", "$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s."},
    {"abcdefghijklmnopqrstuvwxyz", "$2a$06$.rCVZVOThsIa97pEDOxvGuRRgzG64bvtJ0938xuqzv18d3ZpQhstC"},
};
constexpr auto u_star_u =
    std::string_view{"$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"};
constexpr auto of_72 =
    std::string_view{"$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui"};
const auto the_72 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"s;

/// `u_star_u` with other text at `at`.
std::string varied(std::size_t at, std::string_view text) {
  return std::string{u_star_u}.replace(at, text.size(), text);
}

TEST(bcrypt_fault, names_the_form_of_what_is_malformed) {
  for (const auto& text : {
           ""s,
           "password"s,
           std::string{u_star_u.substr(0, 59)},  // truncated
           std::string{u_star_u} + "a",
           std::string{u_star_u} + "\n",
           std::string{u_star_u} + '\0',
           varied(2, "x"),  // hashes of a faulty implementation
           varied(2, "c"),
           varied(1, "3"),
           varied(4, "5$"),
           varied(4, "+5"),
           varied(6, "."),
           varied(10, "$"),
           varied(30, "\0"s),
           varied(30, "="),
           varied(59, "*"),
       }) {
    EXPECT_TRUE(bcrypt_fault(text).starts_with("must be bcrypt of 60 characters")) << text;
    EXPECT_FALSE(bcrypt_verify(text, "U*U")) << text;
  }
}

TEST(bcrypt_fault, refuses_bits_that_would_never_match) {
  EXPECT_NE(bcrypt_fault(varied(28, "/")), "");
  EXPECT_NE(bcrypt_fault(varied(59, "X")), "");
}

TEST(bcrypt_fault, bounds_the_cost) {
  for (const auto* cost : {"00", "03", "15", "31", "99"}) {
    EXPECT_EQ(bcrypt_fault(varied(4, cost)), "must have a bcrypt cost of 4 to 14") << cost;
    EXPECT_FALSE(bcrypt_verify(varied(4, cost), "U*U")) << "and takes no time";
  }
  for (const auto* cost : {"04", "10", "14"}) EXPECT_EQ(bcrypt_fault(varied(4, cost)), "") << cost;
}

TEST(bcrypt_verify, refuses_other_passwords) {
  for (const auto& other : {""s, "U*V"s, "u*u"s, "U*U "s, "U*U*"s, "U*U\0"s, "U*U\0U"s, "\0"s}) {
    EXPECT_FALSE(bcrypt_verify(u_star_u, other)) << other;
  }
  EXPECT_FALSE(bcrypt_verify(varied(40, "a"), "U*U"));
}

TEST(bcrypt_verify, reads_72_octets_and_no_more) {
  EXPECT_TRUE(bcrypt_verify(of_72, the_72 + "chars after 72 are ignored"));
  EXPECT_TRUE(bcrypt_verify(of_72, the_72));
  EXPECT_TRUE(bcrypt_verify(of_72, the_72 + std::string(10'000, 'x')));
  EXPECT_FALSE(bcrypt_verify(of_72, the_72.substr(0, 71)));
  EXPECT_FALSE(bcrypt_verify(of_72, the_72.substr(0, 71) + "x"));
  EXPECT_FALSE(bcrypt_verify(of_72, the_72 + '\0')) << "a NUL, wherever it stands";
}

TEST(bcrypt_verify, known_answers) {
  for (const auto& row : known) {
    EXPECT_EQ(bcrypt_fault(row.encoded), "") << row.encoded;
    EXPECT_TRUE(bcrypt_verify(row.encoded, row.password)) << row.encoded;
  }
}

}  // namespace
}  // namespace mintage::crypto
