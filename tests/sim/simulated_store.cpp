#include "tests/sim/simulated_store.hpp"

#include <algorithm>
#include <string>
#include <type_traits>
#include <utility>

#include "storage/codec.hpp"
#include "storage/memory/engine.hpp"
#include "storage/sole_node.hpp"

namespace mintage::sim {

using storage::consume_op;
using storage::consume_result;
using storage::insert_op;
using storage::read_result;
using storage::record_key;
using storage::release_op;
using storage::revoke_op;
using storage::rotate_op;
using storage::rotate_result;
using storage::table;
using storage::verdict;

struct simulated_store::read_op {
  table kind;
  record_key key;
};

/// A batch between its call and its answer.
struct simulated_store::under_way {
  virtual ~under_way() = default;
  /// Decides the operations and writes.
  virtual void settle() = 0;
  virtual void tell() = 0;
  /// Ends the batch without an answer.
  virtual void give_up() = 0;
  [[nodiscard]] bool shares_record_with(const under_way& other) const {
    return std::any_of(names.begin(), names.end(), [&](const auto& n) {
      return std::find(other.names.begin(), other.names.end(), n) != other.names.end();
    });
  }

  std::vector<std::string> names;
  bool settled = false;
  bool posted = false;
};

namespace {

std::string name_of(table kind, const record_key& key) {
  return std::to_string(static_cast<int>(kind)) + std::string{key.view()};
}
void note_names(std::vector<std::string>& to, const insert_op& op) {
  to.push_back(name_of(op.kind, op.key));
}
void note_names(std::vector<std::string>& to, const consume_op& op) {
  to.push_back(name_of(table::codes, op.key));
  if (!op.new_grant.key.view().empty()) to.push_back(name_of(op.new_grant.kind, op.new_grant.key));
}
void note_names(std::vector<std::string>& to, const release_op& op) {
  to.push_back(name_of(table::codes, op.key));
}
void note_names(std::vector<std::string>& to, const rotate_op& op) {
  to.push_back(name_of(table::grants, op.key));
}
void note_names(std::vector<std::string>& to, const revoke_op& op) {
  to.push_back(name_of(op.kind, op.key));
}

template <class Result>
Result cannot_say() {
  if constexpr (std::is_same_v<Result, verdict>)
    return verdict::unknown;
  else
    return Result{};
}

// The effect on a consumption when an operation is not done, or is not reported to its owner.

template <class Op>
void note_undone(ledger&, const Op&) {}
void note_undone(ledger& l, const release_op& op) {
  l.stranded(op.attempt);
}

template <class Op, class Result>
void note_unheard(ledger&, const Op&, const Result&) {}
void note_unheard(ledger& l, const consume_op& op, const consume_result& r) {
  if (r.what == verdict::ok) l.stranded(op.attempt);
}

}  // namespace

template <class Op, class Result>
struct simulated_store::batch final : under_way {
  batch(simulated_store& s, std::vector<Op> o, oauth::instant t, storage::done_handler<Result> d)
      : store{s}, ops{std::move(o)}, now{t}, done{std::move(d)} {
    for (const auto& op : ops) {
      if constexpr (std::is_same_v<Op, read_op>)
        names.push_back(name_of(op.kind, op.key));
      else
        note_names(names, op);
    }
  }
  void settle() override {
    settled = true;
    for (const auto& op : ops) {
      if (store.luck_.percent(store.mood.unknown_undone)) {
        note_undone(*store.ledger_, op);
        results.push_back(cannot_say<Result>());
        continue;
      }
      results.push_back(store.apply(op, now));
      if (store.luck_.percent(store.mood.unknown_done)) {
        note_unheard(*store.ledger_, op, results.back());
        results.back() = cannot_say<Result>();
      }
    }
  }
  void tell() override { done(std::move(results)); }
  void give_up() override {
    for (auto i = std::size_t{0}; i < ops.size(); ++i) {
      if (settled)
        note_unheard(*store.ledger_, ops[i], results[i]);
      else
        note_undone(*store.ledger_, ops[i]);
    }
  }

  simulated_store& store;
  std::vector<Op> ops;
  oauth::instant now;
  storage::done_handler<Result> done;
  std::vector<Result> results;
};

class simulated_store::shard final : public storage::shard_store {
 public:
  shard(simulated_store& s, std::size_t index, storage::owner o)
      : store_{s}, index_{index}, owner_{std::move(o)}, self_{std::make_shared<shard*>(this)} {}

  ~shard() override {
    *self_ = nullptr;
    auto in_flight = std::vector<under_way*>{};
    for (const auto& u : pending_)
      if (!u->settled && !is_blocked(*u)) in_flight.push_back(u.get());
    for (auto* u : in_flight)
      if (store_.luck_.percent(50)) u->settle();
    for (const auto& u : pending_) u->give_up();
    store_.open_[index_] = nullptr;
    store_.ledger_->orphaned(index_);
  }

  void insert(std::vector<insert_op> ops, oauth::instant now,
              storage::done_handler<verdict> done) override {
    begin<insert_op, verdict>(std::move(ops), now, std::move(done));
  }
  void read(table kind, std::vector<record_key> keys, oauth::instant now,
            storage::done_handler<read_result> done) override {
    auto ops = std::vector<read_op>{};
    for (const auto& key : keys) ops.push_back({kind, key});
    begin<read_op, read_result>(std::move(ops), now, std::move(done));
  }
  void consume(std::vector<consume_op> ops, oauth::instant now,
               storage::done_handler<consume_result> done) override {
    begin<consume_op, consume_result>(std::move(ops), now, std::move(done));
  }
  void release(std::vector<release_op> ops, oauth::instant now,
               storage::done_handler<verdict> done) override {
    begin<release_op, verdict>(std::move(ops), now, std::move(done));
  }
  void rotate(std::vector<rotate_op> ops, oauth::instant now,
              storage::done_handler<rotate_result> done) override {
    begin<rotate_op, rotate_result>(std::move(ops), now, std::move(done));
  }
  void revoke(std::vector<revoke_op> ops, oauth::instant now,
              storage::done_handler<verdict> done) override {
    begin<revoke_op, verdict>(std::move(ops), now, std::move(done));
  }

  void append_steps(std::vector<step>& to) const;

  void post(under_way& u) {
    if (store_.mood.told == lie::never_answers && store_.luck_.percent(5)) {
      store_.never_answered_.push_back(take(u));
      return;
    }
    u.posted = true;
    owner_([self = self_, what = &u] {
      if (*self != nullptr) (*self)->finish((*self)->take(*what));
    });
  }

 private:
  template <class Op, class Result>
  void begin(std::vector<Op> ops, oauth::instant now, storage::done_handler<Result> done) {
    pending_.push_back(
        std::make_unique<batch<Op, Result>>(store_, std::move(ops), now, std::move(done)));
    auto& u = *pending_.back();
    if (is_blocked(u) || !store_.luck_.percent(store_.mood.prompt)) return;
    u.settle();
    finish(take(u));
  }

  void finish(std::unique_ptr<under_way> u) {
    if (!store_.luck_.percent(store_.mood.crash)) return u->tell();
    if (store_.luck_.percent(50)) {
      u->give_up();
      throw crash{"before the verdicts"};
    }
    u->tell();
    throw crash{"after the verdicts"};
  }

  /// Whether an earlier batch has locked one of its records.
  [[nodiscard]] bool is_blocked(const under_way& u) const {
    for (const auto& earlier : pending_) {
      if (earlier.get() == &u) return false;
      if (earlier->shares_record_with(u)) return true;
    }
    return false;
  }

  std::unique_ptr<under_way> take(under_way& u) {
    const auto at = std::find_if(pending_.begin(), pending_.end(),
                                 [&](const auto& p) { return p.get() == &u; });
    auto taken = std::move(*at);
    pending_.erase(at);
    return taken;
  }

  simulated_store& store_;
  std::size_t index_;
  storage::owner owner_;
  std::shared_ptr<shard*> self_;
  std::vector<std::unique_ptr<under_way>> pending_;
};

struct simulated_store::step {
  shard* of;
  under_way* what;
};

void simulated_store::shard::append_steps(std::vector<step>& to) const {
  for (const auto& u : pending_)
    if (!u->posted && (u->settled || !is_blocked(*u)))
      to.push_back({const_cast<shard*>(this), u.get()});
}

class simulated_store::cutoffs final : public storage::cutoff_table {
 public:
  explicit cutoffs(simulated_store& s) : store_{s} {}
  bool has_any() const noexcept override { return inner().has_any(); }
  std::optional<oauth::instant> find(const crypto::digest& key) override {
    if (fails()) throw storage::storage_error{"the cutoffs cannot be read."};
    return inner().find(key);
  }
  void put(const crypto::digest& key, oauth::instant before, oauth::instant forget) override {
    if (store_.mood.told == lie::cuts_nothing_off) return store_.ledger_->cut_off(key, before);
    const auto failed = fails();
    if (failed && store_.luck_.percent(50))
      throw storage::storage_error{"the cutoffs cannot be written."};
    inner().put(key, before, forget);
    store_.ledger_->cut_off(key, before);
    if (failed) throw storage::storage_error{"the cutoffs cannot say."};
  }

 private:
  [[nodiscard]] storage::cutoff_table& inner() const noexcept { return store_.inner_->cutoffs(); }
  [[nodiscard]] bool fails() { return store_.luck_.percent(store_.mood.cutoff_fails); }
  simulated_store& store_;
};

class simulated_store::engine final : public storage::sole_engine {
 public:
  explicit engine(simulated_store& s) : store_{s}, cutoffs_{s} {}
  ~engine() override { store_.never_answered_.clear(); }
  std::unique_ptr<storage::shard_store> open_shard(std::size_t index, std::size_t count,
                                                   storage::owner o, storage::owner) override {
    store_.open_.resize(count);
    if (store_.open_[index] != nullptr) store_.ledger_->misused("a shard is open twice");
    auto opened = std::make_unique<shard>(store_, index, std::move(o));
    store_.open_[index] = opened.get();
    return opened;
  }
  storage::catalog& records() override { return store_.inner_->records(); }
  storage::cutoff_table& cutoffs() override { return cutoffs_; }
  storage::outbox& logouts() override { return store_.inner_->logouts(); }
  oauth::instant void_before() const noexcept override { return store_.inner_->void_before(); }
  void raise_void_before(oauth::instant t) override { store_.inner_->raise_void_before(t); }
  std::string_view warning() const noexcept override { return store_.inner_->warning(); }
  bool writable() const noexcept override { return true; }

 private:
  simulated_store& store_;
  simulated_store::cutoffs cutoffs_;
};

simulated_store::simulated_store(seeded_random& luck, unsigned max_failures)
    : luck_{luck},
      inner_{storage::open_memory_engine(max_failures)},
      records_{inner_->open_shard(0, 1, [](auto) {})} {}

simulated_store::~simulated_store() = default;

std::unique_ptr<storage::engine> simulated_store::make_engine() {
  return std::make_unique<engine>(*this);
}

std::vector<simulated_store::step> simulated_store::steps() const {
  auto all = std::vector<step>{};
  for (const auto* s : open_)
    if (s != nullptr) s->append_steps(all);
  return all;
}

std::size_t simulated_store::runnable() const {
  return steps().size();
}

void simulated_store::run(std::size_t i) {
  const auto chosen = steps().at(i);
  if (chosen.what->settled)
    chosen.of->post(*chosen.what);
  else
    chosen.what->settle();
}

read_result simulated_store::look(table kind, const record_key& key, oauth::instant now) {
  return apply(read_op{kind, key}, now);
}

// The memory engine answers inside the call, so each of these is one atomic step.

verdict simulated_store::apply(const insert_op& op, oauth::instant now) {
  if (mood.told == lie::inserts_nothing) return verdict::ok;
  if (mood.told == lie::records_nothing && op.kind == table::replay_ids) return verdict::ok;
  auto found = verdict::unknown;
  records_->insert({op}, now, [&](const auto& r) { found = r.front(); });
  if (found == verdict::ok) ledger_->inserted(op);
  return found;
}

read_result simulated_store::apply(const read_op& op, oauth::instant now) {
  auto found = read_result{};
  records_->read(op.kind, {op.key}, now, [&](const auto& r) { found = r.front(); });
  return found;
}

consume_result simulated_store::apply(const consume_op& op, oauth::instant now) {
  auto found = consume_result{};
  if (mood.told == lie::consumes_nothing) {
    const auto code = look(table::codes, op.key, now);
    if (code.what == verdict::ok && code.binding == op.binding)
      return {verdict::ok, now, op.new_grant.key};
  }
  records_->consume({op}, now, [&](const auto& r) { found = r.front(); });
  if (found.what == verdict::ok) ledger_->consumed(op, now);
  if (found.what == verdict::ok && mood.told == lie::consumes_again)
    records_->release({{op.key, op.attempt}}, now, [](const auto&) {});
  return found;
}

verdict simulated_store::apply(const release_op& op, oauth::instant now) {
  if (mood.told == lie::releases_nothing) return verdict::ok;
  auto found = verdict::unknown;
  records_->release({op}, now, [&](const auto& r) { found = r.front(); });
  if (found == verdict::ok)
    ledger_->released(op);
  else
    ledger_->stranded(op.attempt);
  return found;
}

rotate_result simulated_store::apply(const rotate_op& op, oauth::instant now) {
  if (mood.told == lie::rotates_nothing) return {verdict::ok, {}};
  const auto before = look(table::grants, op.key, now);
  auto found = rotate_result{};
  const auto rotate = [&](const rotate_op& what) {
    records_->rotate({what}, now, [&](const auto& r) { found = r.front(); });
  };
  rotate(op);
  if (found.what == verdict::replayed && mood.told == lie::rotates_any) {
    auto forced = op;
    forced.presented = storage::decode_grant(before.value)->generation;
    rotate(forced);
  }
  if (found.what == verdict::ok) ledger_->rotated(op, before.value);
  return found;
}

verdict simulated_store::apply(const revoke_op& op, oauth::instant now) {
  if (mood.told == lie::revokes_nothing) return verdict::ok;
  auto found = verdict::unknown;
  records_->revoke({op}, now, [&](const auto& r) { found = r.front(); });
  if (found == verdict::ok) ledger_->revoked(op);
  return found;
}

}  // namespace mintage::sim
