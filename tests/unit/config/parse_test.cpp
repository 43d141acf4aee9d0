// What config::parse refuses, and its messages.

#include "config/config.hpp"
#include "config/schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace mintage::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::vector<mistake> mistakes_of(std::string_view toml) {
  auto parsed = parse(toml, "/etc/mintage/m.toml");
  return parsed ? std::vector<mistake>{} : parsed.error();
}
std::vector<std::string> messages_of(std::string_view toml) {
  auto out = std::vector<std::string>{};
  for (const auto& m : mistakes_of(toml)) out.push_back(to_string(m));
  return out;
}
/// `key = value` under its section. The key is on line 2, at the top level on line 1.
std::string line_for(const setting& s, std::string_view value) {
  const auto assignment = std::string{s.name()} + " = " + std::string{value} + "\n";
  if (s.section().empty()) return assignment;
  return "[" + std::string{s.section()} + "]\n" + assignment;
}

TEST(config_parse, refuses_a_wrong_type_for_every_key_at_its_line) {
  for (const auto& s : schema()) {
    // No key accepts a date or an array of numbers.
    for (const auto* wrong : {"2026-01-01", "[1, 2]", "{ a = 1 }", "true"}) {
      const auto is_bool =
          s.key == "http.proxy_protocol" || s.key == "files.allow_group_readable" ||
          s.key == "fetch.allow_loopback_for_tests" || s.key == "storage.postgres.require_sync" ||
          s.key == "authorization.require_pushed_authorization_requests" ||
          s.key == "registration.announce" || s.key == "registration.rotate_tokens";
      if (is_bool && std::string_view{wrong} == "true") continue;
      const auto found = mistakes_of(line_for(s, wrong));
      ASSERT_EQ(found.size(), 1U) << s.key << " = " << wrong;
      EXPECT_EQ(found[0].key, s.key);
      EXPECT_EQ(found[0].line, s.section().empty() ? 1U : 2U) << s.key;
      EXPECT_THAT(found[0].sentence, StartsWith("must be "));
    }
  }
}

TEST(config_parse, says_what_is_accepted) {
  struct row {
    const char* toml;
    const char* sentence;
  };
  const row rows[] = {
      {"issuer = 1", "must be a string"},
      {"http.listen = 9080", "must be a string"},
      {"http.io_threads = -1", "must be a whole number, 0 or more"},
      {"http.io_threads = 2.0", "must be a whole number, 0 or more"},
      {"http.io_threads = \"2\"", "must be a whole number, 0 or more"},
      {"tokens.code_max_fail = 4294967296", "must be at most 4294967295"},
      {"http.body_limit = -1", "must be a size"},
      {"http.body_limit = 1.5", "must be a size"},
      {"http.body_limit = \"64\"", "must be a size"},
      {"http.body_limit = \"64 KiB\"", "must be a size"},
      {"http.body_limit = \"64kb\"", "must be a size"},
      {"http.body_limit = \"-1KiB\"", "must be a size"},
      {"http.body_limit = \"9999999999999MiB\"", "\"64KiB\" or \"1MiB\""},
      {"tokens.code_ttl = \"60\"", "must be a duration"},
      {"tokens.code_ttl = \"\"", "must be a duration"},
      {"tokens.code_ttl = \"s\"", "must be a duration"},
      {"tokens.code_ttl = \"60 s\"", "must be a duration"},
      {"tokens.code_ttl = \"+60s\"", "must be a duration"},
      {"tokens.code_ttl = \"1.5m\"", "must be a duration"},
      {"tokens.code_ttl = \"60S\"", "must be a duration"},
      {"tokens.code_ttl = -1", "must be a duration"},
      {"tokens.code_ttl = nan", "must be a duration"},
      {"tokens.code_ttl = inf", "must be a duration"},
      {"tokens.code_ttl = \"99999999999999999999s\"", "must be a duration"},
      {"tokens.refresh_idle = \"36501d\"", "at most 36500d"},
      {"tokens.code_ttl = 9223372036854775807", "must be a duration"},
      {"tokens.code_ttl = 1e300", "must be a duration"},
      {"tokens.code_ttl = \"250ms\"", "must be a whole number of seconds"},
      {"tokens.code_ttl = 0.5", "must be a whole number of seconds"},
      {"tokens.code_dup_window = 0.0005", "must be a whole number of milliseconds"},
      {"storage.engine = \"RocksDB\"", "must be \"rocksdb\", \"postgres\" or \"memory\""},
      {"storage.rocksdb.durability = \"\"", "must be \"sync\" or \"os\""},
      {"log.level = \"trace\"", "must be \"debug\", \"info\", \"warn\" or \"error\""},
      {"log.format = 1", "must be \"text\" or \"json\""},
      {"keys.algorithms = \"ES256\"",
       "must be an array of algorithms (RS256, ES256, PS256, ES384, EdDSA)"},
      {"keys.algorithms = [\"ES256\", \"none\"]", "element 2 is something else"},
      {"http.trusted_proxies = [\"::1\", 1]", "array of strings; element 2"},
      {"keys.seal_key_file = \"\"", "must be a string with a path"},
      {"keys.seal_key_file = \"a\\u0000b\"", "must be a string with a path"},
  };
  for (const auto& r : rows) {
    const auto found = mistakes_of(r.toml);
    ASSERT_EQ(found.size(), 1U) << r.toml;
    EXPECT_EQ(found[0].line, 1U) << r.toml;
    EXPECT_THAT(found[0].sentence, HasSubstr(r.sentence)) << r.toml;
  }
}

TEST(config_parse, reports_every_mistake_at_once_sorted_by_line) {
  EXPECT_THAT(
      messages_of(R"(issuer = "http://127.0.0.1:9080"

[tokens]
code_tll = "60s"
access_ttl = "soon"

[pools.hasher]
size = 3

[http]
max_in_flight = 0
listen = true
tls.cert = "x"
)"),
      ElementsAre("/etc/mintage/m.toml:4: tokens.code_tll: is unknown; did you mean "
                  "tokens.code_ttl?",
                  StartsWith("/etc/mintage/m.toml:5: tokens.access_ttl: must be a duration"),
                  "/etc/mintage/m.toml:8: pools.hasher.size: must be 1 to 2",
                  "/etc/mintage/m.toml:11: http.max_in_flight: must be 1 to 1000000",
                  "/etc/mintage/m.toml:12: http.listen: must be a string",
                  "/etc/mintage/m.toml:13: http.tls.cert: is unknown; did you mean "
                  "http.tls.certificate?"));
}

TEST(config_parse, suggests_the_key_that_was_probably_meant) {
  struct row {
    const char* toml;
    const char* key;
    const char* meant;
  };
  const row rows[] = {
      {"isuer = \"x\"", "isuer", "issuer"},
      {"code_ttl = 60", "code_ttl", "tokens.code_ttl"},
      {"http.max_inflight = 1", "http.max_inflight", "http.max_in_flight"},
      {"http.token_file = \"x\"", "http.token_file", "admin.token_file"},
      {"tokens.refresh_idel = 1", "tokens.refresh_idel", "tokens.refresh_idle"},
      {"[pool]\nworkers = 1", "pool", "pools"},
      {"[pool.validator]\nsize = 1", "pool", "pools"},
      {"[pools.codestore]\nsize = 1", "pools.codestore", "pools.code_store"},
      {"[storage.rocksb]\nx = 1", "storage.rocksb", "storage.rocksdb"},
      {"logs.level = \"info\"", "logs", "log"},
      {"http.tls.cert = \"x\"", "http.tls.cert", "http.tls.certificate"},
  };
  for (const auto& r : rows) {
    const auto found = mistakes_of(r.toml);
    ASSERT_EQ(found.size(), 1U) << r.toml;
    EXPECT_EQ(found[0].key, r.key);
    EXPECT_EQ(found[0].line, 1U) << r.toml;
    EXPECT_EQ(found[0].sentence, "is unknown; did you mean " + std::string{r.meant} + "?");
  }
}

TEST(config_parse, suggests_nothing_when_nothing_is_near) {
  for (const auto* toml :
       {"colour = 1", "http.teapot_kind = 1", "x = 1", "[metrics]\nlisten = 1"}) {
    const auto found = mistakes_of(toml);
    ASSERT_EQ(found.size(), 1U) << toml;
    EXPECT_EQ(found[0].sentence, "is unknown") << toml;
  }
  const auto huge = std::string(10000, 'a');
  EXPECT_EQ(mistakes_of(huge + " = 1").at(0).sentence, "is unknown");
}

TEST(config_parse, takes_no_quoted_key_for_a_dotted_one) {
  EXPECT_THAT(messages_of("\"http.listen\" = \"0.0.0.0:1\""),
              ElementsAre(StartsWith("/etc/mintage/m.toml:1: \"http.listen\": is unknown")));
  EXPECT_THAT(messages_of("\"a\\nb\\u001b\" = 1"),
              ElementsAre("/etc/mintage/m.toml:1: \"a?b?\": is unknown"));
}

TEST(config_parse, refuses_passwords_in_connection_strings) {
  EXPECT_THAT(
      messages_of(R"([storage]
engine = "postgres"
[storage.postgres]
shards = ["host=db1,db2 dbname=mintage", "host=db3 password=x"]
)"),
      ElementsAre(StartsWith("/etc/mintage/m.toml:4: storage.postgres.shards: must not hold "
                             "a password")));
}

TEST(config_parse, checks_the_settings_of_postgres_for_that_engine_alone) {
  EXPECT_THAT(messages_of("[storage.postgres]\nshards = []\n"), testing::IsEmpty());
  EXPECT_THAT(messages_of("[storage]\nengine = \"postgres\"\n"),
              ElementsAre(HasSubstr("storage.postgres.shards: must name 1 to 64 databases")));
}

TEST(config_parse, refuses_an_overlap_that_is_shorter_than_tokens_live) {  // JWS-06
  EXPECT_THAT(
      messages_of("[tokens]\naccess_ttl = \"12h\"\n[keys]\noverlap = \"12h\"\n"),
      ElementsAre(StartsWith("/etc/mintage/m.toml:4: keys.overlap: must be from 43500 s (the")));
  EXPECT_THAT(messages_of("[keys]\nrotation_period = \"1h\"\n"),
              ElementsAre(StartsWith("/etc/mintage/m.toml:2: keys.rotation_period: must be from")));
}

TEST(config_parse, refuses_a_value_where_a_section_stands) {
  for (const auto* toml : {"http = 1", "[[http]]\nlisten = \"x\"", "http = []"}) {
    EXPECT_THAT(messages_of(toml), ElementsAre("/etc/mintage/m.toml:1: http: is a section: write "
                                               "[http] and its keys below"));
  }
}

TEST(config_parse, maps_every_folders_limits_to_the_line) {
  struct row {
    const char* toml;
    const char* key;
  };
  const row rows[] = {
      {"\n[tokens]\ncode_ttl = \"601s\"", "tokens.code_ttl"},
      {"\n[http]\nlisten = \"nowhere\"", "http.listen"},
      {"\n[pools.code_store]\nsize = 4097", "pools.code_store.size"},
      {"\n[storage.rocksdb]\nmemtable_mb = 0", "storage.rocksdb.memtable_mb"},
  };
  for (const auto& r : rows) {
    const auto found = mistakes_of(r.toml);
    ASSERT_EQ(found.size(), 1U) << r.toml;
    EXPECT_EQ(found[0].key, r.key);
    EXPECT_EQ(found[0].line, 3U) << r.toml;
    EXPECT_FALSE(found[0].sentence.empty());
  }
}

TEST(config_parse, wants_both_files_of_a_pair_and_the_first_pair_before_the_second) {
  struct row {
    const char* toml;
    const char* message;
  };
  const row rows[] = {
      {"[http.tls]\ncertificate = \"c\"", "http.tls.key: must be given as well"},
      {"[http.tls]\nkey = \"k\"", "http.tls.certificate: must be given as well"},
      {"[admin.tls]\nkey = \"k\"", "admin.tls.certificate: must be given as well"},
      {"[http.tls]\ncertificate = \"c\"\nkey = \"k\"\nsecond_key = \"s\"",
       "http.tls.second_certificate: must be given as well"},
      {"[http.tls]\nsecond_certificate = \"c\"\nsecond_key = \"k\"",
       "http.tls.second_certificate: needs a first pair"},
  };
  for (const auto& r : rows) {
    EXPECT_THAT(messages_of(r.toml), ElementsAre(HasSubstr(r.message))) << r.toml;
  }
}

TEST(config_parse, opens_the_admin_listener_to_others_with_TLS_alone_TOK_02) {
  constexpr auto listen = "[admin]\nlisten = \"0.0.0.0:9081\"\n";
  EXPECT_THAT(messages_of(listen), ElementsAre(HasSubstr("2: admin.listen: must be a loopback")));
  const auto secure = std::string{listen} + "[admin.tls]\ncertificate = \"c\"\nkey = \"k\"\n";
  EXPECT_THAT(messages_of(secure), testing::IsEmpty());
}

TEST(config_parse, looks_at_certificates_and_keys_only_when_asked_to) {
  constexpr auto toml = "[http.tls]\ncertificate = \"/absent/c.pem\"\nkey = \"/absent/k.pem\"\n";
  EXPECT_TRUE(parse(toml, "/etc/mintage/m.toml"));
  const auto looked = parse(toml, "/etc/mintage/m.toml", extent::files);
  ASSERT_FALSE(looked);
  ASSERT_EQ(looked.error().size(), 1U);
  EXPECT_EQ(to_string(looked.error()[0]),
            "/etc/mintage/m.toml:2: http.tls.certificate: /absent/c.pem: cannot be read: No such "
            "file or directory");
}

TEST(config_parse, reports_a_syntax_error_alone) {
  for (const auto* toml : {"x = 1\nissuer = \n", "isuer = 1\n[http\n", "a = 1\na = 2\n",
                           "a = 1\nissuer = \"\xff\"\n"}) {
    const auto found = mistakes_of(toml);
    ASSERT_EQ(found.size(), 1U) << toml;
    EXPECT_EQ(found[0].line, 2U) << toml;
    EXPECT_EQ(found[0].key, "");
    EXPECT_THAT(found[0].sentence, StartsWith("is not TOML: "));
    EXPECT_THAT(to_string(found[0]), StartsWith("/etc/mintage/m.toml:2: is not TOML: "));
  }
}

TEST(config_parse, refuses_one_path_for_two_things) {
  EXPECT_THAT(messages_of("[admin]\ntoken_file = \"a\"\nmint_token_file = \"b/../a\"\n"),
              ElementsAre(StartsWith("/etc/mintage/m.toml:3: admin.mint_token_file: must ")));
  EXPECT_THAT(
      messages_of("[keys]\nseal_key_file = \"/etc/mintage/a\"\n[admin]\ntoken_file = \"a\""),
      ElementsAre("/etc/mintage/m.toml:4: admin.token_file: must not be the same path as "
                  "keys.seal_key_file"));
  EXPECT_THAT(messages_of("[admin]\ntoken_file = \"mintage.seal\""),
              ElementsAre("/etc/mintage/m.toml:2: admin.token_file: must not be the same path as "
                          "keys.seal_key_file"));
}

TEST(config_parse, lets_both_listeners_have_one_certificate_but_no_secret_file_be_a_key) {
  constexpr auto both =
      "[http.tls]\ncertificate = \"c\"\nkey = \"c\"\n[admin.tls]\ncertificate = \"c\"\nkey = "
      "\"c\"\n";
  EXPECT_THAT(messages_of(both), testing::IsEmpty());
  EXPECT_THAT(messages_of("[http.tls]\ncertificate = \"c\"\nkey = \"admin.token\"\n"),
              ElementsAre("/etc/mintage/m.toml:3: http.tls.key: must not be the same path as "
                          "admin.token_file"));
}

TEST(config_load, names_a_file_that_cannot_be_read) {
  const auto folder = std::filesystem::path{testing::TempDir()} / "mintage_config_load";
  std::filesystem::create_directories(folder);
  for (const auto& file : {folder / "absent.toml", folder}) {
    const auto loaded = load(file);
    ASSERT_FALSE(loaded);
    ASSERT_EQ(loaded.error().size(), 1U);
    EXPECT_EQ(loaded.error()[0].line, 0U);
    EXPECT_THAT(to_string(loaded.error()[0]), StartsWith(file.string() + ": cannot be read: "));
  }
  const auto large = folder / "large.toml";
  std::ofstream{large} << std::string(1024 * 1024 + 1, '\n');
  const auto loaded = load(large);
  std::filesystem::remove_all(folder);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(to_string(loaded.error()[0]), large.string() + ": is larger than 1 MiB");
}

}  // namespace
}  // namespace mintage::config
