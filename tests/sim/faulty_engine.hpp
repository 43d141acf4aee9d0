/// @file
/// An engine that fails on demand, around one that works.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "storage/engine.hpp"

namespace mintage::sim {

/// What goes wrong. Set while no request is under way.
struct faults {
  std::atomic<bool> consume_unknown{false};
  std::atomic<bool> insert_unknown{false};
  /// Runs between a commit and its verdicts.
  std::function<void()> after_consume;
};

class faulty_shard final : public storage::shard_store {
 public:
  faulty_shard(std::unique_ptr<storage::shard_store> inner, std::shared_ptr<faults> f)
      : inner_{std::move(inner)}, faults_{std::move(f)} {}

  void insert(std::vector<storage::insert_op> batch, oauth::instant now,
              storage::done_handler<storage::verdict> done) override {
    if (faults_->insert_unknown)
      done(std::vector<storage::verdict>(batch.size(), storage::verdict::unknown));
    else
      inner_->insert(std::move(batch), now, std::move(done));
  }
  void read(storage::table kind, std::vector<storage::record_key> keys, oauth::instant now,
            storage::done_handler<storage::read_result> done) override {
    inner_->read(kind, std::move(keys), now, std::move(done));
  }
  void consume(std::vector<storage::consume_op> batch, oauth::instant now,
               storage::done_handler<storage::consume_result> done) override {
    if (faults_->consume_unknown) return done(std::vector<storage::consume_result>(batch.size()));
    inner_->consume(std::move(batch), now,
                    [this, done = std::move(done)](std::vector<storage::consume_result> found) {
                      if (faults_->after_consume) faults_->after_consume();
                      done(std::move(found));
                    });
  }
  void release(std::vector<storage::release_op> batch, oauth::instant now,
               storage::done_handler<storage::verdict> done) override {
    inner_->release(std::move(batch), now, std::move(done));
  }
  void revoke(std::vector<storage::revoke_op> batch, oauth::instant now,
              storage::done_handler<storage::verdict> done) override {
    inner_->revoke(std::move(batch), now, std::move(done));
  }

 private:
  std::unique_ptr<storage::shard_store> inner_;
  std::shared_ptr<faults> faults_;
};

class faulty_engine final : public storage::engine {
 public:
  faulty_engine(std::unique_ptr<storage::engine> inner, std::shared_ptr<faults> f)
      : inner_{std::move(inner)}, faults_{std::move(f)} {}

  std::unique_ptr<storage::shard_store> open_shard(std::size_t index, std::size_t count,
                                                   storage::owner o) override {
    return std::make_unique<faulty_shard>(inner_->open_shard(index, count, std::move(o)), faults_);
  }
  storage::catalog& records() override { return inner_->records(); }
  bool writable() const noexcept override { return inner_->writable(); }

 private:
  std::unique_ptr<storage::engine> inner_;
  std::shared_ptr<faults> faults_;
};

}  // namespace mintage::sim
