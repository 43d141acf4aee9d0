#include "storage/rocksdb/ordered_memtable.hpp"

#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <rocksdb/slice_transform.h>

#include <unistd.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <thread>

namespace mintage::storage {
namespace {

using model = std::map<std::string, std::string>;

/// A database whose memtables have few buckets, so that keys share them.
class ordered_memtable : public testing::TestWithParam<bool> {
 protected:
  ordered_memtable()
      : path_{std::filesystem::temp_directory_path() / ("memtable." + std::to_string(::getpid()))} {
    std::filesystem::remove_all(path_);
    open();
  }
  ~ordered_memtable() override {
    db_.reset();
    std::filesystem::remove_all(path_);
  }

  void open(bool in_place = false) {
    db_.reset();
    auto o = rocksdb::Options{};
    o.create_if_missing = true;
    o.allow_concurrent_memtable_write = false;
    o.avoid_flush_during_shutdown = true;
    o.memtable_factory = make_ordered_memtables(16);
    o.inplace_update_support = in_place;
    if (GetParam()) o.prefix_extractor.reset(rocksdb::NewCappedPrefixTransform(8));
    rocksdb::DB* db = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(o, path_.string(), &db).ok());
    db_.reset(db);
  }

  /// Draws a key that is like those of codes, or not: short, with equal first octets, beyond twelve
  /// bits.
  std::string draw_key() {
    auto key = std::string{};
    switch (random_() % 4) {
      case 0:
        key = {static_cast<char>(random_() % 16), static_cast<char>(random_())};
        key += std::string(6, static_cast<char>(random_() % 4)) + std::to_string(random_() % 50);
        break;
      case 1:
        key = std::string(random_() % 9, static_cast<char>(random_() % 3));
        break;
      case 2:
        key = "\xff" + std::to_string(random_() % 20);
        break;
      default:
        key = std::string{0, 1, 2, 3, 4, 5, 6, 7} + std::to_string(random_() % 30);
    }
    return key;
  }

  void change_something() {
    const auto key = draw_key();
    if (random_() % 4 == 0) {
      ASSERT_TRUE(db_->Delete({}, key).ok());
      expected_.erase(key);
    } else {
      const auto value = std::to_string(random_());
      ASSERT_TRUE(db_->Put({}, key, value).ok());
      expected_[key] = value;
    }
  }

  void expect_all() {
    auto how = rocksdb::ReadOptions{};
    how.total_order_seek = true;
    const auto at = std::unique_ptr<rocksdb::Iterator>{db_->NewIterator(how)};
    auto forward = model{};
    for (at->SeekToFirst(); at->Valid(); at->Next())
      forward.emplace_hint(forward.end(), at->key().ToString(), at->value().ToString());
    EXPECT_EQ(forward, expected_);
    auto backward = model{};
    for (at->SeekToLast(); at->Valid(); at->Prev())
      backward.emplace_hint(backward.begin(), at->key().ToString(), at->value().ToString());
    EXPECT_EQ(backward, expected_);
    for (auto i = 0; i < 200; ++i) expect_found(*at, draw_key());
  }

  void expect_found(rocksdb::Iterator& at, const std::string& key) {
    auto value = std::string{};
    const auto found = db_->Get({}, key, &value);
    const auto known = expected_.find(key);
    ASSERT_EQ(found.ok(), known != expected_.end());
    if (found.ok()) {
      EXPECT_EQ(value, known->second);
    }
    const auto behind = expected_.lower_bound(key);
    at.Seek(key);
    ASSERT_EQ(at.Valid(), behind != expected_.end());
    if (at.Valid()) {
      EXPECT_EQ(at.key().ToString(), behind->first);
    }
    const auto above = expected_.upper_bound(key);
    at.SeekForPrev(key);
    ASSERT_EQ(at.Valid(), above != expected_.begin());
    if (at.Valid()) {
      EXPECT_EQ(at.key().ToString(), std::prev(above)->first);
    }
  }

  std::filesystem::path path_;
  std::unique_ptr<rocksdb::DB> db_;
  std::mt19937 random_{1};
  model expected_;
};

INSTANTIATE_TEST_SUITE_P(prefixes, ordered_memtable, testing::Bool());

TEST_P(ordered_memtable, holds_keys_of_every_kind_in_order) {
  for (auto round = 0; round < 4; ++round) {
    for (auto i = 0; i < 1000; ++i) change_something();
    expect_all();
  }
}

TEST_P(ordered_memtable, is_read_back_from_the_log_and_from_a_file) {
  for (auto i = 0; i < 1000; ++i) change_something();
  open();
  expect_all();
  ASSERT_TRUE(db_->Flush({}).ok());
  expect_all();
  for (auto i = 0; i < 1000; ++i) change_something();
  expect_all();
}

TEST_P(ordered_memtable, keeps_what_a_snapshot_sees) {
  for (auto i = 0; i < 300; ++i) change_something();
  const auto then = expected_;
  auto how = rocksdb::ReadOptions{};
  how.snapshot = db_->GetSnapshot();
  for (auto i = 0; i < 300; ++i) change_something();
  for (auto i = 0; i < 200; ++i) {
    const auto key = draw_key();
    auto value = std::string{};
    const auto known = then.find(key);
    ASSERT_EQ(db_->Get(how, key, &value).ok(), known != then.end());
    if (known != then.end()) {
      EXPECT_EQ(value, known->second);
    }
  }
  db_->ReleaseSnapshot(how.snapshot);
}

// RocksDB frees the cursor of such an update, and not that of a `Get`. Either must be right, so
// that no version of it matters.
TEST_P(ordered_memtable, takes_back_a_cursor_that_is_freed) {
  open(true);
  for (auto i = 0; i < 300; ++i) {
    const auto value = std::to_string(i);
    ASSERT_TRUE(db_->Put({}, "key", value).ok());
    auto read = std::string{};
    ASSERT_TRUE(db_->Get({}, "key", &read).ok());
    ASSERT_EQ(read, value);
  }
}

TEST_P(ordered_memtable, is_read_while_it_is_written) {
  auto done = std::atomic<bool>{false};
  const auto keys = std::array<std::string, 3>{
      std::string(2, '\0') + "a", std::string(2, '\0') + "b", std::string(2, '\0') + "c"};
  for (const auto& key : keys) ASSERT_TRUE(db_->Put({}, key, "0").ok());
  auto reader = std::thread{[&] {
    auto last = std::array<int, 3>{};
    while (!done) {
      for (auto i = std::size_t{0}; i < keys.size(); ++i) {
        auto value = std::string{};
        ASSERT_TRUE(db_->Get({}, keys[i], &value).ok());
        ASSERT_GE(std::stoi(value), last[i]);
        last[i] = std::stoi(value);
      }
    }
  }};
  for (auto i = 1; i <= 3000; ++i)
    ASSERT_TRUE(
        db_->Put({}, keys[static_cast<std::size_t>(i) % keys.size()], std::to_string(i)).ok());
  done = true;
  reader.join();
}

}  // namespace
}  // namespace mintage::storage
