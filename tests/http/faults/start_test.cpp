// The errors of a server that cannot start, in addition to tests/http/life: files that it may not
// use, and a damaged database.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "tests/support/refused_start.hpp"
#include "tests/support/test_clients.hpp"

namespace mintage::test {

namespace {

namespace fs = std::filesystem;

TEST(a_secret_file, that_others_may_read_or_that_cannot_be_read_is_refused_and_left_as_it_is) {
  auto s = stage{};
  auto body = mint_body(s.c1);
  body["ttl"] = 600;
  auto const code = s.admin.mint(body);
  ASSERT_EQ(s.server.stop(), 0);
  for (auto* name : {"mintage.seal", "admin.token", "mint.token"}) {
    auto const file = s.server.file(name);
    auto const content = read_file(file);
    fs::permissions(file, fs::perms{0644});
    expect_refused_start(s.server, {file.string(), "chmod 600"});
    EXPECT_EQ(fs::status(file).permissions(), fs::perms{0644});
    EXPECT_EQ(read_file(file), content);
    fs::permissions(file, fs::perms{0600});
    // Root reads files of any mode, but nobody reads a folder as a file.
    auto const aside = s.server.file("aside");
    fs::rename(file, aside);
    fs::create_directory(file);
    fs::permissions(file, fs::perms{0700});
    expect_refused_start(s.server, {file.string(), "cannot be read"});
    fs::remove(file);
    fs::rename(aside, file);
  }
  s.server.start();
  s.reconnect();
  s.expect_live(s.c1, code);
  EXPECT_EQ(s.server.stop(), 0);
}

TEST(an_audit_file, that_cannot_be_opened_is_named) {
  auto server = server_process{
      {{"log.audit", toml_string("file")}, {"log.audit_file", toml_string("nowhere/audit.jsonl")}}};
  fs::create_directory(server.file("nowhere"));
  fs::create_directory(server.file("nowhere/audit.jsonl"));
  expect_refused_start(server, {"nowhere/audit.jsonl"});
}

/// The octets of all files of a folder that hold records; others are the engine's notes.
std::map<std::string, std::string> records_in(const fs::path& folder) {
  auto out = std::map<std::string, std::string>{};
  for (auto& each : fs::directory_iterator{folder}) {
    auto const name = each.path().filename().string();
    if (name.ends_with(".sst") || name.ends_with(".log")) out[name] = read_file(each.path());
  }
  return out;
}

/// The largest file of the folder whose name satisfies `wanted`.
fs::path largest(const fs::path& folder, const std::function<bool(const std::string&)>& wanted) {
  auto found = fs::path{};
  for (auto& each : fs::directory_iterator{folder}) {
    if (!wanted(each.path().filename().string())) continue;
    if (found.empty() || each.file_size() > fs::file_size(found)) found = each.path();
  }
  return found;
}

void flip(const fs::path& file, std::size_t at) {
  auto content = read_file(file);
  ASSERT_LT(at, content.size()) << file;
  content[at] = static_cast<char>(content[at] ^ 0x55);
  write_file(file, content);
}

/// The database of a stopped server with a consumed and a live code, in table files and in the log.
class a_database : public testing::Test {
 protected:
  a_database() {
    auto body = mint_body(stage_.c1);
    body["ttl"] = 600;
    consumed_ = stage_.admin.mint_many(body, 300);
    live_ = stage_.admin.mint_many(body, 300);
    for (auto& code : consumed_) EXPECT_EQ(stage_.redeem(stage_.c1, code).status, 200U);
    restart();  // moves the content of the log to table files
    late_consumed_ = stage_.admin.mint_many(body, 300);
    for (auto& code : late_consumed_) EXPECT_EQ(stage_.redeem(stage_.c1, code).status, 200U);
    EXPECT_EQ(stage_.server.stop(), 0);
    fs::copy(db(), kept(), fs::copy_options::recursive);
  }
  void restart() {
    EXPECT_EQ(stage_.server.stop(), 0);
    stage_.server.start();
    stage_.reconnect();
  }
  fs::path db() const { return stage_.server.file("db"); }
  fs::path kept() const { return stage_.server.file("kept"); }
  void put_back() {
    fs::remove_all(db());
    fs::copy(kept(), db(), fs::copy_options::recursive);
  }
  /// Checks that everything is as before the damage.
  void expect_intact() {
    stage_.server.start();
    stage_.reconnect();
    stage_.expect_live(stage_.c1, live_.at(0));
    for (auto* codes : {&consumed_, &late_consumed_}) {
      stage_.expect_dead(stage_.c1, codes->back());
    }
    EXPECT_EQ(stage_.server.stop(), 0);
  }
  /// Whether the server starts: damage in files that a start does not read shows later.
  bool starts() {
    try {
      stage_.server.start();
      return true;
    } catch (const std::runtime_error&) {
      stage_.server.kill();
      return false;
    }
  }
  /// Which of the codes are granted again.
  std::vector<bool> redeem(const std::vector<std::string>& codes) const {
    auto wire = connection{stage_.server.port()};
    auto out = std::vector<bool>{};
    for (auto& code : codes) {
      wire.send(redemption(stage_.c1, code).render());
      out.push_back(wire.receive().status == 200);
    }
    return out;
  }
  std::size_t revived(const std::vector<std::string>& codes) const {
    auto const answers = redeem(codes);
    return static_cast<std::size_t>(std::ranges::count(answers, true));
  }

  stage stage_;
  std::vector<std::string> consumed_;
  std::vector<std::string> late_consumed_;
  std::vector<std::string> live_;
};

TEST_F(a_database, whose_index_is_damaged_is_refused_and_not_touched) {
  struct {
    const char* name;
    std::function<void(const fs::path& db)> damage;
  } const rows[] = {
      {"CURRENT names no manifest",
       [](auto& db) { write_file(db / "CURRENT", "MANIFEST-999999\n"); }},
      {"CURRENT is empty", [](auto& db) { fs::resize_file(db / "CURRENT", 0); }},
      {"an octet of the manifest's first record",
       [](auto& db) { flip(largest(db, [](auto& n) { return n.starts_with("MANIFEST"); }), 20); }},
      {"the manifest is gone",
       [](auto& db) {
         fs::remove(largest(db, [](auto& n) { return n.starts_with("MANIFEST"); }));
       }},
      {"a table file is gone",
       [](auto& db) { fs::remove(largest(db, [](auto& n) { return n.ends_with(".sst"); })); }},
      {"a table file is cut",
       [](auto& db) {
         auto const file = largest(db, [](auto& n) { return n.ends_with(".sst"); });
         fs::resize_file(file, fs::file_size(file) - 10);
       }},
  };
  for (auto& row : rows) {
    SCOPED_TRACE(row.name);
    row.damage(db());
    auto const before = records_in(db());
    expect_refused_start(stage_.server, {db().string()});
    EXPECT_EQ(records_in(db()), before) << "records were changed";
    put_back();
  }
  expect_intact();
}

TEST_F(a_database, with_an_octet_changed_anywhere_in_a_table_file_revives_nothing) {
  auto const tables = records_in(db());
  for (auto& [name, content] : tables) {
    if (!name.ends_with(".sst")) continue;
    for (auto part : {1, 4, 7}) {
      SCOPED_TRACE(name + " at " + std::to_string(part) + "/8");
      auto const at = content.size() * static_cast<std::size_t>(part) / 8;
      flip(db() / name, at);
      if (starts()) {
        EXPECT_EQ(revived(consumed_), 0U);
        stage_.server.kill();
      } else {
        put_back();
        flip(db() / name, at);
        expect_refused_start(stage_.server, {db().string()});
      }
      put_back();
    }
  }
  expect_intact();
}

// Acknowledged redemptions follow the damage, so the start is refused and changes nothing. After a
// repair all earlier codes are void: those consumed before the damage, and those consumed after it.
TEST_F(a_database, with_an_octet_changed_in_its_log_is_refused_and_revives_nothing_when_repaired) {
  auto const log = largest(db(), [](auto& n) { return n.ends_with(".log"); });
  auto const size = fs::file_size(log);
  ASSERT_GT(size, 10'000U);
  for (auto part : {5, 7}) {  // among the redemptions, which were sent one by one
    SCOPED_TRACE(std::to_string(part) + "/8");
    flip(log, size * static_cast<std::size_t>(part) / 8);
    auto const before = records_in(db());
    expect_refused_start(stage_.server,
                         {db().string(), log.filename().string() + ", offset ", "mintage repair"});
    EXPECT_EQ(records_in(db()), before) << "records were changed";
    auto const repaired = run_program({"repair", "--config", stage_.server.config_file().string()});
    EXPECT_EQ(repaired.code, 0) << repaired.err;
    ASSERT_TRUE(starts()) << stage_.server.log();
    EXPECT_EQ(revived(consumed_), 0U);
    EXPECT_EQ(revived(late_consumed_), 0U);
    stage_.server.kill();
    put_back();
  }
  expect_intact();
}

}  // namespace

}  // namespace mintage::test
