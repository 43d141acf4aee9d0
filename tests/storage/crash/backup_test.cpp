// Backups of a database that is in use: whole, of one moment, and never half of one.
#include "storage/backup.hpp"

#include <gmock/gmock.h>
#include <signal.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "storage/codec.hpp"
#include "storage/rocksdb/backup_check.hpp"
#include "storage/rocksdb/backup_list.hpp"
#include "storage/rocksdb/engine.hpp"
#include "tests/storage/crash/other_disk.hpp"
#include "tests/storage/store_driver.hpp"

namespace mintage::storage {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
namespace fs = std::filesystem;

class backups : public testing::Test {
 protected:
  std::unique_ptr<engine> open(const fs::path& path) const {
    auto o = rocksdb_options{};
    o.path = path;
    o.memtable_mb = 1;
    return open_rocksdb_engine(o, 10, clock_);
  }
  /// @returns the reason; empty when the backup was made.
  std::string failure_of(engine& e, const fs::path& to) {
    try {
      e.backups()->back_up(to, {});
      return {};
    } catch (const storage_error& error) {
      return error.what();
    }
  }

  bool is_whole(const fs::path& backup) const {
    const auto found = check_backup(backup, clock_);
    return found.faults.empty() && found.counts.records[index_of(table::codes)] > 0;
  }

  temporary_folder directory_;
  manual_clock clock_;
  fs::path to_ = directory_.path() / "backups/first";
};

TEST_F(backups, hold_what_was_acknowledged_and_nothing_of_later) {
  auto e = open(directory_.path() / "db");
  auto shard = store_driver{*e, 0, 1};
  const auto now = clock_.now();
  ASSERT_EQ(shard.insert(insertion(0, now + seconds{60}), now), verdict::ok);
  ASSERT_EQ(shard.insert(insertion(1, now + seconds{60}), now), verdict::ok);
  ASSERT_EQ(shard.consume(consumption(0, 100, now), now).what, verdict::ok);
  e->records().put_note("note", "before");

  const auto made = e->backups()->back_up(to_, {});
  EXPECT_EQ(made.directory, to_);
  EXPECT_EQ(made.made, now);
  EXPECT_GT(made.octets, 0U);
  ASSERT_EQ(shard.consume(consumption(1, 101, now), now).what, verdict::ok);
  e->records().put_note("note", "after");
  EXPECT_FALSE(fs::exists(directory_.path() / "db/backup.tmp"));
  EXPECT_EQ(fs::status(to_).permissions(), fs::perms::owner_all);

  auto copy = open(database_of(to_));
  auto copied = store_driver{*copy, 0, 1};
  EXPECT_EQ(copy->warning(), "");
  EXPECT_EQ(copy->records().load_note("note"), "before");
  EXPECT_EQ(copied.consume(consumption(0, 102, now), now).what, verdict::replayed);
  EXPECT_EQ(copied.read(table::codes, code_key(1), now).what, verdict::ok);
}

TEST_F(backups, are_of_one_moment_while_codes_are_redeemed) {
  auto e = open(directory_.path() / "db");
  const auto now = clock_.now();
  auto redeemed = std::atomic<std::uint64_t>{0};
  auto stop = std::atomic<bool>{false};
  auto load = std::thread{[&] {
    auto shard = store_driver{*e, 0, 1};
    for (auto code = std::uint64_t{0}; !stop; ++code) {
      auto op = insertion(code, now + seconds{600});
      op.value.resize(8000);  // so that memtables are flushed meanwhile
      EXPECT_EQ(shard.insert(std::move(op), now), verdict::ok);
      EXPECT_EQ(shard.consume(consumption(code, code, now), now).what, verdict::ok);
      redeemed = code + 1;
    }
  }};
  constexpr auto count = 4U;
  auto least = std::vector<std::uint64_t>{};
  for (auto i = 0U; i < count; ++i) {
    const auto wanted = redeemed + 100;
    while (redeemed < wanted) std::this_thread::yield();
    least.push_back(redeemed);
    EXPECT_EQ(failure_of(*e, to_ / std::to_string(i)), "");
  }
  stop = true;
  load.join();

  for (auto i = 0U; i < count; ++i) {
    auto copy = open(database_of(to_ / std::to_string(i)));
    auto shard = store_driver{*copy, 0, 1};
    const auto is_redeemed = [&](std::uint64_t code) {
      const auto grant = shard.read(table::grants, new_grant_key(code, code), now).what;
      const auto again = shard.consume(consumption(code, code + 1'000'000, now), now).what;
      // Both or none: a code is consumed together with its new grant.
      EXPECT_EQ(grant == verdict::ok, again == verdict::replayed) << code;
      return again == verdict::replayed;
    };
    for (auto code = std::uint64_t{0}; code < least[i]; ++code)
      ASSERT_TRUE(is_redeemed(code)) << code << " of " << least[i];
    for (auto code = least[i]; is_redeemed(code); ++code) {
    }
  }
}

TEST_F(backups, never_replace_what_is_there) {
  auto e = open(directory_.path() / "db");
  fs::create_directories(to_);
  EXPECT_THAT(failure_of(*e, to_), HasSubstr(to_.string() + " exists already"));
  EXPECT_TRUE(fs::is_empty(to_));
  fs::remove(to_);
  EXPECT_EQ(failure_of(*e, to_), "");
  EXPECT_THAT(failure_of(*e, to_), HasSubstr("exists already"));
  EXPECT_TRUE(fs::exists(list_of(to_)));
}

TEST_F(backups, are_refused_where_they_cannot_be) {
  auto e = open(directory_.path() / "db");
  EXPECT_THAT(failure_of(*e, "relative"), HasSubstr("absolute path"));
  EXPECT_THAT(failure_of(*e, directory_.path() / "db/backup"), HasSubstr("inside the database"));
  std::ofstream{directory_.path() / "file"};
  EXPECT_THAT(failure_of(*e, directory_.path() / "file/backup"), HasSubstr("cannot be made"));
}

TEST_F(backups, that_were_not_finished_leave_nothing_beside_the_database) {
  open(directory_.path() / "db").reset();
  fs::create_directories(directory_.path() / "db/backup.tmp");
  std::ofstream{directory_.path() / "db/backup.tmp/000001.sst"};
  fs::create_directories(directory_.path() / "db/backup.tmp.tmp");
  auto e = open(directory_.path() / "db");
  EXPECT_FALSE(fs::exists(directory_.path() / "db/backup.tmp"));
  EXPECT_FALSE(fs::exists(directory_.path() / "db/backup.tmp.tmp"));
}

constexpr auto folder_variable = "MINTAGE_TEST_FOLDER";

/// Makes backups until it is killed, and tells of each. Run by the test below.
TEST(backups_of_a_child, DISABLED_until_it_is_killed) {
  const auto folder = fs::path{std::getenv(folder_variable)};
  const auto clock = manual_clock{};
  auto o = rocksdb_options{};
  o.path = folder / "db";
  o.memtable_mb = 1;
  const auto e = open_rocksdb_engine(o, 10, clock);
  auto shard = store_driver{*e, 0, 1};
  for (auto n = std::uint64_t{0};; ++n) {
    auto op = insertion(n, clock.now() + seconds{60});
    op.value = encode(oauth::authorization_code{});
    ASSERT_EQ(shard.insert(std::move(op), clock.now()), verdict::ok);
    e->backups()->back_up(folder / std::to_string(n), {});
    std::printf("made %llu\n", static_cast<unsigned long long>(n));
    std::fflush(stdout);
  }
}

TEST_F(backups, are_whole_or_no_backups_when_the_process_is_killed) {
  // How far the last backup is when the process is killed, as far as that can be seen.
  const auto signs = std::vector<std::string>{"", "db", "db/CURRENT", "BACKUP"};
  auto unfinished = 0;
  for (auto round = std::size_t{0}; round < signs.size() || unfinished == 0; ++round) {
    const auto folder = directory_.path() / ("round" + std::to_string(round));
    fs::create_directories(folder);
    auto child = loopback::child_process{
        {"/proc/self/exe", "--gtest_also_run_disabled_tests",
         "--gtest_filter=backups_of_a_child.*"},
        folder / "log",
        {.environment = {folder_variable + std::string{"="} + folder.string()}}};
    const auto sign = folder / std::to_string(round % 3 + 1) / signs[round % signs.size()];
    while (!fs::exists(sign)) {
      ASSERT_FALSE(child.wait(milliseconds{0})) << "the child ended";
      std::this_thread::yield();
    }
    child.signal(SIGKILL);
    const auto told = child.finish();

    const auto e = open(folder / "db");
    EXPECT_FALSE(fs::exists(folder / "db/backup.tmp"));
    EXPECT_FALSE(fs::exists(folder / "db/backup.tmp.tmp"));
    for (auto n = 0; fs::exists(folder / std::to_string(n)); ++n) {
      const auto made = folder / std::to_string(n);
      const auto was_told = told.find("made " + std::to_string(n) + "\n") != told.npos;
      if (was_told || fs::exists(list_of(made))) {
        EXPECT_TRUE(is_whole(made)) << made;
      } else {
        ++unfinished;
        EXPECT_FALSE(is_whole(made)) << made;
        EXPECT_THAT(failure_of(*e, made), HasSubstr("exists already"));
      }
    }
  }
}

TEST_F(backups, go_to_another_file_system_and_stop_when_it_is_full) {
  const auto disk = other_disk{directory_.path() / "disk", "size=12m"};
  if (!disk.is_mounted()) GTEST_SKIP() << "a file system cannot be mounted here";
  auto e = open(directory_.path() / "db");
  auto shard = store_driver{*e, 0, 1};
  const auto now = clock_.now();
  ASSERT_EQ(shard.insert(insertion(0, now + seconds{60}), now), verdict::ok);
  const auto first = directory_.path() / "disk/first";
  ASSERT_EQ(failure_of(*e, first), "");
  {
    auto copy = open(database_of(first));
    EXPECT_EQ(store_driver(*copy, 0, 1).read(table::codes, code_key(0), now).what, verdict::ok);
  }
  fs::remove_all(first);

  auto code = std::uint64_t{1};
  for (auto octets = std::size_t{0}; octets < (std::size_t{16} << 20); octets += 10'000, ++code) {
    auto op = insertion(code, now + seconds{60});
    op.value.resize(10'000, static_cast<char>(code));
    ASSERT_EQ(shard.insert(std::move(op), now), verdict::ok);
  }
  const auto second = directory_.path() / "disk/second";
  EXPECT_THAT(failure_of(*e, second), HasSubstr("No space left"));
  EXPECT_FALSE(fs::exists(second));
  EXPECT_FALSE(fs::exists(directory_.path() / "db/backup.tmp"));
  EXPECT_TRUE(e->writable()) << "the database is on another disk";
  EXPECT_EQ(shard.insert(insertion(code, now + seconds{60}), now), verdict::ok);

  auto stop = std::stop_source{};
  stop.request_stop();
  EXPECT_THROW(e->backups()->back_up(second, stop.get_token()), storage_error);
  EXPECT_FALSE(fs::exists(second));
}

TEST(backup_list, is_read_as_it_was_written) {
  auto list = backup_list{};
  list.made = instant{oauth::milliseconds{1'700'000'000'123}};
  list.files = {{"000001.sst", 12}, {"CURRENT", 16}, {"a name", 0}};
  const auto text = render(list);
  const auto read = parse_backup_list(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->made, list.made);
  EXPECT_EQ(read->files, list.files);
  EXPECT_EQ(read->octets(), 28U);
  for (auto i = std::size_t{0}; i < text.size(); ++i) {
    auto changed = text;
    changed[i] ^= 1;
    EXPECT_FALSE(parse_backup_list(changed)) << changed;
    EXPECT_FALSE(parse_backup_list(text.substr(0, i)));
  }
}

}  // namespace
}  // namespace mintage::storage
