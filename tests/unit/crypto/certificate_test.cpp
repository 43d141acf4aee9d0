// Certificates that clients present: names, thumbprints, and what is refused. (CAU-14, MTL-01)
#include "crypto/certificate.hpp"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "crypto/base64.hpp"
#include "crypto/digest.hpp"
#include "loopback/certificate_authority.hpp"

namespace mintage::crypto {
namespace {

using loopback::certificate_authority;
using loopback::certificate_wish;
using loopback::key_kind;

class a_certificate : public testing::Test {
 protected:
  a_certificate() {
    auto pattern = (std::filesystem::temp_directory_path() / "mintage-crt-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
  }
  ~a_certificate() override { std::filesystem::remove_all(folder); }

  [[nodiscard]] static std::string text_of(const std::filesystem::path& file) {
    auto in = std::ifstream{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
  /// The first certificate of the file that the authority writes for a wish.
  [[nodiscard]] std::string der(const certificate_wish& wish) const {
    constexpr auto end = std::string_view{"-----END CERTIFICATE-----"};
    const auto pem = text_of(authority.issue(folder, "one", wish).certificate);
    return der_of_pem(pem.substr(0, pem.find(end) + end.size())).value_or("");
  }
  [[nodiscard]] certificate read(const certificate_wish& wish) const {
    return certificate::read(der(wish), chain_verdict::verified).value();
  }
  [[nodiscard]] bool is_named(const certificate_wish& wish, std::string_view text) const {
    return read(wish).subject() == distinguished_name::parse(text).value();
  }

  certificate_authority authority;
  std::filesystem::path folder;
};

TEST_F(a_certificate, has_the_subject_that_its_text_form_says) {
  const auto wish =
      certificate_wish{.subject = {{"C", "DE"}, {"O", "Example, Inc."}, {"CN", "Lučić"}}};
  EXPECT_TRUE(is_named(wish, R"(CN=Lu\C4\8Di\C4\87,O=Example\, Inc.,C=DE)"));
  EXPECT_FALSE(is_named(wish, R"(C=DE,O=Example\, Inc.,CN=Lučić)"));
  EXPECT_FALSE(is_named(wish, R"(CN=Lučić,O=Example\, Inc.)"));
  EXPECT_FALSE(is_named(wish, R"(CN=lučić,O=Example\, Inc.,C=DE)"));
}

TEST_F(a_certificate, knows_the_types_that_OpenSSL_prints_by_name) {
  for (const auto* type : {"CN",
                           "SN",
                           "serialNumber",
                           "C",
                           "L",
                           "ST",
                           "street",
                           "O",
                           "OU",
                           "title",
                           "businessCategory",
                           "postalCode",
                           "GN",
                           "dnQualifier",
                           "organizationIdentifier",
                           "UID",
                           "DC",
                           "emailAddress",
                           "jurisdictionL",
                           "jurisdictionST",
                           "jurisdictionC"}) {
    EXPECT_TRUE(is_named({.subject = {{type, "DE"}}}, std::string{type} + "=DE")) << type;
  }
}

TEST_F(a_certificate, has_the_alternative_names_of_each_kind) {
  const auto one = read({.subject = {{"CN", "x"}},
                         .alternatives = "DNS:api.Example.com,URI:https://example.com/a,"
                                         "IP:192.0.2.7,IP:2001:db8::7,email:Jo@Example.com"});
  EXPECT_TRUE(one.has_dns_name("API.example.COM"));
  EXPECT_FALSE(one.has_dns_name("example.com"));
  EXPECT_TRUE(one.has_uri("https://example.com/a"));
  EXPECT_FALSE(one.has_uri("https://EXAMPLE.com/a"));
  EXPECT_TRUE(one.has_ip_address(as_bytes(ip_octets("192.0.2.7").value())));
  EXPECT_TRUE(one.has_ip_address(as_bytes(ip_octets("2001:DB8:0::7").value())));
  EXPECT_FALSE(one.has_ip_address(as_bytes(ip_octets("192.0.2.8").value())));
  EXPECT_FALSE(one.has_ip_address(as_bytes(ip_octets("::ffff:192.0.2.7").value())));
  EXPECT_TRUE(one.has_email("Jo@EXAMPLE.com"));
  EXPECT_FALSE(one.has_email("jo@example.com"));
  EXPECT_FALSE(one.has_email("Jo"));
  // A name of one kind is none of another kind.
  EXPECT_FALSE(one.has_uri("api.Example.com"));
  EXPECT_FALSE(one.has_dns_name("https://example.com/a"));
  EXPECT_FALSE(one.has_dns_name("x"));
}

TEST_F(a_certificate, expands_no_wildcard) {
  const auto one = read({.subject = {{"CN", "x"}}, .alternatives = "DNS:*.example.com"});
  EXPECT_FALSE(one.has_dns_name("api.example.com"));
  EXPECT_TRUE(one.has_dns_name("*.example.com"));
}

TEST_F(a_certificate, without_alternative_names_has_none) {
  const auto one = read({.subject = {{"CN", "api.example.com"}}});
  EXPECT_FALSE(one.has_dns_name("api.example.com"));
  EXPECT_FALSE(one.has_dns_name(""));
}

TEST_F(a_certificate, has_the_SHA_256_of_its_DER_as_thumbprint_MTL_01) {
  const auto octets = der({.subject = {{"CN", "x"}}});
  EXPECT_EQ(certificate::read(octets, chain_verdict::verified)->thumbprint(), sha256(octets));
}

TEST_F(a_certificate, is_not_read_with_anything_after_it_or_cut_or_weak) {
  const auto octets = der({.subject = {{"CN", "x"}}});
  const auto read = [](std::string_view text) {
    return certificate::read(text, chain_verdict::verified).has_value();
  };
  EXPECT_TRUE(read(octets));
  EXPECT_FALSE(read(""));
  EXPECT_FALSE(read(octets + '\0'));
  EXPECT_FALSE(read(octets + octets));
  for (auto n = std::size_t{0}; n < octets.size(); ++n) EXPECT_FALSE(read(octets.substr(0, n)));
  EXPECT_FALSE(read(der({.kind = key_kind::rsa_1024, .subject = {{"CN", "x"}}})));
  EXPECT_FALSE(read(std::string(17 * 1024, '0')));
}

TEST_F(a_certificate, has_the_thumbprint_of_its_key_as_a_JWK_RFC_7638) {
  for (const auto kind : {key_kind::p256, key_kind::rsa_2048}) {
    const auto first = read({.kind = kind, .subject = {{"CN", "x"}}});
    ASSERT_TRUE(first.key_thumbprint());
    EXPECT_NE(first.key_thumbprint(),
              read({.kind = kind, .subject = {{"CN", "x"}}}).key_thumbprint());
    EXPECT_NE(*first.key_thumbprint(), first.thumbprint());
  }
}

TEST(pem, holds_one_certificate_and_nothing_else) {
  const auto pem = [](std::string_view inner) {
    return "-----BEGIN CERTIFICATE-----\n" + std::string{inner} + "\n-----END CERTIFICATE-----\n";
  };
  EXPECT_EQ(der_of_pem(pem("YWJj\r\nZGVm")), "abcdef");
  EXPECT_EQ(der_of_pem("  " + pem("YWJj") + "\r\n"), "abc");
  for (const auto& text : {std::string{}, std::string{" \n"}, std::string{"YWJj"},
                           pem("YWJj") + pem("YWJj"), pem("YW-j"), pem("YWJj") + "x",
                           "x" + pem("YWJj"), std::string{"-----BEGIN CERTIFICATE-----"},
                           std::string{"-----BEGIN CERTIFICATE----------END CERTIFICATE----"}}) {
    EXPECT_FALSE(der_of_pem(text)) << text;
  }
}

TEST(ip_octets, are_4_or_16) {
  EXPECT_EQ(ip_octets("192.0.2.1"), (std::string{"\xC0\x00\x02\x01", 4}));
  EXPECT_EQ(ip_octets("::1"), std::string(15, '\0') + '\1');
  for (const auto* text :
       {"", "192.0.2", "192.0.2.256", "192.0.2.1 ", "192.0.2.1/24", "192.0.2.1a", "192.0.2.1.",
        "192.0.2.1.5", "::g", ":", ":1::2", "1::2:", "1::2::3", "example"}) {
    EXPECT_FALSE(ip_octets(text)) << text;
  }
}

}  // namespace
}  // namespace mintage::crypto
