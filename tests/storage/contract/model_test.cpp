// Random batches against a model that is simple enough to be read. The seed is printed;
// MINTAGE_SEED repeats a run.

#include <map>
#include <random>
#include <set>

#include "loopback/environment.hpp"
#include "tests/storage/contract/contract.hpp"

namespace mintage::storage {
namespace {

enum class state { live, consumed, dead };

struct model_code {
  state what = state::live;
  instant expires{};
  instant tombstone_until{};
  unsigned failures = 0;
  std::uint64_t attempt = 0;
  instant consumed_at{};
};
struct model_grant {
  instant expires{};
  bool revoked = false;
  std::uint32_t generation = 0;
  std::string value;
};

/// The allowed verdicts: an expired record may be gone already.
using verdicts = std::set<verdict>;

class model {
 public:
  explicit model(unsigned max_failures) : max_failures_{max_failures} {}

  verdicts insert(std::uint64_t code, instant expires, instant now) {
    if (holds(code, now)) {
      return {verdict::exists};
    }
    codes_[code] = {state::live, expires, {}, 0, 0, {}};
    return {verdict::ok};
  }

  [[nodiscard]] bool is_consumed(std::uint64_t code, instant now) const {
    return holds(code, now) && codes_.at(code).what == state::consumed;
  }

  verdicts read(std::uint64_t code, instant now) const {
    if (!holds(code, now)) {
      return {verdict::absent, verdict::expired};
    }
    switch (codes_.at(code).what) {
      case state::live:
        return {verdict::ok};
      case state::consumed:
        return {verdict::replayed};
      case state::dead:
        break;
    }
    return {verdict::revoked};
  }

  verdicts consume(std::uint64_t code, std::uint64_t attempt, bool right, instant now) {
    if (!holds(code, now)) {
      return right ? verdicts{verdict::absent, verdict::expired}
                   : verdicts{verdict::absent, verdict::mismatch};
    }
    auto& c = codes_.at(code);
    if (!right) {
      if (c.what == state::live && ++c.failures == max_failures_) {
        c.what = state::dead;
      }
      return {verdict::mismatch};
    }
    if (c.what == state::consumed) {
      return {c.attempt == attempt ? verdict::ok : verdict::replayed};
    }
    if (c.what == state::dead) {
      return {verdict::revoked};
    }
    c.what = state::consumed;
    c.attempt = attempt;
    c.consumed_at = now;
    c.tombstone_until = now + seconds{600};
    grants_[{code, attempt}] = {now + seconds{3600}, false, 0,
                                "issued by " + std::to_string(attempt)};
    return {verdict::ok};
  }

  verdicts release(std::uint64_t code, std::uint64_t attempt, instant now) {
    if (!holds(code, now) || codes_.at(code).what != state::consumed ||
        codes_.at(code).attempt != attempt) {
      return {verdict::absent};
    }
    if (grants_.at({code, attempt}).revoked) {
      return {verdict::revoked};
    }
    grants_.erase({code, attempt});
    codes_.at(code).what = state::live;
    return {verdict::ok};
  }

  verdicts revoke(std::uint64_t code, std::uint64_t attempt, instant now) {
    auto found = grants_.find({code, attempt});
    if (found == grants_.end() || now >= found->second.expires) {
      return {verdict::absent};
    }
    found->second.revoked = true;
    return {verdict::ok};
  }

  verdicts rotate(std::uint64_t code, std::uint64_t attempt, const rotate_op& op, instant now) {
    auto found = grants_.find({code, attempt});
    if (found == grants_.end()) {
      return {verdict::absent};
    }
    auto& g = found->second;
    if (now >= g.expires) {
      return {verdict::absent, verdict::expired};
    }
    if (g.revoked) {
      return {verdict::revoked};
    }
    if (g.generation != op.presented) {
      return {verdict::replayed};
    }
    g = {op.expires, false, op.successor, op.value};
    return {verdict::ok};
  }

  [[nodiscard]] std::string value_of(std::uint64_t code, std::uint64_t attempt) const {
    auto found = grants_.find({code, attempt});
    return found == grants_.end() ? "" : found->second.value;
  }

  verdicts read_grant(std::uint64_t code, std::uint64_t attempt, instant now) const {
    auto found = grants_.find({code, attempt});
    if (found == grants_.end()) {
      return {verdict::absent};
    }
    if (now >= found->second.expires) {
      return {verdict::absent, verdict::expired};
    }
    return {found->second.revoked ? verdict::revoked : verdict::ok};
  }

 private:
  [[nodiscard]] bool holds(std::uint64_t code, instant now) const {
    auto found = codes_.find(code);
    return found != codes_.end() &&
           now < (found->second.what == state::consumed
                      ? std::max(found->second.tombstone_until, found->second.expires)
                      : found->second.expires);
  }
  unsigned max_failures_;
  std::map<std::uint64_t, model_code> codes_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, model_grant> grants_;
};

std::uint64_t seed() {
  const auto s = loopback::number_from("MINTAGE_SEED").value_or(std::random_device{}());
  testing::Test::RecordProperty("seed", std::to_string(s));
  std::printf("MINTAGE_SEED=%llu\n", static_cast<unsigned long long>(s));
  return s;
}

class model_contract : public contract {
 protected:
  std::uint64_t draw(std::uint64_t below) { return random_() % below; }
  std::uint64_t draw_code() { return draw(12); }
  /// Few values, so that attempts repeat. An attempt belongs to one instance of the shard.
  std::uint64_t draw_attempt() { return (generation_ << 8) + draw(4); }

  template <class T, class What>
  void check(const std::vector<T>& given, const std::vector<verdicts>& expected, What what) {
    ASSERT_EQ(given.size(), expected.size());
    for (auto i = std::size_t{0}; i < given.size(); ++i) {
      ASSERT_TRUE(expected[i].contains(what(given[i])))
          << to_string(what(given[i])) << " instead of " << to_string(*expected[i].begin());
    }
  }
  static verdict itself(verdict v) { return v; }

  void insert_some() {
    auto ops = std::vector<insert_op>{};
    auto expected = std::vector<verdicts>{};
    for (auto n = draw(6); n-- > 0;) {
      auto code = draw_code();
      if (model_.is_consumed(code, now())) continue;  // its verdict is not specified
      auto expires = now() + seconds{1 + draw(90)};
      ops.push_back(insertion(code, expires));
      expected.push_back(model_.insert(code, expires, now()));
    }
    check(shard().insert(ops, now()), expected, itself);
  }
  void consume_some() {
    auto ops = std::vector<consume_op>{};
    auto expected = std::vector<verdicts>{};
    for (auto n = draw(6); n-- > 0;) {
      auto code = draw_code();
      auto attempt = draw_attempt();
      auto right = draw(4) != 0;
      ops.push_back(consumption(code, attempt, now()));
      ops.back().binding[5] ^= right ? 0 : 1;
      expected.push_back(model_.consume(code, attempt, right, now()));
    }
    check(shard().consume(ops, now()), expected, [](const auto& r) { return r.what; });
  }
  void release_some() {
    auto ops = std::vector<release_op>{};
    auto expected = std::vector<verdicts>{};
    for (auto n = draw(6); n-- > 0;) {
      auto code = draw_code();
      auto attempt = draw_attempt();
      ops.push_back({code_key(code), attempt_of(attempt)});
      expected.push_back(model_.release(code, attempt, now()));
    }
    check(shard().release(ops, now()), expected, itself);
  }
  void revoke_some() {
    auto ops = std::vector<revoke_op>{};
    auto expected = std::vector<verdicts>{};
    for (auto n = draw(3); n-- > 0;) {
      auto code = draw_code();
      auto attempt = draw_attempt();
      ops.push_back({table::grants, new_grant_key(code, attempt)});
      expected.push_back(model_.revoke(code, attempt, now()));
    }
    check(shard().revoke(ops, now()), expected, itself);
  }
  /// Rotates some families: some from a stale generation, some with a later or an earlier expiry.
  void rotate_some() {
    auto ops = std::vector<rotate_op>{};
    auto expected = std::vector<verdicts>{};
    auto current = std::vector<std::string>{};
    for (auto n = draw(8); n-- > 0;) {
      auto code = draw_code();
      auto attempt = draw_attempt();
      auto op = rotation(code, attempt, static_cast<std::uint32_t>(draw(3)), now());
      op.successor -= static_cast<std::uint32_t>(draw(4) == 0);
      op.expires = now() + seconds{1 + draw(3600)};
      op.value += " by " + std::to_string(draw(1000));
      ops.push_back(op);
      expected.push_back(model_.rotate(code, attempt, op, now()));
      current.push_back(model_.value_of(code, attempt));
    }
    auto results = shard().rotate(ops, now());
    check(results, expected, [](const auto& r) { return r.what; });
    for (auto i = std::size_t{0}; i < results.size(); ++i) {
      EXPECT_EQ(results[i].value, results[i].what == verdict::replayed ? current[i] : "");
    }
  }
  void read_all() {
    auto codes = std::vector<record_key>{};
    auto grants = std::vector<record_key>{};
    auto expected_codes = std::vector<verdicts>{};
    auto expected_grants = std::vector<verdicts>{};
    for (auto code = std::uint64_t{0}; code < 12; ++code) {
      codes.push_back(code_key(code));
      expected_codes.push_back(model_.read(code, now()));
      for (auto attempt = std::uint64_t{0}; attempt < 4; ++attempt) {
        grants.push_back(new_grant_key(code, (generation_ << 8) + attempt));
        expected_grants.push_back(model_.read_grant(code, (generation_ << 8) + attempt, now()));
      }
    }
    auto what = [](const auto& r) { return r.what; };
    auto read = shard().read(table::codes, codes, now());
    check(read, expected_codes, what);
    for (auto code = std::uint64_t{0}; code < read.size(); ++code) {
      if (read[code].what == verdict::ok) {
        EXPECT_EQ(read[code].value, "value of " + std::to_string(code));
        EXPECT_EQ(read[code].binding, octets_of(code + 1));
      }
    }
    auto new_grant = shard().read(table::grants, grants, now());
    check(new_grant, expected_grants, what);
    for (auto i = std::uint64_t{0}; i < new_grant.size(); ++i) {
      if (new_grant[i].what == verdict::ok || new_grant[i].what == verdict::revoked) {
        EXPECT_EQ(new_grant[i].value, model_.value_of(i / 4, (generation_ << 8) + i % 4));
      }
    }
  }

  void step() {
    switch (draw(40)) {
      case 0:
        ++generation_;
        return reopen();
      case 1:
        ++generation_;  // older consumptions can no longer be released
        return clock_.advance(seconds{draw(700)});
      case 2:
      case 3:
      case 4:
        return clock_.advance(oauth::milliseconds{draw(300)});
      case 5:
      case 6:
        return revoke_some();
      case 7:
      case 8:
      case 9:
        return read_all();
      default:
        break;
    }
    switch (draw(6)) {
      case 0:
        return insert_some();
      case 1:
        return release_some();
      case 2:
      case 3:
        return rotate_some();
      default:
        return consume_some();
    }
  }

  std::mt19937_64 random_{seed()};
  std::uint64_t generation_ = 0;
  model model_{max_failures};
};

INSTANTIATE_TEST_SUITE_P(
    engines, model_contract,
    testing::Values(engine_case{"memory", engine_kind::memory, durability::os},
                    engine_case{"rocksdb_sync", engine_kind::rocksdb, durability::sync},
                    engine_case{"rocksdb_os", engine_kind::rocksdb, durability::os},
                    engine_case{"postgres", engine_kind::postgres, durability::sync}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST_P(model_contract, answers_random_batches_as_the_model_does) {
  for (auto i = 0; i < 1500 && !HasFatalFailure(); ++i) {
    step();
  }
}

}  // namespace
}  // namespace mintage::storage
