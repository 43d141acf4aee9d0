// Client certificates in header fields of proxies. (CAU-15)
#include "net/http/certificate_header.hpp"

#include <gtest/gtest.h>

namespace mintage::net {
namespace {

using enum certificate_header;
using crypto::chain_verdict;

constexpr auto escaped =
    "-----BEGIN%20CERTIFICATE-----%0AYWJj%0AZGVm%0A-----END%20CERTIFICATE-----%0A";

TEST(certificate_header, reads_the_item_of_RFC_9440) {
  EXPECT_EQ(read_certificate_header(rfc9440, ":YWJj:"), "abc");
  EXPECT_EQ(read_certificate_header(rfc9440, ":YWI=:"), "ab");
  for (const auto* value : {":", "YWJj", ":YWJj", "YWJj:", "\"YWJj\"", ":YW_j:", ":YWJj:;a=1",
                            ":YWJj:, :YWJj:", ":YW Jj:", ":YWJ:x:"}) {
    EXPECT_FALSE(read_certificate_header(rfc9440, value)) << value;
  }
}

TEST(certificate_header, reads_the_escaped_PEM_of_nginx) {
  EXPECT_EQ(read_certificate_header(nginx, escaped), "abcdef");
  for (const auto* value : {"YWJj", ":YWJj:", "%", "%zz", "-----BEGIN%20CERTIFICATE-----%0AYWJj"}) {
    EXPECT_FALSE(read_certificate_header(nginx, value)) << value;
  }
}

TEST(certificate_header, reads_the_member_Cert_of_Envoy) {
  const auto cert = std::string{"Cert=\""} + escaped + '"';
  const auto hash = std::string{"Hash=0011"};
  for (const auto& value : {cert, hash + ';' + cert, cert + ";Subject=\"CN=a;b,c\\\"d\"",
                            hash + ";cert=" + escaped, "By=spiffe://a;" + cert + ";URI=;DNS=x"}) {
    EXPECT_EQ(read_certificate_header(envoy, value), "abcdef") << value;
  }
  for (const auto& value : {hash, std::string{"x"}, std::string{"Cert="}, std::string{"Cert=\""},
                            cert + ';' + cert, cert + ',' + cert, hash + ',' + cert, cert + '"'}) {
    EXPECT_FALSE(read_certificate_header(envoy, value)) << value;
  }
}

TEST(certificate_header, says_by_an_empty_value_that_there_is_none) {
  for (const auto form : {rfc9440, nginx, envoy}) EXPECT_EQ(read_certificate_header(form, ""), "");
  EXPECT_EQ(read_certificate_header(rfc9440, "::"), "");
  EXPECT_EQ(read_certificate_header(none, ":YWJj:"), "");
}

TEST(certificate_header, believes_only_a_proxy_that_says_it_has_verified) {
  EXPECT_EQ(read_verified_header(std::nullopt), chain_verdict::not_told);
  EXPECT_EQ(read_verified_header("SUCCESS"), chain_verdict::verified);
  EXPECT_EQ(read_verified_header("0"), chain_verdict::verified);
  for (const auto* value :
       {"", "NONE", "FAILED:expired", "success", "SUCCESS ", "00", "10", "true"})
    EXPECT_EQ(read_verified_header(value), chain_verdict::refused_by_proxy) << value;
}

TEST(certificate_header, is_refused_twice_or_malformed) {
  auto head = request_head{};
  EXPECT_EQ(passed_on_certificate(rfc9440, head).value(), nullptr);
  head.client_certificate = ":YWJj:";
  EXPECT_EQ(passed_on_certificate(rfc9440, head).error().code, oauth::errc::invalid_request);
  head.client_certificate = "::";
  EXPECT_EQ(passed_on_certificate(rfc9440, head).value(), nullptr);
  head.client_certificate_repeated = true;
  EXPECT_EQ(passed_on_certificate(rfc9440, head).error().code, oauth::errc::invalid_request);
  head.client_certificate_repeated = false;
  head.client_verified_repeated = true;
  EXPECT_FALSE(passed_on_certificate(rfc9440, head));
}

TEST(certificate_header, is_read_only_by_a_parser_that_was_given_its_name) {
  const auto octets = std::string{
      "POST /token HTTP/1.1\r\nHost: h\r\nclient-cert: :a:\r\nX-Verified: 0\r\nClient-Cert: "
      ":b:\r\n\r\n"};
  const auto told = request_parser{{"Client-Cert", "x-verified"}}.read_head(octets);
  EXPECT_EQ(told->client_certificate, ":a:");
  EXPECT_TRUE(told->client_certificate_repeated);
  EXPECT_EQ(told->client_verified, "0");
  EXPECT_FALSE(told->client_verified_repeated);
  const auto untold = request_parser{}.read_head(octets);
  EXPECT_FALSE(untold->client_certificate || untold->client_verified);
}

}  // namespace
}  // namespace mintage::net
