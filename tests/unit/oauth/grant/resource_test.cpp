#include "oauth/grant/resource.hpp"

#include <gtest/gtest.h>

#include "oauth/admin/resources.hpp"

namespace mintage::oauth {
namespace {

using names = std::vector<std::string_view>;
constexpr auto userinfo = "http://127.0.0.1:9080/userinfo";

resource make_resource(std::string identifier, std::vector<std::string> scopes = {}) {
  return {.as = {.identifier = std::move(identifier)},
          .scopes = std::move(scopes),
          .resource_servers = {}};
}

const client_registry& registry() {
  static const auto all = [] {
    auto app = client{};
    app.id = "app";
    auto uri_like = client{};
    uri_like.id = "https://client";
    auto opaque = make_resource("https://opaque", {"secret"});
    opaque.as.format = token_format::opaque;
    auto rs256 = make_resource("https://rs256");
    rs256.as.alg = crypto::jws_alg::rs256;
    return client_registry{{app, uri_like},
                           {make_resource("https://a", {"read", "write"}),
                            make_resource("https://b", {"mail"}), opaque, rs256}};
  }();
  return all;
}

client allowed() {
  auto c = client{};
  c.allowed_resources = {"https://a", "https://b", "https://opaque", "https://rs256",
                         "https://gone"};
  return c;
}

std::vector<std::string> identifiers(const std::vector<target>& targets) {
  auto out = std::vector<std::string>{};
  for (const auto& t : targets) out.push_back(t.identifier);
  return out;
}

TEST(is_same_resource, ignores_case_of_scheme_and_host_and_the_slash_of_an_origin) {  // MCP-06
  for (const auto* asked : {"https://a.example", "HTTPS://a.example", "https://A.Example",
                            "https://a.example/", "https://A.example/"}) {
    EXPECT_TRUE(is_same_resource("https://a.example", asked)) << asked;
    EXPECT_TRUE(is_same_resource("https://A.example/", asked)) << asked;
  }
  EXPECT_TRUE(is_same_resource("https://a.example:8443/Mcp?x", "https://A.EXAMPLE:8443/Mcp?x"));
  EXPECT_TRUE(is_same_resource("urn:x", "urn:x"));
  for (const auto* asked : {"https://a.example/mcp/", "https://a.example/MCP", "https://a.example",
                            "http://a.example/mcp", "https://a.example:443/mcp",
                            "https://a.example/mcp#x", "https://a.example/mcp?", ""}) {
    EXPECT_FALSE(is_same_resource("https://a.example/mcp", asked)) << asked;
  }
  EXPECT_FALSE(is_same_resource("urn:x", "URN:x"));
  EXPECT_FALSE(is_same_resource("https://Eve@a.example", "https://eve@a.example"));
}

TEST(choose_targets, gives_the_registered_spelling) {  // MCP-06
  const auto chosen = choose_targets(registry(), allowed(), "openid",
                                     names{"https://A/", "HTTPS://a", "https://b"}, {});
  ASSERT_TRUE(chosen);
  EXPECT_EQ(identifiers(*chosen), (std::vector<std::string>{"https://a", "https://b"}));
}

TEST(narrow_targets, takes_other_spellings) {  // MCP-06
  const auto granted =
      std::vector<target>{{.identifier = "https://a"}, {.identifier = "https://b"}};
  const auto narrowed = narrow_targets(granted, names{"https://A/", "https://a"}, {});
  ASSERT_TRUE(narrowed);
  EXPECT_EQ(identifiers(*narrowed), std::vector<std::string>{"https://a"});
}

TEST(choose_targets, refuses_what_is_not_registered_or_not_allowed) {  // ATK-03
  for (const auto* name : {"https://gone", "https://a/x", "https://a?", "http://a", "a", ""}) {
    const auto chosen =
        choose_targets(registry(), allowed(), "openid", names{"https://a", name}, {});
    ASSERT_FALSE(chosen) << name;
    EXPECT_EQ(chosen.error().code, errc::invalid_target);
  }
  EXPECT_FALSE(choose_targets(registry(), allowed(), "read", names{userinfo}, {})) << "no openid";
  const auto chosen = choose_targets(registry(), client{}, "read", names{"https://a"}, {});
  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error().code, errc::invalid_target);
}

TEST(choose_targets, refuses_targets_that_disagree) {  // ATK-04, ATK-06
  for (const auto* other : {"https://opaque", "https://rs256"}) {
    const auto chosen = choose_targets(registry(), allowed(), "", names{"https://a", other}, {});
    ASSERT_FALSE(chosen) << other;
    EXPECT_EQ(chosen.error().code, errc::invalid_target);
  }
}

TEST(choose_targets, refuses_signatures_that_the_profile_forbids) {  // FAP-09
  auto c = allowed();
  c.profile = client_profile::fapi2;
  const auto rs256 = choose_targets(registry(), c, "openid", names{"https://rs256"}, options{});
  ASSERT_FALSE(rs256);
  EXPECT_EQ(rs256.error().code, errc::invalid_target);
  EXPECT_EQ(rs256.error().reason, "resource with an alg that FAPI 2.0 forbids (FAP-09)");
  for (const auto* name : {"https://a", "https://opaque"})
    EXPECT_TRUE(choose_targets(registry(), c, "openid", names{name}, options{})) << name;
  auto of_scope = make_resource("https://c", {"old"});
  of_scope.as.alg = crypto::jws_alg::es384;
  const auto known = registry().with_resource(of_scope);
  EXPECT_EQ(choose_targets(*known, c, "old", {}, options{}).error().code, errc::invalid_target);
  EXPECT_TRUE(choose_targets(*known, allowed(), "old", {}, options{}));
}

TEST(choose_targets, refuses_scopes_of_different_default_audiences) {  // ATK-02
  const auto chosen = choose_targets(registry(), allowed(), "openid read mail", {}, {});
  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error().code, errc::invalid_scope);
  EXPECT_TRUE(choose_targets(registry(), allowed(), "read mail", names{"https://a"}, {}));
}

TEST(choose_targets, takes_the_named_ones_or_that_of_the_scope_or_none) {  // ATK-02
  struct row {
    const char* scope;
    names requested;
    std::vector<std::string> chosen;
  };
  for (const auto& r : {
           row{"openid", {}, {}},
           row{"", {}, {}},
           row{"openid readx", {}, {}},
           row{"write read", {}, {"https://a"}},
           // Nothing was asked for, so userinfo is served too.
           row{"write openid read", {}, {"https://a", userinfo}},
           row{"openid secret", {}, {"https://opaque", userinfo}},
           row{"openid", {userinfo}, {}},
           row{"openid", {userinfo, "https://b"}, {"https://b", userinfo}},
           row{"secret", {}, {"https://opaque"}},
           row{"openid", {"https://b"}, {"https://b"}},
           row{"read", {"https://b", "https://a", "https://b"}, {"https://b", "https://a"}},
       }) {
    const auto chosen = choose_targets(registry(), allowed(), r.scope, r.requested, {});
    ASSERT_TRUE(chosen) << r.scope;
    EXPECT_EQ(identifiers(*chosen), r.chosen) << r.scope;
  }
  const auto both = choose_targets(registry(), allowed(), "openid secret", {}, {}).value();
  EXPECT_EQ(both[1].format, token_format::opaque) << "one token serves both";
  // The default audience of a scope needs no permission of its own.
  EXPECT_EQ(choose_targets(registry(), client{}, "secret", {}, {})->front().format,
            token_format::opaque);
}

TEST(narrow_targets, gives_no_more_than_was_granted) {  // COD-10, RFT-12
  const auto granted =
      std::vector<target>{{.identifier = "https://a"}, {.identifier = "https://b"}};
  EXPECT_EQ(narrow_targets(granted, names{"https://c"}, {}).error().code, errc::invalid_target);
  EXPECT_EQ(narrow_targets(granted, names{"https://a", ""}, {}).error().code, errc::invalid_target);
  EXPECT_EQ(narrow_targets({}, names{"https://a"}, {}).error().code, errc::invalid_target);
  EXPECT_EQ(narrow_targets(granted, {}, {}).value(), granted);
  EXPECT_EQ(identifiers(*narrow_targets(granted, names{"https://b", "https://b"}, {})),
            std::vector<std::string>{"https://b"});
  EXPECT_TRUE(narrow_targets({}, names{userinfo}, {})->empty()) << "as it was granted";
  EXPECT_EQ(narrow_targets(granted, names{userinfo}, {}).error().code, errc::invalid_target);
  EXPECT_EQ(narrow_targets({}, names{userinfo, "https://a"}, {}).error().code,
            errc::invalid_target);
}

TEST(resource_identifier, is_an_absolute_uri_without_fragment) {  // ATK-03
  for (const auto& bad :
       {std::string{}, std::string{"a"}, std::string{"/a"}, std::string{"https://a#"},
        std::string{"https://a#f"}, std::string{"https:///a"}, std::string{"https://*.a"},
        std::string{"https://a/*"}, "https://a/" + std::string(2039, 'x')}) {
    EXPECT_FALSE(is_resource_identifier(bad)) << bad;
  }
  for (const auto& good : {std::string{"https://a"}, std::string{"urn:example:api"},
                           std::string{"https://a/?q"}, "https://a/" + std::string(2038, 'x')}) {
    EXPECT_TRUE(is_resource_identifier(good)) << good;
  }
}

TEST(check_resource, names_the_field_that_is_wrong) {  // ATK-02, ATK-03
  struct row {
    const char* field;
    void (*change)(resource&);
  };
  auto o = options{};
  o.issuer = "https://h/";
  for (const auto& r : {
           row{"identifier ", [](auto& x) { x.as.identifier.clear(); }},
           row{"identifier ", [](auto& x) { x.as.identifier += "#"; }},
           row{"identifier ", [](auto& x) { x.as.identifier = "https://h/userinfo"; }},
           row{"identifier ", [](auto& x) { x.as.identifier = "https://client"; }},
           row{"scopes ", [](auto& x) { x.scopes.assign(65, "s"); }},
           row{"scopes[1] ",
               [](auto& x) {
                 x.scopes = {"s", ""};
               }},
           row{"scopes[0] ", [](auto& x) { x.scopes = {"a b"}; }},
           row{"scopes[0] ", [](auto& x) { x.scopes = {"a\"b"}; }},
           row{"scopes[0] ", [](auto& x) { x.scopes = {"openid"}; }},
           row{"scopes[0] ", [](auto& x) { x.scopes = {"offline_access"}; }},
           row{"scopes[0] ", [](auto& x) { x.scopes = {"mail"}; }},
           row{"resource_servers ", [](auto& x) { x.resource_servers.assign(65, "app"); }},
           row{"resource_servers[0] ", [](auto& x) { x.resource_servers = {""}; }},
           row{"resource_servers[0] ", [](auto& x) { x.resource_servers = {"a b"}; }},
           row{"resource_servers[0] ",
               [](auto& x) { x.resource_servers = {std::string(129, 'x')}; }},
       }) {
    auto changed = make_resource("https://new", {"fresh"});
    r.change(changed);
    const auto bad = check_resource(registry(), changed, o);
    ASSERT_TRUE(bad) << r.field;
    EXPECT_EQ(bad->code, errc::invalid_request);
    EXPECT_TRUE(bad->description.starts_with(r.field)) << bad->description;
  }
}

TEST(check_resource, takes_a_new_one_and_the_successor_of_an_old_one) {
  auto fresh = make_resource("https://new", std::vector<std::string>(64, "fresh"));
  fresh.resource_servers.assign(64, "app");
  EXPECT_FALSE(check_resource(registry(), fresh, {}));
  EXPECT_FALSE(check_resource(registry(), make_resource("https://b", {"mail", "post"}), {}));
}

}  // namespace
}  // namespace mintage::oauth
