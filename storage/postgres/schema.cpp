#include "storage/postgres/schema.hpp"

#include <array>
#include <string>

namespace mintage::storage::postgres {
namespace {

constexpr auto tables = std::string_view{R"(
create schema mintage;

-- Who this database is. One row.
create table mintage.self (
  one         bool primary key default true check (one),
  cluster     uuid not null,
  shard       int2 not null,
  shards      int2 not null,
  schema      int4 not null,
  compatible  int4 not null,
  bucket_ms   int8 not null,
  void_before int8 not null default 0
);

-- Live codes. A consumed code is deleted.
create table mintage.code (
  expires  int8 not null,
  subject  uuid not null,
  session  uuid not null,
  failures int2 not null default 0,
  dead     bool not null default false,
  key      bytea primary key,
  binding  bytea not null,
  value    bytea not null
) with (fillfactor = 95,
        autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
        autovacuum_vacuum_cost_delay = 0, autovacuum_vacuum_insert_threshold = -1,
        autovacuum_analyze_threshold = 1000000000);

-- Tombstones of codes, by the time of their consumption: six buckets in turn, emptied by TRUNCATE.
create table mintage.tomb (
  bucket      int2 not null,
  failures    int2 not null,
  brief       bool not null,
  expires     int8 not null,
  consumed_at int8 not null,
  live_until  int8 not null,
  attempt     uuid not null,
  subject     uuid not null,
  session     uuid not null,
  key         bytea not null,
  birth       bytea not null,
  binding     bytea not null
) partition by list (bucket);

-- Grants that end with the tombstone of their code: those without a refresh token.
create table mintage.brief (
  bucket  int2 not null,
  revoked bool not null default false,
  expires int8 not null,
  subject uuid not null,
  session uuid not null,
  key     bytea not null,
  value   bytea not null
) partition by list (bucket);

-- Grants with a refresh token. `expires` has no index, so that a rotation updates the key alone.
create table mintage.family (
  expires    int8 not null,
  generation int4 not null default 0,
  revoked    bool not null default false,
  subject    uuid not null,
  session    uuid not null,
  key        bytea primary key,
  value      bytea not null
) with (fillfactor = 85,
        autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 20000,
        autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_threshold = 1000000000);

-- Opaque access tokens, and denials of signed ones.
create table mintage.token (
  expires int8 not null,
  revoked bool not null default false,
  key     bytea primary key,
  value   bytea not null
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 20000,
        autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_threshold = 1000000000);

-- Ids that may be used once: of client assertions and proofs.
create table mintage.replay_id (
  expires int8 not null,
  attempt uuid not null,
  key     bytea primary key
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 20000,
        autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_threshold = 1000000000);

-- Authorization requests that are too long for their handle.
create table mintage.authorization_request (
  expires int8 not null,
  key     bytea primary key,
  value   bytea not null
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 20000,
        autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_threshold = 1000000000);

-- Values of more than 2 KB lie outside of their row, without compression.
alter table mintage.code alter key set storage plain, alter binding set storage plain,
  alter value set storage external;
alter table mintage.family alter key set storage plain, alter value set storage external;
alter table mintage.token alter key set storage plain, alter value set storage external;
alter table mintage.brief alter key set storage plain, alter value set storage external;
alter table mintage.authorization_request alter key set storage plain,
  alter value set storage external;

do $$ begin for i in 0..5 loop
  execute format('create table mintage.tomb_%s partition of mintage.tomb for values in (%s)'
                 ' with (autovacuum_enabled = off)', i, i);
  execute format('create index on mintage.tomb_%s (key)', i);
  execute format('create table mintage.brief_%s partition of mintage.brief for values in (%s)'
                 ' with (autovacuum_enabled = off)', i, i);
  execute format('create unique index on mintage.brief_%s (key)', i);
end loop; end $$;

-- Which period each bucket holds. It is emptied for another one when all in it is over.
create table mintage.bucket (number int2 primary key, period int8 not null);
insert into mintage.bucket select i, -1 from generate_series(0, 5) i;

-- Cutoffs of subjects and sessions. Every shard has all of them.
create table mintage.cutoff (key uuid primary key, before int8 not null, forget int8 not null);

-- The catalog of the cluster: in the first shard.
create table mintage.version (
  one bool primary key default true check (one),
  v   int8 not null
);
insert into mintage.version (v) values (1);
create table mintage.record (
  kind int2 not null,
  id   bytea not null,
  v    int8 not null,
  body bytea,           -- null: erased
  primary key (kind, id)
);
create index record_v on mintage.record (v);

-- Nodes: which are alive, and what each has published. Written with a logged table, because a
-- transaction of unlogged tables does not wait for standbys.
create table mintage.node (
  id        uuid primary key,
  name      text not null,
  seen      int8 not null,
  beat      int8 not null,
  schema    int4 not null,
  settings  bytea not null,
  offset_us int8 not null
) with (fillfactor = 50);
)"};

constexpr auto grants = std::string_view{R"(
grant usage on schema mintage to mintage;
grant select, insert, update, delete on all tables in schema mintage to mintage;
revoke insert, delete on mintage.self from mintage;
do $$ begin for i in 0..5 loop
  execute format('grant truncate on mintage.tomb_%s, mintage.brief_%s to mintage', i, i);
end loop; end $$;
)"};

// Version 2: authorization requests. Nodes of version 1 do not know the table and go on.
constexpr auto authorization_requests = std::string_view{R"(
create table mintage.authorization_request (
  expires int8 not null,
  key     bytea primary key,
  value   bytea not null
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 20000,
        autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_threshold = 1000000000);
alter table mintage.authorization_request alter key set storage plain,
  alter value set storage external;
do $$ begin
  if exists (select 1 from pg_roles where rolname = 'mintage') then
    grant select, insert, update, delete on mintage.authorization_request to mintage;
  end if;
end $$)"};

// Version 3: what clients are told of ends of sessions. Nodes of version 2 do not know the tables.
constexpr auto logout_tables = std::string_view{R"(
-- Which clients a session was used at.
create table mintage.session_client (
  expires int8 not null,
  key     bytea primary key,
  value   bytea not null
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 20000,
        autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_threshold = 1000000000);
alter table mintage.session_client alter key set storage plain;

-- What clients are to be told of ends of sessions: in the first shard. `due` is moved by who claims
-- a row.
create table mintage.outbox (
  id    uuid primary key,
  due   int8 not null,
  tries int4 not null,
  value bytea not null
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
        autovacuum_vacuum_cost_delay = 0);
create index outbox_due on mintage.outbox (due);
do $$ begin
  if exists (select 1 from pg_roles where rolname = 'mintage') then
    grant select, insert, update, delete on mintage.session_client, mintage.outbox to mintage;
  end if;
end $$)"};

constexpr auto steps = std::array{
    migration{.to = 2, .compatible = 1, .text = authorization_requests},
    migration{.to = 3, .compatible = 1, .text = logout_tables},
};

}  // namespace

std::string_view schema_text() {
  static const auto all = std::string{tables}.append(logout_tables);
  return all;
}

std::string_view grants_text() noexcept {
  return grants;
}

std::span<const migration> migrations() noexcept {
  return steps;
}

}  // namespace mintage::storage::postgres
