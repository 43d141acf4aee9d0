#include "oauth/client/registry.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace mintage::oauth {
namespace {

client make(std::string id, std::string name = {}) {
  auto c = client{};
  c.id = std::move(id);
  c.name = std::move(name);
  return c;
}

std::set<std::string> ids(const client_registry& r) {
  auto out = std::set<std::string>{};
  r.for_each([&](const client& c) { EXPECT_TRUE(out.insert(c.id).second); });
  return out;
}

TEST(client_registry, knows_nobody_when_empty) {
  const auto empty = client_registry{};
  EXPECT_EQ(empty.size(), 0U);
  EXPECT_EQ(empty.find("a"), nullptr);
  EXPECT_EQ(empty.find(""), nullptr);
  EXPECT_EQ(empty.without("a")->size(), 0U);
}

TEST(client_registry, compares_ids_octet_for_octet) {
  const auto r = client_registry{{make("Demo")}};
  EXPECT_EQ(r.find("demo"), nullptr);
  EXPECT_EQ(r.find("Demo "), nullptr);
  EXPECT_EQ(r.find(std::string_view{"Demo\0", 5}), nullptr);
  ASSERT_NE(r.find("Demo"), nullptr);
  EXPECT_EQ(r.find("Demo")->id, "Demo");
}

TEST(client_registry, keeps_the_last_record_of_an_id) {
  const auto r = client_registry{{make("a", "first"), make("b"), make("a", "second")}};
  EXPECT_EQ(r.size(), 2U);
  EXPECT_EQ(r.find("a")->name, "second");
  EXPECT_EQ(ids(r), (std::set<std::string>{"a", "b"}));
}

TEST(client_registry, snapshots_do_not_see_later_changes) {
  const auto before = client_registry{{make("a", "old"), make("b")}};
  const auto* old_record = before.find("a");

  const auto changed = before.with(make("a", "new"));
  const auto grown = changed->with(make("c"));
  const auto shrunk = grown->without("a");

  EXPECT_EQ(before.find("a"), old_record);
  EXPECT_EQ(before.find("a")->name, "old");
  EXPECT_EQ(ids(before), (std::set<std::string>{"a", "b"}));
  EXPECT_EQ(changed->find("a")->name, "new");
  EXPECT_EQ(changed->size(), 2U);
  EXPECT_EQ(changed->find("c"), nullptr);
  EXPECT_EQ(ids(*grown), (std::set<std::string>{"a", "b", "c"}));
  EXPECT_EQ(grown->size(), 3U);
  EXPECT_EQ(shrunk->find("a"), nullptr);
  EXPECT_EQ(ids(*shrunk), (std::set<std::string>{"b", "c"}));
  EXPECT_EQ(shrunk->size(), 2U);
}

TEST(client_registry, holds_every_client_to_the_profile_of_the_server) {  // FAP-01
  auto strict = make("strict");
  strict.own_profile = strict.profile = client_profile::fapi2;
  const auto usual = client_registry{{make("a"), strict}};
  EXPECT_EQ(usual.find("a")->profile, client_profile::standard);
  EXPECT_EQ(usual.find("strict")->profile, client_profile::fapi2);
  const auto held = client_registry{{make("a")}, {}, client_profile::fapi2};
  const auto grown = held.with(make("b"))->without("a")->with(make("c"));
  for (const auto* c : {held.find("a"), grown->find("b"), grown->find("c")}) {
    EXPECT_EQ(c->profile, client_profile::fapi2) << c->id;
    EXPECT_EQ(c->own_profile, client_profile::standard) << c->id;
  }
}

TEST(client_registry, shares_unchanged_records_with_its_origin) {
  const auto before = client_registry{{make("a"), make("b")}};
  EXPECT_EQ(before.with(make("c"))->find("b"), before.find("b"));
}

TEST(client_registry, outlives_the_snapshot_it_came_from) {
  auto first = std::make_shared<const client_registry>(std::vector{make("a"), make("b")});
  const auto second = first->without("b");
  first.reset();
  ASSERT_NE(second->find("a"), nullptr);
  EXPECT_EQ(second->find("a")->id, "a");
}

TEST(client_registry, holds_many_clients) {
  constexpr auto count = 100'000;
  auto clients = std::vector<client>{};
  for (auto i = 0; i < count; ++i) clients.push_back(make("client-" + std::to_string(i)));
  const auto all = client_registry{std::move(clients)};
  EXPECT_EQ(all.size(), std::size_t{count});
  const auto one_less = all.without("client-77");
  EXPECT_EQ(one_less->size(), std::size_t{count - 1});
  for (auto i = 0; i < count; ++i) {
    const auto id = "client-" + std::to_string(i);
    ASSERT_NE(all.find(id), nullptr) << id;
    ASSERT_EQ(one_less->find(id) != nullptr, i != 77) << id;
  }
  EXPECT_EQ(ids(all).size(), std::size_t{count});
}

resource make_resource(std::string identifier, std::vector<std::string> scopes = {}) {
  return {.as = {.identifier = std::move(identifier)},
          .scopes = std::move(scopes),
          .resource_servers = {}};
}

std::vector<std::string> identifiers(const client_registry& r) {
  auto out = std::vector<std::string>{};
  for (const auto& known : r.resources()) out.push_back(known.as.identifier);
  return out;
}

TEST(client_registry, finds_resources_by_identifier_and_by_scope) {  // ATK-02
  const auto empty = client_registry{};
  EXPECT_TRUE(empty.resources().empty());
  EXPECT_EQ(empty.find_resource("https://a"), nullptr);
  EXPECT_EQ(empty.resource_of_scope("read"), nullptr);
  const auto r = client_registry{{},
                                 {make_resource("https://b", {"write"}), make_resource("https://a"),
                                  make_resource("https://b", {"read", "list"})}};
  EXPECT_EQ(identifiers(r), (std::vector<std::string>{"https://a", "https://b"}));
  EXPECT_EQ(r.find_resource("https://B"), nullptr);
  EXPECT_EQ(r.find_resource("https://"), nullptr);
  EXPECT_EQ(r.find_resource("https://c"), nullptr);
  ASSERT_NE(r.find_resource("https://a"), nullptr);
  EXPECT_EQ(r.resource_of_scope("list"), r.find_resource("https://b"));
  EXPECT_EQ(r.resource_of_scope("write"), nullptr);  // the last one of an identifier stands
  EXPECT_EQ(r.resource_of_scope(""), nullptr);
}

TEST(client_registry, snapshots_do_not_see_later_resources) {
  const auto before = client_registry{{make("a")}, {make_resource("https://b", {"x"})}};
  const auto grown = before.with_resource(make_resource("https://a"));
  const auto changed = grown->with_resource(make_resource("https://b", {"y"}));
  const auto shrunk = changed->without_resource("https://b");
  EXPECT_EQ(identifiers(before), (std::vector<std::string>{"https://b"}));
  EXPECT_EQ(identifiers(*grown), (std::vector<std::string>{"https://a", "https://b"}));
  EXPECT_EQ(changed->resource_of_scope("x"), nullptr);
  EXPECT_NE(changed->resource_of_scope("y"), nullptr);
  EXPECT_EQ(identifiers(*shrunk), (std::vector<std::string>{"https://a"}));
  EXPECT_EQ(identifiers(*shrunk->without_resource("https://b")), identifiers(*shrunk));
  EXPECT_EQ(identifiers(*shrunk->with(make("c"))->without("a")), identifiers(*shrunk));
  EXPECT_NE(shrunk->find("a"), nullptr);
}

client with_origins(std::string id, std::vector<std::string> origins) {
  auto c = make(std::move(id));
  c.allowed_origins = std::move(origins);
  return c;
}

TEST(client_registry, knows_the_origins_of_public_web_clients) {  // TOK-20
  auto c = make("spa");
  c.method = auth_method::none;
  c.redirect_uris = {"HTTPS://App.Example:443/cb?x", "https://b.example:8443/", "http://localhost/",
                     "com.example.app:/cb"};
  auto confidential = make("web");
  confidential.redirect_uris = {"https://web.example/cb"};
  const auto r = client_registry{{c, confidential}};
  EXPECT_TRUE(r.has_origin("https://app.example"));
  EXPECT_TRUE(r.has_origin("https://b.example:8443"));
  for (const auto* other :
       {"https://b.example", "https://App.Example", "http://app.example", "http://localhost",
        "https://web.example", "null", "", "https://app.example/", "https://app.example:443"}) {
    EXPECT_FALSE(r.has_origin(other)) << other;
  }
  EXPECT_FALSE(client_registry{}.has_origin("https://app.example"));
}

TEST(client_registry, forgets_an_origin_with_its_last_client) {  // TOK-20
  const auto both = client_registry{{with_origins("a", {"https://o", "https://o", "https://p"}),
                                     with_origins("b", {"https://o"})}};
  const auto one = both.without("a");
  EXPECT_TRUE(one->has_origin("https://o"));
  EXPECT_FALSE(one->has_origin("https://p"));
  EXPECT_FALSE(one->without("b")->has_origin("https://o"));
  EXPECT_TRUE(both.has_origin("https://p"));
  const auto changed = both.with(with_origins("a", {"https://q"}));
  EXPECT_TRUE(changed->has_origin("https://q"));
  EXPECT_TRUE(changed->has_origin("https://o"));
  EXPECT_FALSE(changed->has_origin("https://p"));
  EXPECT_TRUE(changed->with(with_origins("c", {"https://p"}))->has_origin("https://p"));
  EXPECT_TRUE(client_registry{}.with(with_origins("a", {"https://o"}))->has_origin("https://o"));
}

}  // namespace
}  // namespace mintage::oauth
