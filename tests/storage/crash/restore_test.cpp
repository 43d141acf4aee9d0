// Backups that are checked and restored: nothing that was consumed comes back.
#include "storage/rocksdb/restore.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <random>

#include "storage/backup.hpp"
#include "storage/codec.hpp"
#include "storage/rocksdb/backup_check.hpp"
#include "storage/rocksdb/backup_list.hpp"
#include "storage/rocksdb/engine.hpp"
#include "storage/rocksdb/repair.hpp"
#include "tests/storage/crash/other_disk.hpp"
#include "tests/storage/store_driver.hpp"

namespace mintage::storage {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
namespace fs = std::filesystem;

rocksdb_options at(const fs::path& path) {
  auto o = rocksdb_options{};
  o.path = path;
  o.memtable_mb = 1;
  return o;
}

oauth::registration_token token_named(const std::string& id, std::uint32_t limit) {
  auto t = oauth::registration_token{};
  t.id = id;
  t.limit = limit;
  return t;
}

/// A backup with something of everything.
class a_backup : public testing::Test {
 protected:
  a_backup() {
    auto e = open_rocksdb_engine(at(directory_.path() / "db"), 10, clock_);
    fill(*e, 0);
    e.reset();
    e = open_rocksdb_engine(at(directory_.path() / "db"), 10, clock_);  // fills table files
    fill(*e, codes_count);
    e->backups()->back_up(backup_, {});
  }

  void fill(engine& e, std::uint64_t first) {
    auto shard = store_driver{e, 0, 1};
    const auto now = clock_.now();
    for (auto code = first; code < first + codes_count; ++code) {
      auto op = insertion(code, now + seconds{600});
      op.value = encode(oauth::authorization_code{});
      EXPECT_EQ(shard.insert(std::move(op), now), verdict::ok);
      if (code % 2 == 0) continue;
      auto redeemed = consumption(code, code, now);
      redeemed.new_grant.value = encode(oauth::grant{});
      EXPECT_EQ(shard.consume(std::move(redeemed), now).what, verdict::ok);
    }
    auto c = oauth::client{};
    c.id = "client " + std::to_string(first);
    e.records().put_client(c, 1);
    auto k = key_record{};
    k.kid = "key " + std::to_string(first);
    e.records().change_keys({k}, {}, 1);
    e.records().put_note(seal_check_note, "sealed");
    e.records().put_registration_token(token_named("one " + std::to_string(first), 1), 1);
    e.records().put_registration_token(token_named("many " + std::to_string(first), 0), 1);
    e.cutoffs().put(octets_of(first), now, now + seconds{600});
    const auto bye =
        outbox_entry{.id = {static_cast<std::uint8_t>(first + 1)}, .tries = 0, .value = "bye"};
    EXPECT_THAT(e.logouts().add({bye}), IsEmpty());
  }

  [[nodiscard]] std::vector<std::string> faults() const {
    return check_backup(backup_, clock_).faults;
  }
  /// Why it is not restored.
  [[nodiscard]] std::string refusal() const {
    try {
      (void)restore_rocksdb(backup_, at(target_), clock_);
      return "it was restored";
    } catch (const storage_error& e) {
      return e.what();
    }
  }
  void change_octet(const fs::path& file, std::uintmax_t offset) const {
    auto f = std::fstream{file, std::ios::in | std::ios::out | std::ios::binary};
    f.seekg(static_cast<std::streamoff>(offset));
    const auto octet = static_cast<char>(f.get() ^ 0x10);
    f.seekp(static_cast<std::streamoff>(offset));
    f.put(octet);
  }
  [[nodiscard]] std::vector<fs::path> files() const {
    auto all = std::vector<fs::path>{};
    for (const auto& entry : fs::directory_iterator{database_of(backup_)})
      all.push_back(entry.path());
    std::sort(all.begin(), all.end());
    return all;
  }

  static constexpr auto codes_count = std::uint64_t{100};
  temporary_folder directory_;
  manual_clock clock_;
  fs::path backup_ = directory_.path() / "backup";
  fs::path target_ = directory_.path() / "state/restored";
};

TEST_F(a_backup, is_not_restored_by_a_clock_that_is_behind_it) {  // NEG-212
  auto behind = manual_clock{};
  behind.advance(clock_.now() - behind.now() - oauth::milliseconds{1});
  try {
    static_cast<void>(restore_rocksdb(backup_, at(target_), behind));
    ADD_FAILURE() << "codes that were consumed before the backup would be live again";
  } catch (const storage_error& e) {
    EXPECT_THAT(e.what(), HasSubstr("the clock of this machine is before"));
  }
  EXPECT_FALSE(fs::exists(target_));
}

TEST_F(a_backup, is_told_with_what_it_holds) {
  const auto before = files();
  const auto found = check_backup(backup_, clock_);
  EXPECT_THAT(found.faults, IsEmpty());
  EXPECT_EQ(found.made, clock_.now());
  EXPECT_EQ(found.files, before.size());
  EXPECT_EQ(found.counts.clients, 2U);
  EXPECT_EQ(found.counts.keys, 2U);
  EXPECT_EQ(found.counts.registration_tokens, 4U);
  EXPECT_EQ(found.counts.cutoffs, 2U);
  EXPECT_EQ(found.counts.records[index_of(table::codes)], codes_count);
  EXPECT_EQ(found.counts.records[index_of(table::grants)], codes_count);
  EXPECT_EQ(found.logouts, 2U);
  EXPECT_EQ(found.catalog.seal_check, "sealed");
  EXPECT_EQ(found.catalog.void_before, instant{});
  EXPECT_EQ(files(), before) << "a check writes nothing";
  clock_.advance(seconds{5000});
  EXPECT_EQ(check_backup(backup_, clock_).counts.records[index_of(table::grants)], 0U);
}

TEST_F(a_backup, that_was_not_finished_is_no_backup) {
  fs::remove(list_of(backup_));
  EXPECT_THAT(faults(), ElementsAre(HasSubstr("has no file BACKUP")));
  EXPECT_THAT(check_backup(directory_.path() / "nothing", clock_).faults,
              ElementsAre(HasSubstr("has no file BACKUP")));
  std::ofstream{list_of(backup_)} << "mintage backup 1\n";
  EXPECT_THAT(faults(), ElementsAre(HasSubstr("BACKUP cannot be read")));
}

TEST_F(a_backup, of_which_a_file_is_missing_cut_or_added_is_not_whole) {
  for (const auto& file : files()) {
    const auto name = file.filename().string();
    const auto size = fs::file_size(file);
    fs::rename(file, directory_.path() / "away");
    EXPECT_THAT(faults(), ElementsAre(HasSubstr("db/" + name + " is missing")));
    fs::copy(directory_.path() / "away", file);
    EXPECT_THAT(faults(), IsEmpty());
    if (size > 0) {
      fs::resize_file(file, size - 1);
      EXPECT_THAT(faults(), ElementsAre(HasSubstr("db/" + name + " has ")));
    }
    fs::remove(file);
    fs::rename(directory_.path() / "away", file);
  }
  std::ofstream{database_of(backup_) / "999999.log"} << "more";
  EXPECT_THAT(faults(), ElementsAre(HasSubstr("999999.log is not of this backup")));
}

TEST_F(a_backup, with_a_changed_octet_has_a_fault_or_the_same_content) {
  auto random = std::mt19937{20261129};
  for (const auto& file : files()) {
    const auto size = fs::file_size(file);
    for (auto round = 0; round < 6 && size > 0; ++round) {
      const auto offset = std::uniform_int_distribution<std::uintmax_t>{0, size - 1}(random);
      change_octet(file, offset);
      const auto found = check_backup(backup_, clock_);
      if (found.faults.empty()) {  // octets that are never read
        EXPECT_EQ(found.counts.records[index_of(table::grants)], codes_count) << file << offset;
        EXPECT_EQ(found.counts.clients, 2U) << file << " " << offset;
      }
      change_octet(file, offset);
    }
  }
  EXPECT_THAT(faults(), IsEmpty());
}

TEST_F(a_backup, whose_record_cannot_be_decoded_is_told) {
  {
    auto e = open_rocksdb_engine(at(directory_.path() / "db"), 10, clock_);
    auto shard = store_driver{*e, 0, 1};
    const auto now = clock_.now();
    auto op = insertion(1000, now + seconds{600});
    op.value = "\xff";
    ASSERT_EQ(shard.insert(std::move(op), now), verdict::ok);
    fs::remove_all(backup_);
    e->backups()->back_up(backup_, {});
  }
  EXPECT_THAT(faults(), ElementsAre("1 records of codes cannot be read"));
}

TEST_F(a_backup, is_restored_without_anything_that_may_be_consumed) {  // NEG-212
  clock_.advance(seconds{30});
  const auto report = restore_rocksdb(backup_, at(target_), clock_);
  EXPECT_EQ(report.void_before, clock_.now());
  EXPECT_EQ(report.clients.size(), 2U);
  EXPECT_EQ(report.keys.size(), 2U);
  ASSERT_EQ(report.erased.size(), 2U);
  EXPECT_THAT(report.erased.front().id, HasSubstr("one "));
  EXPECT_FALSE(fs::exists(target_ / "restoring"));
  EXPECT_THAT(faults(), IsEmpty()) << "the backup stays as it is";

  struct stat file {
  }, folder{};
  ASSERT_EQ(::stat((target_ / "CURRENT").c_str(), &file), 0);
  ASSERT_EQ(::stat(target_.parent_path().c_str(), &folder), 0);
  EXPECT_EQ(file.st_uid, folder.st_uid);
  EXPECT_EQ(fs::status(target_).permissions(), fs::perms::owner_all);

  const auto e = open_rocksdb_engine(at(target_), 10, clock_);
  EXPECT_EQ(e->warning(), "");
  EXPECT_EQ(e->void_before(), clock_.now());
  const auto catalog = e->records().changes(0);
  EXPECT_EQ(catalog.clients.size(), 2U);
  ASSERT_EQ(catalog.registration_tokens.size(), 2U);
  EXPECT_THAT(catalog.registration_tokens.front().id, HasSubstr("many "));
  auto shard = store_driver{*e, 0, 1};
  EXPECT_EQ(shard.consume(consumption(1, 500, clock_.now()), clock_.now()).what, verdict::replayed);
}

TEST_F(a_backup, goes_to_no_place_where_a_database_is) {
  fs::create_directories(target_);
  std::ofstream{target_ / "CURRENT"} << "of another";
  try {
    (void)restore_rocksdb(backup_, at(target_), clock_);
    FAIL() << "a database was replaced";
  } catch (const storage_error& e) {
    EXPECT_THAT(e.what(), HasSubstr("there is a database at " + target_.string()));
  }
  fs::remove(target_ / "CURRENT");
  EXPECT_EQ(restore_rocksdb(backup_, at(target_), clock_).clients.size(), 2U)
      << "an empty folder does not matter";
  EXPECT_TRUE(fs::exists(target_ / "ACKNOWLEDGED"));
}

TEST_F(a_backup, of_which_the_restore_was_killed_is_restored_before_a_database_is_opened) {
  fs::create_directories(target_ / "restoring/moving");
  std::ofstream{target_ / "restoring/moving/CURRENT"} << "half";
  std::ofstream{target_ / "000012.sst"} << "was moved already";
  try {
    (void)open_rocksdb_engine(at(target_), 10, clock_);
    FAIL() << "a database without most of its content was opened";
  } catch (const storage_error& e) {
    EXPECT_THAT(e.what(), HasSubstr("the restore to " + target_.string() + " was not finished"));
  }
  EXPECT_EQ(restore_rocksdb(backup_, at(target_), clock_).clients.size(), 2U);
  EXPECT_FALSE(fs::exists(target_ / "restoring"));
  EXPECT_EQ(open_rocksdb_engine(at(target_), 10, clock_)->records().changes(0).clients.size(), 2U);
}

TEST_F(a_backup, does_not_replace_what_was_put_beside_an_unfinished_restore) {
  fs::create_directories(target_ / "restoring/db");
  fs::create_directories(target_ / "lost+found");
  for (const auto* other : {"db.lost/CURRENT", "CURRENT"}) {
    const auto name = fs::path{other}.begin()->string();
    fs::create_directories((target_ / other).parent_path());
    std::ofstream{target_ / other} << "of another";
    EXPECT_THAT(refusal(), HasSubstr((target_ / name).string() + " is not of the restore"));
    EXPECT_TRUE(fs::exists(target_ / other));
    EXPECT_TRUE(fs::exists(target_ / "restoring/db"));
    fs::remove_all(target_ / name);
  }
  fs::rename(target_ / "restoring/db", target_ / "restoring/moving");
  std::ofstream{target_ / "restoring/moving/CURRENT"} << "the copy's";
  std::ofstream{target_ / "CURRENT"} << "of another";
  EXPECT_THAT(refusal(), HasSubstr("CURRENT is not of the restore"));
  fs::remove(target_ / "CURRENT");
  EXPECT_EQ(restore_rocksdb(backup_, at(target_), clock_).clients.size(), 2U);
  EXPECT_FALSE(fs::exists(target_ / "restoring"));
  EXPECT_FALSE(fs::exists(target_ / "restored"));
}

TEST_F(a_backup, that_is_inside_the_place_stays) {
  fs::create_directories(target_ / "restoring");
  fs::rename(backup_, target_ / "lost+found");
  backup_ = target_ / "lost+found";
  EXPECT_THAT(refusal(), HasSubstr("is inside " + target_.string()));
  EXPECT_THAT(faults(), IsEmpty());
}

TEST_F(a_backup, is_not_restored_while_another_restore_goes_on) {
  fs::create_directories(target_ / "restoring/moving");
  std::ofstream{target_ / "000012.sst"} << "of the other";
  const auto other = ::open((target_ / "restoring").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  ASSERT_EQ(::flock(other, LOCK_EX | LOCK_NB), 0);
  EXPECT_THAT(refusal(), HasSubstr("another restore to " + target_.string() + " is going on"));
  EXPECT_TRUE(fs::exists(target_ / "000012.sst"));
  EXPECT_TRUE(fs::exists(target_ / "restoring/moving"));
  ::close(other);
  EXPECT_EQ(restore_rocksdb(backup_, at(target_), clock_).clients.size(), 2U);
}

TEST_F(a_backup, of_which_the_restore_was_not_finished_is_no_database_to_repair) {
  fs::create_directories(target_ / "restoring");
  EXPECT_THROW((void)repair_rocksdb(at(target_), clock_), storage_error);
  EXPECT_FALSE(fs::exists(target_ / "CURRENT"));
}

TEST_F(a_backup, is_restored_to_where_a_file_system_is_mounted) {
  const auto disk = other_disk{target_, "size=32m,mode=0755"};
  if (!disk.is_mounted()) GTEST_SKIP() << "a file system cannot be mounted here";
  fs::create_directories(target_ / "lost+found");
  EXPECT_EQ(restore_rocksdb(backup_, at(target_), clock_).clients.size(), 2U);
  EXPECT_EQ(fs::status(target_).permissions(), fs::perms::owner_all);
  EXPECT_TRUE(fs::exists(target_ / "lost+found"));
  const auto e = open_rocksdb_engine(at(target_), 10, clock_);
  EXPECT_EQ(e->warning(), "");
  EXPECT_EQ(e->records().changes(0).clients.size(), 2U);
  auto shard = store_driver{*e, 0, 1};
  EXPECT_EQ(shard.consume(consumption(1, 500, clock_.now()), clock_.now()).what, verdict::replayed);
}

TEST_F(a_backup, is_restored_to_where_a_link_leads) {
  fs::create_directories(directory_.path() / "elsewhere");
  fs::create_directories(target_.parent_path());
  fs::create_directory_symlink(directory_.path() / "elsewhere", target_);
  EXPECT_EQ(restore_rocksdb(backup_, at(target_), clock_).clients.size(), 2U);
  EXPECT_TRUE(fs::is_symlink(target_));
  EXPECT_TRUE(fs::exists(directory_.path() / "elsewhere/CURRENT"));
}

TEST_F(a_backup, that_does_not_fit_leaves_nothing) {
  const auto disk = other_disk{directory_.path() / "disk", "size=64k"};
  if (!disk.is_mounted()) GTEST_SKIP() << "a file system cannot be mounted here";
  for (const auto* place : {"disk/db", "disk"}) {
    EXPECT_THROW((void)restore_rocksdb(backup_, at(directory_.path() / place), clock_),
                 storage_error);
    EXPECT_TRUE(fs::is_empty(directory_.path() / "disk"));
  }
}

}  // namespace
}  // namespace mintage::storage
