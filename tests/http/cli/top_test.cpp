// mintage top against a running server.
#include <csignal>

#include "tests/http/cli/fixture.hpp"
#include "tests/http/cli/terminal.hpp"

namespace mintage::test {

namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

struct top : command_line {
  static ended once(arguments more = {}) {
    auto words = arguments{"top", "--once", "--interval", "0.1", "--admin", url()};
    words.insert(words.end(), more.begin(), more.end());
    return run_program(words);
  }
  /// The lines of the newest complete frame on a terminal, without what erases.
  static std::vector<std::string> last_frame(const terminal_process& on) {
    const auto end = on.screen().rfind("\x1b[J");
    const auto begin = on.screen().rfind("\x1b[H", end);
    auto out = lines_of(on.screen().substr(begin + 3, end - begin - 3));
    for (auto& line : out)
      if (const auto at = line.find("\x1b[K"); at != std::string::npos) line.resize(at);
    return out;
  }
  environment kind_{"TERM", "xterm"};
  environment colourless_{"NO_COLOR", "1"};
};

TEST_F(top, prints_one_frame_without_a_token_or_a_sequence_for_terminals) {
  stage_->expect_live(stage_->c1, stage_->mint(stage_->c1));
  auto wrong = redemption(stage_->c1, stage_->mint(stage_->c1));
  wrong.set("redirect_uri", "https://other.example/");
  EXPECT_EQ(wrong.send_to(stage_->server.port()).status, 400U);
  const auto done = once();
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out, AllOf(HasSubstr("Mintage "), HasSubstr(url()), HasSubstr("\nready\n"),
                              HasSubstr("headroom "), HasSubstr("token authorization_code "),
                              HasSubstr("code_store "), HasSubstr("SIGNATURES       by "),
                              HasSubstr("ES256 "), HasSubstr("redirect_uri differs"),
                              Not(HasSubstr("\x1b"))));
  EXPECT_EQ(once({"--interval", "0"}).code, 2);
  const auto absent = run_program({"top", "--once", "--admin", "http://127.0.0.1:1"});
  expect_failure(absent, 1, "127.0.0.1 port 1");
}

TEST_F(top, follows_the_size_of_its_terminal_and_restores_it) {
  auto on = terminal_process{{"top", "--interval", "0.1", "--admin", url()}};
  on.await("REFUSED");
  EXPECT_FALSE(on.echoes());
  on.resize(30, 6);
  for (auto tries = 0; tries < 200 && last_frame(on).size() > 6; ++tries) on.await_anew("\x1b[J");
  const auto frame = last_frame(on);
  EXPECT_EQ(frame.size(), 6U) << on.screen();
  for (const auto& line : frame) EXPECT_LE(line.size(), 30U) << line;
  on.type("q");
  EXPECT_EQ(on.wait(), 0);
  EXPECT_TRUE(on.screen().ends_with("\x1b[?25h\x1b[?1049l"));
  EXPECT_TRUE(on.echoes());
}

TEST_F(top, restores_its_terminal_when_it_is_told_to_end) {
  auto on = terminal_process{{"top", "--admin", url()}};
  on.await("REFUSED");
  on.signal(SIGTERM);
  EXPECT_EQ(on.wait(), 0);
  EXPECT_TRUE(on.screen().ends_with("\x1b[?25h\x1b[?1049l"));
}

TEST_F(top, goes_on_when_the_server_comes_back) {
  auto s = stage{};
  const auto where = "http://127.0.0.1:" + std::to_string(s.server.admin_port());
  auto on = terminal_process{{"top", "--interval", "0.1", "--admin", where}};
  on.await("REFUSED");
  s.server.configure(
      {{"admin.listen", toml_string("127.0.0.1:" + std::to_string(s.server.admin_port()))}});
  EXPECT_EQ(s.server.stop(), 0);
  on.await("trying again");
  s.server.start();
  on.await_anew("REFUSED");
  on.type("q");
  EXPECT_EQ(on.wait(), 0);
}

}  // namespace

}  // namespace mintage::test
