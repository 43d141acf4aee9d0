#include "storage/rocksdb_shard.hpp"

#include <algorithm>
#include <list>
#include <utility>

#include "storage/key_claims.hpp"
#include "storage/live_codes.hpp"
#include "storage/operation_batch.hpp"
#include "storage/recent_consumptions.hpp"
#include "storage/stored_record.hpp"

namespace mintage::storage {
namespace {

using records::envelope;

rocksdb::Slice to_slice(std::string_view s) noexcept {
  return {s.data(), s.size()};
}

/// Every operation is judged against what is durable. One that writes joins the commit that is
/// being gathered and claims its records; others that need them wait until that commit has settled.
///
/// Commits are written here and now. os: that settles them; an operation waits only for others of
/// its own batch. sync: the commit thread says, through the owner, when they are on the disk.
class rocksdb_shard final : public shard_store {
 public:
  rocksdb_shard(const rocksdb_database& db, committer& commits, durability level,
                unsigned max_failures, const shard_memory& memory, owner o, owner idle)
      : db_{db},
        commits_{commits},
        level_{level},
        max_failures_{max_failures},
        live_{memory.codes, memory.octets},
        owner_{std::make_shared<const owner>(std::move(o))},
        idle_{std::move(idle)},
        self_{std::make_shared<rocksdb_shard*>(this)} {}
  /// Commits in flight still settle; their operations are destroyed unanswered.
  ~rocksdb_shard() override {
    *self_ = nullptr;
    commits_.hurry();
  }

  void insert(std::vector<insert_op> batch, instant now, done_handler<verdict> done) override {
    run(std::move(batch), std::move(done), [this, now](insert_op& op, verdict& result, ticket t) {
      return judge_insert(op, result, now, t);
    });
  }
  void read(table kind, std::vector<record_key> keys, instant now,
            done_handler<read_result> done) override {
    run(std::move(keys), std::move(done),
        [this, kind, now](record_key& key, read_result& result, ticket t) {
          return judge_read({kind, key}, result, now, t);
        });
  }
  void consume(std::vector<consume_op> batch, instant now,
               done_handler<consume_result> done) override {
    run(std::move(batch), std::move(done),
        [this, now](consume_op& op, consume_result& result, ticket t) {
          return judge_consume(op, result, now, t);
        });
  }
  void release(std::vector<release_op> batch, instant now, done_handler<verdict> done) override {
    run(std::move(batch), std::move(done), [this, now](release_op& op, verdict& result, ticket t) {
      return judge_release(op, result, now, t);
    });
  }
  void rotate(std::vector<rotate_op> batch, instant now,
              done_handler<rotate_result> done) override {
    run(std::move(batch), std::move(done),
        [this, now](rotate_op& op, rotate_result& result, ticket t) {
          return judge_rotate(op, result, now, t);
        });
  }
  void revoke(std::vector<revoke_op> batch, instant now, done_handler<verdict> done) override {
    run(std::move(batch), std::move(done), [this, now](revoke_op& op, verdict& result, ticket t) {
      return judge_revoke(op, result, now, t);
    });
  }

 private:
  /// Operations that become durable together.
  struct commit {
    rocksdb::WriteBatch writes;
    std::vector<ticket> members;
    std::vector<record_name> claimed;

    void clear() {
      writes.Clear();
      members.clear();
      claimed.clear();
    }
  };

  template <class Op, class Result, class Judge>
  void run(std::vector<Op> ops, done_handler<Result> done, Judge judge) {
    batches_.push_front(
        std::make_unique<batch_of<Op, Result, Judge>>(std::move(ops), std::move(done), judge));
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
      commit_gathered();
    }
    answer_finished();
  }

  /// A commit has come back.
  void resume(const std::shared_ptr<commit>& c, bool durable) {
    {
      auto in_use = db_.use();
      settle(*c, durable);
      c->clear();
      spare_ = c;
      commit_gathered();
    }
    answer_finished();
  }

  void advance(ticket t) {
    switch (t.batch->judge(t.index)) {
      case progress::settled:
        close(t);
        break;
      case progress::written:
        gathering_->members.push_back(t);
        break;
      case progress::waits:
        break;
    }
  }

  void close(ticket t) {
    if (--t.batch->open == 0) {
      finished_.splice(finished_.end(), batches_, t.batch->place);
    }
  }

  void commit_gathered() {
    while (gathering_) {
      auto c = std::exchange(gathering_, nullptr);
      const auto written = commits_.write(c->writes, false);
      if (written && level_ == durability::sync) {
        settle_when_durable(std::move(c));
        hurry_when_idle();
        break;
      }
      settle(*c, written);
      c->clear();
      spare_ = std::move(c);
    }
  }

  /// Last thing of every call: a done handler may call the shard again.
  void answer_finished() {
    auto finished = std::exchange(finished_, {});
    for (auto& batch : finished) {
      batch->answer();
    }
  }

  /// The commit thread knows the owner and the commit, and the shard only through `self_`, which is
  /// looked at on the owner's side alone.
  void settle_when_durable(std::shared_ptr<commit> c) {
    commits_.when_durable([to = owner_, self = self_, c = std::move(c)](bool durable) {
      (*to)([self, c, durable] {
        if (*self != nullptr) {
          (*self)->resume(c, durable);
        }
      });
    });
  }

  /// Once the owner has nothing else to do: what it writes until then shares the fsync.
  void hurry_when_idle() {
    if (!idle_) {
      return commits_.hurry();
    }
    if (!std::exchange(hurry_due_, true)) {
      idle_([self = self_] {
        if (*self != nullptr) {
          (*self)->hurry_due_ = false;
          (*self)->commits_.hurry();
        }
      });
    }
  }

  void settle(commit& c, bool durable) {
    for (auto t : c.members) {
      if (!durable) {
        t.batch->fail(t.index);
      }
      close(t);
    }
    auto woken = std::vector<ticket>{};
    for (const auto& name : c.claimed) {
      if (!durable && name.kind == table::codes) {
        live_.forget(name.key);
      }
      claims_.release(name, woken);
    }
    for (auto t : woken) {
      advance(t);
    }
  }

  enum class lookup : std::uint8_t { found, absent, failed };
  /// Reads into `record_`.
  lookup find(const record_name& name) {
    auto status = db_.get(db_[name.kind], name.key.view(), octets_);
    if (status.IsNotFound()) {
      return lookup::absent;
    }
    auto good = status.ok() && record_.parse({octets_.data(), octets_.size()});
    octets_.Reset();  // it must not outlive the use of the database
    return good ? lookup::found : lookup::failed;
  }

  commit& gathering() {
    if (!gathering_) {
      gathering_ = spare_ ? std::exchange(spare_, nullptr) : std::make_shared<commit>();
    }
    return *gathering_;
  }
  void claim(const record_name& name) {
    claims_.claim(name);
    gathering().claimed.push_back(name);
  }
  /// Claims the record and writes `record_` to it.
  void put(const record_name& name) {
    claim(name);
    if (name.kind == table::codes) {
      live_.forget(name.key);
    }
    record_.write(written_);
    static_cast<void>(gathering().writes.Put(db_[name.kind], to_slice(name.key.view()), written_));
  }

  progress judge_insert(insert_op& op, verdict& result, instant now, ticket t) {
    const auto name = record_name{op.kind, op.key};
    if (claims_.wait(name, t)) {
      return progress::waits;
    }
    auto found = find(name);
    if (found == lookup::failed || (found == lookup::found && now < record_.expires)) {
      result = found == lookup::failed ? verdict::unknown : verdict::exists;
      return progress::settled;
    }
    record_.assign(op);
    put(name);
    if (op.kind == table::codes) {
      live_.keep(op.key, record_);
    }
    result = verdict::ok;
    return progress::written;
  }

  progress judge_read(const record_name& name, read_result& result, instant now, ticket t) {
    if (claims_.wait(name, t)) {
      return progress::waits;
    }
    if (const auto* code = name.kind == table::codes ? live_.find(name.key) : nullptr) {
      result.what = now < code->expires ? verdict::ok : verdict::expired;
      result.binding = code->binding;
      result.value = code->value;
      return progress::settled;
    }
    auto found = find(name);
    auto tombstone = found == lookup::found && record_.is(envelope::CONSUMED);
    if (found != lookup::found || (tombstone && now >= record_.expires)) {
      result.what = found == lookup::failed ? verdict::unknown : verdict::absent;
      return progress::settled;
    }
    if (tombstone) {
      result.what = verdict::replayed;
      result.consumed_at = record_.consumed_at();
      result.birth = record_.birth();
    } else if (now >= record_.expires) {
      result.what = verdict::expired;
    } else {
      result.what = record_.is(envelope::REVOKED) ? verdict::revoked : verdict::ok;
    }
    const auto& binding = record_.body.binding();
    std::copy_n(binding.begin(), std::min(binding.size(), result.binding.size()),
                result.binding.begin());
    if (name.kind == table::codes && result.what == verdict::ok) {
      result.value = record_.body.value();
      live_.keep(name.key, record_);
    } else {
      result.value.swap(*record_.body.mutable_value());
    }
    return progress::settled;
  }

  progress judge_consume(consume_op& op, consume_result& result, instant now, ticket t) {
    const auto name = record_name{table::codes, op.key};
    const auto birth = record_name{op.birth.kind, op.birth.key};
    if (claims_.wait(name, t)) {
      return progress::waits;
    }
    auto found = live_.take(op.key, record_) ? lookup::found : find(name);
    auto tombstone = found == lookup::found && record_.is(envelope::CONSUMED);
    if (found != lookup::found || (tombstone && now >= record_.expires)) {
      result.what = found == lookup::failed ? verdict::unknown : verdict::absent;
      return progress::settled;
    }
    if (!record_.has_binding(op.binding)) {
      result.what = verdict::mismatch;
      return count_failure(name, now);
    }
    if (tombstone) {
      result.what = record_.has_attempt(op.attempt) ? verdict::ok : verdict::replayed;
      result.consumed_at = record_.consumed_at();
      result.birth = record_.birth();
      return progress::settled;
    }
    if (now >= record_.expires || record_.is(envelope::REVOKED)) {
      result.what = now >= record_.expires ? verdict::expired : verdict::revoked;
      return progress::settled;
    }
    if (claims_.wait(birth, t)) {
      return progress::waits;
    }
    recent_.remember(
        {op.key, op.attempt, now, record_.expires, std::move(*record_.body.mutable_value())});
    record_.bury(op, now);
    put(name);
    record_.assign(op.birth);
    put(birth);
    result = {verdict::ok, now, birth.key};
    return progress::written;
  }

  /// Counts one more failure in `record_` while it is live; at the cap the code dies (COD-05).
  progress count_failure(const record_name& name, instant now) {
    if (!record_.is(envelope::LIVE) || now >= record_.expires) {
      return progress::settled;
    }
    record_.body.set_failures(record_.body.failures() + 1);
    if (record_.body.failures() >= max_failures_) {
      record_.body.set_state(envelope::REVOKED);
    }
    put(name);
    return progress::written;
  }

  progress judge_release(release_op& op, verdict& result, instant now, ticket t) {
    const auto name = record_name{table::codes, op.key};
    if (claims_.wait(name, t)) {
      return progress::waits;
    }
    auto found = find(name);
    const auto* before = recent_.find(op.key, op.attempt);
    if (found != lookup::found || before == nullptr || !record_.is(envelope::CONSUMED) ||
        !record_.has_attempt(op.attempt) || now >= record_.expires) {
      result = found == lookup::failed ? verdict::unknown : verdict::absent;
      return progress::settled;
    }
    const auto birth = record_name{table::grants, record_.birth()};
    if (claims_.wait(birth, t)) {
      return progress::waits;
    }
    released_.expires = before->expires;
    released_.body.Clear();
    released_.body.set_value(before->value);
    released_.body.set_binding(record_.body.binding());
    released_.body.set_failures(record_.body.failures());
    found = find(birth);
    if (found == lookup::failed || (found == lookup::found && record_.is(envelope::REVOKED))) {
      result = found == lookup::failed ? verdict::unknown : verdict::revoked;
      return progress::settled;
    }
    std::swap(record_, released_);
    put(name);
    claim(birth);
    static_cast<void>(gathering().writes.Delete(db_[birth.kind], to_slice(birth.key.view())));
    result = verdict::ok;
    return progress::written;
  }

  progress judge_rotate(rotate_op& op, rotate_result& result, instant now, ticket t) {
    const auto name = record_name{table::grants, op.key};
    if (claims_.wait(name, t)) {
      return progress::waits;
    }
    auto found = find(name);
    if (found != lookup::found) {
      result.what = found == lookup::failed ? verdict::unknown : verdict::absent;
      return progress::settled;
    }
    result = record_.rotate(op, now);
    if (result.what != verdict::ok) {
      return progress::settled;
    }
    put(name);
    return progress::written;
  }

  progress judge_revoke(revoke_op& op, verdict& result, instant now, ticket t) {
    const auto name = record_name{op.kind, op.key};
    if (claims_.wait(name, t)) {
      return progress::waits;
    }
    auto found = find(name);
    if (found != lookup::found || record_.is(envelope::CONSUMED) || now >= record_.expires) {
      result = found == lookup::failed ? verdict::unknown : verdict::absent;
      return progress::settled;
    }
    result = verdict::ok;
    if (record_.is(envelope::REVOKED)) {
      return progress::settled;
    }
    record_.body.set_state(envelope::REVOKED);
    put(name);
    return progress::written;
  }

  const rocksdb_database& db_;
  committer& commits_;
  const durability level_;
  const unsigned max_failures_;
  live_codes live_;
  std::shared_ptr<const owner> owner_;
  owner idle_;  ///< empty: at once
  bool hurry_due_ = false;
  std::shared_ptr<rocksdb_shard*> self_;

  key_claims claims_;
  recent_consumptions recent_;
  std::shared_ptr<commit> gathering_;
  std::shared_ptr<commit> spare_;  ///< kept for its memory
  std::list<std::unique_ptr<operation_batch>> batches_;
  std::list<std::unique_ptr<operation_batch>> finished_;

  // Kept for their memory.
  rocksdb::PinnableSlice octets_;
  stored_record record_;
  stored_record released_;
  std::string written_;
};

}  // namespace

std::unique_ptr<shard_store> make_rocksdb_shard(const rocksdb_database& db, committer& commits,
                                                durability level, unsigned max_failures,
                                                const shard_memory& memory, owner o, owner idle) {
  return std::make_unique<rocksdb_shard>(db, commits, level, max_failures, memory, std::move(o),
                                         std::move(idle));
}

}  // namespace mintage::storage
