#include "storage/postgres/statement_parameters.hpp"

#include <algorithm>
#include <array>

namespace mintage::storage::postgres {
namespace {

/// Buckets are emptied this long after all in them is over: clocks of nodes differ.
constexpr auto bucket_margin = oauth::milliseconds{40'000};

using parts = std::span<const operation_ptr>;

/// The time of an execution: the latest that one of its operations was asked at.
instant time_of(parts some) {
  auto latest = some.front()->of->now;
  for (const auto& o : some) latest = std::max(latest, o->of->now);
  return latest;
}

template <class Get>
void add_array(array_parameters& out, sql_type type, parts some, Get get) {
  out.begin_array(type, some.size());
  for (const auto& o : some) out.add(get(*o));
}

void add_keys(array_parameters& out, parts some) {
  add_array(out, sql_type::octets, some, [](const operation& o) { return o.key.view(); });
}

void encode_keys(parts some, const shard_facts&, array_parameters& out) {
  add_keys(out, some);
}

void encode_keys_and_time(parts some, const shard_facts&, array_parameters& out) {
  add_keys(out, some);
  out.put(time_of(some));
}

const insert_op& insertion(const operation& o) {
  return o.op<insert_call>();
}

void add_values(array_parameters& out, parts some) {
  add_array(out, sql_type::octets, some,
            [](const auto& o) { return std::string_view{insertion(o).value}; });
}

/// Key, expiry, and the names of the cutoffs.
void add_named_record(array_parameters& out, parts some) {
  add_keys(out, some);
  add_array(out, sql_type::int8, some, [](const auto& o) { return insertion(o).expires; });
  add_array(out, sql_type::uuid, some,
            [](const auto& o) { return crypto::as_chars(insertion(o).subject); });
  add_array(out, sql_type::uuid, some,
            [](const auto& o) { return crypto::as_chars(insertion(o).session); });
}

void encode_mint(parts some, const shard_facts&, array_parameters& out) {
  add_named_record(out, some);
  add_array(out, sql_type::octets, some,
            [](const auto& o) { return crypto::as_chars(insertion(o).binding); });
  add_values(out, some);
  out.put(time_of(some));
}

void encode_put_grant(parts some, const shard_facts&, array_parameters& out) {
  add_named_record(out, some);
  add_values(out, some);
  out.put(time_of(some));
}

/// Of tokens and of the clients of sessions.
void encode_put_token(parts some, const shard_facts&, array_parameters& out) {
  add_keys(out, some);
  add_array(out, sql_type::int8, some, [](const auto& o) { return insertion(o).expires; });
  add_values(out, some);
  out.put(time_of(some));
}

void encode_note_replay(parts some, const shard_facts&, array_parameters& out) {
  add_keys(out, some);
  add_array(out, sql_type::int8, some, [](const auto& o) { return insertion(o).expires; });
  add_array(out, sql_type::uuid, some, [](const auto& o) { return crypto::as_chars(o.attempt); });
  out.put(time_of(some));
}

const consume_op& consumption(const operation& o) {
  return o.op<consume_call>();
}

void encode_consume(parts some, const shard_facts& facts, array_parameters& out) {
  const auto now = time_of(some);
  const auto brief_until = now + oauth::milliseconds{4 * facts.bucket_ms} - bucket_margin;
  const auto bucket = now.time_since_epoch().count() / facts.bucket_ms % 6;
  add_keys(out, some);
  add_array(out, sql_type::octets, some,
            [](const auto& o) { return crypto::as_chars(consumption(o).binding); });
  add_array(out, sql_type::uuid, some,
            [](const auto& o) { return crypto::as_chars(consumption(o).attempt); });
  add_array(out, sql_type::int8, some,
            [](const auto& o) { return consumption(o).tombstone_until; });
  add_array(out, sql_type::octets, some,
            [](const auto& o) { return consumption(o).new_grant.key.view(); });
  add_array(out, sql_type::int8, some,
            [](const auto& o) { return consumption(o).new_grant.expires; });
  add_array(out, sql_type::octets, some,
            [](const auto& o) { return std::string_view{consumption(o).new_grant.value}; });
  add_array(out, sql_type::boolean, some, [&](const auto& o) {
    const auto& birth = consumption(o).new_grant;
    return !birth.may_rotate && birth.expires <= brief_until;
  });
  out.put(now);
  out.put_int2(static_cast<unsigned>(bucket));
}

void encode_rotate(parts some, const shard_facts&, array_parameters& out) {
  const auto op = [](const operation& o) -> const rotate_op& { return o.op<rotate_call>(); };
  add_keys(out, some);
  add_array(out, sql_type::int4, some, [&](const auto& o) { return op(o).presented; });
  add_array(out, sql_type::int4, some, [&](const auto& o) { return op(o).successor; });
  add_array(out, sql_type::int8, some, [&](const auto& o) { return op(o).expires; });
  add_array(out, sql_type::octets, some,
            [&](const auto& o) { return std::string_view{op(o).value}; });
  out.put(time_of(some));
}

void encode_mismatch(parts some, const shard_facts& facts, array_parameters& out) {
  encode_keys_and_time(some, facts, out);
  out.put_int2(facts.max_failures);
}

void encode_release(parts some, const shard_facts&, array_parameters& out) {
  const auto op = [](const operation& o) -> const release_op& { return o.op<release_call>(); };
  add_keys(out, some);
  add_array(out, sql_type::uuid, some,
            [&](const auto& o) { return crypto::as_chars(op(o).attempt); });
  add_array(out, sql_type::octets, some, [](const auto& o) { return std::string_view{o.value}; });
  out.put(time_of(some));
}

/// What a statement is sent.
struct statement_input {
  statement id;
  void (*encode)(parts, const shard_facts&, array_parameters&);
};

constexpr auto inputs = std::array<statement_input, statements.size()>{{
    {statement::mint, encode_mint},
    {statement::consume, encode_consume},
    {statement::rotate, encode_rotate},
    {statement::put_grant, encode_put_grant},
    {statement::put_token, encode_put_token},
    {statement::put_token_again, encode_put_token},
    {statement::note_replay, encode_note_replay},
    {statement::put_request, encode_put_token},
    {statement::put_session_client, encode_put_token},
    {statement::mismatch, encode_mismatch},
    {statement::release, encode_release},
    {statement::revoke_code, encode_keys_and_time},
    {statement::revoke_family, encode_keys_and_time},
    {statement::revoke_brief, encode_keys_and_time},
    {statement::revoke_token, encode_keys_and_time},
    {statement::find_code, encode_keys},
    {statement::find_tomb, encode_keys_and_time},
    {statement::explain, encode_keys_and_time},
    {statement::find_family, encode_keys},
    {statement::find_brief, encode_keys},
    {statement::find_token, encode_keys},
    {statement::find_replay, encode_keys},
    {statement::whose_replay, encode_keys},
    {statement::find_request, encode_keys},
    {statement::find_session_client, encode_keys},
}};
static_assert(oauth::is_in_order(inputs));

}  // namespace

void encode(statement s, std::span<const operation_ptr> some, const shard_facts& facts,
            array_parameters& out) {
  oauth::row_of(inputs, s).encode(some, facts, out);
}

}  // namespace mintage::storage::postgres
