#include "storage/codec.hpp"

#include <algorithm>
#include <iterator>

#include "records.pb.h"

namespace mintage::storage {
namespace {

using texts = google::protobuf::RepeatedPtrField<std::string>;

std::int64_t to_millis(instant t) noexcept {
  return t.time_since_epoch().count();
}
instant from_millis(std::int64_t ms) noexcept {
  return instant{oauth::milliseconds{ms}};
}

void write_texts(const std::vector<std::string>& from, texts& to) {
  for (const auto& text : from) {
    *to.Add() = text;
  }
}

std::vector<std::string> read_texts(texts& from) {
  return {std::make_move_iterator(from.begin()), std::make_move_iterator(from.end())};
}

/// @returns false when `from` is not of that size.
template <std::size_t N>
bool read_octets(const std::string& from, crypto::bytes<N>& to) noexcept {
  if (from.size() != N) {
    return false;
  }
  std::copy(from.begin(), from.end(), to.begin());
  return true;
}

template <std::size_t N>
void write_octets(const crypto::bytes<N>& from, std::string& to) {
  to.assign(crypto::as_chars(from));
}

// Enumerations are stored by the numbers of records.proto, so that an enumerator may move in the
// code without changing what old records mean. A number of a newer version is not guessed at: the
// record is then not readable.

records::signature_algorithm to_record(crypto::jws_alg alg) noexcept {
  return alg == crypto::jws_alg::es256 ? records::ES256 : records::RS256;
}

bool from_record(records::signature_algorithm from, crypto::jws_alg& to) noexcept {
  to = from == records::ES256 ? crypto::jws_alg::es256 : crypto::jws_alg::rs256;
  return records::signature_algorithm_IsValid(from);
}

records::refresh_mode to_record(oauth::rt_mode mode) noexcept {
  return mode == oauth::rt_mode::rotating ? records::ROTATING : records::STATIC;
}

bool from_record(records::refresh_mode from, oauth::rt_mode& to) noexcept {
  to = from == records::ROTATING ? oauth::rt_mode::rotating : oauth::rt_mode::static_;
  return records::refresh_mode_IsValid(from);
}

void write_login(const oauth::login& from, records::login& to) {
  to.set_client_id(from.client_id);
  to.set_incarnation(from.incarnation);
  to.set_sub(from.sub);
  to.set_scope(from.scope);
  to.set_auth_time(to_millis(from.auth_time));
  to.set_nonce(from.nonce);
  to.set_acr(from.acr);
  write_texts(from.amr, *to.mutable_amr());
  to.set_sid(from.sid);
  to.set_claims(from.claims);
}

void read_login(records::login& from, oauth::login& to) {
  to.client_id = from.client_id();
  to.incarnation = from.incarnation();
  to.sub = from.sub();
  to.scope = from.scope();
  to.auth_time = from_millis(from.auth_time());
  to.nonce = from.nonce();
  to.acr = from.acr();
  to.amr.assign(from.amr().begin(), from.amr().end());
  to.sid = from.sid();
  to.claims = from.claims();
}

/// A cleared message whose strings keep their memory: codes and grants are coded on the path of a
/// request, a fresh message would cost an allocation for each of its texts.
template <class Message>
Message& scratch() {
  thread_local auto message = Message{};
  message.Clear();
  return message;
}

bool parse(google::protobuf::MessageLite& m, std::string_view octets) {
  return octets.size() <= 0x7fffffff &&
         m.ParseFromArray(octets.data(), static_cast<int>(octets.size()));
}

}  // namespace

std::string encode(const oauth::authorization_code& code) {
  auto& m = scratch<records::authorization_code>();
  write_login(code.who, *m.mutable_who());
  m.set_redirect_uri(code.redirect_uri);
  m.set_challenge(code.challenge);
  m.set_expires(to_millis(code.expires));
  return m.SerializeAsString();
}

std::optional<oauth::authorization_code> decode_code(std::string_view octets) {
  auto& m = scratch<records::authorization_code>();
  if (!parse(m, octets)) {
    return {};
  }
  auto code = std::optional<oauth::authorization_code>{std::in_place};
  read_login(*m.mutable_who(), code->who);
  code->redirect_uri = m.redirect_uri();
  code->challenge = m.challenge();
  code->expires = from_millis(m.expires());
  return code;
}

std::string encode(const oauth::grant& g) {
  auto& m = scratch<records::grant>();
  write_login(g.who, *m.mutable_who());
  m.set_slot(g.where.value);
  write_octets(g.family, *m.mutable_family());
  m.set_refreshable(g.refreshable);
  m.set_mode(to_record(g.mode));
  write_octets(g.seed, *m.mutable_seed());
  m.set_mac_key_id(g.mac_key_id);
  m.set_generation(g.generation);
  m.set_created(to_millis(g.created));
  m.set_absolute_expiry(to_millis(g.absolute_expiry));
  m.set_idle_expiry(to_millis(g.idle_expiry));
  if (g.revoked_at) {
    m.set_revoked_at(to_millis(*g.revoked_at));
  }
  return m.SerializeAsString();
}

std::optional<oauth::grant> decode_grant(std::string_view octets) {
  auto& m = scratch<records::grant>();
  auto g = std::optional<oauth::grant>{std::in_place};
  if (!parse(m, octets) || m.slot() >= oauth::slots_count || !read_octets(m.family(), g->family) ||
      !read_octets(m.seed(), g->seed) || !from_record(m.mode(), g->mode)) {
    return {};
  }
  read_login(*m.mutable_who(), g->who);
  g->where = oauth::slot{static_cast<std::uint16_t>(m.slot())};
  g->refreshable = m.refreshable();
  g->mac_key_id = m.mac_key_id();
  g->generation = m.generation();
  g->created = from_millis(m.created());
  g->absolute_expiry = from_millis(m.absolute_expiry());
  g->idle_expiry = from_millis(m.idle_expiry());
  if (m.has_revoked_at()) {
    g->revoked_at = from_millis(m.revoked_at());
  }
  return g;
}

namespace {

records::client::auth_method to_record(oauth::auth_method method) noexcept {
  switch (method) {
    case oauth::auth_method::none:
      break;
    case oauth::auth_method::client_secret_basic:
      return records::client::CLIENT_SECRET_BASIC;
    case oauth::auth_method::client_secret_post:
      return records::client::CLIENT_SECRET_POST;
  }
  return records::client::NONE;
}

bool from_record(records::client::auth_method from, oauth::auth_method& to) noexcept {
  switch (from) {
    case records::client::NONE:
      to = oauth::auth_method::none;
      return true;
    case records::client::CLIENT_SECRET_BASIC:
      to = oauth::auth_method::client_secret_basic;
      return true;
    case records::client::CLIENT_SECRET_POST:
      to = oauth::auth_method::client_secret_post;
      return true;
    default:
      return false;
  }
}

bool from_record(records::client::client_status from, oauth::client_status& to) noexcept {
  to = from == records::client::ACTIVE ? oauth::client_status::active
                                       : oauth::client_status::suspended;
  return records::client::client_status_IsValid(from);
}

void write_secret(const oauth::stored_secret& from, records::stored_secret& to) {
  to.set_how(from.how == oauth::stored_secret::kind::hmac ? records::stored_secret::HMAC
                                                          : records::stored_secret::ARGON2ID);
  to.set_hash(from.hash);
  to.set_number(from.number);
  if (from.expires) {
    to.set_expires(to_millis(*from.expires));
  }
}

bool read_secret(records::stored_secret& from, oauth::stored_secret& to) {
  to.how = from.how() == records::stored_secret::HMAC ? oauth::stored_secret::kind::hmac
                                                      : oauth::stored_secret::kind::argon2id;
  to.hash = std::move(*from.mutable_hash());
  to.number = from.number();
  if (from.has_expires()) {
    to.expires = from_millis(from.expires());
  }
  return records::stored_secret::kind_IsValid(from.how());
}

bool read_grant_types(const records::client& from, std::vector<oauth::grant_type>& to) {
  to.clear();
  for (auto number : from.grant_types()) {
    switch (number) {
      case records::client::AUTHORIZATION_CODE:
        to.push_back(oauth::grant_type::authorization_code);
        break;
      case records::client::REFRESH_TOKEN:
        to.push_back(oauth::grant_type::refresh_token);
        break;
      default:
        return false;
    }
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

bool from_record(records::key::key_state from, oauth::key_state& to) noexcept {
  switch (from) {
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
  m.set_method(to_record(c.method));
  for (const auto& secret : c.secrets) {
    write_secret(secret, *m.add_secrets());
  }
  write_texts(c.redirect_uris, *m.mutable_redirect_uris());
  for (auto grant : c.grant_types) {
    m.add_grant_types(grant == oauth::grant_type::refresh_token
                          ? records::client::REFRESH_TOKEN
                          : records::client::AUTHORIZATION_CODE);
  }
  write_texts(c.scopes, *m.mutable_scopes());
  m.set_id_token_alg(to_record(c.id_token_alg));
  m.set_strict_auth_method(c.strict_auth_method);
  m.set_require_pkce(c.require_pkce);
  m.set_basic_raw_compat(c.basic_raw_compat);
  m.set_rt_without_offline(c.rt_without_offline);
  m.set_rt_mode(to_record(c.refresh_mode));
  return m.SerializeAsString();
}

std::optional<oauth::client> decode_client(std::string_view octets) {
  auto m = records::client{};
  auto c = std::optional<oauth::client>{std::in_place};
  if (!parse(m, octets) || !from_record(m.status(), c->status) ||
      !from_record(m.method(), c->method) || !from_record(m.id_token_alg(), c->id_token_alg) ||
      !from_record(m.rt_mode(), c->refresh_mode) || !read_grant_types(m, c->grant_types)) {
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
  return c;
}

std::string encode(const key_record& k) {
  auto m = records::key{};
  m.set_kid(k.kid);
  m.set_alg(to_record(k.alg));
  m.set_state(to_record(k.state));
  m.set_created(to_millis(k.created));
  m.set_sealed(k.sealed);
  return m.SerializeAsString();
}

std::optional<key_record> decode_key(std::string_view octets) {
  auto m = records::key{};
  auto k = std::optional<key_record>{std::in_place};
  if (!parse(m, octets) || !from_record(m.alg(), k->alg) || !from_record(m.state(), k->state)) {
    return {};
  }
  k->kid = std::move(*m.mutable_kid());
  k->created = from_millis(m.created());
  k->sealed = std::move(*m.mutable_sealed());
  return k;
}

}  // namespace mintage::storage
