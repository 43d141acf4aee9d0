// A device that accepts writes and then fails the fsync.

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <thread>

#include "storage/rocksdb/engine.hpp"
#include "tests/storage/store_driver.hpp"

namespace {

std::atomic<bool> device_fails = false;

}  // namespace

// Replaces the C library's function in this program, RocksDB included.
extern "C" int fdatasync(int file) {
  if (device_fails.load()) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fdatasync, file));
}

namespace mintage::storage {
namespace {

class failed_fsync : public testing::Test {
 protected:
  ~failed_fsync() override { device_fails = false; }

  temporary_folder directory_;
  manual_clock clock_;
  std::unique_ptr<engine> engine_ = open_rocksdb_engine(
      {.path = directory_.path() / "db", .level = durability::sync}, 10, clock_);
};

TEST_F(failed_fsync, is_answered_unknown_and_what_it_left_is_not_told_until_it_is_on_the_disk) {
  auto shard = store_driver{*engine_, 0, 1};
  const auto now = clock_.now();
  ASSERT_EQ(shard.insert(insertion(0, now + seconds{60}), now), verdict::ok);
  ASSERT_EQ(shard.insert(insertion(1, now + seconds{60}), now), verdict::ok);

  device_fails = true;
  EXPECT_EQ(shard.consume(consumption(0, 100, now), now).what, verdict::unknown);
  EXPECT_FALSE(engine_->writable());
  // The code may be consumed or live; neither answer would be certain.
  EXPECT_EQ(shard.read(table::codes, code_key(0), now).what, verdict::unknown);
  EXPECT_EQ(shard.read(table::grants, new_grant_key(0, 100), now).what, verdict::unknown);
  EXPECT_EQ(shard.insert(insertion(2, now + seconds{60}), now), verdict::unknown);
  EXPECT_EQ(shard.consume(consumption(1, 1, now), now).what, verdict::unknown);

  device_fails = false;
  while (!engine_->writable()) {
    std::this_thread::yield();
  }
  EXPECT_EQ(shard.consume(consumption(0, 100, now), now).what, verdict::ok);
  EXPECT_EQ(shard.consume(consumption(0, 101, now), now).what, verdict::replayed);
  EXPECT_EQ(shard.consume(consumption(1, 1, now), now).what, verdict::ok);
}

TEST_F(failed_fsync, of_an_insertion_leaves_no_code_in_memory) {
  auto shard = store_driver{*engine_, 0, 1};
  const auto now = clock_.now();
  device_fails = true;
  EXPECT_EQ(shard.insert(insertion(0, now + seconds{60}), now), verdict::unknown);
  EXPECT_EQ(shard.read(table::codes, code_key(0), now).what, verdict::unknown);
}

TEST_F(failed_fsync, of_the_write_that_covers_an_insertion_is_what_its_caller_learns) {
  auto shard = store_driver{*engine_, 0, 2};
  auto other = store_driver{*engine_, 1, 2};
  const auto now = clock_.now();
  auto code = std::uint64_t{0};
  while (slot_of(code).shard(2) != 1) ++code;
  ASSERT_EQ(other.insert(insertion(code, now + seconds{60}), now), verdict::ok);
  auto id = insert_op{};
  id.kind = table::replay_ids;
  id.expires = now + seconds{60};
  id.is_covered = true;
  auto plain = id;
  id.key = record_key{oauth::slot{0}, octets_of(7)};
  plain.key = record_key{oauth::slot{0}, octets_of(8)};
  plain.is_covered = false;

  device_fails = true;
  auto written = answer<verdict>{};
  shard.store().insert({id}, now, written.handler());
  ASSERT_TRUE(written.is_there()) << "a covered insertion waits for no fsync";
  EXPECT_EQ(written.wait(shard.tasks()), std::vector{verdict::ok});
  EXPECT_EQ(shard.insert(id, now), verdict::exists);
  auto both = answer<verdict>{};
  shard.store().insert({id, plain}, now, both.handler());
  EXPECT_FALSE(both.is_there()) << "not all of the batch is covered";
  EXPECT_EQ(other.consume(consumption(code, 100, now), now).what, verdict::unknown);
  EXPECT_EQ(both.wait(shard.tasks())[1], verdict::unknown);
}

}  // namespace
}  // namespace mintage::storage
