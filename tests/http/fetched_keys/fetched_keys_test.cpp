// Clients whose keys are at a jwks_uri, against the program and a host on loopback. (CAU-10,
// CAU-11)
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "loopback/https_host.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/test_clients.hpp"

namespace mintage::test {
namespace {

using namespace std::chrono_literals;
using loopback::https_host;
using testing::HasSubstr;

std::string body_of(const boost::json::object& jwks) {
  return boost::json::serialize(jwks);
}

class fetched_keys : public testing::Test {
 protected:
  fetched_keys() {
    own = authority.issue(folder.path(), "host", loopback::key_kind::p256);
    options["fetch.ca_file"] = toml_string(authority.write(folder.path()).native());
    options["fetch.allow_loopback_for_tests"] = "true";
  }

  /// A host that serves the key set `shown` at every path.
  void serve() {
    serve_by([this](https_host::visit& v) {
      v.answer("200 OK", "Content-Type: application/json\r\n", document());
    });
  }
  void serve_by(https_host::responder respond) {
    host = std::make_unique<https_host>(own, std::move(respond));
  }
  void show(const client_key& key) {
    const auto guard = std::scoped_lock{mutex};
    shown = body_of(key.jwks());
  }
  std::string document() {
    const auto guard = std::scoped_lock{mutex};
    return shown;
  }

  stage& running() {
    if (!started) started = std::make_unique<stage>(options);
    return *started;
  }
  /// A client of private_key_jwt whose keys are at `url`.
  party make_client(const std::string& url, std::shared_ptr<const client_key> key) {
    auto made = make_party(running().admin, {{"token_endpoint_auth_method", "private_key_jwt"},
                                             {"jwks_uri", url},
                                             {"grant_types", {"client_credentials"}},
                                             {"scope", "read"}});
    made.how = party::way::assertion;
    made.key = std::move(key);
    return made;
  }
  void expect(const party& who, const expected& want) {
    const auto call = client_credentials(who);
    check_answer(call.send_to(running().server.port()), call, want);
  }
  /// The value of a metric's series; 0 when it is not on the page.
  double metric(const std::string& series) {
    const auto page = admin_client{running().server.admin_port(), {}}.call("GET", "/metrics").body;
    const auto at = page.find("\n" + series + " ");
    return at == page.npos ? 0 : std::stod(page.substr(at + series.size() + 2));
  }

  loopback::temporary_folder folder;
  loopback::certificate_authority authority;
  loopback::pem_pair own;
  settings options;
  std::mutex mutex;
  std::string shown;
  std::unique_ptr<https_host> host;
  std::unique_ptr<stage> started;
  std::shared_ptr<const client_key> first = std::make_shared<client_key>(crypto::jws_alg::es256);
  std::shared_ptr<const client_key> second = std::make_shared<client_key>(crypto::jws_alg::es256);
};

TEST_F(fetched_keys, are_fetched_once_for_many_requests) {
  serve();
  show(*first);
  const auto who = make_client(host->url("/jwks"), first);
  EXPECT_EQ(host->requests(), 0U);  // not at the registration
  for (auto i = 0; i < 5; ++i) expect(who, success);
  EXPECT_EQ(host->requests(), 1U);
}

// NEG-086: one refetch, then invalid_client.
TEST_F(fetched_keys, are_fetched_again_once_for_an_unknown_kid) {
  serve();
  show(*first);
  const auto who = make_client(host->url("/jwks"), first);
  expect(who, success);
  auto stranger = who;
  stranger.key = second;
  expect(stranger, invalid_client);
  EXPECT_EQ(host->requests(), 2U);
  expect(stranger, invalid_client);  // within 30 s there is no third fetch
  EXPECT_EQ(host->requests(), 2U);
  expect(who, success);
}

// A client that has changed its keys is served at once.
TEST_F(fetched_keys, may_rotate) {
  serve();
  show(*first);
  const auto who = make_client(host->url("/jwks"), first);
  expect(who, success);
  show(*second);
  auto rotated = who;
  rotated.key = second;
  expect(rotated, success);
  EXPECT_EQ(host->requests(), 2U);
  expect(who, invalid_client);  // the former key was dropped
}

// NEG-104: no fetch; invalid_client.
TEST_F(fetched_keys, are_not_fetched_from_what_is_not_public) {
  serve();
  show(*first);
  options.erase("fetch.allow_loopback_for_tests");
  const auto port = ":" + std::to_string(host->port());
  for (const auto& url :
       {host->url("/jwks"), "https://localhost" + port + "/jwks", "https://[::1]" + port + "/jwks",
        std::string{"https://169.254.169.254/latest/meta-data"}, std::string{"https://10.0.0.1/"},
        std::string{"https://172.16.0.1/"}, std::string{"https://192.168.1.1/"}})
    expect(make_client(url, first), invalid_client);
  EXPECT_EQ(host->connections(), 0U);
  EXPECT_EQ(metric("mintage_fetches_total{result=\"not_public\"}"), 7);
}

TEST_F(fetched_keys, that_cannot_be_had_are_a_failed_authentication) {
  serve_by([](https_host::visit& v) {
    if (v.target() == "/redirect")
      v.answer("302 Found", "Location: /jwks\r\nContent-Type: application/json\r\n", "{}");
    else if (v.target() == "/html")
      v.answer("200 OK", "Content-Type: text/html\r\n", "<html>");
    else if (v.target() == "/no_set")
      v.answer("200 OK", "Content-Type: application/json\r\n", "[]");
    else
      v.answer("404 Not Found", "Content-Type: application/json\r\n", "{}");
  });
  for (const auto* path : {"/redirect", "/html", "/no_set", "/missing"}) {
    const auto who = make_client(host->url(path), first);
    expect(who, invalid_client);
    expect(who, invalid_client);  // the failure is remembered
  }
  EXPECT_EQ(host->requests(), 4U);
}

// A host that never answers holds up those alone who wait for it, and not too many of them.
TEST_F(fetched_keys, of_a_silent_host_hold_up_nobody_else) {
  serve_by([](https_host::visit& v) { v.wait(1min); });
  options["fetch.waiting"] = "8";
  auto slow = std::vector<party>{};
  for (auto i = 0; i < 20; ++i)
    slow.push_back(make_client(host->url("/" + std::to_string(i)), first));
  auto waiting = std::vector<std::future<unsigned>>{};
  for (const auto& who : slow)
    waiting.push_back(std::async(std::launch::async, [&, call = client_credentials(who)] {
      return call.send_to(running().server.port()).status;
    }));
  eventually([&] { return metric("mintage_key_set_waits") == 8; });
  for (auto i = 0; i < 50; ++i)
    EXPECT_EQ(running().redeem(running().c1, running().mint(running().c1)).status, 200U);
  auto refused = 0;
  auto denied = 0;
  for (auto& w : waiting) {
    const auto status = w.get();
    refused += status == 503 ? 1 : 0;
    denied += status == 400 ? 1 : 0;
  }
  EXPECT_EQ(refused + denied, 20);
  EXPECT_GE(refused, 12);
  EXPECT_EQ(metric("mintage_key_set_waits"), 0);
}

// The exchanges of others are answered while no fetch ends, so they cannot have waited for one.
// What it costs them is measured by bench/hostile_key_host.
TEST_F(fetched_keys, of_a_silent_host_that_a_thousand_clients_wait_for_concern_nobody_else) {
  constexpr auto clients = 1000;
  serve_by([](https_host::visit& v) { v.wait(1min); });
  options["fetch.timeout"] = toml_string("10s");
  auto waiting = std::vector<connection>{};
  for (auto i = 0; i < clients; ++i) {
    const auto who = make_client(host->url("/" + std::to_string(i)), first);
    waiting.emplace_back(running().server.port(), 60s);
    ASSERT_TRUE(waiting.back().send(client_credentials(who).render()));
    if (i == 0) eventually([&] { return host->requests() == 1; });
  }
  eventually([&] { return metric("mintage_key_set_waits") == 256; });  // the bound

  auto is_shown = false;
  for (auto turn = 0; !is_shown && turn < 10; ++turn) {
    const auto ended = metric("mintage_fetches_total{result=\"late\"}");
    for (auto i = 0; i < 20; ++i)
      EXPECT_EQ(running().redeem(running().c1, running().mint(running().c1)).status, 200U);
    is_shown = metric("mintage_fetches_total{result=\"late\"}") == ended &&
               metric("mintage_fetches_in_flight") == 8;
  }
  EXPECT_TRUE(is_shown);
  EXPECT_LE(host->most_at_once(), 8U);  // of one host

  auto answers = std::map<unsigned, int>{};
  for (auto& each : waiting) ++answers[each.receive().status];
  EXPECT_EQ(answers[400] + answers[503], clients);
  EXPECT_GE(answers[503], clients - 256);
  EXPECT_EQ(running().redeem(running().c1, running().mint(running().c1)).status, 200U);
}

TEST_F(fetched_keys, do_not_delay_a_stop) {
  serve_by([](https_host::visit& v) { v.wait(1min); });
  const auto who = make_client(host->url("/jwks"), first);
  auto waiting = std::async(std::launch::async, [&, call = client_credentials(who)] {
    return call.send_to(running().server.port()).status;
  });
  eventually([&] { return host->requests() == 1; });
  EXPECT_EQ(running().server.stop(), 0);
  EXPECT_THAT((std::vector<unsigned>{400, 503}), testing::Contains(waiting.get()));
}

TEST_F(fetched_keys, are_warned_about_when_loopback_may_be_asked) {
  EXPECT_THAT(running().server.log(), HasSubstr("fetch.allow_loopback_for_tests"));
  const auto checked = run_program({"check", "--config", running().server.config_file().native()});
  EXPECT_EQ(checked.code, 0);
  EXPECT_THAT(checked.err, HasSubstr("warning: fetch.allow_loopback_for_tests"));
}

}  // namespace
}  // namespace mintage::test
