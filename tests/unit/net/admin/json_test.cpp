// JSON of the admin interface: first what is refused and the field that is named, then what is
// read.

#include "net/admin/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace mintage::net {
namespace {

using oauth::errc;
using oauth::instant;
using oauth::seconds;

std::string refusal_of_mint(std::string_view text) {
  const auto read = admin_json{}.read_mint(text);
  if (read) return {};
  EXPECT_EQ(read.error().code, errc::invalid_request);
  return read.error().description;
}
std::string refusal_of_client(std::string_view text) {
  const auto read = admin_json{}.read_client(text);
  if (read) return {};
  EXPECT_EQ(read.error().code, errc::invalid_request);
  return read.error().description;
}
/// An object whose claims are `depth` levels deep.
std::string nested(std::size_t depth, std::string_view core) {
  const auto inner = depth - 2;
  return R"({"claims":{"a":)" + std::string(inner, '[') + std::string{core} +
         std::string(inner, ']') + "}}";
}

struct row {
  const char* json;
  const char* description;
};

TEST(admin_json, refuses_what_is_not_one_object) {
  const row rows[] = {
      {"", "the JSON is missing"},
      {" ", "the JSON is malformed"},
      {"{", "the JSON is malformed"},
      {"{} {}", "the JSON is malformed"},
      {"{}x", "the JSON is malformed"},
      {"{\"sub\":\"a\",}", "the JSON is malformed"},
      {"{'sub':1}", "the JSON is malformed"},
      {"{\"sub\":\"\\ud800\"}", "the JSON is malformed"},
      {"{\"sub\":\"a\nb\"}", "the JSON is malformed"},
      {"[]", "the JSON must be one object"},
      {"null", "the JSON must be one object"},
      {"\"{}\"", "the JSON must be one object"},
      {"{\"sub\":\"\xff\"}", "the JSON is not UTF-8"},
      {"{\"ttl\":1e999}", "the JSON has a number that is malformed or out of range"},
      {"{\"ttl\":01}", "the JSON has a number that is malformed or out of range"},
  };
  for (const auto& r : rows) {
    EXPECT_EQ(refusal_of_mint(r.json), r.description) << r.json;
    EXPECT_EQ(refusal_of_client(r.json), r.description) << r.json;
  }
}

TEST(admin_json, refuses_more_than_16_levels) {
  for (const auto* core : {"1", "[]", "{}", "null,{}"}) {  // an empty container is not a level
    EXPECT_EQ(refusal_of_mint(nested(16, core)), "") << core;
    EXPECT_EQ(refusal_of_mint(nested(17, core)), "the JSON is nested deeper than 16 levels");
  }
  EXPECT_EQ(refusal_of_mint(nested(100'000, "1")), "the JSON is nested deeper than 16 levels");
  // The limit still applies after a document that made the parser grow.
  auto reader = admin_json{};
  EXPECT_TRUE(reader.read_mint(R"({"sub":")" + std::string(100'000, 'a') + R"("})"));
  EXPECT_FALSE(reader.read_mint(nested(17, "1")));
}

TEST(admin_json, names_an_unknown_member_only_if_it_is_a_plain_name) {
  const row rows[] = {
      {R"({"scopes":"a"})", "unknown member scopes"},
      {R"({"Sub":null})", "unknown member Sub"},
      {R"({"":1})", "unknown member"},
      {R"({"a b":1})", "unknown member"},
      {R"({"<script>":1})", "unknown member"},
      {R"({"a\u000ab":1})", "unknown member"},
      {R"({"\u00e9":1})", "unknown member"},
  };
  for (const auto& r : rows) {
    EXPECT_EQ(refusal_of_mint(r.json), r.description) << r.json;
  }
  const auto with_name = [](std::size_t n) { return "{\"" + std::string(n, 'a') + "\":1}"; };
  EXPECT_EQ(refusal_of_client(with_name(64)), "unknown member " + std::string(64, 'a'));
  EXPECT_EQ(refusal_of_client(with_name(65)), "unknown member");
  EXPECT_EQ(refusal_of_client(R"({"sub":"a"})"), "unknown member sub");
  EXPECT_EQ(refusal_of_mint(R"({"client_secret":"a"})"), "unknown member client_secret");
}

TEST(admin_json, refuses_repeated_members_even_null_ones_and_escaped_spellings) {
  EXPECT_EQ(refusal_of_mint(R"({"sub":"a","sub":"a"})"), "sub is repeated");
  EXPECT_EQ(refusal_of_mint(R"({"sub":null,"sub":"a"})"), "sub is repeated");
  EXPECT_EQ(refusal_of_mint(R"({"sub":"a","\u0073ub":"b"})"), "sub is repeated");
  EXPECT_EQ(refusal_of_client(R"({"status":"active","scope":"a","status":"active"})"),
            "status is repeated");
  EXPECT_EQ(refusal_of_mint(R"({"claims":{"a":[{"b":1,"c":2,"b":3}]}})"),
            "claims must not repeat a member");
}

TEST(admin_json, reads_the_dpop_key_of_a_code) {  // COD-09
  EXPECT_EQ(admin_json{}.read_mint(R"({"dpop_jkt":"x"})")->dpop_jkt, "x");
  EXPECT_FALSE(admin_json{}.read_mint(R"({"dpop_jkt":null})")->dpop_jkt);
  EXPECT_EQ(refusal_of_mint(R"({"dpop_jkt":1})"), "dpop_jkt must be a string");
}

TEST(admin_json, names_a_member_of_the_wrong_type) {
  const auto mint = [](std::string member, std::string_view values, std::string_view must) {
    for (const auto* value : {"1", "1.5", "\"a\"", "true", "[1]", "[\"a\",null]", "{}"}) {
      const auto taken = values.find(value) != std::string_view::npos;
      auto expected = taken ? std::string{} : member + " " + std::string{must};
      EXPECT_EQ(refusal_of_mint("{\"" + member + "\":" + value + "}"), expected) << value;
    }
  };
  for (const auto* name : {"client_id", "redirect_uri", "scope", "sub", "nonce", "acr", "sid",
                           "username", "code_challenge", "code_challenge_method"}) {
    mint(name, "\"a\"", "must be a string");
  }
  for (const auto* name : {"auth_time", "ttl"}) {
    const auto must = std::string{name} + " must be an integer";
    for (const auto* value : {"1.5", "1.0", "1e3", "\"1\"", "true", "[1]", "9223372036854775808"}) {
      EXPECT_EQ(refusal_of_mint("{\"" + std::string{name} + "\":" + value + "}"), must) << value;
    }
  }
  mint("amr", "", "must be an array of strings");
  mint("claims", "{}", "must be an object");

  for (const auto* name :
       {"strict_auth_method", "require_pkce", "basic_raw_compat", "rt_without_offline"}) {
    for (const auto* value : {"1", "0", "\"true\"", "[]"}) {
      EXPECT_EQ(refusal_of_client("{\"" + std::string{name} + "\":" + value + "}"),
                std::string{name} + " must be true or false");
    }
  }
  for (const auto* name :
       {"client_id", "client_secret", "client_name", "scope", "status", "rt_mode",
        "token_endpoint_auth_method", "id_token_signed_response_alg"}) {
    EXPECT_EQ(refusal_of_client("{\"" + std::string{name} + "\":1}"),
              std::string{name} + " must be a string");
  }
  for (const auto* name : {"redirect_uris", "grant_types", "response_types"}) {
    EXPECT_EQ(refusal_of_client("{\"" + std::string{name} + "\":\"a\"}"),
              std::string{name} + " must be an array of strings");
  }
  EXPECT_EQ(refusal_of_client(R"({"client_secret_expires_at":"0"})"),
            "client_secret_expires_at must be an integer");
}

TEST(admin_json, reads_every_member_of_a_mint_request) {
  auto reader = admin_json{};
  const auto r = reader.read_mint(R"( {
    "client_id": "cl_1", "redirect_uri": "https://a.b/c?d=\u0065", "scope": "openid a",
    "sub": "u\u00e9", "auth_time": -5, "nonce": "n", "acr": "1", "amr": ["pwd", "otp"],
    "sid": "s", "username": "al", "claims": { "b": [1, 2.5, "x\n"], "a": { } },
    "code_challenge": "", "code_challenge_method": "S256", "ttl": 9223372036854775807 } )");
  ASSERT_TRUE(r);
  EXPECT_EQ(r->client_id, "cl_1");
  EXPECT_EQ(r->redirect_uri, "https://a.b/c?d=e");
  EXPECT_EQ(r->scope, "openid a");
  EXPECT_EQ(r->sub, "u\xc3\xa9");
  EXPECT_EQ(r->auth_time, -5);
  EXPECT_EQ(r->nonce, "n");
  EXPECT_EQ(r->acr, "1");
  EXPECT_EQ(r->amr, (std::vector<std::string>{"pwd", "otp"}));
  EXPECT_EQ(r->sid, "s");
  EXPECT_EQ(r->username, "al");
  EXPECT_EQ(r->claims, R"({"b":[1,2.5,"x\n"],"a":{}})");
  EXPECT_EQ(r->code_challenge, "");
  EXPECT_EQ(r->code_challenge_method, "S256");
  EXPECT_EQ(r->ttl, INT64_MAX);
}

TEST(admin_json, leaves_null_and_empty_claims_out_UIN_03) {
  auto reader = admin_json{};
  const auto r = reader.read_mint(R"({"claims":{"a":null,"b":"","c":0,"d":false,"\u0065":"x"}})");
  ASSERT_TRUE(r);
  EXPECT_EQ(r->claims, R"({"c":0,"d":false,"e":"x"})");
  EXPECT_EQ(reader.read_mint(R"({"claims":{"a":null}})")->claims, "");
}

TEST(admin_json, refuses_claims_that_the_server_sets) {
  for (const auto* name : {"iss", "sub", "aud", "exp", "iat", "nonce", "at_hash", "s\\u0075b"}) {
    EXPECT_EQ(refusal_of_mint(std::string{"{\"claims\":{\"a\":1,\""} + name + "\":1}}"),
              "claims must not name a claim that the server sets")
        << name;
  }
}

TEST(admin_json, keeps_what_a_claims_request_means_for_the_ID_token_IDT_02) {
  auto reader = admin_json{};
  struct requested {
    const char* json;
    std::string id_token_claims;
    std::vector<std::string> essential_acr;
  };
  const auto claims = std::string{R"("claims":{"email":"a@b","name":"N","x":null})"};
  for (const auto& [json, id_token_claims, essential_acr] : {
           requested{R"({"userinfo":{"email":null}})", "", {}},
           requested{R"({"id_token":null})", "", {}},
           requested{
               R"({"id_token":{"email":null,"x":null,"absent":null}})", R"({"email":"a@b"})", {}},
           requested{R"({"id_token":{"name":{"essential":true},"email":null}})",
                     R"({"email":"a@b","name":"N"})",
                     {}},
           requested{
               R"({"id_token":{"acr":{"essential":true,"values":["2","3"]}}})", "", {"2", "3"}},
           requested{R"({"id_token":{"acr":{"essential":true,"value":"2"}}})", "", {"2"}},
           requested{R"({"id_token":{"acr":{"essential":false,"value":"2"}}})", "", {}},
           requested{R"({"id_token":{"acr":{"value":"2"}}})", "", {}},
       }) {
    const auto request = "\"claims_request\":" + std::string{json};
    for (const auto& text :
         {"{" + claims + "," + request + "}", "{" + request + "," + claims + "}"}) {
      const auto r = reader.read_mint(text);
      ASSERT_TRUE(r) << json;
      EXPECT_EQ(r->id_token_claims, id_token_claims) << json;
      EXPECT_EQ(r->essential_acr, essential_acr) << json;
    }
  }
  EXPECT_EQ(refusal_of_mint(R"({"claims_request":[]})"), "claims_request must be an object");
  EXPECT_EQ(refusal_of_mint(R"({"claims_request":{"id_token":{"a":1,"a":2}}})"),
            "claims_request must not repeat a member");
}

TEST(admin_json, reads_one_resource_or_several_into_a_mint_request) {
  auto reader = admin_json{};
  EXPECT_EQ(reader.read_mint(R"({"resource":"https://a"})")->resources,
            std::vector<std::string>{"https://a"});
  EXPECT_EQ(reader.read_mint(R"({"resource":["https://a","https://b"]})")->resources,
            (std::vector<std::string>{"https://a", "https://b"}));
  EXPECT_EQ(refusal_of_mint(R"({"resource":[1]})"),
            "resource must be a string or an array of strings");
}

TEST(admin_json, reads_every_member_of_a_resource) {
  auto reader = admin_json{};
  const auto r = reader.read_resource(R"({"identifier":"https://api","token_format":"opaque",
    "alg":"RS256","scopes":["read","write"],"resource_servers":["cl_1"]})");
  ASSERT_TRUE(r);
  EXPECT_EQ(r->as,
            (oauth::target{"https://api", oauth::token_format::opaque, crypto::jws_alg::rs256}));
  EXPECT_EQ(r->scopes, (std::vector<std::string>{"read", "write"}));
  EXPECT_EQ(r->resource_servers, std::vector<std::string>{"cl_1"});
  EXPECT_EQ(render(oauth::admin_answer{*r}),
            R"({"identifier":"https://api","token_format":"opaque","alg":"RS256",)"
            R"("scopes":["read","write"],"resource_servers":["cl_1"]})");
  for (const auto& [json, description] : std::map<std::string, std::string>{
           {R"({"token_format":"JWT"})", "token_format must be jwt or opaque"},
           {R"({"alg":"none"})", "alg must be an algorithm that the server signs with"},
           {R"({"alg":"HS256"})", "alg must be an algorithm that the server signs with"},
           {R"({"identifier":1})", "identifier must be a string"},
           {R"({"audience":"x"})", "unknown member audience"},
       }) {
    const auto refused = reader.read_resource(json);
    ASSERT_FALSE(refused) << json;
    EXPECT_EQ(refused.error().description, description);
  }
}

TEST(admin_json, takes_null_as_not_sent_and_forgets_the_previous_text) {
  auto reader = admin_json{};
  ASSERT_TRUE(reader.read_mint(R"({"sub":"a","code_challenge":"b","ttl":1,"amr":["x"]})"));
  const auto r = reader.read_mint(R"({"sub":null,"code_challenge":null,"ttl":null,"claims":null})");
  ASSERT_TRUE(r);
  EXPECT_EQ(r->sub, "");
  EXPECT_EQ(r->code_challenge, std::nullopt);
  EXPECT_EQ(r->ttl, std::nullopt);
  EXPECT_TRUE(r->amr.empty());
  EXPECT_EQ(r->claims, "");
}

TEST(admin_json, reads_every_member_of_client_metadata) {
  auto reader = admin_json{};
  const auto r = reader.read_client(R"({"client_id":"a","client_secret":"b",
    "client_secret_expires_at":0,"client_name":"c","redirect_uris":["https://d"],
    "token_endpoint_auth_method":"none","grant_types":["authorization_code"],
    "response_types":["code"],"scope":"openid","id_token_signed_response_alg":"ES256",
    "status":"suspended","strict_auth_method":true,"require_pkce":false,"basic_raw_compat":false,
    "rt_without_offline":true,"rt_mode":"static","subject_type":"pairwise",
    "sector_identifier_uri":"https://s/x","userinfo_signed_response_alg":"ES256",
    "allowed_resources":["https://r"],"allowed_origins":["https://o"],
    "access_token_claims":{"tenant":{"a":[1, 2]}},"access_token_ttl":1,"id_token_ttl":2,"refresh_idle":3,"refresh_absolute":4})");
  ASSERT_TRUE(r);
  EXPECT_EQ(r->client_id, "a");
  ASSERT_TRUE(r->client_secret);
  EXPECT_EQ(r->client_secret->reveal(), "b");
  EXPECT_EQ(r->client_secret_expires_at, 0);
  EXPECT_EQ(r->client_name, "c");
  EXPECT_EQ(r->redirect_uris, std::vector<std::string>{"https://d"});
  EXPECT_EQ(r->token_endpoint_auth_method, "none");
  EXPECT_EQ(r->grant_types, std::vector<std::string>{"authorization_code"});
  EXPECT_EQ(r->response_types, std::vector<std::string>{"code"});
  EXPECT_EQ(r->scope, "openid");
  EXPECT_EQ(r->id_token_signed_response_alg, "ES256");
  EXPECT_EQ(r->status, "suspended");
  EXPECT_EQ(r->strict_auth_method, true);
  EXPECT_EQ(r->require_pkce, false);
  EXPECT_EQ(r->basic_raw_compat, false);
  EXPECT_EQ(r->rt_without_offline, true);
  EXPECT_EQ(r->rt_mode, "static");
  EXPECT_EQ(r->subject_type, "pairwise");
  EXPECT_EQ(r->sector_identifier_uri, "https://s/x");
  EXPECT_EQ(r->userinfo_signed_response_alg, "ES256");
  EXPECT_EQ(r->allowed_resources, std::vector<std::string>{"https://r"});
  EXPECT_EQ(r->allowed_origins, std::vector<std::string>{"https://o"});
  EXPECT_EQ(r->access_token_claims,
            (std::vector<oauth::static_claim>{{"tenant", R"({"a":[1,2]})"}}));
  EXPECT_EQ(r->access_token_ttl, 1);
  EXPECT_EQ(r->id_token_ttl, 2);
  EXPECT_EQ(r->refresh_idle, 3);
  EXPECT_EQ(r->refresh_absolute, 4);

  const auto nothing = reader.read_client("{}");
  ASSERT_TRUE(nothing);
  EXPECT_FALSE(nothing->client_id || nothing->client_secret || nothing->redirect_uris ||
               nothing->require_pkce);
}

TEST(admin_json, reads_how_a_client_proves_itself_by_keys) {  // CAU-06
  auto reader = admin_json{};
  const auto r = reader.read_client(R"({"jwks": {"keys" : [{"kty":"EC","x5c":["a", "b"]}]},
    "jwks_uri":"https://j","token_endpoint_auth_signing_alg":"ES256",
    "assertion_aud_mode":"compat","profile":"fapi2"})");
  ASSERT_TRUE(r);
  EXPECT_EQ(r->jwks, R"({"keys":[{"kty":"EC","x5c":["a","b"]}]})");
  EXPECT_EQ(r->jwks_uri, "https://j");
  EXPECT_EQ(reader.read_client(R"({"jwks":{}})")->jwks, "");
  EXPECT_EQ(r->token_endpoint_auth_signing_alg, "ES256");
  EXPECT_EQ(r->assertion_aud_mode, "compat");
  EXPECT_EQ(r->profile, "fapi2");
  for (const auto* bad : {"\"{}\"", "[]", "7"})
    EXPECT_EQ(refusal_of_client(R"({"jwks":)" + std::string{bad} + "}"),
              "jwks must be a JWK set, which is an object");
}

TEST(admin_json, refuses_static_claims_that_are_not_the_operators) {
  const auto refusal = [](std::string_view claims) {
    return refusal_of_client(R"({"access_token_claims":)" + std::string{claims} + "}");
  };
  const auto set = std::string{"access_token_claims must not name a claim that the server sets"};
  for (const auto* name : {"iss", "sub", "aud", "exp", "jti", "scope", "client_id", "cnf", "act",
                           "authorization_details", "active", "username"}) {
    EXPECT_EQ(refusal(R"({")" + std::string{name} + R"(":1})"), set);
  }
  EXPECT_EQ(refusal("[]"), "access_token_claims must be an object");
  EXPECT_EQ(refusal(R"({"a":1,"a":2})"), "access_token_claims must not repeat a member");
  for (const auto* names : {R"({"":1})", R"({"a b":1})", R"({"a\u0022":1})", R"({"\u00e4":1})"}) {
    EXPECT_EQ(refusal(names),
              "access_token_claims must have names of 1 to 128 letters, digits and _:./-");
  }
  EXPECT_EQ(refusal(R"({"a":")" + std::string(4096, 'x') + R"("})"),
            "access_token_claims must be at most 1024 octets");
  EXPECT_EQ(refusal(R"({"https://a.b/c":null,"tier":[]})"), "");
}

TEST(admin_json, reads_the_request_for_a_secret) {
  auto reader = admin_json{};
  const auto r = reader.read_secret(R"({"client_secret":"b","client_secret_expires_at":7})");
  ASSERT_TRUE(r);
  ASSERT_TRUE(r->client_secret);
  EXPECT_EQ(r->client_secret->reveal(), "b");
  EXPECT_EQ(r->client_secret_expires_at, 7);
  for (const auto* text : {"", "{}", R"({"client_secret":null})"}) {
    const auto generated = reader.read_secret(text);
    ASSERT_TRUE(generated) << text;
    EXPECT_FALSE(generated->client_secret || generated->client_secret_expires_at);
  }
  for (const auto& wrong :
       {row{" ", "the JSON is malformed"}, row{"[]", "the JSON must be one object"},
        row{R"({"client_id":"a"})", "unknown member client_id"},
        row{R"({"client_secret":1})", "client_secret must be a string"}}) {
    const auto refused = reader.read_secret(wrong.json);
    ASSERT_FALSE(refused) << wrong.json;
    EXPECT_EQ(refused.error().description, wrong.description);
  }
}

TEST(admin_json_rotation, names_the_member_that_is_wrong) {
  auto reader = admin_json{};
  struct rotation_row {
    const char* body;
    const char* names;
  };
  for (const auto& [body, names] :
       {rotation_row{R"({"alg":"none"})", "alg "}, rotation_row{R"({"alg":"es256"})", "alg "},
        rotation_row{R"({"alg":1})", "alg "}, rotation_row{R"({"alg":["ES256"]})", "alg "},
        rotation_row{R"({"now":"true"})", "now "}, rotation_row{R"({"now":1})", "now "},
        rotation_row{R"({"now":true,"now":true})", "now "},
        rotation_row{R"({"kid":"x"})", "unknown member kid"}, rotation_row{"[]", "the JSON "},
        rotation_row{"{", "the JSON "}}) {
    const auto read = reader.read_rotation(body);
    ASSERT_FALSE(read) << body;
    EXPECT_EQ(read.error().code, errc::invalid_request);
    EXPECT_EQ(read.error().description.rfind(names, 0), 0U) << read.error().description;
  }
}

TEST(admin_json_rotation, may_ask_for_nothing_in_particular) {
  auto reader = admin_json{};
  for (const auto* body : {"", "{}", R"({"alg":null})"}) {
    const auto read = reader.read_rotation(body);
    ASSERT_TRUE(read) << body;
    EXPECT_EQ(read->alg, std::nullopt);
    EXPECT_FALSE(read->now);
  }
  const auto read = reader.read_rotation(R"({"alg":"EdDSA","now":true})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->alg, crypto::jws_alg::eddsa);
  EXPECT_TRUE(read->now);
}

TEST(admin_json, DCR_02_ignores_members_that_are_not_for_clients) {
  const auto read = admin_json{}.read_registration(
      R"({"client_name":"x","tos_uri":7,"rt_mode":[],"status":"suspended","scope":null,"":{}})");
  ASSERT_TRUE(read) << read.error().description;
  EXPECT_EQ(read->metadata.client_name, "x");
  EXPECT_FALSE(read->metadata.status || read->metadata.rt_mode || read->metadata.scope);
  EXPECT_FALSE(read->has_software_statement || read->has_sector);
  EXPECT_EQ(read->server_member, "");
}

TEST(admin_json, DCR_06_tells_what_no_update_may_have) {
  const auto read = admin_json{}.read_registration(
      R"({"client_id":"a","client_secret":"b","client_id_issued_at":1,"sector_identifier_uri":"s",)"
      R"("software_statement":"t"})");
  ASSERT_TRUE(read) << read.error().description;
  EXPECT_EQ(read->metadata.client_id, "a");
  EXPECT_TRUE(read->metadata.client_secret);
  EXPECT_TRUE(read->has_software_statement && read->has_sector);
  EXPECT_EQ(read->server_member, "client_id_issued_at");
}

TEST(admin_json, DCR_04_names_the_member_of_a_registration_that_is_wrong) {
  for (const auto* json : {"", "[]", "{", R"({"client_name":1})", R"({"scope":"a","scope":"b"})",
                           R"({"redirect_uris":"https://a.example"})"}) {
    EXPECT_FALSE(admin_json{}.read_registration(json)) << json;
  }
}

}  // namespace
}  // namespace mintage::net
