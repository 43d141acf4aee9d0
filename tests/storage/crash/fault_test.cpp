// Damaged files, locks of other processes, expiry on disk, full disks.

#include <gmock/gmock.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include <fstream>
#include <thread>

#include "storage/rocksdb/column_families.hpp"
#include "storage/rocksdb/engine.hpp"
#include "tests/storage/store_driver.hpp"

namespace mintage::storage {
namespace {

using testing::AllOf;
using testing::HasSubstr;
namespace fs = std::filesystem;

class faults : public testing::Test {
 protected:
  std::unique_ptr<engine> open(const fs::path& path, durability level = durability::os) {
    auto o = rocksdb_options{};
    o.path = path;
    o.level = level;
    o.memtable_mb = 1;
    return open_rocksdb_engine(o, 10, clock_);
  }
  /// @returns the error for the operator; nothing when the database opens.
  std::string error_of_open(const fs::path& path) {
    try {
      auto e = open(path);
      auto clients = e->records().changes(0).clients;
      return {};
    } catch (const storage_error& error) {
      return error.what();
    }
  }
  void fill(const fs::path& path, std::uint64_t codes) {
    auto e = open(path);
    auto shard = store_driver{*e, 0, 1};
    for (auto code = std::uint64_t{0}; code < codes; ++code) {
      ASSERT_EQ(shard.insert(insertion(code, clock_.now() + seconds{60}), clock_.now()),
                verdict::ok);
    }
    auto c = oauth::client{};
    c.id = "app";
    e->records().put_client(c, 0);
  }
  static std::vector<fs::path> files(const fs::path& path, std::string_view part) {
    auto found = std::vector<fs::path>{};
    for (const auto& entry : fs::directory_iterator{path}) {
      if (entry.path().filename().string().find(part) != std::string::npos) {
        found.push_back(entry.path());
      }
    }
    return found;
  }

  static std::uintmax_t size_of(const fs::path& path, std::string_view part) {
    auto size = std::uintmax_t{0};
    for (const auto& file : files(path, part)) {
      auto gone = std::error_code{};
      auto one = fs::file_size(file, gone);
      size += gone ? 0 : one;
    }
    return size;
  }

  temporary_folder directory_;
  fs::path path_ = directory_.path() / "db";
  manual_clock clock_;
};

TEST_F(faults, an_open_database_is_refused_by_name) {
  auto e = open(path_);
  EXPECT_THAT(error_of_open(path_), AllOf(HasSubstr(path_.string()), HasSubstr("in use")));
}

TEST_F(faults, a_path_that_is_no_directory_is_refused_by_name) {
  std::ofstream{path_} << "a file";
  EXPECT_THAT(error_of_open(path_), HasSubstr(path_.string()));
  EXPECT_THAT(error_of_open(path_ / "db"), HasSubstr((path_ / "db").string()));
}

TEST_F(faults, a_new_database_is_readable_by_its_owner_alone) {
  open(path_);
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_all);
}

TEST_F(faults, damaged_files_give_an_error_and_no_crash) {
  fill(path_, 10);
  fill(path_, 0);  // recovery has written the codes to a table file
  const auto whole = directory_.path() / "whole";
  fs::copy(path_, whole, fs::copy_options::recursive);
  for (const auto* part : {"CURRENT", "MANIFEST", ".sst"}) {
    for (auto how : {"truncate", "garble", "scratch"}) {  // scratched tables fail later
      SCOPED_TRACE(std::string{how} + " " + part);
      fs::remove_all(path_);
      fs::copy(whole, path_, fs::copy_options::recursive);
      auto damaged = files(path_, part);
      ASSERT_FALSE(damaged.empty());
      for (const auto& file : damaged) {
        auto size = fs::file_size(file);
        if (std::string_view{how} == "truncate") {
          fs::resize_file(file, size / 2);
        } else {
          auto f = std::fstream{file, std::ios::in | std::ios::out | std::ios::binary};
          f << std::string(std::string_view{how} == "scratch" ? 16 : size, '\x5a');
        }
      }
      EXPECT_THAT(error_of_open(path_), HasSubstr(path_.string()));
    }
  }
}

TEST_F(faults, a_torn_log_loses_its_tail_alone) {
  fill(path_, 10);
  auto logs = files(path_, ".log");
  std::sort(logs.begin(), logs.end());
  fs::resize_file(logs.back(), fs::file_size(logs.back()) - 3);
  auto e = open(path_);
  auto shard = store_driver{*e, 0, 1};
  for (auto code = std::uint64_t{0}; code < 10; ++code) {
    EXPECT_EQ(shard.read(table::codes, code_key(code), clock_.now()).what, verdict::ok);
  }
  EXPECT_TRUE(e->records().changes(0).clients.empty());  // the last record is lost
}

TEST_F(faults, a_database_of_the_version_before_opens) {
  const auto now = clock_.now();
  {
    // Only the column families that it had, in its order.
    auto o = rocksdb_options{};
    o.path = path_;
    auto had = column_family_descriptors(o, clock_);
    had.resize(static_cast<std::size_t>(column_family::notes) + 1);
    auto handles = std::vector<rocksdb::ColumnFamilyHandle*>{};
    rocksdb::DB* db = nullptr;
    auto how = database_options(o);
    ASSERT_TRUE(rocksdb::DB::Open(how, path_.string(), had, &handles, &db).ok());
    // A grant in an envelope without a generation: expiry, then field 2.
    auto octets = std::string(8, '\0');
    octets[2] = '\x10';
    octets += "\x12\x03old";
    const auto key = new_grant_key(1, 1);
    ASSERT_TRUE(db->Put({}, handles[2], {key.view().data(), key.view().size()}, octets).ok());
    for (auto* h : handles) {
      ASSERT_TRUE(db->DestroyColumnFamilyHandle(h).ok());
    }
    delete db;
  }
  for (auto round = std::uint32_t{0}; round < 2; ++round) {
    auto e = open(path_, durability::sync);
    auto shard = store_driver{*e, 0, 2};
    auto other = store_driver{*e, 1, 2};
    auto token = insertion(10 + round, now + seconds{60});
    token.kind = table::access_tokens;
    auto inserted = answer<verdict>{};
    auto rotated = answer<rotate_result>{};
    // Commits of two shards may share one write, which finds column families by their numbers.
    other.store().insert({token}, now, inserted.handler());
    shard.store().rotate({rotation(1, 1, round, now)}, now, rotated.handler());
    EXPECT_EQ(rotated.wait(shard.tasks())[0].what, verdict::ok);
    EXPECT_EQ(inserted.wait(other.tasks())[0], verdict::ok);
    EXPECT_EQ(shard.read(table::access_tokens, token.key, now).what, verdict::ok);
    EXPECT_EQ(e->cutoffs().has_any(), round > 0);
    e->cutoffs().put(octets_of(1), now, now + seconds{60});
    auto r = oauth::resource{};
    r.as.identifier = "https://api.example";
    e->records().put_resource(r, 0);
    EXPECT_EQ(e->records().changes(0).resources.size(), 1U);
    EXPECT_TRUE(e->records().changes(0).clients.empty());
  }
}

TEST_F(faults, forgotten_cutoffs_leave_the_disk_and_are_asked_for_no_more) {
  open(path_)->cutoffs().put(octets_of(1), clock_.now(), clock_.now() + seconds{60});
  clock_.advance(seconds{60});
  auto e = open(path_);  // writes its log to a file
  EXPECT_FALSE(e->cutoffs().find(octets_of(1)));
  EXPECT_FALSE(e->cutoffs().has_any());
}

TEST_F(faults, expired_records_leave_the_disk_without_a_janitor) {
  auto e = open(path_);
  auto shard = store_driver{*e, 0, 1};
  auto code = std::uint64_t{0};
  // 50 MB of codes, tombstones and grants, 16 MB without what a buffer absorbs; some hundred KB of
  // them are live at any time.
  for (auto round = 0; round < 150; ++round) {
    auto insertions = std::vector<insert_op>{};
    auto consumptions = std::vector<consume_op>{};
    for (auto i = 0; i < 500; ++i, ++code) {
      insertions.push_back(insertion(code, clock_.now() + seconds{60}));
      insertions.back().value.resize(250);
      consumptions.push_back(consumption(code, code, clock_.now()));
    }
    shard.insert(std::move(insertions), clock_.now());
    shard.consume(std::move(consumptions), clock_.now());
    clock_.advance(seconds{4000});
    ASSERT_LT(size_of(path_, ".sst"), std::uintmax_t{4} << 20) << "after " << code << " codes";
    ASSERT_LT(size_of(path_, ""), std::uintmax_t{48} << 20) << "after " << code << " codes";
  }
  EXPECT_EQ(shard.read(table::codes, code_key(0), clock_.now()).what, verdict::absent);
}

/// A small file system of its own.
class small_disk {
 public:
  explicit small_disk(const fs::path& path) : path_{path} {
    fs::create_directories(path_);
    mounted_ = mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=32m") == 0;
  }
  ~small_disk() {
    if (mounted_) {
      umount(path_.c_str());
    }
  }
  [[nodiscard]] bool is_mounted() const { return mounted_; }

 private:
  fs::path path_;
  bool mounted_ = false;
};

class full_disk : public faults, public testing::WithParamInterface<durability> {};
INSTANTIATE_TEST_SUITE_P(levels, full_disk, testing::Values(durability::sync, durability::os),
                         [](const auto& l) {
                           return std::string{l.param == durability::sync ? "sync" : "os"};
                         });

TEST_P(full_disk, answers_unknown_and_recovers_when_there_is_space_again) {
  auto disk = small_disk{directory_.path() / "disk"};
  if (!disk.is_mounted()) {
    GTEST_SKIP() << "a file system cannot be mounted here";
  }
  auto e = open(directory_.path() / "disk/db", GetParam());
  auto shard = store_driver{*e, 0, 1};
  auto now = clock_.now();
  ASSERT_EQ(shard.insert(insertion(0, now + seconds{60}), now), verdict::ok);
  ASSERT_EQ(shard.insert(insertion(1'000'000, now + seconds{60}), now), verdict::ok);
  ASSERT_EQ(shard.consume(consumption(1'000'000, 1, now), now).what, verdict::ok);
  e->cutoffs().put(octets_of(1), now, now + seconds{60});

  const auto filler = directory_.path() / "disk/filler";
  {
    auto f = std::ofstream{filler, std::ios::binary};
    for (const auto block = std::string(4096, 'x'); f.write(block.data(), 4096).flush();) {
    }
  }
  auto code = std::uint64_t{1};
  auto what = verdict::ok;
  while (what == verdict::ok) {
    auto op = insertion(code, now + seconds{60});
    op.value.resize(10'000);
    what = shard.insert(std::move(op), now);
    code += what == verdict::ok ? 1 : 0;
  }
  EXPECT_EQ(what, verdict::unknown);
  EXPECT_FALSE(e->writable());
  EXPECT_EQ(shard.consume(consumption(0, 100, now), now).what, verdict::unknown);
  EXPECT_EQ(shard.read(table::codes, code_key(0), now).what, verdict::ok);  // not consumed
  EXPECT_EQ(shard.rotate(rotation(1'000'000, 1, 0, now), now).what, verdict::unknown);
  EXPECT_EQ(shard.read(table::grants, new_grant_key(1'000'000, 1), now).value, "issued by 1");
  EXPECT_THROW(e->records().put_note("a", "b"), storage_error);
  EXPECT_THROW(e->cutoffs().put(octets_of(1), now + seconds{1}, now + seconds{60}), storage_error);
  EXPECT_THROW(e->cutoffs().put(octets_of(2), now, now + seconds{60}), storage_error);
  EXPECT_TRUE(e->cutoffs().has_any());
  EXPECT_EQ(e->cutoffs().find(octets_of(1)), now);
  EXPECT_FALSE(e->cutoffs().find(octets_of(2)));

  fs::remove(filler);
  while (!e->writable()) {
    std::this_thread::yield();  // it recovers by itself, without requests
  }
  EXPECT_EQ(shard.consume(consumption(0, 100, now), now).what, verdict::ok);
  EXPECT_EQ(shard.consume(consumption(0, 101, now), now).what, verdict::replayed);
  EXPECT_EQ(shard.rotate(rotation(1'000'000, 1, 0, now), now).what, verdict::ok);
  EXPECT_EQ(e->cutoffs().find(octets_of(1)), now);
  e->cutoffs().put(octets_of(2), now, now + seconds{60});
  EXPECT_EQ(e->cutoffs().find(octets_of(2)), now);
  EXPECT_EQ(shard.insert(insertion(code, now + seconds{60}), now), verdict::ok);
  EXPECT_EQ(shard.read(table::codes, code_key(code - 1), now).what, verdict::ok);
}

}  // namespace
}  // namespace mintage::storage
