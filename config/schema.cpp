#include "config/schema.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <type_traits>
#include <vector>

namespace mintage::config {
namespace {

/// What `codec` reads into a member of type `T`.
template <class T, class Codec>
value_shape shape_of(const Codec& codec) {
  return codec.shape(static_cast<const T*>(nullptr));
}

/// The setting that is member `member` of the part `part` of the settings.
template <class Part, class T, class Codec = plain>
setting field(std::string_view key, Part settings::*part, T Part::*member, Codec codec = {}) {
  auto made =
      setting{key, [=](const value& v, settings& s) { return codec.read(v, s.*part.*member); },
              [=](const settings& s) { return codec.write(s.*part.*member); }, nullptr};
  made.shape = shape_of<T>(codec);
  if constexpr (std::is_same_v<T, std::filesystem::path>) {
    made.path = [=](settings& s) -> std::filesystem::path& { return s.*part.*member; };
  }
  return made;
}

template <class T, class Codec = plain>
setting rocksdb_field(std::string_view key, T storage::rocksdb_options::*member, Codec codec = {}) {
  auto made = setting{
      key, [=](const value& v, settings& s) { return codec.read(v, s.storage.rocksdb.*member); },
      [=](const settings& s) { return codec.write(s.storage.rocksdb.*member); }, nullptr};
  made.shape = shape_of<T>(codec);
  if constexpr (std::is_same_v<T, std::filesystem::path>) {
    made.path = [=](settings& s) -> std::filesystem::path& { return s.storage.rocksdb.*member; };
  }
  return made;
}

template <class T>
setting postgres_field(std::string_view key, T storage::postgres_options::*member) {
  return {key,
          [=](const value& v, settings& s) { return plain::read(v, s.storage.postgres.*member); },
          [=](const settings& s) { return plain::write(s.storage.postgres.*member); },
          nullptr,
          false,
          shape_of<T>(plain{})};
}

template <class T, class Codec = plain>
setting registration_field(std::string_view key, T oauth::registration_options::*member,
                           Codec codec = {}) {
  return {key,
          [=](const value& v, settings& s) { return codec.read(v, s.rules.registration.*member); },
          [=](const settings& s) { return codec.write(s.rules.registration.*member); },
          nullptr,
          false,
          shape_of<T>(codec)};
}

/// A setting of the `net::tls_options` that is the member `tls` of net/'s options.
template <class T, class Codec>
setting tls_field(std::string_view key, net::tls_options net::options::*tls,
                  T net::tls_options::*member, Codec codec) {
  auto made =
      setting{key, [=](const value& v, settings& s) { return codec.read(v, s.net.*tls.*member); },
              [=](const settings& s) { return codec.write(s.net.*tls.*member); }, nullptr};
  made.shape = shape_of<T>(codec);
  if constexpr (std::is_same_v<T, std::filesystem::path>) {
    made.path = [=](settings& s) -> std::filesystem::path& { return s.net.*tls.*member; };
    made.is_input = true;
  }
  return made;
}

/// A setting that is a file which the server only reads.
template <class Part>
setting input_file(std::string_view key, Part settings::*part,
                   std::filesystem::path Part::*member) {
  auto made = field(key, part, member, optional_path{});
  made.is_input = true;
  return made;
}

/// A setting that a reload changes.
setting live(setting s) {
  s.takes = effect::live;
  return s;
}

/// A setting that a reload changes, but does not turn on or off.
setting live_while_set(setting s) {
  s.takes = effect::live_while_set;
  return s;
}

constexpr auto tls_versions = choice<net::tls_version, 2>{
    {{{net::tls_version::v1_2, "1.2"}, {net::tls_version::v1_3, "1.3"}}}};
constexpr auto client_certificates = choice<net::client_certificates, 2>{
    {{{net::client_certificates::off, "off"}, {net::client_certificates::optional, "optional"}}}};
constexpr auto certificate_headers =
    choice<net::certificate_header, 4>{{{{net::certificate_header::none, "none"},
                                         {net::certificate_header::rfc9440, "rfc9440"},
                                         {net::certificate_header::nginx, "nginx"},
                                         {net::certificate_header::envoy, "envoy"}}}};
constexpr auto engines =
    choice<storage::engine_kind, 3>{{{{storage::engine_kind::rocksdb, "rocksdb"},
                                      {storage::engine_kind::postgres, "postgres"},
                                      {storage::engine_kind::memory, "memory"}}}};
constexpr auto durabilities = choice<storage::durability, 2>{
    {{{storage::durability::sync, "sync"}, {storage::durability::os, "os"}}}};
constexpr auto backends =
    choice<crypto::backend_wish, 3>{{{{crypto::backend_wish::automatic, "auto"},
                                      {crypto::backend_wish::openssl, "openssl"},
                                      {crypto::backend_wish::crypto_mb, "crypto_mb"}}}};
constexpr auto levels = choice<app::log_level, 4>{{{{app::log_level::debug, "debug"},
                                                    {app::log_level::info, "info"},
                                                    {app::log_level::warn, "warn"},
                                                    {app::log_level::error, "error"}}}};
constexpr auto formats = choice<app::log_format, 2>{
    {{{app::log_format::text, "text"}, {app::log_format::json, "json"}}}};
constexpr auto audit_targets =
    choice<app::audit_target, 3>{{{{app::audit_target::off, "off"},
                                   {app::audit_target::stdout_, "stdout"},
                                   {app::audit_target::file, "file"}}}};

constexpr auto registration_modes =
    choice<oauth::registration_mode, 3>{{{{oauth::registration_mode::off, "off"},
                                          {oauth::registration_mode::token, "token"},
                                          {oauth::registration_mode::open, "open"}}}};
constexpr auto profiles = choice<oauth::client_profile, 2>{
    {{{oauth::client_profile::standard, "default"}, {oauth::client_profile::fapi2, "fapi2"}}}};
constexpr auto nonce_modes = choice<bool, 2>{{{{false, "off"}, {true, "required"}}}};

std::vector<setting> make_schema() {
  using rules = oauth::options;
  using http = net::options;
  using tls = net::tls_options;
  using fetch = net::fetch_options;
  constexpr auto file = optional_path{};
  using pools = actors::options;
  using store = storage::options;
  using rocksdb = storage::rocksdb_options;
  using postgres = storage::postgres_options;
  using log = app::log_options;
  using joining = oauth::registration_options;
  using s = settings;
  return {
      field("issuer", &s::rules, &rules::issuer),
      field("profile", &s::rules, &rules::profile, profiles),

      live(field("discovery.authorization_endpoint", &s::rules, &rules::authorization_endpoint)),
      field("discovery.mtls_base_url", &s::rules, &rules::mtls_base_url),

      live_while_set(field("authorization.login_url", &s::rules, &rules::login_url)),
      live_while_set(field("authorization.logout_url", &s::rules, &rules::logout_url)),
      live(field("authorization.request_ttl", &s::rules, &rules::request_ttl)),
      live(field("authorization.pushed_ttl", &s::rules, &rules::pushed_ttl)),
      live(field("authorization.require_pushed_authorization_requests", &s::rules,
                 &rules::require_pushed_requests)),
      live(
          field("authorization.requests_per_minute", &s::rules, &rules::authorizations_per_minute)),
      live(field("authorization.stored_per_minute", &s::rules,
                 &rules::stored_authorizations_per_minute)),

      field("http.listen", &s::net, &http::listen),
      field("http.io_threads", &s::net, &http::io_threads),
      live(field("http.max_connections", &s::net, &http::max_connections)),
      live(field("http.max_connections_per_source", &s::net, &http::max_connections_per_source)),
      live(field("http.max_in_flight", &s::actors, &pools::max_in_flight)),
      live(field("http.trusted_proxies", &s::net, &http::trusted_proxies)),
      live(field("http.proxy_protocol", &s::net, &http::proxy_protocol)),
      field("http.client_certificate_header", &s::net, &http::client_certificate_header,
            certificate_headers),
      field("http.client_certificate_header_name", &s::net, &http::client_certificate_header_name),
      field("http.client_verified_header", &s::net, &http::client_verified_header),
      field("http.mtls_listen", &s::net, &http::mtls_listen),
      live(field("http.failures_per_minute", &s::rules, &rules::failures_per_minute)),
      live(field("http.header_limit", &s::net, &http::header_limit, octets{})),
      live(field("http.body_limit", &s::net, &http::body_limit, octets{})),
      live(field("http.header_timeout", &s::net, &http::header_timeout)),
      live(field("http.body_timeout", &s::net, &http::body_timeout)),
      live(field("http.idle_timeout", &s::net, &http::idle_timeout)),
      live(field("http.write_timeout", &s::net, &http::write_timeout)),

      live_while_set(tls_field("http.tls.certificate", &http::tls, &tls::certificate, file)),
      live_while_set(tls_field("http.tls.key", &http::tls, &tls::key, file)),
      live(tls_field("http.tls.second_certificate", &http::tls, &tls::second_certificate, file)),
      live(tls_field("http.tls.second_key", &http::tls, &tls::second_key, file)),
      live(tls_field("http.tls.min_version", &http::tls, &tls::min_version, tls_versions)),
      tls_field("http.tls.client_certificates", &http::tls, &tls::client_certificates,
                client_certificates),
      live(tls_field("http.tls.client_ca", &http::tls, &tls::client_ca, file)),
      live(tls_field("http.tls.client_crl", &http::tls, &tls::client_crl, file)),

      field("admin.listen", &s::net, &http::admin_listen),
      field("admin.token_file", &s::net, &http::admin_token_file),
      field("admin.mint_token_file", &s::net, &http::mint_token_file),

      live_while_set(tls_field("admin.tls.certificate", &http::admin_tls, &tls::certificate, file)),
      live_while_set(tls_field("admin.tls.key", &http::admin_tls, &tls::key, file)),
      live(tls_field("admin.tls.second_certificate", &http::admin_tls, &tls::second_certificate,
                     file)),
      live(tls_field("admin.tls.second_key", &http::admin_tls, &tls::second_key, file)),
      live(tls_field("admin.tls.min_version", &http::admin_tls, &tls::min_version, tls_versions)),

      field("health.listen", &s::net, &http::health_listen),

      live(input_file("fetch.ca_file", &s::fetch, &fetch::ca_file)),
      live(field("fetch.allowed_hosts", &s::fetch, &fetch::allowed_hosts)),
      live(field("fetch.timeout", &s::fetch, &fetch::timeout)),
      live(field("fetch.size_limit", &s::fetch, &fetch::size_limit, octets{})),
      live(field("fetch.in_flight", &s::fetch, &fetch::in_flight)),
      live(field("fetch.queue", &s::fetch, &fetch::queue)),
      live(field("fetch.waiting", &s::actors, &pools::key_waits)),
      live(field("fetch.per_host_per_minute", &s::fetch, &fetch::per_host_per_minute)),
      live(field("fetch.allow_loopback_for_tests", &s::fetch, &fetch::allow_loopback_for_tests)),

      field("pools.workers", &s::actors, &pools::workers),
      field("pools.validator.size", &s::actors, &pools::validators),
      field("pools.code_store.size", &s::actors, &pools::code_stores),
      field("pools.code_store.batch_max", &s::actors, &pools::batch_max),
      field("pools.signer.size", &s::actors, &pools::signers),
      field("pools.hasher.size", &s::actors, &pools::hashers),
      live(field("pools.hasher.queue", &s::actors, &pools::hasher_queue)),
      live(field("pools.hasher.queue_per_source", &s::actors, &pools::hasher_queue_per_source)),

      field("storage.engine", &s::storage, &store::engine, engines),
      rocksdb_field("storage.rocksdb.path", &rocksdb::path),
      rocksdb_field("storage.rocksdb.durability", &rocksdb::level, durabilities),
      rocksdb_field("storage.rocksdb.memtable_mb", &rocksdb::memtable_mb),

      postgres_field("storage.postgres.shards", &postgres::shards),
      postgres_field("storage.postgres.write_links", &postgres::write_links),
      postgres_field("storage.postgres.read_links", &postgres::read_links),
      postgres_field("storage.postgres.gather", &postgres::gather),
      postgres_field("storage.postgres.patience", &postgres::patience),
      postgres_field("storage.postgres.resolve", &postgres::resolve),
      postgres_field("storage.postgres.poll", &postgres::poll),
      postgres_field("storage.postgres.lease", &postgres::lease),
      postgres_field("storage.postgres.max_clock_skew", &postgres::max_clock_skew),
      postgres_field("storage.postgres.require_sync", &postgres::require_sync),

      live(field("tokens.code_ttl", &s::rules, &rules::code_ttl)),
      field("tokens.code_tombstone", &s::rules, &rules::code_tombstone),
      live(field("tokens.code_dup_window", &s::rules, &rules::code_dup_window)),
      field("tokens.code_max_fail", &s::rules, &rules::code_max_fail),
      live(field("tokens.claims_limit", &s::rules, &rules::claims_limit, octets{})),
      live(field("tokens.access_ttl", &s::rules, &rules::access_ttl)),
      live(field("tokens.id_ttl", &s::rules, &rules::id_ttl)),
      live(field("tokens.refresh_idle", &s::rules, &rules::refresh_idle)),
      live(field("tokens.refresh_absolute", &s::rules, &rules::refresh_absolute)),
      live(field("tokens.refresh_grace", &s::rules, &rules::refresh_grace)),

      live(field("dpop.nonces", &s::rules, &rules::dpop_nonces_required, nonce_modes)),
      live(field("dpop.max_age", &s::rules, &rules::dpop_max_age)),

      live(registration_field("registration.mode", &joining::mode, registration_modes)),
      live(registration_field("registration.announce", &joining::announce)),
      live(registration_field("registration.max_clients", &joining::max_clients)),
      live(registration_field("registration.per_source_per_hour", &joining::per_source_per_hour)),
      live(registration_field("registration.rotate_tokens", &joining::rotate_tokens)),
      live(registration_field("registration.unused_life", &joining::unused_life)),
      live(registration_field("registration.idle_life", &joining::idle_life)),
      live(registration_field("registration.scopes", &joining::scopes)),
      live(registration_field("registration.resources", &joining::resources)),

      field("keys.algorithms", &s::actors, &pools::algorithms),
      live(field("keys.rotation_period", &s::rules, &rules::key_rotation_period)),
      live(field("keys.overlap", &s::rules, &rules::key_overlap)),
      field("keys.refresh_key_id", &s::rules, &rules::refresh_key_id),
      field("keys.signature_backend", &s::actors, &pools::signature_backend, backends),
      field("keys.seal_key_file", &s::actors, &pools::seal_key_file),

      live(
          field("files.allow_group_readable", &s::files, &app::file_options::allow_group_readable)),

      live(field("clock.confirm_after", &s::clock, &app::clock_options::confirm_after)),

      field("shutdown.delay", &s::shutdown, &app::shutdown_options::delay),

      live(field("log.level", &s::log, &log::level, levels)),
      live(field("log.format", &s::log, &log::format, formats)),
      field("log.audit", &s::log, &log::audit, audit_targets),
      field("log.audit_file", &s::log, &log::audit_file),
      live(field("log.audit_wait", &s::log, &log::audit_wait)),
      field("log.refusals", &s::actors, &pools::refusals_kept),
  };
}

bool is_or_is_inside(std::string_view key, std::string_view table) {
  return key.starts_with(table) && (key.size() == table.size() || key[table.size()] == '.');
}

std::string_view last_part(std::string_view key) {
  return key.substr(key.rfind('.') + 1);
}

/// Levenshtein distance: number of characters to insert, remove or replace.
std::size_t edits(std::string_view from, std::string_view to) {
  auto row = std::vector<std::size_t>(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (auto i = std::size_t{0}; i < from.size(); ++i) {
    auto diagonal = row[0];
    row[0] = i + 1;
    for (auto j = std::size_t{0}; j < to.size(); ++j) {
      const auto replaced = diagonal + (from[i] == to[j] ? 0U : 1U);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string_view setting::section() const noexcept {
  const auto dot = key.rfind('.');
  return dot == std::string_view::npos ? std::string_view{} : key.substr(0, dot);
}
std::string_view setting::name() const noexcept {
  return last_part(key);
}

std::span<const setting> schema() {
  static const auto table = make_schema();
  return table;
}

const setting* find_setting(std::string_view key) {
  const auto all = schema();
  const auto found = std::find_if(all.begin(), all.end(), [&](auto& s) { return s.key == key; });
  return found == all.end() ? nullptr : &*found;
}

bool is_section(std::string_view key) {
  const auto all = schema();
  return std::any_of(all.begin(), all.end(),
                     [&](auto& s) { return is_or_is_inside(s.section(), key); });
}

std::string_view nearest(std::string_view unknown) {
  constexpr auto longest = std::size_t{80};  // bounds the work: no key is half as long
  if (unknown.size() > longest) return {};
  auto best = std::string_view{};
  auto best_distance = std::numeric_limits<std::size_t>::max();
  const auto offer = [&](std::string_view candidate) {
    auto distance = edits(unknown, candidate);
    // The right name in the wrong section counts as two edits; so does the beginning of a name.
    const auto is_short_form = last_part(unknown).size() > 2 && candidate.starts_with(unknown);
    if (last_part(unknown) == last_part(candidate) || is_short_form) {
      distance = std::min(distance, std::size_t{2});
    }
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  };
  for (const auto& s : schema()) {
    offer(s.key);
    if (!s.section().empty()) offer(s.section());
  }
  return best_distance <= std::max(std::size_t{2}, unknown.size() / 4) ? best : std::string_view{};
}

}  // namespace mintage::config
