/// @file
/// An engine that fails on demand. Wraps a working one.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "storage/engine.hpp"

namespace mintage::sim {

/// The faults to inject. Set while no request is in flight.
struct faults {
  std::atomic<bool> consume_unknown{false};
  std::atomic<bool> insert_unknown{false};
  /// Rotations are answered `unknown` and not done; with the second member, they are done.
  std::atomic<bool> rotate_unknown{false};
  std::atomic<bool> rotate_unheard{false};
  /// Both calls of the cutoffs throw.
  std::atomic<bool> cutoffs_fail{false};
  /// Run between a commit and its verdicts.
  std::function<void()> after_consume;
  std::function<void()> after_rotate;
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
  void rotate(std::vector<storage::rotate_op> batch, oauth::instant now,
              storage::done_handler<storage::rotate_result> done) override {
    if (faults_->rotate_unknown) return done(std::vector<storage::rotate_result>(batch.size()));
    inner_->rotate(std::move(batch), now,
                   [this, done = std::move(done)](std::vector<storage::rotate_result> found) {
                     if (faults_->after_rotate) faults_->after_rotate();
                     if (faults_->rotate_unheard)
                       found = std::vector<storage::rotate_result>(found.size());
                     done(std::move(found));
                   });
  }
  void revoke(std::vector<storage::revoke_op> batch, oauth::instant now,
              storage::done_handler<storage::verdict> done) override {
    inner_->revoke(std::move(batch), now, std::move(done));
  }

 private:
  std::unique_ptr<storage::shard_store> inner_;
  std::shared_ptr<faults> faults_;
};

class faulty_cutoffs final : public storage::cutoff_table {
 public:
  faulty_cutoffs(storage::cutoff_table& inner, std::shared_ptr<faults> f)
      : inner_{inner}, faults_{std::move(f)} {}

  bool has_any() const noexcept override { return inner_.has_any(); }
  std::optional<oauth::instant> find(const crypto::digest& key) override {
    fail_on_demand();
    return inner_.find(key);
  }
  void put(const crypto::digest& key, oauth::instant before, oauth::instant forget) override {
    fail_on_demand();
    inner_.put(key, before, forget);
  }

 private:
  void fail_on_demand() const {
    if (faults_->cutoffs_fail) throw storage::storage_error{"the cutoffs fail on demand."};
  }
  storage::cutoff_table& inner_;
  std::shared_ptr<faults> faults_;
};

class faulty_engine final : public storage::engine {
 public:
  faulty_engine(std::unique_ptr<storage::engine> inner, std::shared_ptr<faults> f)
      : inner_{std::move(inner)}, faults_{std::move(f)}, cutoffs_{inner_->cutoffs(), faults_} {}

  std::unique_ptr<storage::shard_store> open_shard(std::size_t index, std::size_t count,
                                                   storage::owner o, storage::owner idle) override {
    return std::make_unique<faulty_shard>(
        inner_->open_shard(index, count, std::move(o), std::move(idle)), faults_);
  }
  storage::catalog& records() override { return inner_->records(); }
  storage::cutoff_table& cutoffs() override { return cutoffs_; }
  storage::outbox& logouts() override { return inner_->logouts(); }
  oauth::instant void_before() const noexcept override { return inner_->void_before(); }
  void raise_void_before(oauth::instant t) override { inner_->raise_void_before(t); }
  std::string_view warning() const noexcept override { return inner_->warning(); }
  bool writable() const noexcept override { return inner_->writable(); }
  bool fresh() const noexcept override { return inner_->fresh(); }
  bool serves(oauth::slot s) const noexcept override { return inner_->serves(s); }
  bool joins_cutoffs() const noexcept override { return inner_->joins_cutoffs(); }
  void watch(std::function<void()> moved) override { inner_->watch(std::move(moved)); }
  std::vector<const metrics::meter_group*> meters() const override { return inner_->meters(); }

 private:
  std::unique_ptr<storage::engine> inner_;
  std::shared_ptr<faults> faults_;
  faulty_cutoffs cutoffs_;
};

}  // namespace mintage::sim
