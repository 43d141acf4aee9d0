#include "tests/sim/shared_database.hpp"

#include <algorithm>

#include "storage/memory/engine.hpp"

namespace mintage::sim {

using storage::revision;

class shared_database::shard final : public storage::shard_store {
 public:
  shard(shared_database& d, std::unique_ptr<storage::shard_store> inner)
      : database_{d}, inner_{std::move(inner)} {}

  void insert(std::vector<storage::insert_op> some, oauth::instant now,
              storage::done_handler<storage::verdict> done) override {
    ask<storage::verdict>(done, [&](auto take) { inner_->insert(std::move(some), now, take); });
  }
  void read(storage::table kind, std::vector<storage::record_key> keys, oauth::instant now,
            storage::done_handler<storage::read_result> done) override {
    ask<storage::read_result>(done,
                              [&](auto take) { inner_->read(kind, std::move(keys), now, take); });
  }
  void consume(std::vector<storage::consume_op> some, oauth::instant now,
               storage::done_handler<storage::consume_result> done) override {
    ask<storage::consume_result>(done,
                                 [&](auto take) { inner_->consume(std::move(some), now, take); });
  }
  void release(std::vector<storage::release_op> some, oauth::instant now,
               storage::done_handler<storage::verdict> done) override {
    ask<storage::verdict>(done, [&](auto take) { inner_->release(std::move(some), now, take); });
  }
  void rotate(std::vector<storage::rotate_op> some, oauth::instant now,
              storage::done_handler<storage::rotate_result> done) override {
    ask<storage::rotate_result>(done,
                                [&](auto take) { inner_->rotate(std::move(some), now, take); });
  }
  void revoke(std::vector<storage::revoke_op> some, oauth::instant now,
              storage::done_handler<storage::verdict> done) override {
    ask<storage::verdict>(done, [&](auto take) { inner_->revoke(std::move(some), now, take); });
  }

 private:
  /// The memory engine answers inside its calls; the handler runs without the lock.
  template <class Result, class Call>
  void ask(storage::done_handler<Result>& done, Call call) {
    auto results = std::vector<Result>{};
    {
      const auto guard = std::scoped_lock{database_.mutex_};
      call([&](std::vector<Result> found) { results = std::move(found); });
    }
    done(std::move(results));
  }

  shared_database& database_;
  std::unique_ptr<storage::shard_store> inner_;
};

class shared_database::node final : public storage::engine, public storage::catalog {
 public:
  explicit node(shared_database& d) : database_{d} { published_.fill(d.at_); }
  ~node() override {
    const auto guard = std::scoped_lock{database_.mutex_};
    std::erase(database_.nodes_, this);
  }

  std::unique_ptr<storage::shard_store> open_shard(std::size_t index, std::size_t count,
                                                   storage::owner o, storage::owner idle) override {
    return std::make_unique<shard>(
        database_, database_.inner_->open_shard(index, count, std::move(o), std::move(idle)));
  }
  storage::catalog& records() override { return *this; }
  storage::cutoff_table& cutoffs() override { return database_.inner_->cutoffs(); }
  storage::outbox& logouts() override { return database_.inner_->logouts(); }
  oauth::instant void_before() const noexcept override { return {}; }
  void raise_void_before(oauth::instant) override {}
  std::string_view warning() const noexcept override { return {}; }
  bool writable() const noexcept override { return true; }
  bool fresh() const noexcept override { return is_fresh; }
  bool serves(oauth::slot s) const noexcept override { return s.value >= database_.first_served_; }
  bool joins_cutoffs() const noexcept override { return false; }
  std::vector<const metrics::meter_group*> meters() const override { return {}; }
  void watch(std::function<void()> moved) override {
    const auto guard = std::scoped_lock{watching_};
    moved_ = std::move(moved);
  }

  storage::catalog_changes changes(revision after) override {
    const auto guard = std::scoped_lock{database_.mutex_};
    if (is_deaf && after != 0) return {.at = after};
    auto found = storage::catalog_changes{.at = database_.at_};
    for (const auto& [name, r] : database_.records_) {
      if (r.first <= after) continue;
      if (const auto* c = std::get_if<oauth::client>(&r.second)) found.clients.push_back(*c);
      if (const auto* t = std::get_if<oauth::resource>(&r.second)) found.resources.push_back(*t);
      if (const auto* i = std::get_if<oauth::registration_token>(&r.second))
        found.registration_tokens.push_back(*i);
      found.keys |= name.front() == 'k';
      if (after == 0 || !std::holds_alternative<std::monostate>(r.second)) continue;
      if (name.front() == 'c') found.erased_clients.push_back(name.substr(1));
      if (name.front() == 'r') found.erased_resources.push_back(name.substr(1));
      if (name.front() == 'i') found.erased_registration_tokens.push_back(name.substr(1));
    }
    return found;
  }
  revision put_client(const oauth::client& c, revision seen) override {
    return database_.write(seen, {{"c" + c.id, c}});
  }
  revision erase_client(std::string_view id, revision seen) override {
    return database_.write(seen, {{"c" + std::string{id}, {}}});
  }
  revision put_resource(const oauth::resource& r, revision seen) override {
    return database_.write(seen, {{"r" + r.as.identifier, r}});
  }
  revision erase_resource(std::string_view identifier, revision seen) override {
    return database_.write(seen, {{"r" + std::string{identifier}, {}}});
  }
  revision put_registration_token(const oauth::registration_token& t, revision seen) override {
    return database_.write(seen, {{"i" + t.id, t}});
  }
  revision erase_registration_token(std::string_view id, revision seen) override {
    return database_.write(seen, {{"i" + std::string{id}, {}}});
  }
  storage::stored_keys load_keys() override {
    if (keys_fail) throw storage::storage_error{"the keys fail on demand"};
    const auto guard = std::scoped_lock{database_.mutex_};
    auto found = storage::stored_keys{.at = database_.at_};
    for (const auto& [name, r] : database_.records_)
      if (const auto* k = std::get_if<storage::key_record>(&r.second)) found.keys.push_back(*k);
    return found;
  }
  revision change_keys(const std::vector<storage::key_record>& put,
                       const std::vector<std::string>& erased, revision seen) override {
    auto all = std::vector<std::pair<std::string, body>>{};
    for (const auto& k : put) all.emplace_back("k" + k.kid, k);
    for (const auto& kid : erased) all.emplace_back("k" + kid, body{});
    return database_.write(seen, std::move(all));
  }
  std::string load_note(std::string_view name) override {
    return database_.inner_->records().load_note(name);
  }
  void put_note(std::string_view name, std::string_view value) override {
    database_.inner_->records().put_note(name, value);
  }
  bool replace_note(std::string_view name, std::string_view before,
                    std::string_view value) override {
    return database_.inner_->records().replace_note(name, before, value);
  }
  void published(storage::catalog_reader who, revision at) override {
    {
      const auto guard = std::scoped_lock{database_.mutex_};
      if (std::exchange(published_[static_cast<std::size_t>(who)], at) == at) return;
    }
    database_.call_watchers();
  }
  bool is_known_to_all(revision at) const noexcept override {
    const auto guard = std::scoped_lock{database_.mutex_};
    return std::all_of(database_.nodes_.begin(), database_.nodes_.end(),
                       [at](const node* n) { return std::ranges::min(n->published_) >= at; });
  }

  void call_watcher() {
    const auto guard = std::scoped_lock{watching_};
    if (moved_ && !is_deaf) moved_();
  }

  std::atomic<bool> is_fresh{true};
  std::atomic<bool> is_deaf{false};
  std::atomic<bool> keys_fail{false};

 private:
  shared_database& database_;
  std::array<revision, storage::catalog_readers_count> published_{};
  std::mutex watching_;  // guards moved_, and is held while it runs
  std::function<void()> moved_;
};

shared_database::shared_database(unsigned max_failures)
    : inner_{storage::open_memory_engine(max_failures)} {}

shared_database::~shared_database() = default;

std::unique_ptr<storage::engine> shared_database::make_node(std::size_t& number) {
  const auto guard = std::scoped_lock{mutex_};
  auto made = std::make_unique<node>(*this);
  number = nodes_.size();
  nodes_.push_back(made.get());
  return made;
}

void shared_database::make_deaf(std::size_t n, bool deaf) {
  nodes_.at(n)->is_deaf = deaf;
  call_watchers();
}

void shared_database::fail_keys(std::size_t n, bool fail) {
  nodes_.at(n)->keys_fail = fail;
}

void shared_database::set_fresh(std::size_t n, bool fresh) {
  nodes_.at(n)->is_fresh = fresh;
}

revision shared_database::write(revision seen, std::vector<std::pair<std::string, body>> all) {
  if (before_write) before_write();
  {
    const auto guard = std::scoped_lock{mutex_};
    if (seen != at_) {
      ++refused_;
      throw storage::catalog_moved{"another node has changed the catalog"};
    }
    ++at_;
    for (auto& [name, content] : all)
      records_.insert_or_assign(name, std::pair{at_, std::move(content)});
    seen = at_;
  }
  call_watchers();
  return seen;
}

void shared_database::call_watchers() {
  auto nodes = std::vector<node*>{};
  {
    const auto guard = std::scoped_lock{mutex_};
    nodes = nodes_;
  }
  for (auto* n : nodes) n->call_watcher();
}

}  // namespace mintage::sim
