#include "oauth/registry.hpp"

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

}  // namespace
}  // namespace mintage::oauth
