#include "storage/postgres/leased_shard.hpp"

#include <utility>

namespace mintage::storage::postgres {
namespace {

using slots = std::vector<oauth::slot>;

verdict& verdict_of(verdict& v) {
  return v;
}
template <class Result>
verdict& verdict_of(Result& r) {
  return r.what;
}

class leased_shard final : public shard_store {
 public:
  leased_shard(std::unique_ptr<shard_store> inner, std::function<bool(oauth::slot)> is_leased)
      : inner_{std::move(inner)}, is_leased_{std::move(is_leased)} {}

  void insert(std::vector<insert_op> batch, instant now, done_handler<verdict> done) override {
    auto checked = writes(batch, std::move(done));
    inner_->insert(std::move(batch), now, std::move(checked));
  }
  void read(table kind, std::vector<record_key> keys, instant now,
            done_handler<read_result> done) override {
    auto where = slots{};
    for (const auto& key : keys) where.push_back(key.where());
    inner_->read(kind, std::move(keys), now, check(std::move(where), std::move(done), false));
  }
  void consume(std::vector<consume_op> batch, instant now,
               done_handler<consume_result> done) override {
    auto checked = writes(batch, std::move(done));
    inner_->consume(std::move(batch), now, std::move(checked));
  }
  void release(std::vector<release_op> batch, instant now, done_handler<verdict> done) override {
    auto checked = writes(batch, std::move(done));
    inner_->release(std::move(batch), now, std::move(checked));
  }
  void rotate(std::vector<rotate_op> batch, instant now,
              done_handler<rotate_result> done) override {
    auto checked = writes(batch, std::move(done));
    inner_->rotate(std::move(batch), now, std::move(checked));
  }
  void revoke(std::vector<revoke_op> batch, instant now, done_handler<verdict> done) override {
    auto checked = writes(batch, std::move(done));
    inner_->revoke(std::move(batch), now, std::move(checked));
  }

 private:
  template <class Op, class Result>
  done_handler<Result> writes(const std::vector<Op>& batch, done_handler<Result> done) {
    auto where = slots{};
    for (const auto& op : batch) where.push_back(op.key.where());
    return check(std::move(where), std::move(done), true);
  }

  /// @param keeps_ok whether `ok` was committed. Handlers end with `inner_`, before this object.
  template <class Result>
  done_handler<Result> check(slots where, done_handler<Result> done, bool keeps_ok) {
    return [this, where = std::move(where), done = std::move(done),
            keeps_ok](std::vector<Result> results) {
      for (auto i = std::size_t{0}; i < results.size(); ++i) {
        const auto is_committed = keeps_ok && verdict_of(results[i]) == verdict::ok;
        if (is_committed || is_leased_(where[i])) continue;
        results[i] = Result{};
        verdict_of(results[i]) = verdict::unknown;
      }
      done(std::move(results));
    };
  }

  const std::unique_ptr<shard_store> inner_;
  const std::function<bool(oauth::slot)> is_leased_;
};

}  // namespace

std::unique_ptr<shard_store> make_leased_shard(std::unique_ptr<shard_store> inner,
                                               std::function<bool(oauth::slot)> is_leased) {
  return std::make_unique<leased_shard>(std::move(inner), std::move(is_leased));
}

}  // namespace mintage::storage::postgres
