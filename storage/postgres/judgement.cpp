#include "storage/postgres/judgement.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace mintage::storage::postgres {
namespace {

/// How often an operation is judged anew before its verdict is unknown.
constexpr auto most_rounds = 4U;

const insert_op& insertion(const operation& o) {
  return o.op<insert_call>();
}

const consume_op& consumption(const operation& o) {
  return o.op<consume_call>();
}

using next = std::optional<statement>;
constexpr auto answered = std::nullopt;

// The key of a repeated insertion may be there because the first copy was carried out.
next settle_insertion(operation& o, const found_rows& found, shard_facts&, steady_time) {
  const auto refused = o.was_repeated ? verdict::unknown : verdict::exists;
  o.result<insert_call>() = found.none() ? refused : verdict::ok;
  return answered;
}

next settle_replay_id(operation& o, const found_rows& found, shard_facts&, steady_time) {
  if (found.none() && o.was_repeated) return statement::whose_replay;
  o.result<insert_call>() = found.none() ? verdict::exists : verdict::ok;
  return answered;
}

next settle_whose_replay(operation& o, const found_rows& found, shard_facts&, steady_time) {
  const auto is_own = !found.none() && found.all.uuid(found.first(), 1) == o.attempt;
  o.result<insert_call>() = is_own ? verdict::ok : verdict::exists;
  return answered;
}

// That it is there is all that is wanted, so that nobody asks who wrote it.
next settle_session_client(operation& o, const found_rows& found, shard_facts&, steady_time) {
  o.result<insert_call>() = found.none() ? verdict::exists : verdict::ok;
  return answered;
}

next settle_consume(operation& o, const found_rows& found, shard_facts& facts, steady_time now) {
  if (found.none()) return statement::explain;
  const auto& op = consumption(o);
  facts.values.keep(o.key, op.attempt, found.all.octets(found.first(), 1), now);
  o.result<consume_call>() = {verdict::ok, o.of->now, op.new_grant.key};
  return answered;
}

/// The tombstone with the latest consumption; nothing when there is none.
std::optional<int> newest_tombstone(const found_rows& found, int consumed_at) {
  auto newest = std::optional<int>{};
  for (const auto row : found.numbers) {
    if (found.all.is_null(row, consumed_at)) continue;
    if (!newest || found.all.int8(row, consumed_at) > found.all.int8(*newest, consumed_at))
      newest = row;
  }
  return newest;
}

instant time_at(const found_rows& found, int row, int column) {
  return instant{oauth::milliseconds{found.all.int8(row, column)}};
}

/// Another node was at the record between two statements.
next judge_anew(operation& o, statement first) {
  if (o.rounds++ < most_rounds) return first;
  give_up(o);
  return answered;
}

// Columns: key, binding, expires, dead, consumed_at, attempt, birth. The order of the verdicts is
// that of `consume_result`.
next settle_explain(operation& o, const found_rows& found, shard_facts&, steady_time) {
  const auto& op = consumption(o);
  auto& result = o.result<consume_call>();
  const auto tomb = newest_tombstone(found, 4);
  if (found.none()) {
    result.what = verdict::absent;
    return answered;
  }
  const auto row = tomb.value_or(found.first());
  const auto expires = time_at(found, row, 2);
  const auto is_dead = found.all.boolean(row, 3);
  if (!crypto::constant_time_equal(found.all.octets(row, 1), crypto::as_chars(op.binding))) {
    result.what = verdict::mismatch;
    if (!tomb && expires > o.of->now && !is_dead) return statement::mismatch;
    return answered;
  }
  if (tomb) {
    result.what = found.all.uuid(row, 5) == op.attempt ? verdict::ok : verdict::replayed;
    result.consumed_at = time_at(found, row, 4);
    result.new_grant = record_key::from_octets(found.all.octets(row, 6));
    return answered;
  }
  if (expires <= o.of->now || is_dead) {
    result.what = expires <= o.of->now ? verdict::expired : verdict::revoked;
    return answered;
  }
  return judge_anew(o, statement::consume);
}

next settle_mismatch(operation& o, const found_rows&, shard_facts&, steady_time) {
  o.result<consume_call>().what = verdict::mismatch;
  return answered;
}

next settle_release(operation& o, const found_rows& found, shard_facts&, steady_time) {
  o.result<release_call>() = found.none()                          ? verdict::absent
                             : found.all.boolean(found.first(), 1) ? verdict::ok
                                                                   : verdict::revoked;
  return answered;
}

next settle_revocation(operation& o, const found_rows& found, shard_facts&, steady_time) {
  o.result<revoke_call>() = found.none() ? verdict::absent : verdict::ok;
  return answered;
}

next settle_family_revocation(operation& o, const found_rows& found, shard_facts& facts,
                              steady_time now) {
  if (found.none()) return statement::revoke_brief;
  return settle_revocation(o, found, facts, now);
}

std::optional<instant> time_or_none(const found_rows& found, int row, int column) {
  if (found.all.is_null(row, column)) return std::nullopt;
  return time_at(found, row, column);
}

/// Of a record that is there: key and expiry in the first two columns.
verdict liveness(const operation& o, const found_rows& found, bool is_revoked) {
  if (time_at(found, found.first(), 1) <= o.of->now) return verdict::expired;
  return is_revoked ? verdict::revoked : verdict::ok;
}

// Columns: key, expires, dead, binding, value, subject's cutoff, session's cutoff.
next settle_code(operation& o, const found_rows& found, shard_facts&, steady_time) {
  if (found.none()) return statement::find_tomb;
  const auto row = found.first();
  auto& result = o.result<read_call>();
  result.what = liveness(o, found, found.all.boolean(row, 2));
  const auto binding = found.all.octets(row, 3);
  std::copy_n(binding.begin(), std::min(binding.size(), result.binding.size()),
              result.binding.begin());
  result.value = found.all.octets(row, 4);
  result.cut = oauth::cutoffs{time_or_none(found, row, 5), time_or_none(found, row, 6)};
  return answered;
}

// Columns: key, consumed_at, attempt, birth, binding.
next settle_tombstone(operation& o, const found_rows& found, shard_facts&, steady_time) {
  auto& result = o.result<read_call>();
  const auto row = newest_tombstone(found, 1);
  result.what = row ? verdict::replayed : verdict::absent;
  if (!row) return answered;
  const auto binding = found.all.octets(*row, 4);
  std::copy_n(binding.begin(), std::min(binding.size(), result.binding.size()),
              result.binding.begin());
  result.consumed_at = time_at(found, *row, 1);
  result.new_grant = record_key::from_octets(found.all.octets(*row, 3));
  return answered;
}

// Columns: key, expires, revoked, value, subject's cutoff, session's cutoff, generation.
next settle_failed_rotation(operation& o, const found_rows& found) {
  auto& result = o.result<rotate_call>();
  if (found.none()) {
    result.what = verdict::absent;
    return answered;
  }
  const auto row = found.first();
  result.what = liveness(o, found, found.all.boolean(row, 2));
  if (result.what != verdict::ok) return answered;
  const auto generation = static_cast<std::uint32_t>(found.all.int4(row, 6));
  if (generation == o.op<rotate_call>().presented) return judge_anew(o, statement::rotate);
  result.what = verdict::replayed;
  result.value = found.all.octets(row, 3);
  result.cut = oauth::cutoffs{time_or_none(found, row, 4), time_or_none(found, row, 5)};
  return answered;
}

next settle_grant(operation& o, const found_rows& found, shard_facts&, steady_time) {
  if (std::holds_alternative<rotate_call>(o.of->what)) return settle_failed_rotation(o, found);
  auto& result = o.result<read_call>();
  if (found.none()) {
    if (o.step == statement::find_family) return statement::find_brief;
    result.what = verdict::absent;
    return answered;
  }
  const auto row = found.first();
  result.what = liveness(o, found, found.all.boolean(row, 2));
  result.value = found.all.octets(row, 3);
  result.cut = oauth::cutoffs{time_or_none(found, row, 4), time_or_none(found, row, 5)};
  return answered;
}

next settle_rotate(operation& o, const found_rows& found, shard_facts&, steady_time) {
  if (found.none()) return statement::find_family;
  o.result<rotate_call>().what = verdict::ok;
  return answered;
}

// Columns: key, expires, revoked, value.
next settle_token(operation& o, const found_rows& found, shard_facts&, steady_time) {
  auto& result = o.result<read_call>();
  result.what = verdict::absent;
  if (found.none()) return answered;
  result.what = liveness(o, found, found.all.boolean(found.first(), 2));
  result.value = found.all.octets(found.first(), 3);
  return answered;
}

next settle_replay_lookup(operation& o, const found_rows& found, shard_facts&, steady_time) {
  o.result<read_call>().what = found.none() ? verdict::absent : liveness(o, found, false);
  return answered;
}

// Columns: key, expires, value.
next settle_request(operation& o, const found_rows& found, shard_facts&, steady_time) {
  auto& result = o.result<read_call>();
  result.what = found.none() ? verdict::absent : liveness(o, found, false);
  if (!found.none()) result.value = found.all.octets(found.first(), 2);
  return answered;
}

/// How the rows of a statement are judged.
struct statement_use {
  statement id;
  next (*settle)(operation&, const found_rows&, shard_facts&, steady_time);
};

constexpr auto uses = std::array<statement_use, statements.size()>{{
    {statement::mint, settle_insertion},
    {statement::consume, settle_consume},
    {statement::rotate, settle_rotate},
    {statement::put_grant, settle_insertion},
    {statement::put_token, settle_insertion},
    {statement::put_token_again, settle_insertion},
    {statement::note_replay, settle_replay_id},
    {statement::put_request, settle_insertion},
    {statement::put_session_client, settle_session_client},
    {statement::mismatch, settle_mismatch},
    {statement::release, settle_release},
    {statement::revoke_code, settle_revocation},
    {statement::revoke_family, settle_family_revocation},
    {statement::revoke_brief, settle_revocation},
    {statement::revoke_token, settle_revocation},
    {statement::find_code, settle_code},
    {statement::find_tomb, settle_tombstone},
    {statement::explain, settle_explain},
    {statement::find_family, settle_grant},
    {statement::find_brief, settle_grant},
    {statement::find_token, settle_token},
    {statement::find_replay, settle_replay_lookup},
    {statement::whose_replay, settle_whose_replay},
    {statement::find_request, settle_request},
    {statement::find_session_client, settle_token},
}};
static_assert(oauth::is_in_order(uses));

/// The statements of a table; nothing where the operation does not exist.
struct table_statements {
  table id;
  statement insert;
  statement read;
  std::optional<statement> revoke;
};
constexpr auto by_table = std::array<table_statements, tables_count>{{
    {table::codes, statement::mint, statement::find_code, statement::revoke_code},
    {table::grants, statement::put_grant, statement::find_family, statement::revoke_family},
    {table::access_tokens, statement::put_token, statement::find_token, statement::revoke_token},
    {table::replay_ids, statement::note_replay, statement::find_replay, std::nullopt},
    {table::authorization_requests, statement::put_request, statement::find_request, std::nullopt},
    {table::session_clients, statement::put_session_client, statement::find_session_client,
     std::nullopt},
}};
static_assert(oauth::is_in_order(by_table));

bool begin_with(operation& o, table kind, const record_key& key, statement first, bool is_write) {
  o.kind = kind;
  o.key = key;
  o.step = first;
  o.is_write = is_write;
  return true;
}

bool begin_release(operation& o, const shard_facts& facts) {
  const auto& op = o.op<release_call>();
  if (const auto* value = facts.values.find(op.key, op.attempt)) {
    o.value = *value;
    return begin_with(o, table::codes, op.key, statement::release, true);
  }
  o.result<release_call>() = verdict::absent;
  return false;
}

bool begin_revocation(operation& o) {
  const auto& op = o.op<revoke_call>();
  if (const auto first = oauth::row_of(by_table, op.kind).revoke)
    return begin_with(o, op.kind, op.key, *first, true);
  o.result<revoke_call>() = verdict::absent;
  return false;
}

}  // namespace

void consumed_values::keep(const record_key& code, const attempt_id& attempt,
                           std::string_view value, steady_time now) {
  while (!by_age_.empty() && (by_age_.size() >= most || by_age_.front().first + life < now)) {
    values_.erase(by_age_.front().second);
    by_age_.pop_front();
  }
  const auto c = consumption{attempt, code};
  if (values_.insert_or_assign(c, std::string{value}).second) by_age_.emplace_back(now, c);
}

const std::string* consumed_values::find(const record_key& code, const attempt_id& attempt) const {
  const auto found = values_.find({attempt, code});
  return found == values_.end() ? nullptr : &found->second;
}

std::size_t consumed_values::consumption_hash::operator()(const consumption& c) const noexcept {
  auto hash = std::size_t{};
  static_assert(sizeof hash <= sizeof c.attempt);
  std::memcpy(&hash, c.attempt.data(), sizeof hash);  // attempt ids are random
  return hash;
}

bool begin(operation& o, const shard_facts& facts) {
  const auto& what = o.of->what;
  if (std::holds_alternative<consume_call>(what))
    return begin_with(o, table::codes, consumption(o).key, statement::consume, true);
  if (std::holds_alternative<rotate_call>(what))
    return begin_with(o, table::grants, o.op<rotate_call>().key, statement::rotate, true);
  if (std::holds_alternative<release_call>(what)) return begin_release(o, facts);
  if (std::holds_alternative<revoke_call>(what)) return begin_revocation(o);
  if (std::holds_alternative<insert_call>(what)) {
    const auto& op = insertion(o);
    return begin_with(o, op.kind, op.key, oauth::row_of(by_table, op.kind).insert, true);
  }
  const auto& op = o.op<read_call>();
  return begin_with(o, op.kind, op.key, oauth::row_of(by_table, op.kind).read, false);
}

namespace {

std::optional<statement> look_instead_of(statement s) {
  if (s == statement::rotate) return statement::find_family;
  if (s == statement::consume) return statement::explain;
  return std::nullopt;
}

}  // namespace

bool becomes_look(const operation& o) {
  return o.is_write && look_instead_of(o.step).has_value();
}

bool are_alike(const operation& a, const operation& b) {
  if (a.step != b.step || a.is_write != b.is_write) return false;
  if (!a.is_write) return true;
  if (a.step == statement::rotate)
    return a.op<rotate_call>().presented == b.op<rotate_call>().presented;
  return a.step == statement::consume && consumption(a).binding == consumption(b).binding;
}

void begin_with_look(operation& o) {
  o.step = *look_instead_of(o.step);
  o.is_write = false;
}

std::optional<statement> settle(operation& o, const found_rows& found, shard_facts& facts,
                                steady_time now) {
  return oauth::row_of(uses, o.step).settle(o, found, facts, now);
}

namespace {

void set_unknown(verdict& v) noexcept {
  v = verdict::unknown;
}
template <class Result>
void set_unknown(Result& r) {
  r = {};  // unknown is what a result starts with
}

}  // namespace

void give_up(operation& o) {
  std::visit([&](auto& made) { set_unknown(made.results[o.index]); }, o.of->what);
}

}  // namespace mintage::storage::postgres
