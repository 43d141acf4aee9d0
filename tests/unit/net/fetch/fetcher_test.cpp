// Documents of a host that behaves, and what is sent to it. (CAU-11)

#include <gmock/gmock.h>

#include "tests/unit/net/fetch/fetcher_fixture.hpp"

namespace mintage::net {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST_F(fetcher_test, fetches_a_document) {
  serve_document(
      "Content-Type: application/jwk-set+json\r\nETag: \"v1\"\r\n"
      "Cache-Control: public, max-age=600\r\n",
      R"({"keys":[]})");
  const auto got = fetch();
  ASSERT_TRUE(got);
  EXPECT_FALSE(got->is_unchanged);
  EXPECT_EQ(got->body, R"({"keys":[]})");
  EXPECT_EQ(got->etag, "\"v1\"");
  EXPECT_EQ(got->max_age, oauth::seconds{600});
}

TEST_F(fetcher_test, asks_whether_a_document_has_changed) {
  serve([](visit& v) {
    if (v.head().find("If-None-Match: \"v1\"\r\n") == std::string::npos)
      v.answer("200 OK", std::string{json} + "ETag: \"v1\"\r\n", "{}");
    else
      v.send("HTTP/1.1 304 Not Modified\r\nCache-Control: max-age=900\r\n\r\n");
  });
  EXPECT_FALSE(fetch(host->url("/jwks"), "\"v0\"")->is_unchanged);
  const auto again = fetch(host->url("/jwks"), "\"v1\"");
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->is_unchanged);
  EXPECT_EQ(again->body, "");
  EXPECT_EQ(again->etag, "\"v1\"");
  EXPECT_EQ(again->max_age, oauth::seconds{900});
}

TEST_F(fetcher_test, believes_no_304_to_a_first_request) {
  serve([](visit& v) { v.send("HTTP/1.1 304 Not Modified\r\n\r\n"); });
  EXPECT_EQ(result(), "bad_status");
}

TEST_F(fetcher_test, sends_a_bare_request) {
  auto head = std::string{};
  serve([&](visit& v) {
    head = v.head();
    v.answer("200 OK", json, "{}");
  });
  ASSERT_TRUE(fetch(host->url("/jwks?a=b")));
  EXPECT_THAT(head, testing::StartsWith("GET /jwks?a=b HTTP/1.1\r\n"));
  EXPECT_THAT(head, HasSubstr("Accept: application/json"));
  for (const auto* absent : {"Accept-Encoding", "Cookie", "Authorization", "Referer"})
    EXPECT_THAT(head, Not(HasSubstr(absent)));
}

TEST_F(fetcher_test, uses_no_proxy_of_the_environment) {
  serve_document();
  ::setenv("https_proxy", "http://127.0.0.1:9", 1);
  ::setenv("ALL_PROXY", "http://127.0.0.1:9", 1);
  EXPECT_EQ(result(), "ok");
  ::unsetenv("https_proxy");
  ::unsetenv("ALL_PROXY");
}

TEST_F(fetcher_test, opens_a_connection_for_each_fetch) {
  serve([](visit& v) {
    v.send(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        "Content-Length: 2\r\n\r\n{}");
  });
  EXPECT_EQ(result(), "ok");
  EXPECT_EQ(result(), "ok");
  EXPECT_EQ(host->connections(), 2U);
}

TEST_F(fetcher_test, counts_results) {
  serve_document();
  EXPECT_EQ(result(), "ok");
  EXPECT_EQ(result_of("http://127.0.0.1/"), "bad_url");
  auto counted = std::map<std::string, std::uint64_t>{};
  for (const auto& s : running().meters().all())
    if (s.what.name == "mintage_fetches_total")
      counted[s.with.at(0).value] = std::get<std::function<std::uint64_t()>>(s.cell)();
  EXPECT_EQ(counted.at("ok"), 1U);
  EXPECT_EQ(counted.at("bad_url"), 1U);
  EXPECT_EQ(counted.at("late"), 0U);
}

// --- bounds --------------------------------------------------------------------------------------

TEST_F(fetcher_test, asks_a_host_so_many_times_a_minute) {
  serve_document();
  options.per_host_per_minute = 2;
  EXPECT_EQ(result(), "ok");
  EXPECT_EQ(result(), "ok");
  EXPECT_EQ(result(), "limited");
  EXPECT_EQ(result_of(url_of("localhost")), "ok");
  EXPECT_EQ(host->connections(), 3U);
}

TEST_F(fetcher_test, takes_other_options_while_it_runs) {
  serve_document();
  options.per_host_per_minute = 1;
  EXPECT_EQ(result(), "ok");
  EXPECT_EQ(result(), "limited");
  auto changed = options;
  changed.per_host_per_minute = 60'000;
  running().change(changed);
  eventually([&] { return result() == "ok"; });
  changed.allowed_hosts = {"keys.example.com"};
  running().change(changed);
  EXPECT_NE(result(), "ok");
  changed.allowed_hosts = {};
  changed.queue = 1;
  changed.in_flight = 1;
  running().change(changed);
  EXPECT_EQ(result(), "ok");
}

TEST_F(fetcher_test, has_a_bounded_queue_and_stops_at_once) {
  serve([](visit& v) { v.wait(std::chrono::minutes{1}); });
  options.in_flight = 1;
  options.queue = 2;
  auto asked = std::vector<std::future<service::fetch_outcome>>{};
  asked.push_back(begin(host->url("/")));
  eventually([&] { return host->requests() == 1; });  // so the queue is empty again
  for (auto i = 0; i < 5; ++i) asked.push_back(begin(host->url("/")));
  for (auto i = std::size_t{3}; i < asked.size(); ++i)
    EXPECT_EQ(asked[i].get().error(), fetch_failure::no_room);
  fetches->stop();
  for (auto i = std::size_t{0}; i < 3; ++i)
    EXPECT_EQ(asked[i].get().error(), fetch_failure::stopped);
  EXPECT_EQ(fetch().error(), fetch_failure::stopped);
  fetches->stop();
}

// A thousand clients at once, each with a host of its own.
TEST_F(fetcher_test, serves_a_thousand_at_once_within_its_bounds) {
  serve([](visit& v) {
    v.wait(std::chrono::milliseconds{1});
    v.answer("200 OK", json, "{}");
  });
  options.in_flight = 16;
  options.timeout = std::chrono::seconds{10};
  auto asked = std::vector<std::future<service::fetch_outcome>>{};
  for (auto i = 0; i < 1000; ++i) {
    const auto name = "n" + std::to_string(i) + ".hosts.test";
    test::resolve(name, {"127.0.0.1"});
    asked.push_back(begin(url_of(name)));
  }
  for (auto& a : asked) {
    const auto o = a.get();
    EXPECT_TRUE(o) << to_string(o.error());
  }
  EXPECT_LE(host->most_at_once(), 2 * options.in_flight);  // those being closed included
  EXPECT_EQ(host->requests(), 1000U);
}

TEST_F(fetcher_test, does_not_let_a_slow_host_hold_up_others) {
  serve([](visit& v) {
    if (v.head().find("Host: slow.hosts.test") != std::string::npos)
      v.wait(std::chrono::minutes{1});
    v.answer("200 OK", json, "{}");
  });
  test::resolve("slow.hosts.test", {"127.0.0.1"});
  test::resolve("other.hosts.test", {"127.0.0.1"});
  auto slow = std::vector<std::future<service::fetch_outcome>>{};
  for (auto i = 0; i < 100; ++i) slow.push_back(begin(url_of("slow.hosts.test")));
  eventually([&] { return host->requests() == fetcher::most_per_host; });
  EXPECT_EQ(result_of(url_of("other.hosts.test")), "ok");
  EXPECT_EQ(host->requests(), fetcher::most_per_host + 1);
  fetches->stop();
}

}  // namespace
}  // namespace mintage::net
