// Signing keys through the admin interface, and what relying parties see of them. (JWS-06, JWK-01)
#include <algorithm>
#include <map>
#include <set>

#include "tests/http/admin/fixture.hpp"
#include "tests/support/jwt_check.hpp"

namespace mintage::test {

namespace {

namespace json = boost::json;

const auto five = settings{{"keys.algorithms", R"(["ES256", "RS256", "ES384", "PS256", "EdDSA"])"}};
constexpr auto names = {"ES256", "RS256", "ES384", "PS256", "EdDSA"};

http_answer get(const stage& s, std::string_view path, std::string_view fields = {}) {
  auto wire = connection{s.server.port()};
  wire.send("GET " + std::string{path} + " HTTP/1.1\r\nHost: x\r\n" + std::string{fields} + "\r\n");
  return wire.receive();
}

json::object jwks(const stage& s) {
  return parse_object(get(s, "/jwks").body);
}

std::vector<json::object> keys_in(const http_answer& got) {
  auto out = std::vector<json::object>{};
  auto body = parse_object(got.body);
  for (auto& each : body.at("keys").as_array()) out.push_back(each.as_object());
  return out;
}

/// The keys of one algorithm as "state kid", in the order of the answer.
std::vector<std::string> states(stage& s, std::string_view alg) {
  auto out = std::vector<std::string>{};
  for (auto& key : keys_in(s.admin.call("GET", "/admin/keys"))) {
    if (text_of(key, "alg") == alg) out.push_back(text_of(key, "state"));
  }
  return out;
}

std::string active(stage& s, std::string_view alg) {
  for (auto& key : keys_in(s.admin.call("GET", "/admin/keys"))) {
    if (text_of(key, "alg") == alg && text_of(key, "state") == "active") return text_of(key, "kid");
  }
  return {};
}

json::object tokens_of(stage& s, const party& who) {
  const auto got = s.redeem(who, s.mint(who));
  EXPECT_EQ(got.status, 200U) << got.octets;
  return parse_object(got.body);
}

/// IDT-01, IDT-03: the tokens of one response are consistent.
void expect_agreement(const json::object& tokens, const json::object& set, std::string_view alg) {
  const auto access = text_of(tokens, "access_token");
  const auto id = read_jwt(text_of(tokens, "id_token"));
  EXPECT_EQ(text_of(id.header, "alg"), alg);
  EXPECT_TRUE(is_signed_by(id, set)) << alg;
  EXPECT_TRUE(is_signed_by(read_jwt(access), set));
  EXPECT_EQ(text_of(id.claims, "at_hash"), left_half_hash(access, alg)) << alg;
}

using the_keys = admin_interface;
using list = std::vector<std::string>;

TEST_F(the_keys, are_refused_to_those_without_the_admin_token) {
  for (auto token : {std::string{}, std::string{"mad_wrong"}}) {
    auto other = with_token(token);
    expect_refused(other.call("POST", "/admin/keys/rotate", "{}"), 401);
    expect_refused(other.call("DELETE", "/admin/keys/" + active(*stage_, "ES256")), 401);
  }
  auto minter = with_token(stage_->server.mint_token());
  expect_refused(minter.call("POST", "/admin/keys/rotate", "{}"), 403);
  expect_refused(minter.call("DELETE", "/admin/keys/" + active(*stage_, "ES256")), 403);
  EXPECT_EQ(states(*stage_, "ES256"), list{"active"});
}

TEST_F(the_keys, are_not_rotated_by_calls_that_are_wrong) {
  expect_refused(admin().call("POST", "/admin/keys/rotate", R"({"alg":"HS256"})"), 400, "alg");
  expect_refused(admin().call("POST", "/admin/keys/rotate", R"({"alg":"ES384"})"), 400, "alg");
  expect_refused(admin().call("POST", "/admin/keys/rotate", R"({"now":"yes"})"), 400, "now");
  expect_refused(admin().call("POST", "/admin/keys/rotate", R"({"kid":"x"})"), 400, "kid");
  for (const auto* method : {"GET", "PUT", "DELETE", "PATCH"}) {
    EXPECT_EQ(admin().call(method, "/admin/keys/rotate").status, 405U) << method;
  }
  for (const auto* method : {"GET", "POST", "PATCH"}) {
    EXPECT_EQ(admin().call(method, "/admin/keys/x").status, 405U) << method;
  }
  expect_refused(admin().call("DELETE", "/admin/keys/nobody"), 404);
  expect_refused(admin().call("DELETE", "/admin/keys/"), 404);
  expect_refused(admin().call("DELETE", "/admin/keys/a/b"), 404);
  EXPECT_EQ(states(*stage_, "ES256"), list{"active"});
}

TEST(a_rotation, publishes_a_key_and_does_not_use_it_yet) {  // JWS-06
  auto s = stage{};
  const auto first = active(s, "ES256");
  const auto etag = get(s, "/jwks").field("ETag");
  const auto got = s.admin.call("POST", "/admin/keys/rotate", R"({"alg":"ES256"})");
  ASSERT_EQ(got.status, 200U) << got.octets;
  EXPECT_EQ(states(s, "ES256"), (list{"active", "pending"}));
  EXPECT_EQ(states(s, "RS256"), list{"active"});
  for (auto& key : keys_in(got)) {
    if (text_of(key, "state") != "pending") continue;
    EXPECT_EQ(key.at("activate_at").as_int64(), key.at("published_at").as_int64() + 330);
    EXPECT_FALSE(key.contains("retire_at"));
  }
  EXPECT_EQ(jwks(s).at("keys").as_array().size(), 3U);
  EXPECT_EQ(get(s, "/jwks", "If-None-Match: " + etag + "\r\n").status, 200U) << "another set";
  EXPECT_EQ(get(s, "/jwks", "If-None-Match: " + get(s, "/jwks").field("ETag") + "\r\n").status,
            304U);
  const auto tokens = tokens_of(s, s.c1);
  EXPECT_EQ(text_of(read_jwt(text_of(tokens, "access_token")).header, "kid"), first);
  const auto again = s.admin.call("POST", "/admin/keys/rotate", R"({"alg":"ES256"})");
  EXPECT_EQ(again.status, 409U) << again.octets;
}

TEST(a_rotation, without_a_body_rotates_all_and_survives_a_restart) {  // JWS-06
  auto s = stage{};
  EXPECT_EQ(s.admin.call("POST", "/admin/keys/rotate").status, 200U);
  const auto before = s.admin.call("GET", "/admin/keys").body;
  const auto set = get(s, "/jwks");
  ASSERT_EQ(s.server.stop(), 0);
  s.server.start();
  s.reconnect();
  EXPECT_EQ(s.admin.call("GET", "/admin/keys").body, before);
  EXPECT_EQ(get(s, "/jwks").field("ETag"), set.field("ETag"));
  EXPECT_EQ(states(s, "ES256"), (list{"active", "pending"}));
  EXPECT_EQ(states(s, "RS256"), (list{"active", "pending"}));
}

TEST(a_rotation, at_once_is_seen_by_the_next_token_and_keeps_the_old_ones_good) {  // JWS-06
  auto s = stage{};
  const auto before = tokens_of(s, s.c1);
  ASSERT_EQ(s.admin.call("POST", "/admin/keys/rotate", R"({"now":true})").status, 200U);
  EXPECT_EQ(states(s, "ES256"), (list{"retiring", "active"}));
  const auto after = tokens_of(s, s.c1);
  const auto set = jwks(s);
  expect_agreement(before, set, "RS256");
  expect_agreement(after, set, "RS256");
  for (const auto* name : {"access_token", "id_token"}) {
    EXPECT_NE(text_of(read_jwt(text_of(before, name)).header, "kid"),
              text_of(read_jwt(text_of(after, name)).header, "kid"));
  }
}

TEST(a_leaked_key, is_gone_at_once_from_the_set_the_signers_and_the_database) {  // JWS-06
  auto s = stage{};
  const auto leaked = active(s, "ES256");
  const auto before = tokens_of(s, s.c1);
  const auto got = s.admin.call("DELETE", "/admin/keys/" + leaked);
  EXPECT_EQ(got.status, 204U) << got.octets;
  EXPECT_FALSE(is_signed_by(read_jwt(text_of(before, "access_token")), jwks(s)));
  EXPECT_TRUE(is_signed_by(read_jwt(text_of(before, "id_token")), jwks(s)));
  expect_agreement(tokens_of(s, s.c1), jwks(s), "RS256");
  EXPECT_EQ(s.admin.call("DELETE", "/admin/keys/" + leaked).status, 404U);
  ASSERT_EQ(s.server.stop(), 0);
  s.server.start();
  s.reconnect();
  EXPECT_EQ(states(s, "ES256"), list{"active"});
  EXPECT_NE(active(s, "ES256"), leaked);
}

TEST(every_algorithm, signs_for_the_clients_that_ask_for_it) {  // IDT-01, MET-02, NEG-197
  auto s = stage{five};
  auto shapes = std::map<std::string, std::set<std::string>>{};
  auto set = jwks(s);
  for (auto& each : set.at("keys").as_array()) {
    for (auto& member : each.as_object()) {
      shapes[text_of(each.as_object(), "alg")].insert(std::string{member.key()});
    }
  }
  using members = std::set<std::string>;
  const auto ec = members{"kty", "crv", "x", "y", "kid", "use", "alg"};
  const auto rsa = members{"kty", "n", "e", "kid", "use", "alg"};
  const auto okp = members{"kty", "crv", "x", "kid", "use", "alg"};
  EXPECT_EQ(shapes,
            (std::map<std::string, members>{
                {"ES256", ec}, {"ES384", ec}, {"RS256", rsa}, {"PS256", rsa}, {"EdDSA", okp}}));
  auto announced = std::set<std::string>{};
  auto metadata = parse_object(get(s, "/.well-known/openid-configuration").body);
  for (auto& each : metadata.at("id_token_signing_alg_values_supported").as_array()) {
    announced.insert(each.as_string().c_str());
  }
  EXPECT_EQ(announced, (std::set<std::string>{names.begin(), names.end()}));
  for (const auto* alg : names) {
    const auto who = make_party(s.admin, {{"id_token_signed_response_alg", alg}});
    const auto tokens = tokens_of(s, who);
    expect_agreement(tokens, jwks(s), alg);
    const auto access = read_jwt(text_of(tokens, "access_token"));
    EXPECT_EQ(text_of(access.header, "alg"), "ES256") << "ATK-04";
  }
}

TEST(an_algorithm, that_is_added_is_published_before_it_is_used) {  // JWS-06
  auto s = stage{};
  ASSERT_EQ(s.server.stop(), 0);
  s.server.configure(five);
  s.server.start();
  s.reconnect();
  EXPECT_EQ(states(s, "EdDSA"), list{"pending"});
  auto metadata = client_metadata();
  metadata["id_token_signed_response_alg"] = "EdDSA";
  const auto early = s.admin.call("POST", "/admin/clients", json::serialize(metadata));
  EXPECT_EQ(early.status, 400U) << early.octets;
  ASSERT_EQ(s.admin.call("POST", "/admin/keys/rotate", R"({"alg":"EdDSA","now":true})").status,
            200U);
  expect_agreement(tokens_of(s, make_party(s.admin, {{"id_token_signed_response_alg", "EdDSA"}})),
                   jwks(s), "EdDSA");
}

TEST(an_algorithm, that_clients_are_registered_for_must_stay_listed) {
  auto s = stage{};
  ASSERT_EQ(s.server.stop(), 0);
  s.server.configure({{"keys.algorithms", R"(["ES256"])"}});
  const auto got = run_program({"serve", "--config", s.server.config_file().string()});
  EXPECT_EQ(got.code, 1);
  EXPECT_EQ(got.out, "");
  EXPECT_NE(got.err.find(s.c1.id), std::string::npos) << got.err;
  EXPECT_NE(got.err.find("keys.algorithms"), std::string::npos) << got.err;
  s.server.configure({{"keys.algorithms", R"(["ES256", "RS256"])"}});
  s.server.start();
  s.reconnect();
  s.admin.change(s.c1.id, {{"id_token_signed_response_alg", "ES256"}});
  ASSERT_EQ(s.server.stop(), 0);
  s.server.configure({{"keys.algorithms", R"(["ES256"])"}});
  s.server.start();
  s.reconnect();
  EXPECT_EQ(states(s, "RS256"), list{"retiring"});
  expect_agreement(tokens_of(s, s.c1), jwks(s), "ES256");
}

}  // namespace

}  // namespace mintage::test
