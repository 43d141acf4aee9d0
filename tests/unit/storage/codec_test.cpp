#include "storage/codec.hpp"

#include <gtest/gtest.h>

#include <random>

#include "records.pb.h"

namespace mintage::storage {
namespace {

using oauth::instant;
using oauth::milliseconds;

instant at(std::int64_t ms) {
  return instant{milliseconds{ms}};
}

oauth::login sample_login() {
  return {
      .client_id = "cl_abc",
      .incarnation = 0xfedcba9876543210,
      .sub = "24400320",
      .pairwise_sub = "p_24400320",
      .scope = "openid offline_access",
      .targets = {{"https://api.example.com", oauth::token_format::opaque, crypto::jws_alg::rs256},
                  {"https://b.example.com", oauth::token_format::jwt, crypto::jws_alg::es256}},
      .minted = at(1'700'000'000'456),
      .auth_time = at(1'700'000'000'123),
      .nonce = std::string{"n-0S6_\0\xff", 8},  // octets are kept unchanged
      .acr = "urn:mace:incommon:iap:silver",
      .amr = {"pwd", "otp"},
      .sid = "session-1",
      .username = "alice",
      .claims = R"({"email":null})",
      .id_token_claims = R"({"name":"Jane"})"};
}

void expect_same(const oauth::login& a, const oauth::login& b) {
  EXPECT_EQ(a.client_id, b.client_id);
  EXPECT_EQ(a.incarnation, b.incarnation);
  EXPECT_EQ(a.sub, b.sub);
  EXPECT_EQ(a.scope, b.scope);
  EXPECT_EQ(a.auth_time, b.auth_time);
  EXPECT_EQ(a.nonce, b.nonce);
  EXPECT_EQ(a.acr, b.acr);
  EXPECT_EQ(a.amr, b.amr);
  EXPECT_EQ(a.sid, b.sid);
  EXPECT_EQ(a.username, b.username);
  EXPECT_EQ(a.claims, b.claims);
  EXPECT_EQ(a.pairwise_sub, b.pairwise_sub);
  EXPECT_EQ(a.targets, b.targets);
  EXPECT_EQ(a.minted, b.minted);
  EXPECT_EQ(a.id_token_claims, b.id_token_claims);
}

oauth::authorization_code sample_code() {
  return {sample_login(),
          "https://app.example.com/cb?x=1",
          true,
          "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
          at(1'700'000'060'456),
          crypto::digest{7}};
}

oauth::grant sample_grant() {
  auto g = oauth::grant{};
  g.who = sample_login();
  g.where = oauth::slot{4095};
  g.family = {1, 2, 3, 255};
  g.refreshable = true;
  g.mode = oauth::rt_mode::rotating;
  g.seed = {9, 8, 7};
  g.mac_key_id = 3;
  g.generation = 17;
  g.superseded_at = at(4);
  g.created = at(1);
  g.absolute_expiry = at(2);
  g.idle_expiry = at(3);
  g.revoked_at = at(0);  // the epoch is not "never"
  g.bound_to = {.jkt = crypto::digest{5}, .x5t = crypto::digest{}};
  return g;
}

oauth::client sample_client() {
  auto c = oauth::client{};
  c.id = "app";
  c.incarnation = 7;
  c.version = 9;
  c.status = oauth::client_status::suspended;
  c.issued_at = at(-5);
  c.name = "An app";
  c.method = oauth::auth_method::client_secret_post;
  c.secrets = {{oauth::stored_secret::kind::argon2id, "$argon2id$v=19$x", 1, at(77)},
               {oauth::stored_secret::kind::hmac, std::string(32, '\0'), 2, {}}};
  c.redirect_uris = {"https://a.example/cb", "http://127.0.0.1/cb"};
  c.grant_types = {oauth::grant_type::refresh_token, oauth::grant_type::client_credentials,
                   oauth::grant_type::authorization_code};
  c.scopes = {"openid", "email"};
  c.id_token_alg = crypto::jws_alg::es256;
  c.strict_auth_method = true;
  c.require_pkce = false;
  c.basic_raw_compat = false;
  c.rt_without_offline = true;
  c.refresh_mode = oauth::rt_mode::rotating;
  c.subjects = oauth::subject_type::pairwise;
  c.sector = "app.example.com";
  c.userinfo_alg = crypto::jws_alg::rs256;  // its number is 0, which is not "none"
  c.allowed_resources = {"https://api.example.com", "https://b.example.com"};
  c.allowed_origins = {"https://app.example.com"};
  c.access_token_claims = {{"tenant", "1"}, {"tier", "null"}};
  c.dpop_bound_access_tokens = true;
  c.dpop_nonces = true;
  c.lives = {oauth::seconds{1}, oauth::seconds{2}, oauth::seconds{3}, oauth::seconds{4}};
  c.jwks =
      R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})";
  c.jwks_uri = "https://a.example/jwks";
  c.only_assertion_alg = oauth::assertion_alg::hs512;
  c.assertion_aud = oauth::aud_mode::compat;
  c.own_profile = c.profile = oauth::client_profile::fapi2;
  c.subject = {oauth::subject_field::san_uri, "https://example.com/api"};
  c.has_certificate_bound_tokens = true;
  c.require_pushed = true;
  c.response_alg = crypto::jws_alg::rs256;  // its number is 0, which is not "none"
  c.only_request_object_alg = oauth::assertion_alg::ps384;
  c.uri = "https://app.example.com/";
  c.logo_uri = "https://app.example.com/logo.png";
  c.default_max_age = oauth::seconds{0};
  c.require_auth_time = true;
  c.registered = oauth::registration{.token = crypto::sha256("its token"),
                                     .initial_token = "irt_1",
                                     .last_used = oauth::instant{oauth::seconds{9}}};
  c.application = oauth::application_type::native;
  c.software_id = "4NRB1-0XZABZI9E6-5SM3R";
  c.software_version = "2.1";
  return c;
}

oauth::access_token sample_access_token() {
  auto t = oauth::access_token{};
  t.client_id = "cl_abc";
  t.incarnation = 5;
  t.sub = "24400320";
  t.scope = "read write";
  t.audience = {"https://api.example.com", "https://b.example.com"};
  t.issued = at(1);
  t.expires = at(2);
  t.jti = "AB0123";
  t.auth_time = -5;
  t.acr = "1";
  t.bound_to = {.jkt = crypto::digest{}, .x5t = crypto::digest{6}};
  t.where = oauth::slot{17};
  t.family = oauth::family_id{7, 8, 9};
  return t;
}

oauth::resource sample_resource() {
  return {{"https://api.example.com", oauth::token_format::opaque, crypto::jws_alg::rs256},
          {"read", "write"},
          {"api-server"}};
}

void expect_same(const oauth::client& a, const oauth::client& b) {
  EXPECT_EQ(a.subject, b.subject);
  EXPECT_EQ(a.has_certificate_bound_tokens, b.has_certificate_bound_tokens);
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.incarnation, b.incarnation);
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.issued_at, b.issued_at);
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.method, b.method);
  ASSERT_EQ(a.secrets.size(), b.secrets.size());
  for (auto i = std::size_t{0}; i < a.secrets.size(); ++i) {
    EXPECT_EQ(a.secrets[i].how, b.secrets[i].how);
    EXPECT_EQ(a.secrets[i].hash, b.secrets[i].hash);
    EXPECT_EQ(a.secrets[i].number, b.secrets[i].number);
    EXPECT_EQ(a.secrets[i].expires, b.secrets[i].expires);
  }
  EXPECT_EQ(a.redirect_uris, b.redirect_uris);
  EXPECT_EQ(a.grant_types, b.grant_types);
  EXPECT_EQ(a.scopes, b.scopes);
  EXPECT_EQ(a.id_token_alg, b.id_token_alg);
  EXPECT_EQ(a.strict_auth_method, b.strict_auth_method);
  EXPECT_EQ(a.require_pkce, b.require_pkce);
  EXPECT_EQ(a.basic_raw_compat, b.basic_raw_compat);
  EXPECT_EQ(a.rt_without_offline, b.rt_without_offline);
  EXPECT_EQ(a.refresh_mode, b.refresh_mode);
  EXPECT_EQ(a.subjects, b.subjects);
  EXPECT_EQ(a.sector, b.sector);
  EXPECT_EQ(a.userinfo_alg, b.userinfo_alg);
  EXPECT_EQ(a.allowed_resources, b.allowed_resources);
  EXPECT_EQ(a.allowed_origins, b.allowed_origins);
  EXPECT_EQ(a.lives, b.lives);
  EXPECT_EQ(a.access_token_claims, b.access_token_claims);
  EXPECT_EQ(a.jwks, b.jwks);
  EXPECT_EQ(a.jwks_uri, b.jwks_uri);
  EXPECT_EQ(a.only_assertion_alg, b.only_assertion_alg);
  EXPECT_EQ(a.assertion_aud, b.assertion_aud);
  EXPECT_EQ(a.own_profile, b.own_profile);
  EXPECT_EQ(a.profile, b.profile);
  // The codec reads the keys, which the sample does not have.
  EXPECT_EQ(a.keys != nullptr, !a.jwks.empty());
  EXPECT_EQ(a.dpop_bound_access_tokens, b.dpop_bound_access_tokens);
  EXPECT_EQ(a.dpop_nonces, b.dpop_nonces);
  EXPECT_EQ(a.require_pushed, b.require_pushed);
  EXPECT_EQ(a.response_alg, b.response_alg);
  EXPECT_EQ(a.only_request_object_alg, b.only_request_object_alg);
  EXPECT_EQ(a.uri, b.uri);
  EXPECT_EQ(a.logo_uri, b.logo_uri);
  EXPECT_EQ(a.default_max_age, b.default_max_age);
  EXPECT_EQ(a.require_auth_time, b.require_auth_time);
  EXPECT_EQ(a.registered, b.registered);
  EXPECT_EQ(a.application, b.application);
  EXPECT_EQ(a.software_id, b.software_id);
  EXPECT_EQ(a.software_version, b.software_version);
}

/// Appends field `number` with the varint `value`; of several values of one field, the last counts.
std::string with_varint(std::string record, unsigned number, unsigned value) {
  for (auto v : {number << 3, value}) {
    for (; v >= 0x80; v >>= 7) {
      record.push_back(static_cast<char>(v | 0x80));
    }
    record.push_back(static_cast<char>(v));
  }
  return record;
}

TEST(codec, refuses_octets_that_are_no_record) {
  for (auto text : {"\xff", "\x0a\x7f"}) {
    EXPECT_FALSE(decode_code(text));
    EXPECT_FALSE(decode_grant(text));
    EXPECT_FALSE(decode_client(text));
    EXPECT_FALSE(decode_key(text));
    EXPECT_FALSE(decode_access_token(text));
    EXPECT_FALSE(decode_resource(text));
  }
  EXPECT_FALSE(decode_access_token("\x62\x01x"));  // its family is no family id
  EXPECT_FALSE(decode_access_token("\x6a\x01x"));  // its key is no thumbprint
  EXPECT_FALSE(decode_code("\x32\x01x"));
  EXPECT_FALSE(decode_code("\x0a\x02\x0a\x7f"));  // its login is none
  EXPECT_FALSE(decode_grant(""));                 // has no family
}

TEST(codec, refuses_numbers_that_mean_something_else_in_a_newer_version) {
  EXPECT_FALSE(decode_grant(with_varint(encode(sample_grant()), 5, 9)));
  EXPECT_FALSE(decode_grant(with_varint(encode(sample_grant()), 2, 4096)));
  EXPECT_TRUE(decode_grant(with_varint(encode(sample_grant()), 2, 4095)));
  EXPECT_FALSE(decode_access_token(with_varint(encode(sample_access_token()), 11, 4096)));
  for (auto field : {4U, 7U, 10U, 12U, 17U, 18U, 20U, 31U, 34U, 37U}) {
    EXPECT_FALSE(decode_client(with_varint(encode(sample_client()), field, 9))) << field;
  }
  EXPECT_FALSE(decode_client(with_varint(encode(sample_client()), 30, 99)));
  for (auto field : {2U, 3U}) {
    EXPECT_FALSE(decode_key(with_varint(encode(key_record{}), field, 9))) << field;
  }
}

TEST(codec, refuses_targets_of_a_newer_version) {
  for (auto [format, alg] : {std::pair{9U, 1U}, std::pair{0U, 9U}}) {
    auto target = with_varint(with_varint({}, 2, format), 3, alg);
    target.insert(0, 1, static_cast<char>(target.size()));
    EXPECT_FALSE(decode_resource("\x0a" + target));
    auto who = "\x62" + target;
    who.insert(0, 1, static_cast<char>(who.size()));
    EXPECT_FALSE(decode_code("\x0a" + who));
  }
}

/// Records as version 0.1 wrote them.
std::string from_hex(std::string_view text) {
  auto octets = std::string{};
  for (; !text.empty(); text.remove_prefix(2)) {
    octets.push_back(static_cast<char>(std::stoi(std::string{text.substr(0, 2)}, nullptr, 16)));
  }
  return octets;
}

TEST(codec, reads_records_of_the_version_before) {
  const auto g = decode_grant(from_hex(
      "0a2a0a036170701107000000000000001a046a616e6522066f70656e6964290068e5cf8b0100004203707764"
      "10091a1030313233343536373839616263646566200128013220303132333435363738396162636465663031"
      "32333435363738396162636465663801400349e86be5cf8b0100005100505c18a30100005900dc2074970100"
      "00"));
  ASSERT_TRUE(g);
  EXPECT_EQ(g->who.sub, "jane");
  EXPECT_EQ(g->who.minted, at(1'700'000'001'000));  // when the grant was created
  EXPECT_EQ(g->who.subject(), "jane");
  EXPECT_TRUE(g->who.targets.empty());
  EXPECT_EQ(g->generation, 3U);
  EXPECT_EQ(g->superseded_at, at(0));
  EXPECT_FALSE(g->revoked_at);

  const auto code = decode_code(from_hex(
      "0a250a036170701107000000000000001a046a616e6522066f70656e6964290068e5cf8b01000012166874"
      "7470733a2f2f6170702e6578616d706c652f6362216052e6cf8b010000"));
  ASSERT_TRUE(code);
  EXPECT_EQ(code->who.minted, at(0));  // before every cutoff
  EXPECT_EQ(code->redirect_uri, "https://app.example/cb");

  const auto c = decode_client(from_hex(
      "0a03617070110700000000000000180138014a1668747470733a2f2f6170702e6578616d706c652f63625202"
      "00015a066f70656e696460017001"));
  ASSERT_TRUE(c);
  EXPECT_EQ(c->method, oauth::auth_method::client_secret_basic);
  EXPECT_EQ(c->grant_types,
            (std::vector{oauth::grant_type::authorization_code, oauth::grant_type::refresh_token}));
  EXPECT_EQ(c->subjects, oauth::subject_type::public_);
  EXPECT_FALSE(c->userinfo_alg);
  EXPECT_TRUE(c->allowed_resources.empty());
  EXPECT_TRUE(c->allowed_origins.empty());
  EXPECT_EQ(c->lives, oauth::token_lives{});
  EXPECT_TRUE(c->jwks.empty());
  EXPECT_EQ(c->keys, nullptr);
  EXPECT_TRUE(c->jwks_uri.empty());
  EXPECT_FALSE(c->only_assertion_alg);
  EXPECT_EQ(c->assertion_aud, oauth::aud_mode::strict);
  EXPECT_EQ(c->own_profile, oauth::client_profile::standard);
}

TEST(codec, ignores_fields_of_newer_versions) {
  expect_same(decode_code(with_varint(encode(sample_code()), 900, 1)).value().who, sample_login());
  expect_same(decode_client(with_varint(encode(sample_client()), 900, 1)).value(), sample_client());
}

TEST(codec, survives_every_truncation_and_flipped_bit) {
  const auto decode_as_all = [](std::string_view octets) {
    static_cast<void>(decode_code(octets));
    static_cast<void>(decode_grant(octets));
    static_cast<void>(decode_client(octets));
    static_cast<void>(decode_access_token(octets));
    static_cast<void>(decode_resource(octets));
  };
  const auto records = {encode(sample_code()), encode(sample_grant()), encode(sample_client()),
                        encode(sample_access_token()), encode(sample_resource())};
  for (const auto& record : records) {
    for (auto i = std::size_t{0}; i < record.size(); ++i) {
      auto octets = record.substr(0, i);
      decode_as_all(octets);
      octets = record;
      octets[i] = static_cast<char>(octets[i] ^ (1 << (i % 8)));
      decode_as_all(octets);
    }
  }
}

TEST(codec, keeps_every_field_of_a_code) {
  auto code = decode_code(encode(sample_code())).value();
  expect_same(code.who, sample_login());
  EXPECT_EQ(code.redirect_uri, sample_code().redirect_uri);
  EXPECT_EQ(code.challenge, sample_code().challenge);
  EXPECT_EQ(code.dpop_jkt, sample_code().dpop_jkt);
  EXPECT_EQ(code.expires, sample_code().expires);
}

TEST(codec, keeps_nothing_of_the_record_before) {
  static_cast<void>(decode_code(encode(sample_code())));
  auto code = decode_code(encode(oauth::authorization_code{})).value();
  expect_same(code.who, oauth::login{});
  EXPECT_TRUE(code.redirect_uri.empty());
  static_cast<void>(decode_grant(encode(sample_grant())));
  EXPECT_FALSE(decode_grant(encode(oauth::grant{})).value().revoked_at);
  EXPECT_TRUE(decode_grant(encode(oauth::grant{})).value().bound_to.empty());
  EXPECT_FALSE(code.dpop_jkt);
}

TEST(codec, keeps_every_field_of_a_grant) {
  const auto g = sample_grant();
  auto read = decode_grant(encode(g)).value();
  expect_same(read.who, g.who);
  EXPECT_EQ(read.where, g.where);
  EXPECT_EQ(read.family, g.family);
  EXPECT_EQ(read.refreshable, g.refreshable);
  EXPECT_EQ(read.mode, g.mode);
  EXPECT_EQ(read.seed, g.seed);
  EXPECT_EQ(read.mac_key_id, g.mac_key_id);
  EXPECT_EQ(read.generation, g.generation);
  EXPECT_EQ(read.superseded_at, g.superseded_at);
  EXPECT_EQ(read.created, g.created);
  EXPECT_EQ(read.absolute_expiry, g.absolute_expiry);
  EXPECT_EQ(read.idle_expiry, g.idle_expiry);
  EXPECT_EQ(read.revoked_at, g.revoked_at);
  EXPECT_EQ(read.bound_to, g.bound_to);
}

TEST(codec, keeps_every_field_of_a_client) {
  expect_same(decode_client(encode(sample_client())).value(), sample_client());
  auto bare = oauth::client{};
  bare.scopes.clear();  // no default may be added
  bare.grant_types.clear();
  expect_same(decode_client(encode(bare)).value(), bare);
  for (const auto& row : oauth::auth_methods) {
    bare.method = row.id;
    EXPECT_EQ(decode_client(encode(bare)).value().method, row.id);
  }
  for (const auto& row : oauth::assertion_algs) {
    bare.only_assertion_alg = row.id;
    EXPECT_EQ(decode_client(encode(bare)).value().only_assertion_alg, row.id);
  }
  bare.jwks = R"({"keys":[{"kty":"of a newer version"}]})";
  EXPECT_EQ(decode_client(encode(bare)).value().keys, nullptr);
}

TEST(codec, keeps_every_kind_of_secret_under_its_number) {
  // The numbers of all versions: DO NOT CHANGE.
  constexpr auto numbers = std::array<std::pair<oauth::secret_kind, int>, 7>{{
      {oauth::secret_kind::hmac, 0},
      {oauth::secret_kind::argon2id, 1},
      {oauth::secret_kind::argon2i, 2},
      {oauth::secret_kind::bcrypt, 3},
      {oauth::secret_kind::pbkdf2_sha256, 4},
      {oauth::secret_kind::pbkdf2_sha512, 5},
      {oauth::secret_kind::sealed, 6},
  }};
  static_assert(numbers.size() == oauth::secret_kinds.size());
  for (const auto& [kind, number] : numbers) {
    auto c = sample_client();
    c.secrets = {{kind, "a hash", 1, {}}};
    auto m = records::client{};
    ASSERT_TRUE(m.ParseFromString(encode(c)));
    EXPECT_EQ(static_cast<int>(m.secrets(0).how()), number);
    const auto read = decode_client(encode(c));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->secrets[0].how, kind);
  }
}

TEST(codec, keeps_every_field_of_an_access_token) {
  auto t = sample_access_token();
  for (auto round = 0; round < 2; ++round) {
    auto read = decode_access_token(encode(t)).value();
    EXPECT_EQ(read.client_id, t.client_id);
    EXPECT_EQ(read.incarnation, t.incarnation);
    EXPECT_EQ(read.sub, t.sub);
    EXPECT_EQ(read.scope, t.scope);
    EXPECT_EQ(read.audience, t.audience);
    EXPECT_EQ(read.issued, t.issued);
    EXPECT_EQ(read.expires, t.expires);
    EXPECT_EQ(read.jti, t.jti);
    EXPECT_EQ(read.auth_time, t.auth_time);
    EXPECT_EQ(read.acr, t.acr);
    EXPECT_EQ(read.bound_to, t.bound_to);
    EXPECT_EQ(read.where, t.where);
    EXPECT_EQ(read.family, t.family);
    t = {};  // a client's own token: nothing of the former value may remain
  }
}

TEST(codec, keeps_every_field_of_a_resource) {
  auto r = sample_resource();
  for (auto round = 0; round < 2; ++round) {
    auto read = decode_resource(encode(r)).value();
    EXPECT_EQ(read.as, r.as);
    EXPECT_EQ(read.scopes, r.scopes);
    EXPECT_EQ(read.resource_servers, r.resource_servers);
    r = {};
  }
}

TEST(codec, keeps_every_field_of_a_key) {
  for (auto state :
       {oauth::key_state::pending, oauth::key_state::active, oauth::key_state::retiring}) {
    for (auto alg : crypto::jws_algs) {
      auto k = key_record{"kid-1", alg,    state,  at(42),
                          at(43),  at(44), at(45), std::string{"\0sealed", 7}};
      auto read = decode_key(encode(k)).value();
      EXPECT_EQ(read.kid, k.kid);
      EXPECT_EQ(read.alg, alg);
      EXPECT_EQ(read.state, state);
      EXPECT_EQ(read.created, k.created);
      EXPECT_EQ(read.activate, k.activate);
      EXPECT_EQ(read.retire, k.retire);
      EXPECT_EQ(read.remove, k.remove);
      EXPECT_EQ(read.sealed, k.sealed);
      k.retire.reset();
      k.remove.reset();
      read = decode_key(encode(k)).value();
      EXPECT_EQ(read.retire, std::nullopt);
      EXPECT_EQ(read.remove, std::nullopt);
    }
  }
}

TEST(codec, reads_keys_of_0_1_as_active_since_they_were_made) {
  // kid "k", ES256, ACTIVE, created 42, sealed "s".
  const auto old = std::string{"\x0a\x01k\x10\x01\x18\x01\x21\x2a\0\0\0\0\0\0\0\x2a\x01s", 19};
  const auto read = decode_key(old);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->kid, "k");
  EXPECT_EQ(read->created, at(42));
  EXPECT_EQ(read->activate, at(42));
  EXPECT_EQ(read->retire, std::nullopt);
  EXPECT_EQ(read->sealed, "s");
}

}  // namespace
}  // namespace mintage::storage
