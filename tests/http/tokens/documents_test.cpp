// Discovery and JWKS. (MET-01 to MET-03, JWK-01, NEG-196, NEG-197)
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>

#include "tests/support/test_clients.hpp"

namespace mintage::test {

namespace {

namespace json = boost::json;

constexpr auto documents = {"/jwks", "/.well-known/openid-configuration",
                            "/.well-known/oauth-authorization-server"};

class published : public testing::Test {
 protected:
  static void SetUpTestSuite() { stage_ = std::make_unique<stage>(); }
  static void TearDownTestSuite() {
    EXPECT_EQ(stage_->server.stop(), 0);
    stage_.reset();
  }
  static http_answer ask(std::string_view method, std::string_view path,
                         std::string_view fields = {}) {
    auto wire = connection{stage_->server.port()};
    wire.send(std::string{method} + " " + std::string{path} + " HTTP/1.1\r\nHost: x\r\n" +
              std::string{fields} + "\r\n");
    return wire.receive(method == "HEAD");
  }
  static json::object metadata() {
    return parse_object(ask("GET", "/.well-known/openid-configuration").body);
  }
  static std::unique_ptr<stage> stage_;
};
std::unique_ptr<stage> published::stage_;

TEST_F(published, JWK_01_documents_are_json_for_everyone_and_may_be_cached_for_five_minutes) {
  for (auto* path : documents) {
    auto got = ask("GET", path);
    EXPECT_EQ(got.status, 200U) << path;
    EXPECT_EQ(got.field("Content-Type"), "application/json") << path;
    EXPECT_EQ(got.field("Cache-Control"), "public, max-age=300") << path;
    EXPECT_EQ(got.field("Access-Control-Allow-Origin"), "*") << path;
    EXPECT_EQ(got.count("Access-Control-Allow-Credentials"), 0U) << path;
    EXPECT_EQ(got.count("X-Request-Id"), 1U) << path;
  }
}

TEST_F(published, JWK_01_a_known_etag_is_answered_with_304) {
  for (auto* path : documents) {
    auto etag = ask("GET", path).field("ETag");
    EXPECT_TRUE(etag.size() > 2 && etag.starts_with('"') && etag.ends_with('"')) << etag;
    for (auto& known : {etag, "\"other\", " + etag, "W/" + etag, std::string{"*"}}) {
      auto got = ask("GET", path, "If-None-Match: " + known + "\r\n");
      EXPECT_EQ(got.status, 304U) << path << " " << known;
      EXPECT_EQ(got.field("ETag"), etag);
    }
    auto got = ask("GET", path, "If-None-Match: \"other\"\r\n");
    EXPECT_EQ(got.status, 200U) << path;
  }
}

TEST_F(published, HEAD_has_the_head_of_GET_and_no_body) {
  for (auto* path : documents) {
    auto got = ask("HEAD", path);
    auto whole = ask("GET", path);
    EXPECT_EQ(got.status, 200U);
    for (auto* name : {"Content-Type", "Content-Length", "ETag", "Cache-Control"}) {
      EXPECT_EQ(got.field(name), whole.field(name)) << path << " " << name;
    }
  }
}

TEST_F(published, NEG_196_other_methods_are_405) {
  for (auto* path : documents) {
    for (auto* method : {"POST", "PUT", "DELETE"}) {
      auto got = ask(method, path, "Content-Length: 0\r\n");
      EXPECT_EQ(got.status, 405U) << method << " " << path;
      EXPECT_NE(got.field("Allow").find("GET, HEAD"), std::string::npos) << got.octets;
    }
  }
}

TEST_F(published, NEG_197_the_key_set_has_public_members_only) {
  auto allowed = std::set<std::string>{"kty", "crv", "x", "y", "n", "e", "kid", "use", "alg"};
  auto kids = std::set<std::string>{};
  auto algs = std::set<std::string>{};
  auto set = parse_object(ask("GET", "/jwks").body);
  for (auto& each : set.at("keys").as_array()) {
    auto& key = each.as_object();
    for (auto& member : key) EXPECT_TRUE(allowed.contains(std::string{member.key()}));
    EXPECT_TRUE(text_of(key, "kty") == "EC" || text_of(key, "kty") == "RSA");
    EXPECT_EQ(text_of(key, "use"), "sig");
    EXPECT_EQ(text_of(key, "kid").size(), 43U) << "an RFC 7638 thumbprint";
    EXPECT_TRUE(kids.insert(text_of(key, "kid")).second);
    algs.insert(text_of(key, "alg"));
  }
  EXPECT_EQ(algs, (std::set<std::string>{"ES256", "RS256"}));
}

TEST_F(published, MET_01_both_documents_have_one_content_and_the_configured_issuer) {
  EXPECT_EQ(ask("GET", "/.well-known/openid-configuration").body,
            ask("GET", "/.well-known/oauth-authorization-server").body);
  auto found = metadata();
  EXPECT_EQ(text_of(found, "issuer"), issuer);
  EXPECT_EQ(text_of(found, "token_endpoint"), std::string{issuer} + "/token");
  EXPECT_EQ(text_of(found, "jwks_uri"), std::string{issuer} + "/jwks");
}

std::set<std::string> texts(const json::object& o, const char* name) {
  auto out = std::set<std::string>{};
  if (auto* list = o.if_contains(name)) {
    for (auto& each : list->as_array()) out.insert(each.as_string().c_str());
  }
  return out;
}

TEST_F(published, MET_02_what_exists_is_announced_and_nothing_else) {
  auto found = metadata();
  using list = std::set<std::string>;
  for (const auto* endpoint : {"introspection", "revocation", "userinfo"}) {
    EXPECT_TRUE(found.contains(std::string{endpoint} + "_endpoint")) << endpoint;
  }
  EXPECT_EQ(texts(found, "grant_types_supported"),
            (list{"authorization_code", "client_credentials", "refresh_token"}));
  EXPECT_EQ(texts(found, "response_types_supported"), list{"code"});
  EXPECT_EQ(texts(found, "subject_types_supported"), (list{"pairwise", "public"}));
  EXPECT_EQ(texts(found, "code_challenge_methods_supported"), list{"S256"});
  EXPECT_EQ(texts(found, "id_token_signing_alg_values_supported"), (list{"ES256", "RS256"}));
  EXPECT_EQ(texts(found, "token_endpoint_auth_methods_supported"),
            (list{"client_secret_basic", "client_secret_jwt", "client_secret_post", "none",
                  "private_key_jwt"}));
  EXPECT_TRUE(texts(found, "token_endpoint_auth_signing_alg_values_supported").contains("ES256"));
  EXPECT_EQ(texts(found, "dpop_signing_alg_values_supported"),
            (list{"ES256", "EdDSA", "Ed25519", "PS256", "ES384", "RS256"}));
  EXPECT_TRUE(texts(found, "scopes_supported").contains("openid"));
  EXPECT_TRUE(texts(found, "scopes_supported").contains("offline_access"));
  EXPECT_EQ(found.at("request_uri_parameter_supported"), false) << "its default is true";
  EXPECT_EQ(found.at("backchannel_logout_supported"), true);
  for (auto* absent : {"device_authorization_endpoint", "pushed_authorization_request_endpoint",
                       "end_session_endpoint", "registration_endpoint", "mtls_endpoint_aliases"}) {
    EXPECT_FALSE(found.contains(absent)) << absent;
  }
}

TEST_F(published, NEG_213_an_issuer_with_a_path_has_its_metadata_at_three_places) {  // MCP-02
  auto own = stage{{{"issuer", toml_string("http://127.0.0.1:9080/tenant")}}};
  const auto get = [&](const std::string& path) {
    auto wire = connection{own.server.port()};
    wire.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    return wire.receive();
  };
  EXPECT_EQ(get("/tenant/jwks").status, 200U);
  const auto first = get("/tenant/.well-known/openid-configuration");
  EXPECT_EQ(text_of(parse_object(first.body), "issuer"), "http://127.0.0.1:9080/tenant");
  for (const auto* path : {"/.well-known/oauth-authorization-server/tenant",
                           "/.well-known/openid-configuration/tenant"}) {
    EXPECT_EQ(get(path).body, first.body) << path;
  }
  for (const auto* path : {"/.well-known/openid-configuration", "/.well-known/tenant",
                           "/tenant/.well-known/oauth-authorization-server"}) {
    EXPECT_EQ(get(path).status, 404U) << path;
  }
  auto call = redemption(own.c1, own.mint(own.c1));
  EXPECT_EQ(call.send_to(own.server.port()).status, 404U);
  call.target = "/tenant/token";
  EXPECT_EQ(call.send_to(own.server.port()).status, 200U);
}

TEST_F(published, unknown_paths_are_404_and_nothing_is_stored) {
  for (auto* path :
       {"/", "/Token", "/token/", "/admin/clients", "/livez", "/../token", "//token"}) {
    auto got = ask("GET", path);
    EXPECT_EQ(got.status, 404U) << path;
    EXPECT_EQ(got.field("Cache-Control"), "no-store") << path;
  }
}

}  // namespace

}  // namespace mintage::test
