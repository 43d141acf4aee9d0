#include "oauth/grant/confirmation.hpp"

#include <gtest/gtest.h>

#include "oauth/request/json_reader.hpp"

namespace mintage::oauth {
namespace {

/// The thumbprint of RFC 9449 §4.1's key, and the certificate hash of RFC 8705 §3.1.
constexpr auto key = std::string_view{"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"};
constexpr auto certificate = std::string_view{"bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"};

std::optional<confirmation> read(std::string_view claims) {
  return read_confirmation(json_object::read(claims).value());
}

TEST(thumbprint, has_one_spelling) {
  EXPECT_TRUE(read_thumbprint(key));
  for (const auto bad : {"", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4", "0ZcOCORZNYy-DWpqq30",
                         "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I=",
                         "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4J",     // unused bits
                         "0ZcOCORZNYy+DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}) {  // other alphabet
    EXPECT_FALSE(read_thumbprint(bad)) << bad;
  }
}

TEST(confirmation, is_read_as_it_was_written) {  // DPO-12, MTL-01
  auto c = confirmation{};
  EXPECT_EQ(read("{}"), c);
  c.jkt = read_thumbprint(key);
  EXPECT_EQ(render(c), R"({"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"})");
  EXPECT_EQ(read(R"({"cnf":)" + render(c) + "}"), c);
  c.x5t = crypto::digest{1};
  EXPECT_EQ(read(R"({"cnf":)" + render(c) + "}"), c);
  c.jkt.reset();
  EXPECT_EQ(render(c), R"({"x5t#S256":"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})");
  EXPECT_EQ(read(R"({"cnf":)" + render(c) + "}"), c);
}

TEST(confirmation, that_is_not_understood_is_refused) {
  for (const auto bad : {R"({"cnf":{}})", R"({"cnf":null})", R"({"cnf":"jkt"})",
                         R"({"cnf":{"kid":"1"}})", R"({"cnf":{"jkt":1}})", R"({"cnf":{"jkt":"x"}})",
                         R"({"cnf":{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I",)"
                         R"("x5t#S256":""}})"}) {
    EXPECT_FALSE(read(bad)) << bad;
  }
  // RFC 8705 prints a hash whose unused bits are not zero, which no encoder makes.
  EXPECT_FALSE(read_thumbprint(certificate));
}

TEST(token_type, is_dpop_for_a_dpop_key_alone) {  // DPO-12, RFC 8705 §3
  EXPECT_EQ(token_type_of({}), "Bearer");
  EXPECT_EQ(token_type_of({.x5t = crypto::digest{}}), "Bearer");
  EXPECT_EQ(token_type_of({.jkt = crypto::digest{}}), "DPoP");
  EXPECT_EQ(token_type_of({.jkt = crypto::digest{}, .x5t = crypto::digest{}}), "DPoP");
}

}  // namespace
}  // namespace mintage::oauth
