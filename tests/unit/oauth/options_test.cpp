#include "oauth/options.hpp"

#include <gtest/gtest.h>

namespace mintage::oauth {
namespace {

using namespace std::chrono_literals;

options with_issuer(std::string issuer) {
  auto o = options{};
  o.issuer = std::move(issuer);
  return o;
}

TEST(check_options, refuses_issuers_that_clients_could_not_trust) {  // MET-01
  for (const auto* issuer : {"",
                             "idp.example.com",
                             "https:",
                             "https://",
                             "https:///t",
                             "https://h?q",
                             "https://h/?",
                             "https://h/#",
                             "https://u@h",
                             "https://u:p@h/",
                             "http://h",
                             "http://10.0.0.1",
                             "http://localhost.example",
                             "http://127.0.0.1.example",
                             "ftp://h",
                             "HTTPS://h",
                             "https://h//",
                             "https://h//t",
                             "https://h/a b",
                             "https://h/\"",
                             "https://h:99999"}) {
    const auto errors = check(with_issuer(issuer));
    ASSERT_EQ(errors.size(), 1u) << issuer;
    EXPECT_EQ(errors[0].key, "issuer");
    EXPECT_TRUE(errors[0].sentence.starts_with("must ")) << errors[0].sentence;
  }
}

TEST(check_options, takes_https_issuers_and_loopback_ones) {
  for (const auto* issuer :
       {"https://idp.example.com", "https://h/", "https://h:8443/t/u/", "http://127.0.0.1:9080",
        "http://127.8.8.8", "http://[::1]:1", "http://localhost"}) {
    EXPECT_TRUE(check(with_issuer(issuer)).empty()) << issuer;
  }
}

TEST(check_options, defaults_hold) {
  EXPECT_TRUE(check(options{}).empty());
}

TEST(check_options, names_each_limit_that_is_broken) {
  struct row {
    const char* key;
    void (*change)(options&);
  };
  const auto rows = {
      row{"http.failures_per_minute", [](options& o) { o.failures_per_minute = 60'001; }},
      row{"tokens.code_ttl", [](options& o) { o.code_ttl = 0s; }},
      row{"tokens.code_ttl", [](options& o) { o.code_ttl = 601s; }},
      row{"tokens.code_ttl",
          [](options& o) {
            o.profile = client_profile::fapi2;  // FAP-05
            o.code_ttl = 61s;
          }},
      row{"authorization.pushed_ttl",
          [](options& o) {
            o.profile = client_profile::fapi2;  // FAP-08
            o.pushed_ttl = 600s;
          }},
      row{"tokens.code_tombstone", [](options& o) { o.code_tombstone = 0s; }},
      row{"tokens.code_tombstone", [](options& o) { o.code_tombstone = 24h + 1s; }},
      row{"tokens.code_dup_window", [](options& o) { o.code_dup_window = -1ms; }},
      row{"tokens.code_dup_window", [](options& o) { o.code_dup_window = 10001ms; }},
      row{"tokens.code_max_fail", [](options& o) { o.code_max_fail = 0; }},
      row{"tokens.code_max_fail", [](options& o) { o.code_max_fail = 1001; }},
      row{"tokens.access_ttl", [](options& o) { o.access_ttl = 0s; }},
      row{"tokens.access_ttl", [](options& o) { o.access_ttl = 24h + 1s; }},
      row{"tokens.id_ttl", [](options& o) { o.id_ttl = 0s; }},
      row{"tokens.id_ttl", [](options& o) { o.id_ttl = 24h + 1s; }},
      row{"tokens.refresh_idle", [](options& o) { o.refresh_idle = 0s; }},
      row{"tokens.refresh_idle", [](options& o) { o.refresh_idle = o.refresh_absolute + 1s; }},
      row{"tokens.refresh_absolute", [](options& o) { o.refresh_absolute = 24h * 3650 + 1s; }},
      row{"tokens.refresh_grace", [](options& o) { o.refresh_grace = -1s; }},
      row{"tokens.refresh_grace", [](options& o) { o.refresh_grace = 601s; }},
      row{"dpop.max_age", [](options& o) { o.dpop_max_age = 4s; }},
      row{"dpop.max_age", [](options& o) { o.dpop_max_age = 601s; }},
      row{"registration.max_clients", [](options& o) { o.registration.max_clients = 1'000'001; }},
      row{"registration.per_source_per_hour",
          [](options& o) { o.registration.per_source_per_hour = 100'001; }},
      row{"registration.unused_life", [](options& o) { o.registration.unused_life = 1h - 1s; }},
      row{"registration.idle_life", [](options& o) { o.registration.idle_life = 24h - 1s; }},
      row{"registration.scopes", [](options& o) { o.registration.scopes = {}; }},
      row{"registration.scopes", [](options& o) { o.registration.scopes = {"open id"}; }},
      row{"registration.resources", [](options& o) { o.registration.resources = {"api"}; }},
      row{"keys.rotation_period", [](options& o) { o.key_rotation_period = -1s; }},
      row{"keys.rotation_period", [](options& o) { o.key_rotation_period = 24h - 1s; }},
      row{"keys.rotation_period", [](options& o) { o.key_rotation_period = 24h * 3650 + 1s; }},
      // JWS-06: the longest token life and the max-age of the key set.
      row{"keys.overlap", [](options& o) { o.key_overlap = 899s; }},
      row{"keys.overlap",
          [](options& o) {
            o.key_overlap = 1h;
            o.id_ttl = 1h - 299s;
          }},
      row{"keys.overlap",
          [](options& o) {
            o.key_overlap = 1h;
            o.access_ttl = 1h - 299s;
          }},
      row{"keys.overlap", [](options& o) { o.key_overlap = 24h * 30 + 1s; }},
  };
  for (const auto& r : rows) {
    auto o = options{};
    r.change(o);
    const auto errors = check(o);
    ASSERT_EQ(errors.size(), 1u) << r.key;
    EXPECT_EQ(errors[0].key, r.key);
  }
}

TEST(check_options, reports_all_at_once) {
  auto o = with_issuer("http://h");
  o.code_ttl = 0s;
  o.refresh_absolute = 0s;
  EXPECT_EQ(check(o).size(), 4u);  // idle is now longer than absolute as well
}

TEST(check_options, takes_both_ends_of_each_range) {
  auto least = options{};
  least.code_ttl = least.code_tombstone = least.access_ttl = least.id_ttl = 1s;
  least.refresh_idle = least.refresh_absolute = 1s;
  least.code_dup_window = 0ms;
  least.code_max_fail = 1;
  least.refresh_grace = 0s;
  least.key_rotation_period = 0s;
  least.key_overlap = 301s;
  EXPECT_TRUE(check(least).empty());
  auto most = options{};
  most.code_ttl = most.refresh_grace = 600s;
  most.code_tombstone = most.access_ttl = most.id_ttl = 24h;
  most.refresh_idle = most.refresh_absolute = 24h * 3650;
  most.code_dup_window = 10s;
  most.code_max_fail = 1000;
  most.key_rotation_period = 24h * 3650;
  most.key_overlap = 24h * 30;
  EXPECT_TRUE(check(most).empty());
}

TEST(base_url, has_no_slash_at_its_end) {
  EXPECT_EQ(base_url(with_issuer("https://h")), "https://h");
  EXPECT_EQ(base_url(with_issuer("https://h/")), "https://h");
  EXPECT_EQ(base_url(with_issuer("https://h/t/")), "https://h/t");
}

}  // namespace
}  // namespace mintage::oauth
