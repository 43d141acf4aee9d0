#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/storage/postgres_catalog/shared_server.hpp"
#include "tests/storage/postgres_catalog/test_node.hpp"
#include "tests/support/eventually.hpp"

namespace mintage::storage {
namespace {

using test::database;
using test::test_node;
using testing::ElementsAre;
using testing::IsEmpty;

oauth::client client_of(std::string id) {
  auto c = oauth::client{};
  c.id = std::move(id);
  return c;
}

key_record key_of(std::string kid) {
  auto k = key_record{};
  k.kid = std::move(kid);
  k.sealed = "sealed";
  return k;
}

oauth::resource resource_of(std::string identifier) {
  auto r = oauth::resource{};
  r.as.identifier = std::move(identifier);
  return r;
}

std::vector<std::string> ids_of(const catalog_changes& c) {
  auto ids = std::vector<std::string>{};
  for (const auto& each : c.clients) ids.push_back(each.id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

TEST(postgres_catalog, tells_what_has_changed_since_a_revision) {
  const auto db = database{};
  auto node = test_node{db.options()};
  auto& records = node.records();
  const auto empty = records.changes(0);
  EXPECT_GT(empty.at, 0U);
  EXPECT_THAT(empty.clients, IsEmpty());

  const auto one = records.put_client(client_of("a"), empty.at);
  const auto two = records.put_client(client_of("b"), one);
  const auto three = records.put_resource(resource_of("https://r"), two);
  EXPECT_GT(three, one);
  const auto four = records.change_keys({key_of("k1"), key_of("k2")}, {}, three);
  const auto all = records.changes(0);
  EXPECT_EQ(all.at, four);
  EXPECT_THAT(ids_of(all), ElementsAre("a", "b"));
  EXPECT_EQ(all.resources.size(), 1U);
  EXPECT_TRUE(all.keys);
  EXPECT_EQ(records.load_keys().keys.size(), 2U);
  EXPECT_EQ(records.load_keys().at, four);

  const auto five = records.erase_client("a", four);
  const auto six = records.erase_resource("https://r", five);
  const auto seven = records.change_keys({key_of("k3")}, {"k1", "k2"}, six);
  const auto later = records.changes(four);
  EXPECT_EQ(later.at, seven);
  EXPECT_THAT(later.erased_clients, ElementsAre("a"));
  EXPECT_THAT(later.erased_resources, ElementsAre("https://r"));
  EXPECT_THAT(later.clients, IsEmpty());
  EXPECT_THAT(ids_of(records.changes(0)), ElementsAre("b"));
  EXPECT_THAT(records.changes(0).erased_clients, IsEmpty());
  EXPECT_EQ(records.load_keys().keys.size(), 1U);
  EXPECT_EQ(records.changes(seven).at, seven);
  EXPECT_FALSE(records.changes(seven).keys);
}

TEST(postgres_catalog, refuses_a_write_that_another_node_has_overtaken) {
  const auto db = database{};
  auto one = test_node{db.options()};
  auto other = test_node{db.options()};
  const auto seen = one.records().changes(0).at;
  const auto written = one.records().put_client(client_of("a"), seen);
  EXPECT_THROW(other.records().put_client(client_of("b"), seen), catalog_moved);
  EXPECT_THROW(other.records().change_keys({key_of("k")}, {}, seen), catalog_moved);
  EXPECT_THAT(ids_of(other.records().changes(0)), ElementsAre("a"));
  EXPECT_GT(other.records().put_client(client_of("b"), written), written);
}

TEST(postgres_catalog, hands_out_every_revision_to_one_writer) {
  const auto db = database{};
  auto nodes = std::vector<std::unique_ptr<test_node>>{};
  for (auto i = 0; i < 3; ++i) nodes.push_back(std::make_unique<test_node>(db.options()));
  const auto start = nodes[0]->records().changes(0).at;
  constexpr auto writes = 20;
  {
    auto writers = std::vector<std::jthread>{};
    for (auto i = std::size_t{0}; i < nodes.size(); ++i) {
      writers.emplace_back([&records = nodes[i]->records(), i] {
        for (auto done = 0; done < writes;) {
          try {
            records.put_client(client_of(std::to_string(i) + '-' + std::to_string(done)),
                               records.changes(1).at);
            ++done;
          } catch (const catalog_moved&) {
          }
        }
      });
    }
  }
  const auto all = nodes[0]->records().changes(0);
  EXPECT_EQ(all.clients.size(), 3U * writes);
  EXPECT_EQ(all.at, start + 3 * writes);
}

TEST(postgres_catalog, replaces_a_note_for_one_of_two_writers) {
  const auto db = database{};
  auto one = test_node{db.options()};
  auto other = test_node{db.options()};
  EXPECT_EQ(one.records().load_note("n"), "");
  EXPECT_TRUE(one.records().replace_note("n", "", "mine"));
  EXPECT_FALSE(other.records().replace_note("n", "", "theirs"));
  EXPECT_EQ(other.records().load_note("n"), "mine");
  EXPECT_TRUE(other.records().replace_note("n", "mine", "theirs"));
  EXPECT_FALSE(one.records().replace_note("n", "mine", "mine, too"));
  EXPECT_FALSE(one.records().replace_note("other", "theirs", "new"));
  EXPECT_EQ(one.records().load_note("n"), "theirs");
  EXPECT_EQ(one.records().load_note("other"), "");
  // At once: each adds to what is there, and nothing is lost.
  ASSERT_TRUE(one.records().replace_note("count", "", "0"));
  constexpr auto each = 50;
  {
    auto writers = std::vector<std::jthread>{};
    for (auto* node : {&one, &other})
      writers.emplace_back([&records = node->records()] {
        for (auto done = 0; done < each;) {
          const auto found = records.load_note("count");
          if (records.replace_note("count", found, std::to_string(std::stoi(found) + 1))) ++done;
        }
      });
  }
  EXPECT_EQ(one.records().load_note("count"), std::to_string(2 * each));
  other.records().put_note("n", "new");
  EXPECT_EQ(one.records().load_note("n"), "new");
}

TEST(postgres_catalog, knows_when_every_live_node_has_published_a_change) {
  const auto db = database{};
  auto one = test_node{db.options()};
  auto other = std::make_unique<test_node>(db.options());
  auto moved = std::atomic<int>{0};
  other->engine().watch([&] { ++moved; });
  const auto first = one.records().changes(0).at;
  one.publish(first);
  other->publish(first);
  test::eventually([&] { return one.records().is_known_to_all(first); });

  const auto before = moved.load();
  const auto written = one.records().put_client(client_of("a"), first);
  one.publish(written);
  test::eventually([&] { return moved > before; });
  EXPECT_FALSE(one.records().is_known_to_all(written));
  // Both readers must have it.
  other->records().published(catalog_reader::registry, written);
  EXPECT_FALSE(one.records().is_known_to_all(written));
  other->records().published(catalog_reader::key_keeper, written);
  test::eventually([&] { return one.records().is_known_to_all(written); });

  // A node that has left is not waited for.
  const auto next = one.records().put_client(client_of("b"), written);
  one.publish(next);
  other->engine().watch({});
  other.reset();
  test::eventually([&] { return one.records().is_known_to_all(next); });
}

TEST(postgres_cutoffs, write_every_shard_and_never_go_back) {
  const auto db = database{};
  auto node = test_node{db.options()};
  auto& cutoffs = node.engine().cutoffs();
  const auto at = [](std::int64_t ms) { return instant{oauth::milliseconds{ms}}; };
  cutoffs.put({1}, at(50), at(90));
  cutoffs.put({1}, at(40), at(80));
  EXPECT_EQ(db.ask("SELECT before || '-' || forget FROM mintage.cutoff"), "50-90");
  EXPECT_FALSE(cutoffs.has_any());
  node.engine().raise_void_before(at(70));
  node.engine().raise_void_before(at(60));
  test::eventually([&] { return node.engine().void_before() == at(70); });
}

TEST(postgres_catalog, wakes_a_node_again_until_it_has_followed) {
  const auto base = database{};
  auto node = test_node{base.options()};
  auto woken = std::atomic<int>{0};
  node.engine().watch([&] { ++woken; });
  const auto at = node.records().put_resource(
      [] {
        auto r = oauth::resource{};
        r.as.identifier = "https://api.example";
        return r;
      }(),
      node.records().changes(0).at);
  while (woken.load() < 4) std::this_thread::yield();
  node.publish(at);
  node.engine().watch({});
}

}  // namespace
}  // namespace mintage::storage
