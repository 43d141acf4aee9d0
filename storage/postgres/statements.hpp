/// @file
/// The SQL of the shards, one row per statement. Names and columns are those of schema.cpp.
///
/// A statement works on arrays: one element of each array per operation. Keys within one execution
/// are sorted, so that two nodes lock rows in the same order, and unique. All times are parameters,
/// in milliseconds since 1970; the database's clock decides nothing.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "oauth/table.hpp"

namespace mintage::storage::postgres {

enum class statement : std::uint8_t {
  mint,
  consume,
  rotate,
  put_grant,
  put_token,
  put_token_again,
  note_replay,
  put_request,
  put_session_client,
  mismatch,
  release,
  revoke_code,
  revoke_family,
  revoke_brief,
  revoke_token,
  find_code,
  find_tomb,
  explain,
  find_family,
  find_brief,
  find_token,
  find_replay,
  whose_replay,
  find_request,
  find_session_client
};

/// On which connections a statement runs.
enum class access : std::uint8_t { write, read };

/// What may be done when a statement was sent and its answer was lost.
enum class repeat : std::uint8_t {
  /// It may be sent again: a second execution finds what the first did.
  always,
  /// Only on a higher timeline. Where the first copy may still run, it might insert a record that
  /// was consumed meanwhile.
  on_new_timeline
};

struct statement_row {
  statement id;
  /// Name of the prepared statement.
  std::string_view name;
  access on;
  repeat may_repeat;
  /// The statement that takes its place when it is sent again.
  statement repeated_as;
  std::string_view sql;
};

constexpr auto statements = std::array<statement_row, oauth::count_of<statement>()>{{
    // A live code of the same key stays. The key of a consumed code is not looked for: keys are
    // hashes of 256 random bits.
    {statement::mint, "mint", access::write, repeat::on_new_timeline, statement::mint, R"(
INSERT INTO mintage.code (key, expires, subject, session, binding, value)
SELECT * FROM unnest($1::bytea[], $2::int8[], $3::uuid[], $4::uuid[], $5::bytea[], $6::bytea[])
ON CONFLICT (key) DO UPDATE SET expires = excluded.expires, subject = excluded.subject,
  session = excluded.session, binding = excluded.binding, value = excluded.value,
  failures = 0, dead = false
WHERE code.expires <= $7::int8
RETURNING key)"},
    // Deletes the code, and inserts its tombstone and its grant: one verdict per row lock (COD-04).
    {statement::consume, "consume", access::write, repeat::always, statement::consume, R"(
WITH r AS (
  SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::uuid[], $4::int8[], $5::bytea[], $6::int8[],
                       $7::bytea[], $8::bool[])
    AS r(key, binding, attempt, until, birth, birth_expires, birth_value, brief)
), d AS (
  DELETE FROM mintage.code c USING r
  WHERE c.key = r.key AND c.binding = r.binding AND c.expires > $9::int8 AND NOT c.dead
  RETURNING c.key, c.value, c.binding, c.failures, c.expires, c.subject, c.session,
            r.attempt, r.until, r.birth, r.birth_expires, r.birth_value, r.brief
), t AS (
  INSERT INTO mintage.tomb (bucket, failures, brief, expires, consumed_at, live_until,
                            attempt, subject, session, key, birth, binding)
  SELECT $10::int2, failures, brief, greatest(expires, until), $9::int8, expires,
         attempt, subject, session, key, birth, binding FROM d
), f AS (
  INSERT INTO mintage.family (expires, subject, session, key, value)
  SELECT birth_expires, subject, session, birth, birth_value FROM d WHERE NOT brief
), b AS (
  INSERT INTO mintage.brief (bucket, expires, subject, session, key, value)
  SELECT $10::int2, birth_expires, subject, session, birth, birth_value FROM d WHERE brief
)
SELECT key, value FROM d)"},
    {statement::rotate, "rotate", access::write, repeat::always, statement::rotate, R"(
UPDATE mintage.family g
SET generation = r.successor, expires = r.expires, value = r.value
FROM unnest($1::bytea[], $2::int4[], $3::int4[], $4::int8[], $5::bytea[])
  AS r(key, presented, successor, expires, value)
WHERE g.key = r.key AND g.generation = r.presented AND NOT g.revoked AND g.expires > $6::int8
RETURNING g.key)"},
    {statement::put_grant, "put_grant", access::write, repeat::on_new_timeline,
     statement::put_grant, R"(
INSERT INTO mintage.family (key, expires, subject, session, value)
SELECT * FROM unnest($1::bytea[], $2::int8[], $3::uuid[], $4::uuid[], $5::bytea[])
ON CONFLICT (key) DO UPDATE SET expires = excluded.expires, generation = 0, revoked = false,
  subject = excluded.subject, session = excluded.session, value = excluded.value
WHERE family.expires <= $6::int8
RETURNING key)"},
    {statement::put_token, "put_token", access::write, repeat::always, statement::put_token_again,
     R"(
INSERT INTO mintage.token (key, expires, value)
SELECT * FROM unnest($1::bytea[], $2::int8[], $3::bytea[])
ON CONFLICT (key) DO UPDATE SET expires = excluded.expires, revoked = false, value = excluded.value
WHERE token.expires <= $4::int8
RETURNING key)"},
    // Takes its own record for new, but not one that was revoked meanwhile.
    {statement::put_token_again, "put_token_again", access::write, repeat::always,
     statement::put_token_again, R"(
INSERT INTO mintage.token (key, expires, value)
SELECT * FROM unnest($1::bytea[], $2::int8[], $3::bytea[])
ON CONFLICT (key) DO UPDATE SET expires = excluded.expires, value = excluded.value
WHERE token.expires <= $4::int8 OR token.value = excluded.value AND NOT token.revoked
RETURNING key)"},
    {statement::note_replay, "note_replay", access::write, repeat::always, statement::note_replay,
     R"(
INSERT INTO mintage.replay_id (key, expires, attempt)
SELECT * FROM unnest($1::bytea[], $2::int8[], $3::uuid[])
ON CONFLICT (key) DO UPDATE SET expires = excluded.expires, attempt = excluded.attempt
WHERE replay_id.expires <= $4::int8
RETURNING key)"},
    // Takes its own record for new.
    {statement::put_request, "put_request", access::write, repeat::always, statement::put_request,
     R"(
INSERT INTO mintage.authorization_request (key, expires, value)
SELECT * FROM unnest($1::bytea[], $2::int8[], $3::bytea[])
ON CONFLICT (key) DO UPDATE SET expires = excluded.expires, value = excluded.value
WHERE authorization_request.expires <= $4::int8
RETURNING key)"},
    {statement::put_session_client, "put_session_client", access::write, repeat::always,
     statement::put_session_client, R"(
INSERT INTO mintage.session_client (key, expires, value)
SELECT * FROM unnest($1::bytea[], $2::int8[], $3::bytea[])
ON CONFLICT (key) DO UPDATE SET expires = excluded.expires, value = excluded.value
WHERE session_client.expires <= $4::int8
RETURNING key)"},
    {statement::mismatch, "mismatch", access::write, repeat::always, statement::mismatch, R"(
UPDATE mintage.code c SET failures = c.failures + 1, dead = c.failures + 1 >= $3::int2
FROM unnest($1::bytea[]) AS r(key)
WHERE c.key = r.key AND c.expires > $2::int8 AND NOT c.dead
RETURNING c.key)"},
    // Deletes the grant unless it was revoked, and the tombstone; the code is live again.
    {statement::release, "release", access::write, repeat::always, statement::release, R"(
WITH r AS (
  SELECT * FROM unnest($1::bytea[], $2::uuid[], $3::bytea[]) AS r(key, attempt, value)
), t AS (
  SELECT t.bucket, t.failures, t.brief, t.live_until, t.attempt, t.subject, t.session, t.key,
         t.birth, t.binding, r.value
  FROM r JOIN mintage.tomb t ON t.key = r.key
  WHERE t.attempt = r.attempt AND t.expires > $4::int8 FOR UPDATE OF t
), f AS (
  DELETE FROM mintage.family f USING t WHERE f.key = t.birth AND NOT f.revoked RETURNING f.key
), b AS (
  DELETE FROM mintage.brief b USING t
  WHERE b.key = t.birth AND b.bucket = t.bucket AND NOT b.revoked
  RETURNING b.key
), g AS (
  SELECT t.* FROM t WHERE t.birth IN (SELECT key FROM f UNION ALL SELECT key FROM b)
), d AS (
  DELETE FROM mintage.tomb x USING g
  WHERE x.bucket = g.bucket AND x.key = g.key AND x.attempt = g.attempt
), i AS (
  INSERT INTO mintage.code (expires, subject, session, failures, key, binding, value)
  SELECT live_until, subject, session, failures, key, binding, value FROM g
)
SELECT t.key, EXISTS (SELECT FROM g WHERE g.key = t.key) FROM t)"},
    {statement::revoke_code, "revoke_code", access::write, repeat::always, statement::revoke_code,
     R"(
UPDATE mintage.code SET dead = true WHERE key = ANY($1::bytea[]) AND expires > $2::int8
RETURNING key)"},
    {statement::revoke_family, "revoke_family", access::write, repeat::always,
     statement::revoke_family, R"(
UPDATE mintage.family SET revoked = true WHERE key = ANY($1::bytea[]) AND expires > $2::int8
RETURNING key)"},
    {statement::revoke_brief, "revoke_brief", access::write, repeat::always,
     statement::revoke_brief, R"(
UPDATE mintage.brief SET revoked = true WHERE key = ANY($1::bytea[]) AND expires > $2::int8
RETURNING key)"},
    {statement::revoke_token, "revoke_token", access::write, repeat::always,
     statement::revoke_token, R"(
UPDATE mintage.token SET revoked = true WHERE key = ANY($1::bytea[]) AND expires > $2::int8
RETURNING key)"},
    {statement::find_code, "find_code", access::read, repeat::always, statement::find_code, R"(
SELECT c.key, c.expires, c.dead, c.binding, c.value, s.before, t.before
FROM mintage.code c
LEFT JOIN mintage.cutoff s ON s.key = c.subject
LEFT JOIN mintage.cutoff t ON t.key = c.session
WHERE c.key = ANY($1::bytea[]))"},
    {statement::find_tomb, "find_tomb", access::read, repeat::always, statement::find_tomb, R"(
SELECT key, consumed_at, attempt, birth, binding
FROM mintage.tomb WHERE key = ANY($1::bytea[]) AND expires > $2::int8)"},
    // Why a consumption deleted nothing: the code as it is, and its tombstones.
    {statement::explain, "explain", access::read, repeat::always, statement::explain, R"(
SELECT key, binding, expires, dead, NULL::int8, NULL::uuid, NULL::bytea
FROM mintage.code WHERE key = ANY($1::bytea[])
UNION ALL
SELECT key, binding, expires, false, consumed_at, attempt, birth
FROM mintage.tomb WHERE key = ANY($1::bytea[]) AND expires > $2::int8)"},
    {statement::find_family, "find_family", access::read, repeat::always, statement::find_family,
     R"(
SELECT g.key, g.expires, g.revoked, g.value, s.before, t.before, g.generation
FROM mintage.family g
LEFT JOIN mintage.cutoff s ON s.key = g.subject
LEFT JOIN mintage.cutoff t ON t.key = g.session
WHERE g.key = ANY($1::bytea[]))"},
    {statement::find_brief, "find_brief", access::read, repeat::always, statement::find_brief, R"(
SELECT g.key, g.expires, g.revoked, g.value, s.before, t.before
FROM mintage.brief g
LEFT JOIN mintage.cutoff s ON s.key = g.subject
LEFT JOIN mintage.cutoff t ON t.key = g.session
WHERE g.key = ANY($1::bytea[]))"},
    {statement::find_token, "find_token", access::read, repeat::always, statement::find_token, R"(
SELECT key, expires, revoked, value FROM mintage.token WHERE key = ANY($1::bytea[]))"},
    {statement::find_replay, "find_replay", access::read, repeat::always, statement::find_replay,
     R"(
SELECT key, expires FROM mintage.replay_id WHERE key = ANY($1::bytea[]))"},
    // Of a replay id that was there already: whether this attempt wrote it.
    {statement::whose_replay, "whose_replay", access::read, repeat::always, statement::whose_replay,
     R"(
SELECT key, attempt FROM mintage.replay_id WHERE key = ANY($1::bytea[]))"},
    {statement::find_request, "find_request", access::read, repeat::always, statement::find_request,
     R"(
SELECT key, expires, value FROM mintage.authorization_request WHERE key = ANY($1::bytea[]))"},
    {statement::find_session_client, "find_session_client", access::read, repeat::always,
     statement::find_session_client, R"(
SELECT key, expires, false, value FROM mintage.session_client WHERE key = ANY($1::bytea[]))"},
}};
static_assert(oauth::is_in_order(statements));

}  // namespace mintage::storage::postgres
