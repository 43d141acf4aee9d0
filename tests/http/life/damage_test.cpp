// A damaged log: the server refuses to start, `mintage repair` opens it, and earlier grants are
// void.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/support/test_clients.hpp"

namespace mintage::test {

namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

fs::path largest_log(const fs::path& database) {
  auto logs = std::vector<fs::path>{};
  for (const auto& entry : fs::directory_iterator{database}) {
    if (entry.path().extension() == ".log") logs.push_back(entry.path());
  }
  return *std::max_element(logs.begin(), logs.end(), [](const auto& a, const auto& b) {
    return fs::file_size(a) < fs::file_size(b);
  });
}

void flip_bit(const fs::path& file, std::uintmax_t offset) {
  auto f = std::fstream{file, std::ios::in | std::ios::out | std::ios::binary};
  f.seekg(static_cast<std::streamoff>(offset));
  const auto octet = static_cast<char>(f.get() ^ 0x10);
  f.seekp(static_cast<std::streamoff>(offset));
  f.put(octet);
}

ended repair(const stage& s, const std::vector<std::string>& more = {}) {
  auto arguments = std::vector<std::string>{"repair", "--config", s.server.config_file().string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_program(arguments);
}

TEST(a_damaged_log, refuses_the_start_until_it_is_repaired) {
  auto s = stage{};
  ASSERT_EQ(s.server.stop(), 0);
  s.server.start();  // moves the clients to table files
  s.reconnect();
  auto body = mint_body(s.c1);
  body["ttl"] = 600;
  const auto redeemed = s.admin.mint(body);
  const auto live = s.admin.mint(body);
  ASSERT_EQ(s.redeem(s.c1, redeemed).status, 200U);
  s.server.kill();
  const auto log = largest_log(s.server.file("db"));
  flip_bit(log, fs::file_size(log) / 2);

  const auto refused = run_program({"serve", "--config", s.server.config_file().string()});
  EXPECT_EQ(refused.code, 1);
  EXPECT_EQ(refused.out, "");
  EXPECT_THAT(refused.err, HasSubstr(log.filename().string() + ", offset "));
  EXPECT_THAT(refused.err, HasSubstr("mintage repair"));

  const auto repaired = repair(s);
  EXPECT_EQ(repaired.code, 0) << repaired.err;
  EXPECT_THAT(repaired.out, HasSubstr(log.filename().string() + ", offset "));
  EXPECT_THAT(repaired.out, HasSubstr("sequence number"));
  EXPECT_THAT(repaired.out, HasSubstr("Void from now on"));
  EXPECT_THAT(repair(s).out, HasSubstr("No damage was found"));

  s.server.start();
  s.reconnect();
  s.expect_dead(s.c1, redeemed);
  s.expect_dead(s.c1, live);
}

TEST(a_backup, is_void_up_to_its_restoration) {  // NEG-212
  auto s = stage{};
  auto body = mint_body(s.c1);
  body["ttl"] = 600;
  const auto code = s.admin.mint(body);
  ASSERT_EQ(s.server.stop(), 0);
  const auto database = s.server.file("db");
  const auto backup = s.server.file("backup");
  fs::copy(database, backup, fs::copy_options::recursive);
  s.server.start();
  s.reconnect();
  ASSERT_EQ(s.redeem(s.c1, code).status, 200U);
  ASSERT_EQ(s.server.stop(), 0);
  fs::remove_all(database);
  fs::rename(backup, database);
  const auto repaired = repair(s, {"--restored"});
  EXPECT_EQ(repaired.code, 0) << repaired.err;
  EXPECT_THAT(repaired.out, HasSubstr("Void from now on"));
  s.server.start();
  s.reconnect();
  s.expect_dead(s.c1, code);
  s.expect_live(s.c1, s.mint(s.c1));
}

TEST(a_running_server, keeps_repair_from_its_database) {
  auto s = stage{};
  const auto refused = repair(s);
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr(s.server.file("db").string()));
  s.expect_live(s.c1, s.mint(s.c1));
}

}  // namespace

}  // namespace mintage::test
