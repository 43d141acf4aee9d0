// The pure parts behind the scan: request heads, lines, routes, heads of answers,
// addresses.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "net/address.hpp"
#include "net/http/line_splitter.hpp"
#include "net/http/render.hpp"
#include "net/http/request_parser.hpp"
#include "net/options.hpp"
#include "net/router.hpp"

namespace mintage::net {
namespace {

TEST(address, tells_names_of_loopback_from_others) {
  for (const auto* host : {"localhost", "LOCALHOST:9081", "127.0.0.1", "127.9.9.9:1", "[::1]:9081",
                           "[::1]", "[::ffff:127.0.0.1]"}) {
    EXPECT_TRUE(names_loopback(host)) << host;
  }
  for (const auto* host :
       {"", "h", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127.1",
        "192.0.2.1", "[2001:db8::1]", "::1", "[::1", "[", "localhost:x", "127.0.0.1:80@evil"}) {
    EXPECT_FALSE(names_loopback(host)) << host;
  }
}

TEST(address, counts_an_IPv6_network_as_one_source) {
  const auto network = [](const char* text) {
    return network_of(octets_of(boost::asio::ip::make_address(text)));
  };
  EXPECT_EQ(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::2"));
  EXPECT_NE(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
  EXPECT_NE(network("192.0.2.1"), network("192.0.2.2"));
}

TEST(request_parser, keeps_views_of_the_fields_that_matter) {
  const auto octets = std::string{
      "POST /token?a=b?c HTTP/1.1\r\nHost: h\r\ncontent-type:  x/y \r\nAuthorization: Basic a\r\n"
      "Expect: 100-Continue\r\nContent-Encoding: identity\r\nIf-None-Match: \"t\"\r\n\r\n"};
  const auto head = request_parser{}.read_head(octets);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->method, http_method::post);
  EXPECT_EQ(head->path, "/token");
  EXPECT_EQ(head->query, "a=b?c");
  EXPECT_EQ(head->content_type, "x/y");
  EXPECT_EQ(head->authorization, "Basic a");
  EXPECT_EQ(head->if_none_match, "\"t\"");
  EXPECT_EQ(head->expects, expectation::continue_);
  EXPECT_FALSE(head->has_content_coding);
  EXPECT_TRUE(head->keep_alive);
  EXPECT_GE(head->path.data(), octets.data());
  EXPECT_LT(head->path.data(), octets.data() + octets.size());
}

TEST(request_parser, notes_repeated_fields) {
  const auto head = request_parser{}.read_head(
      "POST / HTTP/1.1\r\nContent-Type: a\r\nContent-Type: a\r\nAuthorization: a\r\n"
      "Authorization: a\r\nExpect: 100-continue\r\nExpect: 100-continue\r\n"
      "Content-Encoding: identity\r\nContent-Encoding: gzip\r\ndpop: a.b.c\r\n"
      "DPoP: d\r\n\r\n");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->dpop, "a.b.c");
  EXPECT_TRUE(head->dpop_repeated);
  EXPECT_TRUE(head->content_type_repeated);
  EXPECT_TRUE(head->authorization_repeated);
  EXPECT_EQ(head->expects, expectation::unknown);
  EXPECT_TRUE(head->has_content_coding);
}

TEST(request_parser, reads_persistence_and_targets) {
  struct row {
    const char* octets;
    bool keep_alive;
    const char* path;
  };
  for (const auto& r : {row{"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", false, "/"},
                        row{"GET / HTTP/1.1\r\nConnection: a, Close\r\n\r\n", false, "/"},
                        row{"GET / HTTP/1.0\r\n\r\n", false, "/"},
                        row{"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true, "/"},
                        row{"GET http://h/a?b HTTP/1.1\r\n\r\n", true, "/a"},
                        row{"GET HTTPS://h HTTP/1.1\r\n\r\n", true, "/"},
                        row{"GET http://h?b HTTP/1.1\r\n\r\n", true, "/"},
                        row{"OPTIONS * HTTP/1.1\r\n\r\n", true, "*"}}) {
    const auto head = request_parser{}.read_head(r.octets);
    ASSERT_TRUE(head) << r.octets;
    EXPECT_EQ(head->keep_alive, r.keep_alive) << r.octets;
    EXPECT_EQ(head->path, r.path) << r.octets;
  }
}

std::vector<std::string> split(std::string_view text, std::size_t step, std::size_t limit) {
  auto splitter = line_splitter{limit};
  auto out = std::vector<std::string>{};
  const auto add = [&](const line_splitter::line& l) {
    out.push_back(l.too_long ? "TOO LONG" : std::string{l.text});
  };
  for (auto at = std::size_t{0}; at < text.size(); at += step) {
    auto piece = text.substr(at, step);
    while (const auto l = splitter.next(piece)) add(*l);
    EXPECT_TRUE(piece.empty());
  }
  while (const auto l = splitter.last()) add(*l);
  return out;
}

TEST(line_splitter, skips_a_long_line_to_its_end_and_goes_on) {
  for (auto step = std::size_t{1}; step < 24; ++step) {
    EXPECT_THAT(split("1234\n12345\n1234\r\n12345\r\n\r\n\n12\n123456789\n", step, 4),
                testing::ElementsAre("1234", "TOO LONG", "1234", "TOO LONG", "12", "TOO LONG"))
        << step;
    EXPECT_THAT(split("123456", step, 4), testing::ElementsAre("TOO LONG")) << step;
  }
}

TEST(line_splitter, takes_the_last_line_without_its_end) {
  for (auto step = std::size_t{1}; step < 8; ++step) {
    EXPECT_THAT(split("a\nbc\nd", step, 4), testing::ElementsAre("a", "bc", "d")) << step;
    EXPECT_THAT(split("a\n", step, 4), testing::ElementsAre("a")) << step;
  }
  EXPECT_THAT(split("", 1, 4), testing::IsEmpty());
}

TEST(router, compares_exact_octets) {
  const auto paths = oauth::paths_of({});
  EXPECT_EQ(find_public(paths, "/token"), oauth::endpoint::token);
  EXPECT_EQ(find_public(paths, "/introspect"), oauth::endpoint::introspection);
  EXPECT_EQ(find_public(paths, "/revoke"), oauth::endpoint::revocation);
  EXPECT_EQ(find_public(paths, "/userinfo"), oauth::endpoint::userinfo);
  EXPECT_EQ(find_public(paths, "/.well-known/openid-configuration"),
            oauth::endpoint::openid_configuration);
  for (const auto* path : {"/token/", "/Token", "/%74oken", "//token", "/", "", "/admin/codes"}) {
    EXPECT_EQ(find_public(paths, path), std::nullopt) << path;
  }
}

TEST(router, DCR_01_knows_registration_where_the_options_have_it) {
  auto o = oauth::options{};
  EXPECT_EQ(find_public(oauth::paths_of(o), "/register"), std::nullopt);
  EXPECT_EQ(find_public(oauth::paths_of(o), "/register/cl_a"), std::nullopt);
  EXPECT_EQ(find_public(oauth::paths_of(o), ""), std::nullopt);
  o.registration.mode = oauth::registration_mode::token;
  o.issuer = "https://idp.example.com/t";
  const auto paths = oauth::paths_of(o);
  EXPECT_EQ(find_public(paths, "/t/register"), oauth::endpoint::registration);
  EXPECT_EQ(find_public(paths, "/t/register/cl_a"), oauth::endpoint::registered_client);
  for (const auto* path : {"/t/register/", "/t/register/a/b", "/t/registercl_a", "/register/cl_a"})
    EXPECT_EQ(find_public(paths, path), std::nullopt) << path;
}

TEST(router, guards_all_below_admin) {
  for (const auto* path :
       {"/admin", "/admin/", "/admin/x", "/admin/clients/", "/admin/clients/a/b"}) {
    EXPECT_EQ(find_admin(path).endpoint, admin_endpoint::unknown) << path;
    EXPECT_TRUE(find_admin(path).is_guarded) << path;
  }
  EXPECT_FALSE(find_admin("/administrator").is_guarded);
  EXPECT_EQ(find_admin("/admin/clients/a%2Fb").id, "a%2Fb");
  EXPECT_EQ(find_admin("/admin/clock/confirm").endpoint, admin_endpoint::clock_confirmation);
  EXPECT_TRUE(find_admin("/admin/clock/confirm").is_guarded);
  EXPECT_EQ(find_admin("/admin/reload").endpoint, admin_endpoint::reload);
  EXPECT_TRUE(find_admin("/admin/reload").is_guarded);
  EXPECT_EQ(find_admin("/admin/backups").endpoint, admin_endpoint::backups);
  EXPECT_TRUE(find_admin("/admin/backups").is_guarded);
  EXPECT_EQ(find_admin("/admin/seal").endpoint, admin_endpoint::seal);
  EXPECT_TRUE(find_admin("/admin/seal").is_guarded);
  EXPECT_EQ(find_admin("/admin/seal/rotate").endpoint, admin_endpoint::seal_rotation);
  EXPECT_TRUE(find_admin("/admin/seal/rotate").is_guarded);
  EXPECT_EQ(find_admin("/admin/seal/retire").endpoint, admin_endpoint::seal_retirement);
  EXPECT_TRUE(find_admin("/admin/seal/retire").is_guarded);
  EXPECT_EQ(find_admin("/admin/seal/").endpoint, admin_endpoint::unknown);
}

TEST(router, finds_the_secrets_of_a_client_by_number) {
  for (const auto* rest : {"//secrets", "a/secrets/", "a/secrets/0", "a/secrets/01", "a/secrets/-1",
                           "a/secrets/+1", "a/secrets/1x", "a/secrets/1/", "a/secrets/4294967296",
                           "a/secretsx", "a/secretsx/1", "a/Secrets", "/secrets/1"}) {
    const auto path = "/admin/clients/" + std::string{rest};
    EXPECT_EQ(find_admin(path).endpoint, admin_endpoint::unknown) << path;
    EXPECT_TRUE(find_admin(path).is_guarded) << path;
  }
  const auto all = find_admin("/admin/clients/a%2Fb/secrets");
  EXPECT_EQ(all.endpoint, admin_endpoint::secrets);
  EXPECT_EQ(all.id, "a%2Fb");
  const auto one = find_admin("/admin/clients/secrets/secrets/4294967295");
  EXPECT_EQ(one.endpoint, admin_endpoint::secret);
  EXPECT_EQ(one.id, "secrets");
  EXPECT_EQ(one.number, 4294967295U);
}

TEST(router, finds_an_entity_tag_in_a_list) {
  EXPECT_TRUE(names_etag("\"a\"", "\"a\""));
  EXPECT_TRUE(names_etag("\"b\", W/\"a\"", "\"a\""));
  EXPECT_TRUE(names_etag("*", "\"a\""));
  EXPECT_FALSE(names_etag("\"b\"", "\"a\""));
  EXPECT_FALSE(names_etag("a", "\"a\""));
}

TEST(date_text, formats_the_example_of_RFC_9110) {
  auto date = date_text{};
  EXPECT_EQ(date.at(oauth::instant{std::chrono::seconds{784111777}}),
            "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(date.at(oauth::instant{std::chrono::seconds{0}}), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(date.at(oauth::instant{std::chrono::seconds{1709251199}}),
            "Thu, 29 Feb 2024 23:59:59 GMT");
}

TEST(append_head, is_no_store_unless_public_TOK_15) {
  const auto id = service::request_id{};
  auto head = std::string{};
  append_head(head, {.body = "{}"}, persistence::close, id, "D");
  EXPECT_THAT(head, testing::StartsWith("HTTP/1.1 200 OK\r\nDate: D\r\nX-Request-Id: "));
  EXPECT_THAT(head, testing::HasSubstr("Cache-Control: no-store\r\nPragma: no-cache\r\n"));
  EXPECT_THAT(head, testing::EndsWith("Connection: close\r\nContent-Type: application/json\r\n"
                                      "Content-Length: 2\r\n\r\n"));
  head.clear();
  append_head(head, {.status = 204, .allow = "GET"}, persistence::implied, id, "D");
  EXPECT_THAT(head, testing::EndsWith("Pragma: no-cache\r\nAllow: GET\r\n\r\n"));
  head.clear();
  append_head(head, {.dpop_nonce = "n"}, persistence::implied, id, "D");
  EXPECT_THAT(head, testing::HasSubstr("\r\nDPoP-Nonce: n\r\n"));
  head.clear();
  append_head(head, {.etag = "\"e\"", .is_public_document = true}, persistence::implied, id, "D");
  EXPECT_THAT(head, testing::HasSubstr("Cache-Control: public, max-age=300\r\n"
                                       "Access-Control-Allow-Origin: *\r\nETag: \"e\"\r\n"));
}

boost::asio::ip::address ip(const char* text) {
  return boost::asio::ip::make_address(text);
}

TEST(peer_filter, admits_loopback_and_trusted_proxies_only_TOK_02) {
  const auto nobody = peer_filter{};
  for (const auto* a : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(nobody.admits(ip(a))) << a;
  }
  for (const auto* a : {"10.0.0.1", "::2", "128.0.0.1", "::ffff:10.0.0.1", "0.0.0.0"}) {
    EXPECT_FALSE(nobody.admits(ip(a))) << a;
  }
  const auto some = peer_filter{{"10.1.0.0/20", "192.0.2.7", "2001:db8::/33"}};
  for (const auto* a : {"10.1.15.255", "192.0.2.7", "::ffff:10.1.0.1", "2001:db8:7fff::1"}) {
    EXPECT_TRUE(some.admits(ip(a))) << a;
  }
  for (const auto* a : {"10.1.16.0", "192.0.2.8", "2001:db8:8000::1"}) {
    EXPECT_FALSE(some.admits(ip(a))) << a;
  }
}

TEST(check_options, names_the_key_of_every_broken_limit) {
  using namespace std::chrono_literals;
  auto o = options{};
  EXPECT_TRUE(check(o).empty());
  o.listen = "localhost:1";
  o.io_threads = 257;
  o.max_connections = 0;
  o.max_connections_per_source = 2'000'000;
  o.trusted_proxies = {"10.0.0.0/33"};
  o.header_limit = o.body_limit = 1;
  o.header_timeout = o.body_timeout = o.idle_timeout = o.write_timeout = 9ms;
  o.admin_listen = "192.0.2.1:1";
  o.admin_token_file.clear();
  o.mint_token_file.clear();
  o.health_listen = "9082";
  auto keys = std::vector<std::string>{};
  for (const auto& e : check(o)) keys.push_back(e.key);
  EXPECT_THAT(keys,
              testing::ElementsAre("http.listen", "http.io_threads", "http.max_connections",
                                   "http.max_connections_per_source", "http.trusted_proxies",
                                   "http.header_limit", "http.body_limit", "http.header_timeout",
                                   "http.body_timeout", "http.idle_timeout", "http.write_timeout",
                                   "admin.listen", "health.listen", "admin.token_file",
                                   "admin.mint_token_file"));
}

TEST(check_options, refuses_an_admin_listener_beyond_loopback) {
  for (const auto* address : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "127.0.0.1", "::1:1", "[::1]"}) {
    auto o = options{};
    o.admin_listen = address;
    ASSERT_EQ(check(o).size(), 1U) << address;
    EXPECT_EQ(check(o).front().key, "admin.listen");
  }
}

}  // namespace
}  // namespace mintage::net
