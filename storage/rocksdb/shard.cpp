#include "storage/rocksdb/shard.hpp"

#include <algorithm>
#include <list>
#include <memory>
#include <utility>

#include "storage/rocksdb/operation_batch.hpp"
#include "storage/rocksdb/operation_outcome.hpp"
#include "storage/rocksdb/shard_commits.hpp"

namespace mintage::storage {
namespace {

/// Owns the batches until every operation is settled, then answers them.
class rocksdb_shard final : public shard_store {
 public:
  rocksdb_shard(const rocksdb_database& db, committer& commits, durability level,
                unsigned max_failures, const shard_memory& memory, owner o, owner idle)
      : db_{db},
        commits_{commits, level, std::move(o), std::move(idle),
                 [this](const shard_commits::commit_ptr& c) { resume(c); }},
        decide_{db, commits_, max_failures, {memory.codes, memory.octets}} {}

  void insert(std::vector<insert_op> batch, instant now, done_handler<verdict> done) override {
    const auto is_covered = std::ranges::all_of(batch, &insert_op::is_covered);
    run(
        std::move(batch), std::move(done),
        [this, now](insert_op& op, verdict& result, batch_item t) {
          return decide_.insert(op, result, now, t);
        },
        is_covered);
  }
  void read(table kind, std::vector<record_key> keys, instant now,
            done_handler<read_result> done) override {
    run(std::move(keys), std::move(done),
        [this, kind, now](record_key& key, read_result& result, batch_item t) {
          return decide_.read({kind, key}, result, now, t);
        });
  }
  void consume(std::vector<consume_op> batch, instant now,
               done_handler<consume_result> done) override {
    run(std::move(batch), std::move(done),
        [this, now](consume_op& op, consume_result& result, batch_item t) {
          return decide_.consume(op, result, now, t);
        });
  }
  void release(std::vector<release_op> batch, instant now, done_handler<verdict> done) override {
    run(std::move(batch), std::move(done),
        [this, now](release_op& op, verdict& result, batch_item t) {
          return decide_.release(op, result, now, t);
        });
  }
  void rotate(std::vector<rotate_op> batch, instant now,
              done_handler<rotate_result> done) override {
    run(std::move(batch), std::move(done),
        [this, now](rotate_op& op, rotate_result& result, batch_item t) {
          return decide_.rotate(op, result, now, t);
        });
  }
  void revoke(std::vector<revoke_op> batch, instant now, done_handler<verdict> done) override {
    run(std::move(batch), std::move(done),
        [this, now](revoke_op& op, verdict& result, batch_item t) {
          return decide_.revoke(op, result, now, t);
        });
  }

 private:
  template <class Op, class Result, class Decide>
  void run(std::vector<Op> ops, done_handler<Result> done, Decide decide, bool is_covered = false) {
    batches_.push_front(
        std::make_unique<batch_of<Op, Result, Decide>>(std::move(ops), std::move(done), decide));
    auto* batch = batches_.front().get();
    batch->place = batches_.begin();
    auto count = batch->open;
    if (count == 0) {
      finished_.splice(finished_.end(), batches_, batch->place);
    }
    {
      auto in_use = db_.use();
      for (auto i = std::size_t{0}; i < count; ++i) {
        advance({batch, i});
      }
      commit_open(is_covered);
    }
    answer_finished();
  }

  /// Called when the commit thread has settled a commit.
  void resume(const shard_commits::commit_ptr& c) {
    {
      auto in_use = db_.use();
      settle(c);
      commit_open(false);
    }
    answer_finished();
  }

  void advance(batch_item t) {
    switch (t.batch->decide(t.index)) {
      case progress::settled:
        close(t);
        break;
      case progress::written:
        commits_.join(t);
        break;
      case progress::waits:
        break;
    }
  }

  void close(batch_item t) {
    if (--t.batch->open == 0) {
      finished_.splice(finished_.end(), batches_, t.batch->place);
    }
  }

  /// A commit that settles at once may release operations that write, which then need another
  /// commit.
  void commit_open(bool is_covered) {
    while (auto settled = commits_.write(std::exchange(is_covered, false))) {
      settle(settled);
    }
  }

  void settle(const shard_commits::commit_ptr& c) {
    for (auto t : c->members) {
      if (!c->durable) {
        t.batch->fail(t.index);
      }
      close(t);
    }
    if (!c->durable) {
      for (const auto& name : c->locked) {
        decide_.forget(name);
      }
    }
    for (auto t : commits_.release(c)) {
      advance(t);
    }
  }

  /// The last step of every call: a done handler may call the shard again.
  void answer_finished() {
    auto finished = std::exchange(finished_, {});
    for (auto& batch : finished) {
      batch->answer();
    }
  }

  const rocksdb_database& db_;
  shard_commits commits_;
  operation_outcome decide_;
  std::list<std::unique_ptr<operation_batch>> batches_;
  std::list<std::unique_ptr<operation_batch>> finished_;
};

}  // namespace

std::unique_ptr<shard_store> make_rocksdb_shard(const rocksdb_database& db, committer& commits,
                                                durability level, unsigned max_failures,
                                                const shard_memory& memory, owner o, owner idle) {
  return std::make_unique<rocksdb_shard>(db, commits, level, max_failures, memory, std::move(o),
                                         std::move(idle));
}

}  // namespace mintage::storage
