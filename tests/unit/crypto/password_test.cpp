#include "crypto/password.hpp"

#include <array>

#include <argon2.h>
#include <gtest/gtest.h>

namespace mintage::crypto {
namespace {

// Known answers of the reference implementation.
constexpr auto known = std::string_view{
    "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"};
constexpr auto known_two_lanes = std::string_view{
    "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"};

class counting_random final : public random_source {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (auto& octet : out) octet = next_++;
  }

 private:
  std::uint8_t next_ = 0;
};

/// A PHC string for "password" with the given parameters.
std::string encoded_with(std::uint32_t passes, std::uint32_t lanes, std::uint32_t tag_size = 32) {
  auto encoded = std::array<char, 1024>{};
  const auto salt = std::string_view{"somesalt"};
  EXPECT_EQ(argon2id_hash_encoded(passes, 8 * lanes, lanes, "password", 8, salt.data(), salt.size(),
                                  tag_size, encoded.data(), encoded.size()),
            ARGON2_OK);
  return encoded.data();
}

TEST(argon2id_verify, refuses_other_passwords) {
  for (const auto* other : {"", "passwore", "Password", "password ", "passwor"}) {
    EXPECT_FALSE(argon2id_verify(known, other)) << other;
  }
  EXPECT_FALSE(argon2id_verify(known, std::string_view{"password\0", 9}));
}

TEST(argon2id_verify, refuses_what_is_not_its_phc_string) {
  const auto tail = std::string{known.substr(known.find("$c29t"))};
  for (const auto& text : {
           std::string{},
           std::string{"password"},
           std::string{known.substr(0, 40)},
           std::string{known} + "A",
           std::string{known} + "$",
           std::string{known} + '\0',
           std::string{known}.replace(8, 1, "e"),  // another algorithm
           "$argon2id$m=256,t=2,p=1" + tail,       // no version
           "$argon2id$v=16$m=256,t=2,p=1" + tail,  // an old version
           "$argon2id$v=19$m=256,t=2" + tail,      // no lanes
           "$argon2id$v=19$m=-1,t=2,p=1" + tail,
           "$argon2id$v=19$m=256,t=0,p=1" + tail,
           "$argon2id$v=19$m=256,t=2,p=0" + tail,
           "$argon2id$v=19$m=4294967552,t=2,p=1" + tail,  // 256 after overflow
           "$argon2id$v=19$m=0256,t=2,p=1" + tail,
           "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$" + std::string(600, 'A'),
       }) {
    EXPECT_FALSE(argon2id_verify(text, "password")) << text;
  }
}

TEST(argon2id_verify, refuses_absurd_parameters_though_the_password_fits) {
  EXPECT_TRUE(argon2id_verify(encoded_with(16, 1), "password"));
  EXPECT_FALSE(argon2id_verify(encoded_with(17, 1), "password"));
  EXPECT_TRUE(argon2id_verify(encoded_with(1, 16), "password"));
  EXPECT_FALSE(argon2id_verify(encoded_with(1, 17), "password"));
  EXPECT_TRUE(argon2id_verify(encoded_with(1, 1, 340), "password"));
  EXPECT_FALSE(argon2id_verify(encoded_with(1, 1, 400), "password"));  // above 512 characters
  EXPECT_FALSE(argon2id_verify("$argon2id$v=19$m=1048577,t=1,p=1$c29tZXNhbHQ$bQk8UB/VmZY", "x"));
  EXPECT_FALSE(argon2id_verify("$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$bQk8UB/VmZY", "x"));
}

TEST(argon2id_verify, known_answers) {
  EXPECT_TRUE(argon2id_verify(known, "password"));
  EXPECT_TRUE(argon2id_verify(known_two_lanes, "password"));
}

TEST(argon2_fault, names_the_parameter_that_is_too_large_or_too_small) {
  const auto fault = [](const std::string& parameters, const std::string& rest) {
    return argon2id_fault("$argon2id$v=19$" + parameters + rest);
  };
  const auto tail = std::string{known.substr(known.find("$c29t"))};
  constexpr auto memory = hash_fault{"must have an argon2 memory of 8 KiB per lane to 262144 KiB"};
  EXPECT_EQ(fault("m=4194304,t=1,p=1", tail), memory);  // 4 GiB
  EXPECT_EQ(fault("m=262145,t=1,p=1", tail), memory);
  EXPECT_EQ(fault("m=15,t=1,p=2", tail), memory);
  EXPECT_EQ(fault("m=262144,t=5,p=1", tail),
            "must have an argon2 memory that times its passes is 1048576 KiB at most");
  EXPECT_EQ(fault("m=256,t=17,p=1", tail), "must have 1 to 16 passes of argon2");
  EXPECT_EQ(fault("m=256,t=0,p=1", tail), "must have 1 to 16 passes of argon2");
  EXPECT_EQ(fault("m=256,t=1,p=17", tail), "must have 1 to 16 lanes of argon2");
  EXPECT_EQ(fault("m=256,t=1,p=1", "$c29tZXNhbA" + tail.substr(12)),
            "must have an argon2 salt of 8 octets or more");
  EXPECT_EQ(fault("m=256,t=1,p=1", "$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4r"),
            "must have an argon2 hash of 16 octets or more");
  EXPECT_TRUE(fault("m=256,p=1,t=1", tail).starts_with("must have the form $argon2id$v=19$"));
  for (const auto* fine : {"m=262144,t=4,p=4", "m=65536,t=3,p=4", "m=8,t=16,p=1"})
    EXPECT_EQ(fault(fine, tail), "") << fine;
}

// An answer of the reference implementation.
TEST(argon2i_verify, known_answer) {
  constexpr auto encoded = std::string_view{
      "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8"};
  EXPECT_EQ(argon2i_fault(encoded), "");
  EXPECT_TRUE(argon2i_verify(encoded, "password"));
  EXPECT_FALSE(argon2i_verify(encoded, "passwore"));
  EXPECT_NE(argon2id_fault(encoded), "");
  EXPECT_FALSE(argon2id_verify(encoded, "password"));
  EXPECT_FALSE(argon2i_verify(known, "password"));
}

TEST(argon2id_hash, makes_the_phc_string_of_cau_12) {
  auto random = counting_random{};
  const auto encoded = argon2id_hash("correct horse", random);
  // The salt is 00 01 … 0f.
  EXPECT_TRUE(encoded.starts_with("$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$"));
  EXPECT_EQ(encoded.size(), encoded.rfind('$') + 1 + 43);  // 32 octets
  EXPECT_EQ(encoded.find('\0'), encoded.npos);
  EXPECT_TRUE(argon2id_verify(encoded, "correct horse"));
  EXPECT_FALSE(argon2id_verify(encoded, "correct horsf"));
  EXPECT_NE(argon2id_hash("correct horse", random), encoded);  // another salt
}

}  // namespace
}  // namespace mintage::crypto
