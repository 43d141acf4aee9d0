// Which folders are on the disk when a call returns.

#include <gmock/gmock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "storage/backup.hpp"
#include "storage/rocksdb/durable_files.hpp"
#include "storage/rocksdb/engine.hpp"
#include "tests/storage/store_driver.hpp"

namespace {

namespace fs = std::filesystem;

std::atomic<bool> is_recorded = false;
std::mutex guards_synced;
std::vector<fs::path> synced;

}  // namespace

// Replaces the C library's function in this program, RocksDB included.
extern "C" int fsync(int file) {
  if (is_recorded) {
    auto error = std::error_code{};
    auto path = fs::read_symlink("/proc/self/fd/" + std::to_string(file), error);
    const auto lock = std::scoped_lock{guards_synced};
    synced.push_back(std::move(path));
  }
  return static_cast<int>(::syscall(SYS_fsync, file));
}

namespace mintage::storage {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

class synced_folders : public testing::Test {
 protected:
  synced_folders() { is_recorded = true; }
  ~synced_folders() override {
    is_recorded = false;
    static_cast<void>(take());
  }
  /// What was synced since the last call.
  static std::vector<fs::path> take() {
    const auto lock = std::scoped_lock{guards_synced};
    return std::exchange(synced, {});
  }

  temporary_folder directory_;
  const fs::path top_ = fs::canonical(directory_.path());
};

TEST_F(synced_folders, are_those_around_each_that_was_made) {
  make_directories(top_ / "a/b/c");
  EXPECT_THAT(take(), ElementsAre(top_, top_ / "a", top_ / "a/b"));
  make_directories(top_ / "a/b/c/");
  make_directories(top_ / "a");
  EXPECT_THAT(take(), IsEmpty());
  EXPECT_TRUE(fs::is_directory(top_ / "a/b/c"));
}

TEST_F(synced_folders, are_those_around_a_database_and_a_backup) {
  const auto clock = manual_clock{};
  const auto e = open_rocksdb_engine({.path = top_ / "state/db"}, 10, clock);
  EXPECT_THAT(take(), AllOf(Contains(top_), Contains(top_ / "state")));
  e->backups()->back_up(top_ / "copies/of/today", {});
  EXPECT_THAT(take(), AllOf(Contains(top_), Contains(top_ / "copies"), Contains(top_ / "copies/of"),
                            Contains(top_ / "copies/of/today")));
}

}  // namespace
}  // namespace mintage::storage
