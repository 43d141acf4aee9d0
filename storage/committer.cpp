#include "storage/committer.hpp"

#include <chrono>
#include <utility>

namespace mintage::storage {
namespace {

/// Appends a batch to another.
class appender final : public rocksdb::WriteBatch::Handler {
 public:
  appender(const rocksdb_database& db, rocksdb::WriteBatch& to) : db_{db}, to_{to} {}
  rocksdb::Status PutCF(std::uint32_t family, const rocksdb::Slice& key,
                        const rocksdb::Slice& value) override {
    return to_.Put(db_.by_number(family), key, value);
  }
  rocksdb::Status DeleteCF(std::uint32_t family, const rocksdb::Slice& key) override {
    return to_.Delete(db_.by_number(family), key);
  }

 private:
  const rocksdb_database& db_;
  rocksdb::WriteBatch& to_;
};

}  // namespace

committer::committer(rocksdb_database& db) : db_{db}, thread_{[this] { run(); }} {}

committer::~committer() {
  {
    auto lock = std::lock_guard{mutex_};
    stopping_ = true;
  }
  work_.notify_one();
  thread_.join();
}

void committer::submit(std::shared_ptr<rocksdb::WriteBatch> batch,
                       std::function<void(bool)> settled) {
  {
    auto lock = std::lock_guard{mutex_};
    queue_.push_back({std::move(batch), std::move(settled)});
    ++submitted_;
  }
  work_.notify_one();
}

bool committer::write_now(rocksdb::WriteBatch& batch, bool sync) {
  auto done = db_.write(batch, sync);
  if (!done) {
    auto lock = std::lock_guard{mutex_};
    work_.notify_one();
  }
  return done;
}

void committer::settle() {
  auto lock = std::unique_lock{mutex_};
  progress_.wait(lock, [this, all = submitted_] { return settled_ >= all; });
}

void committer::run() {
  constexpr auto retry = std::chrono::milliseconds{500};
  auto jobs = std::vector<job>{};
  auto called = [this] { return stopping_ || !queue_.empty(); };
  auto lock = std::unique_lock{mutex_};
  for (;;) {
    if (db_.writable()) {
      work_.wait(lock, [&] { return called() || !db_.writable(); });
    }
    if (!db_.writable() && !work_.wait_for(lock, retry, called)) {
      lock.unlock();
      db_.mend();
      lock.lock();
      continue;
    }
    if (queue_.empty()) {
      return;
    }
    jobs.swap(queue_);
    lock.unlock();
    auto done = commit(jobs);
    for (auto& j : jobs) {
      try {
        j.settled(done);
      } catch (...) {  // the owner is gone, or has no room: its operations are destroyed with it
      }
    }
    auto count = jobs.size();
    jobs.clear();
    lock.lock();
    settled_ += count;
    progress_.notify_all();
  }
}

// The database is reopened on this thread alone, so it needs no use() here.
bool committer::commit(std::vector<job>& jobs) {
  if (!db_.writable()) {
    return false;
  }
  if (jobs.size() == 1) {
    return db_.write(*jobs.front().batch, true);
  }
  // One write, not one after the other: if its fsync fails, none of it can be seen.
  merged_.Clear();
  auto append = appender{db_, merged_};
  for (auto& j : jobs) {
    if (!j.batch->Iterate(&append).ok()) {
      return false;
    }
  }
  return db_.write(merged_, true);
}

}  // namespace mintage::storage
