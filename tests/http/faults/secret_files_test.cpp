// The secret files that the server accepts: the seal key and the two tokens of the admin interface.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "tests/support/refused_start.hpp"
#include "tests/support/test_clients.hpp"

namespace mintage::test {

namespace {

namespace fs = std::filesystem;

constexpr auto names = std::array{"mintage.seal", "admin.token", "mint.token"};

/// A server that ran once and is stopped, so that its files exist.
class a_secret_file_of_a_stopped_server : public testing::Test {
 protected:
  a_secret_file_of_a_stopped_server() {
    EXPECT_EQ(stage_.server.stop(), 0);
    for (const auto* name : names) content_[name] = read_file(file(name));
  }
  [[nodiscard]] fs::path file(const char* name) const { return stage_.server.file(name); }
  [[nodiscard]] std::string secret(const char* name) const {
    const auto& whole = content_.at(name);
    return whole.substr(0, whole.find('\n'));
  }
  void put_back(const char* name) const {
    fs::remove(file(name));
    write_file(file(name), content_.at(name));
    fs::permissions(file(name), fs::perms{0600});
  }
  /// Checks that the server starts, and that its clients and tokens work as before.
  void expect_start() {
    stage_.server.start();
    stage_.reconnect();
    EXPECT_EQ(stage_.redeem(stage_.c1, stage_.mint(stage_.c1)).status, 200U);
    EXPECT_EQ(stage_.server.stop(), 0);
  }

  stage stage_;
  std::map<std::string, std::string> content_;
};

TEST_F(a_secret_file_of_a_stopped_server, may_end_in_crlf_lf_or_without_an_end_of_line) {
  for (const auto* end : {"\r\n", "\n", ""}) {
    for (const auto* name : names) write_file(file(name), secret(name) + end);
    SCOPED_TRACE(testing::PrintToString(end));
    expect_start();
  }
}

TEST_F(a_secret_file_of_a_stopped_server, has_no_other_white_space_around_its_secret) {
  for (const auto* name : names) {
    for (const auto& text :
         {" " + secret(name) + "\n", "\t" + secret(name) + "\n", secret(name) + " \n",
          secret(name) + "\t\r\n", secret(name) + "\r", secret(name) + "\r\r\n",
          secret(name) + "\n\n", secret(name) + "\r\n \r\n", secret(name) + " "}) {
      write_file(file(name), text);
      expect_refused_start(stage_.server, {file(name).string(), "white space"});
    }
    write_file(file(name), "\n" + secret(name) + "\n");
    expect_refused_start(stage_.server, {file(name).string(), "first line is empty"});
    write_file(file(name), "\xEF\xBB\xBF" + secret(name) + "\n");
    expect_refused_start(stage_.server, {file(name).string(), "byte order mark"});
    put_back(name);
  }
  expect_start();
}

TEST_F(a_secret_file_of_a_stopped_server, is_a_regular_file) {
  for (const auto* name : names) {
    const auto aside = stage_.server.file("aside");
    fs::rename(file(name), aside);
    ASSERT_EQ(::mkfifo(file(name).c_str(), 0600), 0);
    expect_refused_start(stage_.server, {file(name).string(), "not a regular file"});
    fs::remove(file(name));
    fs::create_symlink(aside, file(name));
    expect_refused_start(stage_.server, {file(name).string(), "symbolic link"});
    fs::remove(file(name));
    fs::create_symlink("/dev/zero", file(name));
    expect_refused_start(stage_.server, {file(name).string(), "symbolic link"});
    fs::remove(file(name));
    fs::rename(aside, file(name));
    write_file(file(name), std::string(5000, 'A'));
    expect_refused_start(stage_.server, {file(name).string(), "larger than 4096"});
    put_back(name);
  }
  expect_start();
}

TEST_F(a_secret_file_of_a_stopped_server, belongs_to_the_user_of_the_server) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  for (const auto* name : names) {
    ASSERT_EQ(::chown(file(name).c_str(), 4321, 0), 0);
    expect_refused_start(stage_.server, {file(name).string(), "4321"});
    put_back(name);
  }
  expect_start();
}

TEST_F(a_secret_file_of_a_stopped_server, is_open_to_its_group_only_if_the_config_says_so) {
  for (const auto mode : {0640U, 0440U}) {
    for (const auto* name : names) {
      fs::permissions(file(name), fs::perms{mode});
      expect_refused_start(stage_.server, {file(name).string(), "files.allow_group_readable"});
      put_back(name);
    }
  }
  stage_.server.configure({{"files.allow_group_readable", "true"}});
  for (const auto mode : {0640U, 0440U}) {
    for (const auto* name : names) fs::permissions(file(name), fs::perms{mode});
    expect_start();
  }
  for (const auto mode : {0660U, 0644U, 0610U, 0604U}) {
    for (const auto* name : names) {
      fs::permissions(file(name), fs::perms{mode});
      expect_refused_start(stage_.server, {file(name).string(), "owner only"});
      put_back(name);
    }
  }
}

TEST_F(a_secret_file_of_a_stopped_server, is_read_by_commands_as_by_the_server) {
  write_file(file("admin.token"), secret("admin.token") + "\r\n");
  stage_.server.start();
  const auto list = [&] {
    return run_program({"client", "list", "--token-file", file("admin.token").string(), "--admin",
                        "http://127.0.0.1:" + std::to_string(stage_.server.admin_port())});
  };
  EXPECT_EQ(list().code, 0);
  write_file(file("admin.token"), secret("admin.token") + " \n");
  EXPECT_NE(list().err.find("white space"), std::string::npos);
  fs::remove(file("admin.token"));
  ASSERT_EQ(::mkfifo(file("admin.token").c_str(), 0600), 0);
  EXPECT_NE(list().err.find("not a regular file"), std::string::npos);
  put_back("admin.token");
  EXPECT_EQ(stage_.server.stop(), 0);
}

}  // namespace

}  // namespace mintage::test
