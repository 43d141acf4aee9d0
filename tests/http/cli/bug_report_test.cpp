// mintage bug-report: everything that helps, and no secret.
#include <sys/stat.h>

#include "tests/http/cli/fixture.hpp"
#include "tests/support/secret_book.hpp"

namespace mintage::test {

namespace {

using testing::HasSubstr;
using testing::IsEmpty;

struct bug_report : command_line {
  static arguments with_config(arguments words) {
    for (const auto& each :
         {std::string{"--config"}, stage_->server.config_file().string(), std::string{"--admin"},
          url(), std::string{"--log"}, stage_->server.file("log").string()})
      words.push_back(each);
    return words;
  }
  /// Has the server see secrets, also in places where they do not belong.
  static void leave_secrets() {
    auto& s = *stage_;
    const auto got = s.log_in_offline(s.c1);
    (void)refresh(s.c1, got.refresh).send_to(s.server.port());
    (void)s.introspect(s.c1, got.access);
    const auto code = s.mint(s.c1);
    for (const auto* name : {"code", "code_verifier"})
      for (const auto& secret : {s.c1.secret, got.refresh, got.access, code}) {
        auto call = redemption(s.c1, code);
        call.set(name, secret);
        (void)call.send_to(s.server.port());
      }
    auto elsewhere = redemption(s.c1, s.mint(s.c1));
    elsewhere.set("redirect_uri", "https://other.example/");
    (void)elsewhere.send_to(s.server.port());
  }
};

TEST_F(bug_report, has_what_helps_and_none_of_the_secrets_that_the_server_saw) {
  leave_secrets();
  const auto file = stage_->server.file("report.txt").string();
  const auto done = run_program(with_config({"bug-report", file}));
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr(file));
  const auto report = read_file(file);
  for (const auto* part : {"\nmintage 0.", "\nRocksDB ", "\nOpenSSL 3", "libcaf_core.so",
                           "PRETTY_NAME=", "\n[storage.rocksdb]\n", "/readyz: 200",
                           "\"kid\":", "\"reason\":\"redirect_uri differs\"",
                           "mintage_requests_total{", "mintage_headroom_ratio "})
    EXPECT_THAT(report, HasSubstr(part));
  EXPECT_THAT(secrets_found_in(report), IsEmpty());
  // The search would have found one.
  EXPECT_THAT(secrets_found_in(report + stage_->c1.secret), testing::Not(IsEmpty()));

  struct stat about {};
  ASSERT_EQ(::stat(file.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
  expect_failure(run_program(with_config({"bug-report", file})), 1, file);
  EXPECT_EQ(read_file(file), report);
}

TEST_F(bug_report, is_written_when_no_server_answers_and_the_config_is_wrong) {
  const auto config = stage_->server.file("broken.toml").string();
  write_file(config, "issuer = 7\n");
  const auto done = run_program(
      {"bug-report", "-", "--config", config, "--admin", "http://127.0.0.1:1", "--log", config});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("broken.toml:1: issuer: "));
  EXPECT_THAT(done.out, HasSubstr("no answer from the server at 127.0.0.1 port 1"));
  EXPECT_THAT(done.out, HasSubstr("\nRocksDB "));
}

}  // namespace

}  // namespace mintage::test
