#include "storage/codec.hpp"

#include <utility>

#include "storage/codec_fields.hpp"
#include "storage/newer_fields.hpp"

namespace mintage::storage {

// Enumerations are stored as the numbers of records.proto, never as those of the enumerators here,
// which may be reordered. A record with a number that this version does not know cannot be decoded.

records::signature_algorithm to_record(crypto::jws_alg alg) noexcept {
  switch (alg) {
    case crypto::jws_alg::rs256:
    // Those that nothing is signed with are in no record.
    case crypto::jws_alg::es512:
    case crypto::jws_alg::rs384:
    case crypto::jws_alg::rs512:
    case crypto::jws_alg::ps384:
    case crypto::jws_alg::ps512:
      break;
    case crypto::jws_alg::es256:
      return records::ES256;
    case crypto::jws_alg::es384:
      return records::ES384;
    case crypto::jws_alg::ps256:
      return records::PS256;
    case crypto::jws_alg::eddsa:
      return records::EDDSA;
  }
  return records::RS256;
}

bool from_record(records::signature_algorithm from, crypto::jws_alg& to) noexcept {
  for (const auto alg : crypto::jws_algs) {
    if (to_record(alg) != from) continue;
    to = alg;
    return true;
  }
  return false;
}

records::refresh_mode to_record(oauth::rt_mode mode) noexcept {
  return mode == oauth::rt_mode::rotating ? records::ROTATING : records::STATIC;
}

bool from_record(records::refresh_mode from, oauth::rt_mode& to) noexcept {
  to = from == records::ROTATING ? oauth::rt_mode::rotating : oauth::rt_mode::static_;
  return records::refresh_mode_IsValid(from);
}

void write_target(const oauth::target& from, records::target& to) {
  to.set_identifier(from.identifier);
  to.set_format(from.format == oauth::token_format::opaque ? records::OPAQUE : records::JWT);
  to.set_alg(to_record(from.alg));
}

bool read_target(const records::target& from, oauth::target& to) {
  to.identifier = from.identifier();
  to.format =
      from.format() == records::OPAQUE ? oauth::token_format::opaque : oauth::token_format::jwt;
  return records::token_format_IsValid(from.format()) && from_record(from.alg(), to.alg);
}

namespace {

/// Reads the number of a row of `table`.
template <class Table, class Enum>
bool read_number(const Table& table, std::uint32_t number, Enum& to) noexcept {
  const auto id = oauth::find_numbered(table, number);
  if (id) to = *id;
  return id.has_value();
}

bool from_record(records::client::client_status from, oauth::client_status& to) noexcept {
  to = from == records::client::ACTIVE ? oauth::client_status::active
                                       : oauth::client_status::suspended;
  return records::client::client_status_IsValid(from);
}

void write_secret(const oauth::stored_secret& from, records::stored_secret& to) {
  to.set_how(static_cast<records::stored_secret::kind>(
      row_of(oauth::secret_kinds, from.how).record_number));
  to.set_hash(from.hash);
  to.set_number(from.number);
  if (from.expires) {
    to.set_expires(to_millis(*from.expires));
  }
  if (!from.newer_fields.empty()) merge(to, from.newer_fields);
}

bool read_secret(records::stored_secret& from, oauth::stored_secret& to) {
  to.newer_fields = newer_fields(from.SerializeAsString(), newest_secret_field);
  to.hash = std::move(*from.mutable_hash());
  to.number = from.number();
  if (from.has_expires()) {
    to.expires = from_millis(from.expires());
  }
  return read_number(oauth::secret_kinds, static_cast<std::uint32_t>(from.how()), to.how);
}

bool from_record(records::client::subject_type from, oauth::subject_type& to) noexcept {
  to = from == records::client::PAIRWISE ? oauth::subject_type::pairwise
                                         : oauth::subject_type::public_;
  return records::client::subject_type_IsValid(from);
}

/// How a client proves itself by keys.
void write_keys(const oauth::client& from, records::client& to) {
  to.set_jwks(from.jwks);
  to.set_jwks_uri(from.jwks_uri);
  if (from.only_assertion_alg)
    to.set_assertion_alg(row_of(oauth::assertion_algs, *from.only_assertion_alg).record_number);
  to.set_assertion_aud(from.assertion_aud == oauth::aud_mode::compat ? records::client::COMPAT
                                                                     : records::client::STRICT);
  to.set_profile(from.own_profile == oauth::client_profile::fapi2 ? records::client::FAPI2
                                                                  : records::client::STANDARD);
}

bool read_keys(records::client& from, oauth::client& to) {
  to.jwks = std::move(*from.mutable_jwks());
  to.jwks_uri = std::move(*from.mutable_jwks_uri());
  // A set that this version does not read any more leaves the client without keys, and its record
  // usable.
  if (!to.jwks.empty()) to.keys = oauth::read_registered_keys(to.jwks);
  to.assertion_aud = from.assertion_aud() == records::client::COMPAT ? oauth::aud_mode::compat
                                                                     : oauth::aud_mode::strict;
  to.own_profile = from.profile() == records::client::FAPI2 ? oauth::client_profile::fapi2
                                                            : oauth::client_profile::standard;
  to.profile = to.own_profile;
  return records::client::aud_mode_IsValid(from.assertion_aud()) &&
         records::client::client_profile_IsValid(from.profile()) &&
         (from.assertion_alg() == 0 || read_number(oauth::assertion_algs, from.assertion_alg(),
                                                   to.only_assertion_alg.emplace()));
}

void write_certificate(const oauth::client& from, records::client& to) {
  to.set_has_certificate_bound_tokens(from.has_certificate_bound_tokens);
  if (!from.subject) return;
  to.set_certificate_subject(row_of(oauth::subject_fields, from.subject->field).record_number);
  to.set_certificate_subject_value(from.subject->value);
}

bool read_certificate(records::client& from, oauth::client& to) {
  to.has_certificate_bound_tokens = from.has_certificate_bound_tokens();
  if (from.certificate_subject() == 0) return true;
  to.subject.emplace().value = std::move(*from.mutable_certificate_subject_value());
  return read_number(oauth::subject_fields, from.certificate_subject(), to.subject->field);
}

void write_authorization(const oauth::client& from, records::client& to) {
  to.set_require_pushed_authorization_requests(from.require_pushed);
  if (from.response_alg)
    to.set_authorization_signed_response_alg(storage::to_record(*from.response_alg));
  if (from.only_request_object_alg) {
    to.set_request_object_signing_alg(
        row_of(oauth::assertion_algs, *from.only_request_object_alg).record_number);
  }
  to.set_client_uri(from.uri);
  to.set_logo_uri(from.logo_uri);
  if (from.default_max_age) {
    to.set_default_max_age(static_cast<std::uint32_t>(from.default_max_age->count()));
  }
  to.set_require_auth_time(from.require_auth_time);
}

bool read_authorization(records::client& from, oauth::client& to) {
  to.require_pushed = from.require_pushed_authorization_requests();
  to.uri = std::move(*from.mutable_client_uri());
  to.logo_uri = std::move(*from.mutable_logo_uri());
  if (from.has_default_max_age()) to.default_max_age = oauth::seconds{from.default_max_age()};
  to.require_auth_time = from.require_auth_time();
  return (!from.has_authorization_signed_response_alg() ||
          storage::from_record(from.authorization_signed_response_alg(),
                               to.response_alg.emplace())) &&
         (from.request_object_signing_alg() == 0 ||
          read_number(oauth::assertion_algs, from.request_object_signing_alg(),
                      to.only_request_object_alg.emplace()));
}

bool read_grant_types(const records::client& from, std::vector<oauth::grant_type>& to) {
  to.clear();
  for (const auto number : from.grant_types()) {
    if (!read_number(oauth::grants, number, to.emplace_back())) return false;
  }
  return true;
}

records::key::key_state to_record(oauth::key_state state) noexcept {
  switch (state) {
    case oauth::key_state::pending:
      break;
    case oauth::key_state::active:
      return records::key::ACTIVE;
    case oauth::key_state::retiring:
      return records::key::RETIRING;
  }
  return records::key::PENDING;
}

// What is read may be any number.
bool from_record(records::key::key_state from, oauth::key_state& to) noexcept {
  switch (static_cast<int>(from)) {
    case records::key::PENDING:
      to = oauth::key_state::pending;
      return true;
    case records::key::ACTIVE:
      to = oauth::key_state::active;
      return true;
    case records::key::RETIRING:
      to = oauth::key_state::retiring;
      return true;
    default:
      return false;
  }
}

void write_claims(const std::vector<oauth::static_claim>& from,
                  google::protobuf::RepeatedPtrField<records::static_claim>& to) {
  for (const auto& claim : from) {
    auto& added = *to.Add();
    added.set_name(claim.name);
    added.set_value(claim.value);
  }
}

std::vector<oauth::static_claim> read_claims(
    const google::protobuf::RepeatedPtrField<records::static_claim>& from) {
  auto out = std::vector<oauth::static_claim>{};
  for (const auto& claim : from) out.push_back({claim.name(), claim.value()});
  return out;
}

}  // namespace

std::string encode(const oauth::client& c) {
  auto m = records::client{};
  m.set_id(c.id);
  m.set_incarnation(c.incarnation);
  m.set_version(c.version);
  m.set_status(c.status == oauth::client_status::active ? records::client::ACTIVE
                                                        : records::client::SUSPENDED);
  m.set_issued_at(to_millis(c.issued_at));
  m.set_name(c.name);
  m.set_method(row_of(oauth::auth_methods, c.method).record_number);
  for (const auto& secret : c.secrets) {
    write_secret(secret, *m.add_secrets());
  }
  write_texts(c.redirect_uris, *m.mutable_redirect_uris());
  for (auto grant : c.grant_types) {
    m.add_grant_types(row_of(oauth::grants, grant).record_number);
  }
  write_texts(c.scopes, *m.mutable_scopes());
  m.set_id_token_alg(to_record(c.id_token_alg));
  m.set_strict_auth_method(c.strict_auth_method);
  m.set_require_pkce(c.require_pkce);
  m.set_basic_raw_compat(c.basic_raw_compat);
  m.set_rt_without_offline(c.rt_without_offline);
  m.set_rt_mode(to_record(c.refresh_mode));
  m.set_subjects(c.subjects == oauth::subject_type::pairwise ? records::client::PAIRWISE
                                                             : records::client::PUBLIC);
  m.set_sector(c.sector);
  if (c.userinfo_alg) {
    m.set_userinfo_alg(to_record(*c.userinfo_alg));
  }
  write_texts(c.allowed_resources, *m.mutable_allowed_resources());
  write_texts(c.allowed_origins, *m.mutable_allowed_origins());
  m.set_access_token_ttl(static_cast<std::uint32_t>(c.lives.access.count()));
  m.set_id_token_ttl(static_cast<std::uint32_t>(c.lives.id.count()));
  m.set_refresh_idle(static_cast<std::uint32_t>(c.lives.refresh_idle.count()));
  m.set_refresh_absolute(static_cast<std::uint32_t>(c.lives.refresh_absolute.count()));
  write_claims(c.access_token_claims, *m.mutable_access_token_claims());
  write_keys(c, m);
  write_certificate(c, m);
  m.set_dpop_bound_access_tokens(c.dpop_bound_access_tokens);
  m.set_dpop_nonces(c.dpop_nonces);
  write_authorization(c, m);
  write_registration(c, m);
  write_texts(c.post_logout_redirect_uris, *m.mutable_post_logout_redirect_uris());
  m.set_backchannel_logout_uri(c.backchannel_logout_uri);
  m.set_backchannel_logout_session_required(c.backchannel_logout_session_required);
  return m.SerializeAsString() + c.newer_fields;
}

std::optional<oauth::client> decode_client(std::string_view octets) {
  auto m = records::client{};
  auto c = std::optional<oauth::client>{std::in_place};
  if (!parse(m, octets) || !from_record(m.status(), c->status) ||
      !read_number(oauth::auth_methods, m.method(), c->method) ||
      !from_record(m.id_token_alg(), c->id_token_alg) ||
      !from_record(m.rt_mode(), c->refresh_mode) || !read_grant_types(m, c->grant_types) ||
      !from_record(m.subjects(), c->subjects) || !read_keys(m, *c) || !read_certificate(m, *c) ||
      !read_authorization(m, *c) || !read_registration(m, *c) ||
      (m.has_userinfo_alg() && !from_record(m.userinfo_alg(), c->userinfo_alg.emplace()))) {
    return {};
  }
  for (auto& secret : *m.mutable_secrets()) {
    if (!read_secret(secret, c->secrets.emplace_back())) {
      return {};
    }
  }
  c->id = std::move(*m.mutable_id());
  c->incarnation = m.incarnation();
  c->version = m.version();
  c->issued_at = from_millis(m.issued_at());
  c->name = std::move(*m.mutable_name());
  c->redirect_uris = read_texts(*m.mutable_redirect_uris());
  c->scopes = read_texts(*m.mutable_scopes());
  c->strict_auth_method = m.strict_auth_method();
  c->require_pkce = m.require_pkce();
  c->basic_raw_compat = m.basic_raw_compat();
  c->rt_without_offline = m.rt_without_offline();
  c->sector = std::move(*m.mutable_sector());
  c->allowed_resources = read_texts(*m.mutable_allowed_resources());
  c->allowed_origins = read_texts(*m.mutable_allowed_origins());
  c->lives = {.access = oauth::seconds{m.access_token_ttl()},
              .id = oauth::seconds{m.id_token_ttl()},
              .refresh_idle = oauth::seconds{m.refresh_idle()},
              .refresh_absolute = oauth::seconds{m.refresh_absolute()}};
  c->access_token_claims = read_claims(m.access_token_claims());
  c->dpop_bound_access_tokens = m.dpop_bound_access_tokens();
  c->dpop_nonces = m.dpop_nonces();
  c->post_logout_redirect_uris = read_texts(*m.mutable_post_logout_redirect_uris());
  c->backchannel_logout_uri = std::move(*m.mutable_backchannel_logout_uri());
  c->backchannel_logout_session_required = m.backchannel_logout_session_required();
  c->newer_fields = newer_fields(octets, newest_client_field);
  return c;
}

std::string encode(const oauth::resource& r) {
  auto m = records::resource{};
  write_target(r.as, *m.mutable_as());
  write_texts(r.scopes, *m.mutable_scopes());
  write_texts(r.resource_servers, *m.mutable_resource_servers());
  write_claims(r.access_token_claims, *m.mutable_access_token_claims());
  return m.SerializeAsString() + r.newer_fields;
}

std::optional<oauth::resource> decode_resource(std::string_view octets) {
  auto m = records::resource{};
  auto r = std::optional<oauth::resource>{std::in_place};
  if (!parse(m, octets) || !read_target(m.as(), r->as)) {
    return {};
  }
  r->scopes = read_texts(*m.mutable_scopes());
  r->resource_servers = read_texts(*m.mutable_resource_servers());
  r->access_token_claims = read_claims(m.access_token_claims());
  r->newer_fields = newer_fields(octets, newest_resource_field);
  return r;
}

std::string encode(const key_record& k) {
  auto m = records::key{};
  m.set_kid(k.kid);
  m.set_alg(to_record(k.alg));
  m.set_state(to_record(k.state));
  m.set_created(to_millis(k.created));
  m.set_sealed(k.sealed);
  m.set_activate(to_millis(k.activate));
  if (k.retire) {
    m.set_retire(to_millis(*k.retire));
  }
  if (k.remove) {
    m.set_remove(to_millis(*k.remove));
  }
  return m.SerializeAsString() + k.newer_fields;
}

std::optional<key_record> decode_key(std::string_view octets) {
  auto m = records::key{};
  auto k = std::optional<key_record>{std::in_place};
  if (!parse(m, octets) || !from_record(m.alg(), k->alg) || !from_record(m.state(), k->state)) {
    return {};
  }
  k->kid = std::move(*m.mutable_kid());
  k->created = from_millis(m.created());
  k->activate = m.has_activate() ? from_millis(m.activate()) : k->created;
  if (m.has_retire()) {
    k->retire = from_millis(m.retire());
  }
  if (m.has_remove()) {
    k->remove = from_millis(m.remove());
  }
  k->sealed = std::move(*m.mutable_sealed());
  k->newer_fields = newer_fields(octets, newest_key_field);
  return k;
}

}  // namespace mintage::storage
