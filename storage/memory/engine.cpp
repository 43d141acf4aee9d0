#include "storage/memory/engine.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "storage/memory/outbox.hpp"
#include "storage/sole_node.hpp"

namespace mintage::storage {
namespace {

enum class condition : std::uint8_t { live, consumed, revoked };

struct record {
  condition state = condition::live;
  instant expires{};  // of the tombstone once consumed
  crypto::digest binding{};
  std::string value;
  unsigned failures = 0;
  std::uint32_t generation = 0;  // of grants
  // Consumed codes: the attempt, the grant issued, and when the live code would have expired.
  attempt_id attempt{};
  instant consumed_at{};
  record_key new_grant;
  table new_grant_table = table::grants;
  instant live_until{};
};

/// The records of one table in one slot. Expired records are removed when the map has doubled,
/// which costs a constant share of each insertion.
class slot_records {
 public:
  record* find(const record_key& key) {
    auto found = records_.find(key);
    return found == records_.end() ? nullptr : &found->second;
  }
  void put(const record_key& key, record r, instant now) {
    if (records_.size() >= sweep_at_) {
      std::erase_if(records_, [&](const auto& entry) { return entry.second.expires <= now; });
      sweep_at_ = std::max(sweep_floor, records_.size() * 2);
    }
    records_.insert_or_assign(key, std::move(r));
  }
  void erase(const record_key& key) { records_.erase(key); }

 private:
  struct key_hash {
    std::size_t operator()(const record_key& k) const noexcept {
      return std::hash<std::string_view>{}(k.view());
    }
  };
  static constexpr std::size_t sweep_floor = 16;
  std::unordered_map<record_key, record, key_hash> records_;
  std::size_t sweep_at_ = sweep_floor;
};

/// One map for each slot and table. A slot belongs to one shard, so shards on different threads
/// never share a map, for any number of shards.
class memory_tables {
 public:
  slot_records& of(table kind, const record_key& key) {
    auto octet = [&](std::size_t i) { return static_cast<unsigned char>(key.view()[i]); };
    auto slot = (static_cast<std::size_t>(octet(0)) << 8 | octet(1)) % oauth::slots_count;
    return slots_[slot][index_of(kind)];
  }

 private:
  std::vector<std::array<slot_records, tables_count>> slots_{oauth::slots_count};
};

/// Every operation completes inside its call, so no write is ever in flight.
class memory_shard final : public shard_store {
 public:
  memory_shard(memory_tables& tables, unsigned max_failures)
      : tables_{tables}, max_failures_{max_failures} {}

  void insert(std::vector<insert_op> batch, instant now, done_handler<verdict> done) override {
    each<verdict>(batch, done, [&](insert_op& op) { return insert_one(op, now); });
  }
  void read(table kind, std::vector<record_key> keys, instant now,
            done_handler<read_result> done) override {
    each<read_result>(keys, done, [&](record_key& key) { return read_one(kind, key, now); });
  }
  void consume(std::vector<consume_op> batch, instant now,
               done_handler<consume_result> done) override {
    each<consume_result>(batch, done, [&](consume_op& op) { return consume_one(op, now); });
  }
  void release(std::vector<release_op> batch, instant now, done_handler<verdict> done) override {
    each<verdict>(batch, done, [&](release_op& op) { return release_one(op, now); });
  }
  void rotate(std::vector<rotate_op> batch, instant now,
              done_handler<rotate_result> done) override {
    each<rotate_result>(batch, done, [&](rotate_op& op) { return rotate_one(op, now); });
  }
  void revoke(std::vector<revoke_op> batch, instant now, done_handler<verdict> done) override {
    each<verdict>(batch, done, [&](revoke_op& op) { return revoke_one(op, now); });
  }

 private:
  template <class Result, class Op, class One>
  static void each(std::vector<Op>& batch, done_handler<Result>& done, One one) {
    auto results = std::vector<Result>{};
    results.reserve(batch.size());
    for (auto& op : batch) {
      results.push_back(one(op));
    }
    done(std::move(results));
  }

  verdict insert_one(insert_op& op, instant now) {
    auto& records = tables_.of(op.kind, op.key);
    const auto* found = records.find(op.key);
    if (found != nullptr && now < found->expires) {
      return verdict::exists;
    }
    auto fresh = record{};
    fresh.expires = op.expires;
    fresh.binding = op.binding;
    fresh.value = std::move(op.value);
    records.put(op.key, std::move(fresh), now);
    return verdict::ok;
  }

  read_result read_one(table kind, const record_key& key, instant now) {
    const auto* found = tables_.of(kind, key).find(key);
    if (found == nullptr) {
      return {.what = verdict::absent, .binding = {}, .value = {}};
    }
    if (found->state == condition::consumed) {
      return {now < found->expires ? verdict::replayed : verdict::absent,
              found->binding,
              {},
              found->consumed_at,
              found->new_grant};
    }
    auto what = now >= found->expires                ? verdict::expired
                : found->state == condition::revoked ? verdict::revoked
                                                     : verdict::ok;
    return {what, found->binding, found->value};
  }

  consume_result consume_one(consume_op& op, instant now) {
    auto& codes = tables_.of(table::codes, op.key);
    auto* code = codes.find(op.key);
    auto result = consume_result{};
    if (code == nullptr || (code->state == condition::consumed && now >= code->expires)) {
      result.what = verdict::absent;
    } else if (!crypto::constant_time_equal(code->binding, op.binding)) {
      result.what = verdict::mismatch;
      if (code->state == condition::live && now < code->expires &&
          ++code->failures >= max_failures_) {
        code->state = condition::revoked;  // COD-05
      }
    } else if (code->state == condition::consumed) {
      result.what = code->attempt == op.attempt ? verdict::ok : verdict::replayed;
      result.consumed_at = code->consumed_at;
      result.new_grant = code->new_grant;
    } else if (now >= code->expires) {
      result.what = verdict::expired;
    } else if (code->state == condition::revoked) {
      result.what = verdict::revoked;
    } else {
      result.what = verdict::ok;
      result.consumed_at = now;
      result.new_grant = op.new_grant.key;
      make_tombstone(*code, op, now);
    }
    return result;
  }

  void make_tombstone(record& code, consume_op& op, instant now) {
    code.state = condition::consumed;
    code.live_until = std::exchange(code.expires, std::max(op.tombstone_until, code.expires));
    code.attempt = op.attempt;
    code.consumed_at = now;
    code.new_grant = op.new_grant.key;
    code.new_grant_table = op.new_grant.kind;
    auto new_grant = record{};
    new_grant.expires = op.new_grant.expires;
    new_grant.binding = op.new_grant.binding;
    new_grant.value = std::move(op.new_grant.value);
    tables_.of(op.new_grant.kind, op.new_grant.key)
        .put(op.new_grant.key, std::move(new_grant), now);
  }

  verdict release_one(const release_op& op, instant now) {
    auto* code = tables_.of(table::codes, op.key).find(op.key);
    if (code == nullptr || code->state != condition::consumed || code->attempt != op.attempt ||
        now >= code->expires) {
      return verdict::absent;
    }
    auto& new_grants = tables_.of(code->new_grant_table, code->new_grant);
    const auto* new_grant = new_grants.find(code->new_grant);
    if (new_grant != nullptr && new_grant->state == condition::revoked) {
      return verdict::revoked;
    }
    new_grants.erase(code->new_grant);
    code->state = condition::live;
    code->expires = code->live_until;
    return verdict::ok;
  }

  rotate_result rotate_one(rotate_op& op, instant now) {
    auto* grant = tables_.of(table::grants, op.key).find(op.key);
    if (grant == nullptr) {
      return {verdict::absent, {}};
    }
    if (now >= grant->expires) {
      return {verdict::expired, {}};
    }
    if (grant->state != condition::live) {
      return {verdict::revoked, {}};
    }
    if (grant->generation != op.presented) {
      return {verdict::replayed, grant->value};
    }
    grant->generation = op.successor;
    grant->expires = op.expires;
    grant->value = std::move(op.value);
    return {verdict::ok, {}};
  }

  verdict revoke_one(const revoke_op& op, instant now) {
    auto* found = tables_.of(op.kind, op.key).find(op.key);
    if (found == nullptr || now >= found->expires || found->state == condition::consumed) {
      return verdict::absent;
    }
    found->state = condition::revoked;
    return verdict::ok;
  }

  memory_tables& tables_;
  unsigned max_failures_;
};

class memory_catalog final : public sole_catalog {
 public:
  catalog_changes changes(revision after) override {
    auto lock = std::lock_guard{mutex_};
    auto all = catalog_changes{.at = 1};
    if (after != 0) return all;
    all.clients.reserve(clients_.size());
    for (const auto& [id, c] : clients_) {
      all.clients.push_back(c);
    }
    for (const auto& [identifier, r] : resources_) {
      all.resources.push_back(r);
    }
    for (const auto& [id, t] : registration_tokens_) {
      all.registration_tokens.push_back(t);
    }
    return all;
  }
  revision put_client(const oauth::client& c, revision seen) override {
    auto lock = std::lock_guard{mutex_};
    clients_.insert_or_assign(c.id, c);
    return seen;
  }
  revision erase_client(std::string_view id, revision seen) override {
    auto lock = std::lock_guard{mutex_};
    clients_.erase(std::string{id});
    return seen;
  }
  stored_keys load_keys() override {
    auto lock = std::lock_guard{mutex_};
    auto all = stored_keys{.at = 1};
    for (const auto& [kid, k] : keys_) {
      all.keys.push_back(k);
    }
    return all;
  }
  revision change_keys(const std::vector<key_record>& put, const std::vector<std::string>& erased,
                       revision seen) override {
    auto lock = std::lock_guard{mutex_};
    for (const auto& k : put) {
      keys_.insert_or_assign(k.kid, k);
    }
    for (const auto& kid : erased) {
      keys_.erase(kid);
    }
    return seen;
  }
  revision put_resource(const oauth::resource& r, revision seen) override {
    auto lock = std::lock_guard{mutex_};
    resources_.insert_or_assign(r.as.identifier, r);
    return seen;
  }
  revision erase_resource(std::string_view identifier, revision seen) override {
    auto lock = std::lock_guard{mutex_};
    resources_.erase(std::string{identifier});
    return seen;
  }
  revision put_registration_token(const oauth::registration_token& t, revision seen) override {
    auto lock = std::lock_guard{mutex_};
    registration_tokens_.insert_or_assign(t.id, t);
    return seen;
  }
  revision erase_registration_token(std::string_view id, revision seen) override {
    auto lock = std::lock_guard{mutex_};
    registration_tokens_.erase(std::string{id});
    return seen;
  }
  std::string load_note(std::string_view name) override {
    auto lock = std::lock_guard{mutex_};
    auto found = notes_.find(name);
    return found == notes_.end() ? std::string{} : found->second;
  }
  void put_note(std::string_view name, std::string_view value) override {
    auto lock = std::lock_guard{mutex_};
    notes_.insert_or_assign(std::string{name}, std::string{value});
  }
  bool replace_note(std::string_view name, std::string_view before,
                    std::string_view value) override {
    auto lock = std::lock_guard{mutex_};
    auto& note = notes_[std::string{name}];
    const auto is_before = note == before;
    if (is_before) note = value;
    return is_before;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, oauth::client> clients_;
  std::map<std::string, key_record> keys_;
  std::map<std::string, oauth::resource> resources_;
  std::map<std::string, oauth::registration_token> registration_tokens_;
  std::map<std::string, std::string, std::less<>> notes_;
};

class memory_cutoffs final : public cutoff_table {
 public:
  bool has_any() const noexcept override { return has_any_; }
  std::optional<instant> find(const crypto::digest& key) override {
    auto lock = std::shared_lock{mutex_};
    auto found = entries_.find(key);
    return found == entries_.end() ? std::nullopt : std::optional{found->second.before};
  }
  void put(const crypto::digest& key, instant before, instant forget) override {
    auto lock = std::lock_guard{mutex_};
    // `before` is the present time, so entries that expired by then are dropped here.
    std::erase_if(entries_, [&](const auto& e) { return e.second.forget <= before; });
    auto& e = entries_[key];
    e = {std::max(e.before, before), std::max(e.forget, forget)};
    has_any_ = true;
  }

 private:
  struct entry {
    instant before{};
    instant forget{};
  };
  std::shared_mutex mutex_;
  std::map<crypto::digest, entry> entries_;
  std::atomic<bool> has_any_ = false;
};

/// Owns the tables, so that a shard that is opened again finds what its former instance wrote.
class memory_engine final : public sole_engine {
 public:
  explicit memory_engine(unsigned max_failures) : max_failures_{max_failures} {}
  std::unique_ptr<shard_store> open_shard(std::size_t, std::size_t, owner, owner) override {
    return std::make_unique<memory_shard>(tables_, max_failures_);
  }
  catalog& records() override { return catalog_; }
  cutoff_table& cutoffs() override { return cutoffs_; }
  outbox& logouts() override { return logouts_; }
  instant void_before() const noexcept override { return void_before_.load(); }
  void raise_void_before(instant t) override { void_before_ = std::max(t, void_before_.load()); }
  std::string_view warning() const noexcept override { return {}; }
  bool writable() const noexcept override { return true; }

 private:
  std::atomic<instant> void_before_ = instant{};
  memory_tables tables_;
  memory_catalog catalog_;
  memory_cutoffs cutoffs_;
  memory_outbox logouts_;
  unsigned max_failures_;
};

}  // namespace

std::unique_ptr<engine> open_memory_engine(unsigned max_failures) {
  return std::make_unique<memory_engine>(max_failures);
}

}  // namespace mintage::storage
