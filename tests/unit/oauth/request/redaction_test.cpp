// Secrets that somebody sent in the wrong place.
#include "oauth/request/redaction.hpp"

#include <gtest/gtest.h>

namespace mintage::oauth {

namespace {

const auto body = std::string(43, 'x');

TEST(a_text, loses_what_has_the_form_of_a_secret) {
  for (const auto* prefix : {"mco_", "mrt_", "mat_", "mcs_", "mad_", "mit_", "mrg_"}) {
    const auto removed = std::string{prefix} + "[removed]";
    EXPECT_EQ(without_secrets(prefix + body), removed);
    EXPECT_EQ(without_secrets("path=/token/" + (prefix + body) + "?a=b; " + prefix + body),
              "path=/token/" + removed + "?a=b; " + removed);
  }
  EXPECT_EQ(without_secrets("a eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.x-_y b"), "a eyJ[removed] b");
}

TEST(a_text, keeps_all_else) {
  for (const auto* text :
       {"", "mco_", "client_id=cl_0123456789abcdefghijklmnop", "mat_short", "eyJ", "the mcs_ of it",
        "kid=\"RyR4VcHRRrZUUbfG6ZQDqAUDT8FFY08IJj1Ll2CUAdY\"", "§ 5.2\n\x1b"})
    EXPECT_EQ(without_secrets(text), text);
}

}  // namespace

}  // namespace mintage::oauth
