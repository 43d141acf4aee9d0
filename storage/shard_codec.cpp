// Codes, grants and access tokens: encoded and decoded on the path of a request.

#include "storage/codec.hpp"
#include "storage/codec_fields.hpp"
#include "storage/newer_fields.hpp"

namespace mintage::storage {
namespace {

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
  to.set_pairwise_sub(from.pairwise_sub);
  for (const auto& target : from.targets) {
    write_target(target, *to.add_targets());
  }
  to.set_minted(to_millis(from.minted));
  to.set_id_token_claims(from.id_token_claims);
  to.set_username(from.username);
  if (!from.newer_fields.empty()) merge(to, from.newer_fields);
}

/// @returns false for a record that this version does not understand.
bool read_login(const records::login& from, oauth::login& to) {
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
  to.pairwise_sub = from.pairwise_sub();
  to.minted = from_millis(from.minted());
  to.id_token_claims = from.id_token_claims();
  to.username = from.username();
  to.targets.resize(static_cast<std::size_t>(from.targets_size()));
  return std::equal(from.targets().begin(), from.targets().end(), to.targets.begin(), read_target);
}

/// The confirmation of a grant or of an access token.
template <class Message>
void write_confirmation(const oauth::confirmation& from, Message& to) {
  if (from.jkt) {
    write_octets(*from.jkt, *to.mutable_jkt());
  }
  if (from.x5t) {
    write_octets(*from.x5t, *to.mutable_x5t());
  }
}

template <class Message>
bool read_confirmation(const Message& from, oauth::confirmation& to) {
  return (!from.has_jkt() || read_octets(from.jkt(), to.jkt.emplace())) &&
         (!from.has_x5t() || read_octets(from.x5t(), to.x5t.emplace()));
}

/// A cleared message, one per thread, whose strings keep their memory: a fresh message would cost
/// an allocation for each text on the path of a request.
template <class Message>
Message& scratch() {
  thread_local auto message = Message{};
  message.Clear();
  return message;
}

}  // namespace

std::string encode(const oauth::authorization_code& code) {
  auto& m = scratch<records::authorization_code>();
  write_login(code.who, *m.mutable_who());
  m.set_redirect_uri(code.redirect_uri);
  m.set_challenge(code.challenge);
  m.set_is_uri_implied(code.is_uri_implied);
  if (code.dpop_jkt) {
    write_octets(*code.dpop_jkt, *m.mutable_dpop_jkt());
  }
  m.set_expires(to_millis(code.expires));
  return m.SerializeAsString();
}

std::optional<oauth::authorization_code> decode_code(std::string_view octets) {
  auto& m = scratch<records::authorization_code>();
  auto code = std::optional<oauth::authorization_code>{std::in_place};
  if (!parse(m, octets) || !read_login(m.who(), code->who) ||
      (m.has_dpop_jkt() && !read_octets(m.dpop_jkt(), code->dpop_jkt.emplace()))) {
    return {};
  }
  code->redirect_uri = m.redirect_uri();
  code->challenge = m.challenge();
  code->is_uri_implied = m.is_uri_implied();
  code->expires = from_millis(m.expires());
  code->who.newer_fields = newer_fields(
      field_content(octets, records::authorization_code::kWhoFieldNumber), newest_login_field);
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
  m.set_superseded_at(to_millis(g.superseded_at));
  m.set_created(to_millis(g.created));
  m.set_absolute_expiry(to_millis(g.absolute_expiry));
  m.set_idle_expiry(to_millis(g.idle_expiry));
  if (g.revoked_at) {
    m.set_revoked_at(to_millis(*g.revoked_at));
  }
  write_confirmation(g.bound_to, m);
  auto out = m.SerializeAsString();
  return out += g.newer_fields;
}

std::optional<oauth::grant> decode_grant(std::string_view octets) {
  auto& m = scratch<records::grant>();
  auto g = std::optional<oauth::grant>{std::in_place};
  if (!parse(m, octets) || m.slot() >= oauth::slots_count || !read_octets(m.family(), g->family) ||
      !read_octets(m.seed(), g->seed) || !from_record(m.mode(), g->mode) ||
      !read_confirmation(m, g->bound_to) || !read_login(m.who(), g->who)) {
    return {};
  }
  g->where = oauth::slot{static_cast<std::uint16_t>(m.slot())};
  g->refreshable = m.refreshable();
  g->mac_key_id = m.mac_key_id();
  g->generation = m.generation();
  g->superseded_at = from_millis(m.superseded_at());
  g->created = from_millis(m.created());
  if (!m.who().has_minted()) {
    g->who.minted = g->created;  // a record of version 0.1
  }
  g->absolute_expiry = from_millis(m.absolute_expiry());
  g->idle_expiry = from_millis(m.idle_expiry());
  if (m.has_revoked_at()) {
    g->revoked_at = from_millis(m.revoked_at());
  }
  g->newer_fields = newer_fields(octets, newest_grant_field);
  g->who.newer_fields =
      newer_fields(field_content(octets, records::grant::kWhoFieldNumber), newest_login_field);
  return g;
}

std::string encode(const oauth::access_token& t) {
  auto& m = scratch<records::access_token>();
  m.set_client_id(t.client_id);
  m.set_incarnation(t.incarnation);
  m.set_sub(t.sub);
  m.set_scope(t.scope);
  write_texts(t.audience, *m.mutable_audience());
  m.set_issued(to_millis(t.issued));
  m.set_expires(to_millis(t.expires));
  m.set_jti(t.jti);
  if (t.auth_time) {
    m.set_auth_time(*t.auth_time);
  }
  m.set_acr(t.acr);
  m.set_slot(t.where.value);
  if (t.family) {
    write_octets(*t.family, *m.mutable_family());
  }
  write_confirmation(t.bound_to, m);
  return m.SerializeAsString();
}

std::optional<oauth::access_token> decode_access_token(std::string_view octets) {
  auto& m = scratch<records::access_token>();
  auto t = std::optional<oauth::access_token>{std::in_place};
  if (!parse(m, octets) || m.slot() >= oauth::slots_count || !read_confirmation(m, t->bound_to) ||
      (m.has_family() && !read_octets(m.family(), t->family.emplace()))) {
    return {};
  }
  t->client_id = m.client_id();
  t->incarnation = m.incarnation();
  t->sub = m.sub();
  t->scope = m.scope();
  t->audience.assign(m.audience().begin(), m.audience().end());
  t->issued = from_millis(m.issued());
  t->expires = from_millis(m.expires());
  t->jti = m.jti();
  if (m.has_auth_time()) {
    t->auth_time = m.auth_time();
  }
  t->acr = m.acr();
  t->where = oauth::slot{static_cast<std::uint16_t>(m.slot())};
  return t;
}

}  // namespace mintage::storage
