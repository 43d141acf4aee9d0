#include "storage/postgres/shard.hpp"

#include <cstring>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "crypto/random.hpp"

namespace mintage::storage::postgres {
namespace {

/// The batches of one store that wait for their results. Lives as long as the store, so that what
/// handlers hold is destroyed with it.
struct waiting_batches {
  std::unordered_map<const batch*, std::function<void(batch&)>> handlers;

  void finish(batch& b) {
    const auto found = handlers.find(&b);
    const auto done = std::move(found->second);
    handlers.erase(found);
    done(b);
  }
};

class postgres_shard final : public shard_store {
 public:
  postgres_shard(const loops& to, owner o) : loops_{to}, owner_{std::move(o)} {}

  void insert(std::vector<insert_op> some, instant now, done_handler<verdict> done) override {
    ask<insert_call>(std::move(some), now, std::move(done), verdict::unknown);
  }
  void read(table kind, std::vector<record_key> keys, instant now,
            done_handler<read_result> done) override {
    auto some = std::vector<lookup_op>{};
    some.reserve(keys.size());
    for (const auto& key : keys) some.push_back({kind, key});
    ask<read_call>(std::move(some), now, std::move(done), read_result{});
  }
  void consume(std::vector<consume_op> some, instant now,
               done_handler<consume_result> done) override {
    ask<consume_call>(std::move(some), now, std::move(done), consume_result{});
  }
  void release(std::vector<release_op> some, instant now, done_handler<verdict> done) override {
    ask<release_call>(std::move(some), now, std::move(done), verdict::unknown);
  }
  void rotate(std::vector<rotate_op> some, instant now, done_handler<rotate_result> done) override {
    ask<rotate_call>(std::move(some), now, std::move(done), rotate_result{});
  }
  void revoke(std::vector<revoke_op> some, instant now, done_handler<verdict> done) override {
    ask<revoke_call>(std::move(some), now, std::move(done), verdict::unknown);
  }

 private:
  template <class Call, class Op, class Result>
  void ask(std::vector<Op> some, instant now, done_handler<Result> done, const Result& unknown) {
    if (some.empty()) return done({});
    auto b = std::make_shared<batch>();
    const auto count = some.size();
    b->what = Call{std::move(some), std::vector<Result>(count, unknown)};
    b->now = now;
    b->left = count;
    waiting_->handlers.emplace(b.get(), [done = std::move(done)](batch& given) {
      done(std::move(std::get<Call>(given.what).results));
    });
    b->finished = [weak = std::weak_ptr{waiting_}, run = owner_, self = b.get()] {
      // The batch lives until its last operation is destroyed, which is after this call.
      run([weak, held = self->shared_from_this()] {
        if (const auto waiting = weak.lock()) waiting->finish(*held);
      });
    };
    send(b, count);
  }

  void send(const std::shared_ptr<batch>& b, std::size_t count) {
    auto parts = std::vector<std::vector<operation_ptr>>(loops_.size());
    for (auto i = std::size_t{0}; i < count; ++i) {
      auto o = std::make_unique<operation>();
      o->of = b;
      o->index = i;
      if (std::holds_alternative<insert_call>(b->what)) random_.fill(o->attempt);
      parts[key_of(*b, i).where().shard(loops_.size())].push_back(std::move(o));
    }
    for (auto i = std::size_t{0}; i < parts.size(); ++i)
      if (!parts[i].empty()) loops_[i]->submit(std::move(parts[i]));
  }

  [[nodiscard]] static const record_key& key_of(const batch& b, std::size_t i) {
    return std::visit([i](const auto& made) -> const record_key& { return made.ops[i].key; },
                      b.what);
  }

  const loops& loops_;
  const owner owner_;
  std::shared_ptr<waiting_batches> waiting_ = std::make_shared<waiting_batches>();
  crypto::buffered_random random_;
};

}  // namespace

std::unique_ptr<shard_store> make_shard(const loops& to, owner o) {
  return std::make_unique<postgres_shard>(to, std::move(o));
}

}  // namespace mintage::storage::postgres
