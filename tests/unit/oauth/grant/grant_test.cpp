#include "oauth/grant/grant.hpp"

#include <gtest/gtest.h>

#include "tests/unit/oauth/counting_random.hpp"

namespace mintage::oauth {
namespace {

constexpr auto now = instant{milliseconds{1'700'000'000'123}};

login login_with_scope(std::string scope) {
  auto who = login{};
  who.client_id = "cl_app";
  who.sub = "alice";
  who.scope = std::move(scope);
  return who;
}

new_grant_ids drawn() {
  auto random = test::counting_random{};
  return new_grant_ids::draw(random);
}

TEST(new_grant_ids, draws_every_part_anew) {  // COM-01
  const auto draw = drawn();
  EXPECT_EQ(draw.attempt[0], 0);
  EXPECT_EQ(draw.family[0], 16);
  EXPECT_EQ(draw.seed[0], 32);
  EXPECT_EQ(draw.seed[31], 63);
}

TEST(issue_grant, issues_a_refresh_token_only_where_it_may) {  // COD-11
  struct row {
    bool may_refresh;
    const char* scope;
    bool rt_without_offline;
    bool refreshable;
  };
  for (const auto& r : {
           row{false, "openid", false, false},
           row{false, "openid offline_access", true, false},
           row{false, "api", true, false},
           row{true, "openid", false, false},
           row{true, "openid offline_accessx", false, false},
           row{true, "openid", true, true},
           row{true, "openid offline_access", false, true},
           row{true, "api", false, true},
           row{true, "openidx", false, true},
       }) {
    auto client = client_facts{};
    client.may_refresh = r.may_refresh;
    client.rt_without_offline = r.rt_without_offline;
    const auto g = issue_grant(login_with_scope(r.scope), {}, client, {}, drawn(), now, {});
    EXPECT_EQ(g.refreshable, r.refreshable) << r.scope << r.may_refresh << r.rt_without_offline;
  }
}

TEST(issue_grant, keeps_login_draw_and_lifetimes) {  // RFT-10
  auto o = options{};
  o.refresh_idle = seconds{100};
  o.refresh_absolute = seconds{1000};
  o.refresh_key_id = 5;
  auto client = client_facts{};
  client.refresh_mode = rt_mode::rotating;
  const auto g = issue_grant(login_with_scope("openid"), slot{77}, client, {}, drawn(), now, o);
  EXPECT_EQ(g.who.sub, "alice");
  EXPECT_EQ(g.where, slot{77});
  EXPECT_EQ(g.family, drawn().family);
  EXPECT_EQ(g.seed, drawn().seed);
  EXPECT_EQ(g.mode, rt_mode::rotating);
  EXPECT_EQ(g.mac_key_id, 5u);
  EXPECT_EQ(g.generation, 0u);
  EXPECT_EQ(g.created, now);
  EXPECT_EQ(g.idle_expiry, now + seconds{100});
  EXPECT_EQ(g.absolute_expiry, now + seconds{1000});
  EXPECT_FALSE(g.revoked_at);
}

TEST(issue_grant, binds_the_refresh_token_of_a_public_client) {  // RFT-02, RFT-08
  auto client = client_facts{};
  client.is_public = true;
  client.refresh_mode = rt_mode::rotating;
  const auto shown = confirmation{.jkt = crypto::digest{1}, .x5t = {}};
  const auto issue = [&](const confirmation& with) {
    return issue_grant(login_with_scope("openid"), {}, client, with, drawn(), now, {});
  };
  EXPECT_EQ(issue(shown).bound_to, shown);
  EXPECT_EQ(issue(shown).mode, rt_mode::static_);
  EXPECT_EQ(issue({}).mode, rt_mode::rotating);
  client.is_public = false;
  EXPECT_TRUE(issue(shown).bound_to.empty());
  EXPECT_EQ(issue(shown).mode, rt_mode::rotating);
}

TEST(issue_grant, takes_the_lives_of_the_client) {
  auto o = options{};
  o.refresh_idle = seconds{100};
  o.refresh_absolute = seconds{1000};
  auto client = client_facts{};
  client.lives.refresh_absolute = seconds{50};
  const auto g = issue_grant(login_with_scope("openid"), {}, client, {}, drawn(), now, o);
  EXPECT_EQ(g.absolute_expiry, now + seconds{50});
  EXPECT_EQ(g.idle_expiry, now + seconds{50});
}

TEST(forget_at, counts_the_life_of_the_clients_own_tokens) {
  auto g = grant{};
  g.created = now;
  EXPECT_EQ(forget_at(g, {.access = seconds{7000}}, {}), now + seconds{7030});
}

TEST(resolve, puts_the_own_before_the_usual) {
  const auto o = options{};
  EXPECT_EQ(resolve({}, o),
            (token_lives{o.access_ttl, o.id_ttl, o.refresh_idle, o.refresh_absolute}));
  const auto own = token_lives{seconds{1}, seconds{2}, seconds{3}, seconds{4}};
  EXPECT_EQ(resolve(own, o), own);
}

TEST(forget_at, waits_for_the_last_token) {  // COD-11, RFT-10
  auto o = options{};
  o.access_ttl = seconds{50};
  auto g = grant{};
  g.created = now;
  g.idle_expiry = now + seconds{100};
  g.absolute_expiry = now + seconds{1000};
  EXPECT_EQ(forget_at(g, {}, o), now + seconds{80});
  g.refreshable = true;
  EXPECT_EQ(forget_at(g, {}, o), now + seconds{180});
  g.idle_expiry = now + seconds{2000};
  EXPECT_EQ(forget_at(g, {}, o), now + seconds{1080});
}

TEST(client_grant, is_the_clients_own_and_leaves_no_refresh_token) {  // CCG-01
  auto random = test::counting_random{};
  auto client = client_facts{};
  client.id = "cl_app";
  client.incarnation = 7;
  client.may_refresh = true;
  client.rt_without_offline = true;
  const auto g = client_grant(client, slot{1}, "api", {{.identifier = "https://a"}}, now, random);
  EXPECT_EQ(g.who.client_id, "cl_app");
  EXPECT_EQ(g.who.incarnation, 7u);
  EXPECT_EQ(g.who.subject(), "cl_app");
  EXPECT_EQ(g.who.scope, "api");
  ASSERT_EQ(g.who.targets.size(), 1u);
  EXPECT_EQ(g.who.auth_time, instant{});
  EXPECT_EQ(g.who.minted, now);
  EXPECT_EQ(g.created, now);
  EXPECT_EQ(g.where, slot{1});
  EXPECT_EQ(g.family[15], 15);
  EXPECT_FALSE(g.refreshable);
}

token_request with_resources(std::initializer_list<std::string_view> names) {
  auto r = token_request{};
  for (const auto name : names) r.resource_values[r.resources_count++] = name;
  return r;
}

TEST(issue_of_code, refuses_a_resource_that_was_not_granted) {  // COD-10, NEG-119
  auto g = grant{};
  EXPECT_EQ(issue_of_code(g, with_resources({"https://a"}), {}).error().code, errc::invalid_target);
  g.who.targets = {{.identifier = "https://a"}, {.identifier = "https://b"}};
  for (const auto* other : {"https://c", "https://a/x", "http://a"}) {
    const auto out = issue_of_code(g, with_resources({"https://a", other}), {});
    EXPECT_EQ(out.error().code, errc::invalid_target) << other;
  }
}

TEST(issue_of_code, narrows_to_the_named_resources) {  // COD-10
  auto g = grant{};
  g.who.targets = {{.identifier = "https://a"}, {.identifier = "https://b"}};
  const auto all = issue_of_code(g, {}, {});
  ASSERT_TRUE(all);
  EXPECT_TRUE(all->targets.empty());  // the grant's
  EXPECT_TRUE(all->scope.empty());    // scope is no parameter of this grant
  EXPECT_TRUE(all->is_first);
  EXPECT_FALSE(all->refresh_generation);
  const auto one = issue_of_code(g, with_resources({"https://b", "https://b"}), {});
  ASSERT_TRUE(one);
  EXPECT_EQ(one->targets, std::vector{g.who.targets[1]});
}

TEST(issue_of_code, begins_a_refreshable_family_at_its_generation) {  // COD-11
  auto g = grant{};
  g.refreshable = true;
  EXPECT_EQ(issue_of_code(g, {}, {})->refresh_generation, 0u);
}

}  // namespace
}  // namespace mintage::oauth
