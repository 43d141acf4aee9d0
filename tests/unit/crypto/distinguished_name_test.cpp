// Distinguished names as text: what is equal, what is not, and what is refused. (CAU-14)
#include "crypto/distinguished_name.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mintage::crypto {
namespace {

distinguished_name name(std::string_view text) {
  auto read = distinguished_name::parse(text);
  EXPECT_TRUE(read) << text << ' ' << (read ? "" : read.error());
  return read.value_or(distinguished_name{});
}

TEST(distinguished_name, is_equal_however_it_is_spelled) {
  const auto plain = name("CN=api,O=Example,C=DE");
  for (const auto* same :
       {"cn=api,o=Example,c=DE", "2.5.4.3=api,2.5.4.10=Example,2.5.4.6=DE",
        R"(CN=a\70i,O=\45xample,C=DE)", "CN=#0C03617069,O=#13074578616d706c65,C=DE"}) {
    EXPECT_EQ(name(same), plain) << same;
  }
}

TEST(distinguished_name, differs_by_order_value_type_and_sets) {
  const auto plain = name("CN=api,O=Example,C=DE");
  for (const auto* other :
       {"C=DE,O=Example,CN=api", "CN=API,O=Example,C=DE", "CN=api,O=Example",
        "CN=api,OU=Example,C=DE", "CN=api,O=Example,C=DE,DC=de", "CN=api+O=Example,C=DE",
        R"(CN=api\20,O=Example,C=DE)", "CN=api,O=#040745786170706C65,C=DE", "CN=,O=Example,C=DE"}) {
    EXPECT_NE(name(other), plain) << other;
  }
}

TEST(distinguished_name, compares_the_attributes_of_a_set_in_any_order) {
  EXPECT_EQ(name("CN=a+UID=7,O=x"), name("UID=7+CN=a,O=x"));
  EXPECT_NE(name("CN=a+UID=7,O=x"), name("CN=a,UID=7,O=x"));
}

/// The examples of RFC 4514 §4.
TEST(distinguished_name, reads_the_examples_of_RFC_4514) {
  name("UID=jsmith,DC=example,DC=net");
  name("OU=Sales+CN=J.  Smith,DC=example,DC=net");
  EXPECT_EQ(name(R"(CN=James \"Jim\" Smith\, III,DC=example,DC=net)"),
            name(R"(CN=James \22Jim\22 Smith\2C III,DC=example,DC=net)"));
  EXPECT_NE(name(R"(CN=Before\0dAfter,DC=example,DC=net)"),
            name("CN=BeforeAfter,DC=example,DC=net"));
  name("1.3.6.1.4.1.1466.0=#04024869");
  EXPECT_EQ(name(R"(CN=Lu\C4\8Di\C4\87)"), name("CN=Lučić"));
}

TEST(distinguished_name, does_not_end_a_value_at_a_zero_octet) {
  EXPECT_NE(name(R"(CN=good\00.evil)"), name("CN=good"));
}

TEST(distinguished_name, refuses_what_is_no_name) {
  for (const auto* text :
       {"",         "api",         "=api",      "CN",          "CN=api,",     "CN=api+",
        ",CN=api",  "CN=api,,O=x", "CN = api",  "CN=api, O=x", "CN=api ,O=x", "CN= api",
        "CN=api ",  "/CN=api/O=x", "CN=a\"b",   "CN=a;O=b",    "CN=a<b",      "CN=a>b",
        R"(CN=a\)", R"(CN=a\x)",   R"(CN=a\4)", "CN=#",        "CN=#0",       "CN=#0C0g",
        "nick=x",   "2.=x",        "2=x",       ".2=x",        "02.5=x",      "2.5.4.03=x"}) {
    EXPECT_FALSE(distinguished_name::parse(text)) << text;
  }
  EXPECT_FALSE(distinguished_name::parse(std::string_view{"CN=a\0b", 6}));
  EXPECT_FALSE(distinguished_name::parse("CN=" + std::string(2046, 'x')));
  EXPECT_TRUE(distinguished_name::parse("CN=" + std::string(2045, 'x')));
}

TEST(distinguished_name, says_what_is_wrong) {
  EXPECT_NE(distinguished_name::parse("C = DE, CN = api").error().find("RFC2253"),
            std::string::npos);
  EXPECT_NE(distinguished_name::parse("nick=x").error().find("dotted"), std::string::npos);
  EXPECT_NE(distinguished_name::parse("CN=a;b").error().find("escaped"), std::string::npos);
}

}  // namespace
}  // namespace mintage::crypto
