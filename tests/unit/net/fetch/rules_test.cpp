// What may be asked, and what is read of an answer, without a connection. (CAU-11)

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <string>
#include <vector>

#include "net/fetch/fetch_url.hpp"
#include "net/fetch/host_budget.hpp"
#include "net/fetch/public_address.hpp"
#include "net/fetch/response_head.hpp"

namespace mintage::net {
namespace {

using namespace std::chrono_literals;
using service::fetch_failure;

address_scope scope_of_text(const std::string& text) {
  auto v4 = sockaddr_in{};
  v4.sin_family = AF_INET;
  if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1)
    return scope_of(reinterpret_cast<const sockaddr*>(&v4));
  auto v6 = sockaddr_in6{};
  v6.sin6_family = AF_INET6;
  EXPECT_EQ(::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr), 1) << text;
  return scope_of(reinterpret_cast<const sockaddr*>(&v6));
}

// --- public addresses ----------------------------------------------------------------------------

TEST(public_address, is_what_anybody_can_reach) {
  for (const auto* a :
       {"1.1.1.1",         "9.255.255.255",   "11.0.0.0",        "100.63.255.255",
        "100.128.0.0",     "126.255.255.255", "128.0.0.0",       "169.253.255.255",
        "169.255.0.0",     "172.15.255.255",  "172.32.0.0",      "192.0.1.0",
        "192.167.255.255", "192.169.0.0",     "198.17.255.255",  "198.20.0.0",
        "203.0.112.255",   "203.0.114.0",     "223.255.255.255", "2001:4860:4860::8888",
        "2606:4700::1",    "2a00::1",         "::ffff:1.1.1.1",  "64:ff9b::1.1.1.1"})
    EXPECT_EQ(scope_of_text(a), address_scope::public_) << a;
}

TEST(public_address, is_no_address_of_a_special_block) {
  for (const auto* a : {"0.0.0.0",
                        "0.255.255.255",
                        "10.0.0.0",
                        "10.255.255.255",
                        "100.64.0.0",
                        "100.127.255.255",
                        "169.254.0.0",
                        "169.254.169.254",
                        "172.16.0.0",
                        "172.31.255.255",
                        "192.0.0.1",
                        "192.0.2.255",
                        "192.88.99.1",
                        "192.168.0.0",
                        "192.168.255.255",
                        "198.18.0.0",
                        "198.19.255.255",
                        "198.51.100.7",
                        "203.0.113.9",
                        "224.0.0.1",
                        "239.255.255.255",
                        "240.0.0.0",
                        "255.255.255.255",
                        "::",
                        "fe80::1",
                        "fc00::1",
                        "fdff::1",
                        "ff02::1",
                        "2001::1",
                        "2001:1ff:ffff::1",
                        "2001:db8::1",
                        "2002:7f00:1::",
                        "3fff::1",
                        "::ffff:10.0.0.1",
                        "::ffff:169.254.169.254",
                        "64:ff9b::192.168.0.1",
                        "64:ff9b:1::1",
                        "::7f00:1",
                        "100::1",
                        "5f00::1"})
    EXPECT_EQ(scope_of_text(a), address_scope::other) << a;
}

TEST(public_address, knows_loopback) {
  for (const auto* a :
       {"127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1", "64:ff9b::127.0.0.1"})
    EXPECT_EQ(scope_of_text(a), address_scope::loopback) << a;
}

TEST(public_address, is_of_no_other_family) {
  const auto local = sockaddr{AF_UNIX, {}};
  EXPECT_EQ(scope_of(&local), address_scope::other);
}

// --- URLs ----------------------------------------------------------------------------------------

std::string read(const std::string& url, const fetch_options& o = {}) {
  const auto made = fetch_url::read(url, o);
  return made ? made->host : std::string{to_string(made.error())};
}

TEST(fetch_url, is_https_to_a_public_host) {
  EXPECT_EQ(read("https://keys.example.com/jwks"), "keys.example.com");
  EXPECT_EQ(read("https://KEYS.example.com.:443/a/b?c=d"), "keys.example.com");
  EXPECT_EQ(read("https://keys.example.com:8443/"), "keys.example.com");
  EXPECT_EQ(read("https://1.1.1.1/jwks"), "1.1.1.1");
  EXPECT_EQ(read("https://[2606:4700::1]/jwks"), "2606:4700::1");
}

TEST(fetch_url, has_no_other_scheme_user_fragment_or_port) {
  for (const auto* url :
       {"http://keys.example.com/", "ftp://keys.example.com/", "file:///etc/passwd",
        "gopher://keys.example.com/", "//keys.example.com/", "keys.example.com", "",
        "https://user@keys.example.com/", "https://user:pass@keys.example.com/",
        "https://keys.example.com/#a", "https://keys.example.com:22/",
        "https://keys.example.com:0/", "https://keys.example.com:99999/", "https:///jwks",
        "https://keys.example.com/a b", "https://keys.example.com/a\r\nHost: other",
        "https://keys.example.com/\xc3\xa9", "https://[fe80::1%25eth0]/"})
    EXPECT_EQ(read(url), "bad_url") << url;
  EXPECT_EQ(read("https://keys.example.com/" + std::string(2048, 'a')), "bad_url");
}

// NEG-104: in every spelling that libcurl understands.
TEST(fetch_url, names_no_address_that_is_not_public) {
  for (const auto* url :
       {"https://127.0.0.1/", "https://169.254.169.254/latest/meta-data", "https://10.0.0.1/",
        "https://172.16.0.1/", "https://192.168.0.1/", "https://[::1]/", "https://[fd00::1]/",
        "https://[::ffff:127.0.0.1]/", "https://2130706433/", "https://0x7f000001/",
        "https://0177.0.0.1/", "https://127.1/", "https://127.0.0.1./", "https://0/"})
    EXPECT_EQ(read(url), "not_public") << url;
}

TEST(fetch_url, reaches_loopback_by_the_option_for_tests) {
  auto o = fetch_options{};
  o.allow_loopback_for_tests = true;
  EXPECT_EQ(read("https://127.0.0.1:8443/", o), "127.0.0.1");
  EXPECT_EQ(read("https://[::1]:8443/", o), "::1");
  EXPECT_EQ(read("https://10.0.0.1/", o), "not_public");
}

TEST(fetch_url, is_of_an_allowed_host) {
  auto o = fetch_options{};
  o.allowed_hosts = {"keys.example.com", ".example.org"};
  EXPECT_EQ(read("https://keys.example.com/", o), "keys.example.com");
  EXPECT_EQ(read("https://a.b.example.org/", o), "a.b.example.org");
  for (const auto* url : {"https://other.example.com/", "https://example.org/",
                          "https://notexample.org/", "https://keys.example.com.evil.org/"})
    EXPECT_EQ(read(url, o), "bad_url") << url;
}

// --- options -------------------------------------------------------------------------------------

TEST(fetch_options, hold_by_default_and_name_what_is_broken) {
  EXPECT_TRUE(check(fetch_options{}).empty());
  EXPECT_TRUE(find_oddities(fetch_options{}).empty());
  auto o = fetch_options{};
  o.allowed_hosts = {"Keys.example.com"};
  o.timeout = 99ms;
  o.size_limit = 1023;
  o.in_flight = 0;
  o.queue = 0;
  o.per_host_per_minute = 0;
  auto keys = std::vector<std::string>{};
  for (const auto& e : check(o)) keys.push_back(e.key);
  EXPECT_EQ(keys, (std::vector<std::string>{"fetch.allowed_hosts", "fetch.timeout",
                                            "fetch.size_limit", "fetch.in_flight", "fetch.queue",
                                            "fetch.per_host_per_minute"}));
  o.allow_loopback_for_tests = true;
  EXPECT_EQ(find_oddities(o).size(), 1U);
  o.ca_file = "missing.pem";
  ASSERT_EQ(check_files(o).size(), 1U);
  EXPECT_EQ(check_files(o).front().key, "fetch.ca_file");
}

// --- the budget of hosts -------------------------------------------------------------------------

TEST(host_budget, gives_each_host_so_many_in_a_minute) {
  auto b = host_budget{3};
  auto now = host_budget::moment{};
  for (auto i = 0; i < 3; ++i) EXPECT_TRUE(b.take("a", now));
  EXPECT_FALSE(b.take("a", now));
  EXPECT_TRUE(b.take("b", now));
  now += 19s;
  EXPECT_FALSE(b.take("a", now));
  now += 1s;
  EXPECT_TRUE(b.take("a", now));
  EXPECT_FALSE(b.take("a", now));
  now += 10min;
  for (auto i = 0; i < 3; ++i) EXPECT_TRUE(b.take("a", now));
  EXPECT_FALSE(b.take("a", now));
}

TEST(host_budget, remembers_a_bounded_number_of_hosts) {
  auto b = host_budget{1};
  const auto now = host_budget::moment{};
  for (auto i = std::size_t{0}; i < host_budget::most_hosts; ++i)
    EXPECT_TRUE(b.take(std::to_string(i), now));
  EXPECT_FALSE(b.take("one more", now));
  EXPECT_EQ(b.hosts(), host_budget::most_hosts);
  EXPECT_TRUE(b.take("one more", now + 1min));
  EXPECT_EQ(b.hosts(), 1U);
}

// --- the head of a response ----------------------------------------------------------------------

TEST(response_head, reads_how_long_a_document_may_be_kept) {
  using age = std::optional<oauth::seconds>;
  EXPECT_EQ(max_age_of("max-age=600"), age{600});
  EXPECT_EQ(max_age_of("public, MAX-AGE = \"600\" , must-revalidate"), age{600});
  EXPECT_EQ(max_age_of("max-age=600, max-age=60"), age{60});
  EXPECT_EQ(max_age_of("no-store"), age{0});
  EXPECT_EQ(max_age_of("max-age=600, no-cache"), age{0});
  EXPECT_EQ(max_age_of("max-age=99999999999999999999"), age{365 * 86400});
  for (const auto* none : {"", ",", "max-age", "max-age=", "max-age=-1", "max-age=1s", "s-maxage=9",
                           "x-max-age=9", "public"})
    EXPECT_EQ(max_age_of(none), std::nullopt) << none;
}

TEST(response_head, knows_json) {
  for (const auto* yes : {"application/json", "Application/JSON; charset=utf-8",
                          "application/jwk-set+json", "application/jwk-set+json ;x=y"})
    EXPECT_TRUE(is_json_type(yes)) << yes;
  for (const auto* no : {"", "text/html", "application/jsonx", "text/plain; application/json",
                         "application/octet-stream", "+json", "json"})
    EXPECT_FALSE(is_json_type(no)) << no;
}

TEST(response_head, is_that_of_the_last_response) {
  auto head = response_head{};
  for (const auto* line : {"HTTP/1.1 103 Early Hints\r\n", "ETag: \"early\"\r\n", "\r\n",
                           "HTTP/1.1 200 OK\r\n", "content-TYPE: application/json\r\n",
                           "ETag: W/\"a\"\r\n", "Cache-Control: max-age=7\r\n", "\r\n"})
    EXPECT_TRUE(head.take(line));
  EXPECT_TRUE(head.is_json());
  EXPECT_EQ(head.etag(), "W/\"a\"");
  EXPECT_EQ(head.max_age(), oauth::seconds{7});
}

TEST(response_head, keeps_no_etag_that_cannot_be_sent_back) {
  for (const auto& bad : {std::string{"a"}, std::string{"\"a"}, std::string{"\"a\"b\""},
                          std::string{"\"a b\""}, "\"" + std::string(300, 'a') + "\""}) {
    auto head = response_head{};
    EXPECT_TRUE(head.take("ETag: " + bad + "\r\n"));
    EXPECT_EQ(head.etag(), "") << bad;
  }
}

TEST(response_head, is_bounded) {
  auto head = response_head{};
  auto octets = std::size_t{0};
  while (head.take("X-Padding: " + std::string(1000, 'x') + "\r\n")) octets += 1013;
  EXPECT_LE(octets, response_head::most_octets);
  EXPECT_GT(octets, response_head::most_octets - 1013);
}

}  // namespace
}  // namespace mintage::net
