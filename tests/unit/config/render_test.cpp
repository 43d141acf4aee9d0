// What config::parse accepts, its results, and that render writes them back.

#include "config/config.hpp"
#include "config/document.hpp"
#include "config/schema.hpp"
#include "config/units.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

namespace mintage::config {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

settings parsed(std::string_view toml) {
  auto result = parse(toml, "/etc/mintage/m.toml");
  if (result) return *result;
  for (const auto& m : result.error()) ADD_FAILURE() << to_string(m);
  return {};
}

std::string text_of(const std::filesystem::path& file) {
  auto in = std::ifstream{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// The settings of a process without a config file, with paths as in a file of that folder.
settings defaults_in(const std::filesystem::path& folder) {
  auto s = settings{};
  for (const auto& one : schema()) {
    if (one.path && !one.path(s).empty()) one.path(s) = folder / one.path(s);
  }
  return s;
}

TEST(config_example, is_exactly_the_defaults) {
  const auto file = std::filesystem::path{MINTAGE_EXAMPLE_FILE};
  const auto loaded = load(file);
  ASSERT_TRUE(loaded) << to_string(loaded.error().at(0));
  EXPECT_EQ(render(*loaded), render(defaults_in(file.parent_path())));
}

/// Whether a value of the file is of that kind.
bool fits(const value& v, const value_shape& shape) {
  const auto* text = std::get_if<std::string>(&v.held);
  const auto is_number = std::holds_alternative<std::int64_t>(v.held);
  switch (shape.kind) {
    case value_kind::text:
    case value_kind::path:
      return text != nullptr;
    case value_kind::truth:
      return std::holds_alternative<bool>(v.held);
    case value_kind::count:
      return is_number;
    case value_kind::duration:
      return text != nullptr && parse_duration(*text);
    case value_kind::size:
      return is_number || (text != nullptr && parse_size(*text));
    case value_kind::word:
      return text != nullptr && std::ranges::count(shape.words, *text) == 1;
    case value_kind::texts:
    case value_kind::algorithms:
      return std::holds_alternative<std::vector<value>>(v.held);
  }
  return false;
}

TEST(config_shapes, are_those_of_the_defaults) {
  for (const auto& s : schema()) {
    const auto entries = read_document("x = " + s.write(settings{}));
    ASSERT_TRUE(entries) << s.key;
    EXPECT_TRUE(fits(entries->front().what, s.shape)) << s.key;
  }
  EXPECT_EQ(find_setting("log.level")->shape.words,
            (std::vector<std::string_view>{"debug", "info", "warn", "error"}));
  EXPECT_EQ(find_setting("storage.postgres.patience")->shape.kind, value_kind::duration);
  EXPECT_EQ(find_setting("registration.scopes")->shape.kind, value_kind::texts);
}

TEST(config_example, holds_every_key_and_nothing_else) {
  const auto entries = read_document(text_of(MINTAGE_EXAMPLE_FILE));
  ASSERT_TRUE(entries);
  auto in_file = std::multiset<std::string>{};
  for (const auto& e : *entries) {
    if (!std::holds_alternative<value::table>(e.what.held)) in_file.insert(e.key);
  }
  auto in_schema = std::multiset<std::string>{};
  for (const auto& s : schema()) in_schema.insert(std::string{s.key});
  EXPECT_EQ(in_file, in_schema);
}

TEST(config_parse, takes_an_empty_file_as_the_defaults) {
  EXPECT_EQ(render(parsed("")), render(defaults_in("/etc/mintage")));
}

constexpr auto everything_changed = R"(
issuer = "https://idp.example.com"
profile = "fapi2"
[discovery]
authorization_endpoint = "https://login.example.com/"
mtls_base_url = "https://mtls.example.com"
[authorization]
login_url = "https://login.example.com/authorize"
logout_url = "https://login.example.com/logout"
request_ttl = "20m"
pushed_ttl = "90s"
require_pushed_authorization_requests = true
requests_per_minute = 300
stored_per_minute = 7
[http]
listen = "[::1]:0"
io_threads = 3
max_connections = 20
max_connections_per_source = 7
max_in_flight = 77
trusted_proxies = ["10.0.0.0/8", "fd00::1"]
proxy_protocol = true
client_certificate_header = "nginx"
client_certificate_header_name = "X-Cert"
client_verified_header = "X-Verified"
mtls_listen = "[::1]:1"
failures_per_minute = 7
header_limit = "16KiB"
body_limit = 70000
header_timeout = "1500ms"
body_timeout = 2.5
idle_timeout = "2m"
write_timeout = 4
[http.tls]
certificate = "chain.pem"
key = "/run/key.pem"
second_certificate = "rsa.pem"
second_key = "rsa.key"
min_version = "1.3"
client_certificates = "optional"
client_ca = "clients.pem"
client_crl = "revoked.pem"
[admin]
listen = "127.0.0.1:1"
token_file = "/run/a"
mint_token_file = "sub/../m"
[admin.tls]
certificate = "chain.pem"
key = "/run/key.pem"
second_certificate = "admin.rsa"
second_key = "admin.rsa"
min_version = "1.3"
[health]
listen = "10.0.0.7:9082"
[fetch]
ca_file = "authorities.pem"
allowed_hosts = ["keys.example.com", ".example.org"]
timeout = "900ms"
size_limit = "64KiB"
in_flight = 33
queue = 34
waiting = 36
per_host_per_minute = 35
allow_loopback_for_tests = true
[pools]
workers = 5
validator.size = 6
code_store = { size = 7, batch_max = 8 }
[pools.signer]
size = 9
[pools.hasher]
size = 2
queue = 10
queue_per_source = 3
[storage]
engine = "memory"
[storage.rocksdb]
path = "../db"
durability = "os"
memtable_mb = 12
[storage.postgres]
shards = ["host=a,b dbname=m", "host=c"]
write_links = 3
read_links = 4
gather = "5ms"
patience = "1s"
resolve = "9s"
poll = "100ms"
lease = "3s"
max_clock_skew = "1500ms"
require_sync = false
[tokens]
code_ttl = "50s"
code_tombstone = "12h"
code_dup_window = 0.057
code_max_fail = 4
claims_limit = 2048
access_ttl = 61
id_ttl = 62.0
refresh_idle = "1d"
refresh_absolute = "20d"
refresh_grace = "11s"
[dpop]
nonces = "required"
max_age = "30s"
[registration]
mode = "open"
announce = true
max_clients = 12
per_source_per_hour = 3
rotate_tokens = false
unused_life = "2h"
idle_life = "2d"
scopes = ["openid"]
resources = ["https://api.example.com"]
[keys]
algorithms = ["RS256", "ES384", "PS256", "EdDSA"]
rotation_period = 0
overlap = "3d"
refresh_key_id = 2
signature_backend = "openssl"
seal_key_file = "s"
[files]
allow_group_readable = true

[clock]
confirm_after = "7m"

[shutdown]
delay = "20s"

[log]
level = "warn"
format = "json"
audit = "file"
audit_wait = "3s"
audit_file = "/var/log/mintage/audit.jsonl"
refusals = 99
)";

TEST(config_parse, fills_the_struct_that_owns_the_key) {
  const auto s = parsed(everything_changed);
  EXPECT_EQ(s.rules.issuer, "https://idp.example.com");
  EXPECT_EQ(s.net.listen, "[::1]:0");
  EXPECT_EQ(s.net.io_threads, 3U);
  EXPECT_EQ(s.net.max_connections, 20U);
  EXPECT_EQ(s.net.max_connections_per_source, 7U);
  EXPECT_EQ(s.actors.max_in_flight, 77U);
  EXPECT_EQ(s.net.trusted_proxies, (std::vector<std::string>{"10.0.0.0/8", "fd00::1"}));
  EXPECT_TRUE(s.net.proxy_protocol);
  EXPECT_EQ(s.rules.failures_per_minute, 7U);
  EXPECT_EQ(s.net.header_limit, 16U * 1024);
  EXPECT_EQ(s.net.body_limit, 70000U);
  EXPECT_EQ(s.net.header_timeout, milliseconds{1500});
  EXPECT_EQ(s.net.body_timeout, milliseconds{2500});
  EXPECT_EQ(s.net.idle_timeout, seconds{120});
  EXPECT_EQ(s.net.write_timeout, seconds{4});
  EXPECT_EQ(s.net.tls.certificate, "/etc/mintage/chain.pem");
  EXPECT_EQ(s.net.tls.key, "/run/key.pem");
  EXPECT_EQ(s.net.tls.second_certificate, "/etc/mintage/rsa.pem");
  EXPECT_EQ(s.net.tls.second_key, "/etc/mintage/rsa.key");
  EXPECT_EQ(s.net.tls.min_version, net::tls_version::v1_3);
  EXPECT_EQ(s.net.admin_tls.certificate, "/etc/mintage/chain.pem");
  EXPECT_EQ(s.net.admin_tls.key, "/run/key.pem");
  EXPECT_EQ(s.net.admin_tls.second_certificate, "/etc/mintage/admin.rsa");
  EXPECT_EQ(s.net.admin_tls.second_key, "/etc/mintage/admin.rsa");
  EXPECT_EQ(s.net.admin_tls.min_version, net::tls_version::v1_3);
  EXPECT_EQ(s.net.admin_listen, "127.0.0.1:1");
  EXPECT_EQ(s.net.admin_token_file, "/run/a");
  EXPECT_EQ(s.net.mint_token_file, "/etc/mintage/m");
  EXPECT_EQ(s.net.health_listen, "10.0.0.7:9082");
  EXPECT_EQ(s.fetch.ca_file, "/etc/mintage/authorities.pem");
  EXPECT_EQ(s.fetch.allowed_hosts.size(), 2U);
  EXPECT_EQ(s.fetch.timeout, milliseconds{900});
  EXPECT_EQ(s.fetch.size_limit, 64U * 1024U);
  EXPECT_EQ(s.fetch.in_flight, 33U);
  EXPECT_EQ(s.fetch.queue, 34U);
  EXPECT_EQ(s.actors.key_waits, 36U);
  EXPECT_EQ(s.fetch.per_host_per_minute, 35U);
  EXPECT_TRUE(s.fetch.allow_loopback_for_tests);
  EXPECT_EQ(s.actors.workers, 5U);
  EXPECT_EQ(s.actors.validators, 6U);
  EXPECT_EQ(s.actors.code_stores, 7U);
  EXPECT_EQ(s.actors.batch_max, 8U);
  EXPECT_EQ(s.actors.signers, 9U);
  EXPECT_EQ(s.actors.hashers, 2U);
  EXPECT_EQ(s.actors.hasher_queue, 10U);
  EXPECT_EQ(s.actors.hasher_queue_per_source, 3U);
  EXPECT_EQ(s.storage.engine, storage::engine_kind::memory);
  EXPECT_EQ(s.storage.rocksdb.path, "/etc/db");
  EXPECT_EQ(s.storage.rocksdb.level, storage::durability::os);
  EXPECT_EQ(s.storage.rocksdb.memtable_mb, 12U);
  EXPECT_EQ(s.storage.postgres.shards, (std::vector<std::string>{"host=a,b dbname=m", "host=c"}));
  EXPECT_EQ(s.storage.postgres.write_links, 3U);
  EXPECT_EQ(s.storage.postgres.read_links, 4U);
  EXPECT_EQ(s.storage.postgres.gather, milliseconds{5});
  EXPECT_EQ(s.storage.postgres.patience, milliseconds{1000});
  EXPECT_EQ(s.storage.postgres.resolve, milliseconds{9000});
  EXPECT_EQ(s.storage.postgres.poll, milliseconds{100});
  EXPECT_EQ(s.storage.postgres.lease, milliseconds{3000});
  EXPECT_EQ(s.storage.postgres.max_clock_skew, milliseconds{1500});
  EXPECT_FALSE(s.storage.postgres.require_sync);
  EXPECT_EQ(s.rules.profile, oauth::client_profile::fapi2);
  EXPECT_EQ(s.rules.code_ttl, seconds{50});
  EXPECT_EQ(s.rules.code_tombstone, seconds{12 * 3600});
  EXPECT_EQ(s.rules.code_dup_window, milliseconds{57});
  EXPECT_EQ(s.rules.code_max_fail, 4U);
  EXPECT_EQ(s.rules.claims_limit, 2048U);
  EXPECT_EQ(s.rules.authorization_endpoint, "https://login.example.com/");
  EXPECT_EQ(s.rules.login_url, "https://login.example.com/authorize");
  EXPECT_EQ(s.rules.logout_url, "https://login.example.com/logout");
  EXPECT_EQ(s.rules.request_ttl, seconds{1200});
  EXPECT_EQ(s.rules.pushed_ttl, seconds{90});
  EXPECT_TRUE(s.rules.require_pushed_requests);
  EXPECT_EQ(s.rules.authorizations_per_minute, 300U);
  EXPECT_EQ(s.rules.stored_authorizations_per_minute, 7U);
  EXPECT_EQ(s.rules.access_ttl, seconds{61});
  EXPECT_EQ(s.rules.id_ttl, seconds{62});
  EXPECT_EQ(s.rules.refresh_idle, seconds{86400});
  EXPECT_EQ(s.rules.refresh_absolute, seconds{20 * 86400});
  EXPECT_EQ(s.rules.refresh_grace, seconds{11});
  EXPECT_TRUE(s.rules.dpop_nonces_required);
  EXPECT_EQ(s.rules.dpop_max_age, seconds{30});
  EXPECT_EQ(s.rules.registration.mode, oauth::registration_mode::open);
  EXPECT_TRUE(s.rules.registration.announce);
  EXPECT_EQ(s.rules.registration.max_clients, 12U);
  EXPECT_EQ(s.rules.registration.per_source_per_hour, 3U);
  EXPECT_FALSE(s.rules.registration.rotate_tokens);
  EXPECT_EQ(s.rules.registration.unused_life, seconds{2 * 3600});
  EXPECT_EQ(s.rules.registration.idle_life, seconds{2 * 86400});
  EXPECT_EQ(s.rules.registration.scopes, std::vector<std::string>{"openid"});
  EXPECT_EQ(s.rules.registration.resources, std::vector<std::string>{"https://api.example.com"});
  using enum crypto::jws_alg;
  EXPECT_EQ(s.actors.algorithms, (std::vector{rs256, es384, ps256, eddsa}));
  EXPECT_EQ(s.rules.key_rotation_period, seconds{0});
  EXPECT_EQ(s.actors.signature_backend, crypto::backend_wish::openssl);
  EXPECT_EQ(s.rules.key_overlap, seconds{3 * 86400});
  EXPECT_EQ(s.rules.refresh_key_id, 2U);
  EXPECT_EQ(s.actors.seal_key_file, "/etc/mintage/s");
  EXPECT_TRUE(s.files.allow_group_readable);
  EXPECT_EQ(s.log.level, app::log_level::warn);
  EXPECT_EQ(s.log.format, app::log_format::json);
  EXPECT_EQ(s.log.audit, app::audit_target::file);
  EXPECT_EQ(s.log.audit_file, "/var/log/mintage/audit.jsonl");
  EXPECT_EQ(s.log.audit_wait, std::chrono::seconds{3});
  EXPECT_EQ(s.actors.refusals_kept, 99U);
  EXPECT_EQ(s.clock.confirm_after, std::chrono::minutes{7});
  EXPECT_EQ(s.shutdown.delay, seconds{20});
}

TEST(config_render, writes_every_key_so_that_parse_reads_it_back) {
  const auto defaults = defaults_in("/etc/mintage");
  const auto changed = parsed(everything_changed);
  const auto again = parsed(render(changed));
  for (const auto& s : schema()) {
    EXPECT_NE(s.write(changed), s.write(defaults)) << s.key << " is not changed by this test";
    EXPECT_EQ(s.write(again), s.write(changed)) << s.key;
  }
  EXPECT_EQ(render(parsed(render(defaults))), render(defaults));
}

TEST(config_render, escapes_what_a_string_may_hold) {
  auto s = defaults_in("/");
  s.storage.rocksdb.path = "/a \"b\" \\ \t\n\x01\x7f \xc3\xa9";
  EXPECT_EQ(parsed(render(s)).storage.rocksdb.path, s.storage.rocksdb.path);
}

TEST(config_render, writes_sections_once_and_units) {
  const auto text = render(defaults_in("/etc/mintage"));
  EXPECT_THAT(text,
              testing::StartsWith("issuer = \"http://127.0.0.1:9080\"\n"
                                  "profile = \"default\"\n\n[discovery]\n"
                                  "authorization_endpoint = \"\"\n"
                                  "mtls_base_url = \"\"\n\n[authorization]\n"
                                  "login_url = \"\"\nlogout_url = \"\"\nrequest_ttl = \"10m\"\n"
                                  "pushed_ttl = \"1m\"\n"
                                  "require_pushed_authorization_requests = false\n"
                                  "requests_per_minute = 0\nstored_per_minute = 60\n\n[http]\n"
                                  "listen = \"127.0.0.1:9080\"\n"));
  EXPECT_THAT(text, testing::HasSubstr("\nheader_limit = \"32KiB\"\n"));
  EXPECT_THAT(text, testing::HasSubstr("\ncode_dup_window = \"250ms\"\n"));
  EXPECT_THAT(text, testing::HasSubstr("\nrefresh_idle = \"30d\"\n"));
  EXPECT_THAT(text, testing::HasSubstr("\n[pools]\nworkers = 0\n\n[pools.validator]\nsize = 0\n"));
  EXPECT_THAT(text, testing::HasSubstr("\nalgorithms = [\"ES256\", \"RS256\"]\n"));
}

TEST(config_units, are_read_and_written) {
  struct row {
    const char* text;
    milliseconds means;
    const char* written;
  };
  const row rows[] = {
      {"0s", milliseconds{0}, "0s"},
      {"0ms", milliseconds{0}, "0s"},
      {"250ms", milliseconds{250}, "250ms"},
      {"1000ms", milliseconds{1000}, "1s"},
      {"60s", seconds{60}, "1m"},
      {"75s", seconds{75}, "75s"},
      {"10m", seconds{600}, "10m"},
      {"12h", seconds{43200}, "12h"},
      {"24h", seconds{86400}, "1d"},
      {"36500d", longest_duration, "36500d"},
  };
  for (const auto& r : rows) {
    ASSERT_TRUE(parse_duration(r.text)) << r.text;
    EXPECT_EQ(*parse_duration(r.text), r.means) << r.text;
    EXPECT_EQ(duration_text(r.means), r.written);
  }
  EXPECT_EQ(parse_size("1MiB"), std::size_t{1024 * 1024});
  EXPECT_EQ(parse_size("3KiB"), std::size_t{3072});
  EXPECT_EQ(size_text(0), "0");
  EXPECT_EQ(size_text(1000), "1000");
  EXPECT_EQ(size_text(2048), "2KiB");
  EXPECT_EQ(size_text(1024 * 1024), "1MiB");
}

}  // namespace
}  // namespace mintage::config
