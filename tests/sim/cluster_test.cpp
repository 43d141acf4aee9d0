// Nodes that share one database: what one changes, all know when the caller has the answer.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "actors/stages/confirmations.hpp"
#include "oauth/grant/code.hpp"
#include "tests/sim/shared_database.hpp"
#include "tests/sim/world.hpp"
#include "tests/support/admin_client.hpp"
#include "tests/support/jwt_check.hpp"

namespace mintage::sim {
namespace {

using namespace std::chrono_literals;

class two_nodes : public testing::Test {
 protected:
  static world_options options(const crypto::bytes<32>& root) {
    auto o = world_options{};
    o.rules.key_rotation_period = 0s;
    o.root = root;
    return o;
  }
  [[nodiscard]] std::unique_ptr<storage::engine> node() {
    auto number = std::size_t{};
    return database.make_node(number);
  }
  /// A call at node a that runs beside the test.
  [[nodiscard]] std::future<admin_outcome> administer(oauth::admin_call call) {
    return std::async(std::launch::async, [this, call = std::move(call)]() mutable {
      return a.administer(std::move(call));
    });
  }
  [[nodiscard]] static bool is_open(const std::future<admin_outcome>& f) {
    return f.wait_for(0s) != std::future_status::ready;
  }
  static oauth::client_metadata metadata(const std::string& name) {
    auto m = oauth::client_metadata{};
    m.client_name = name;
    m.redirect_uris = std::vector<std::string>{"https://app.example.com/cb"};
    m.id_token_signed_response_alg = "ES256";
    return m;
  }
  static std::string id_of(const admin_outcome& made) {
    return std::get<oauth::created_client>(*made.answer).made.id;
  }
  static std::size_t clients_at(world& w) {
    const auto found = w.administer(oauth::list_clients{});
    return std::get<oauth::client_list>(*found.answer).clients->size();
  }
  [[nodiscard]] static std::string kid_of(const token_answer& a) {
    const auto body = test::parse_object(a.body);
    return test::text_of(test::read_jwt(test::text_of(body, "access_token")).header, "kid");
  }

  const crypto::bytes<32> root = crypto::buffered_random{}.take<32>();
  shared_database database{10};
  world a{node(), options(root)};
  world b{node(), options(root)};
};

TEST_F(two_nodes, know_a_client_when_its_maker_has_the_answer) {
  for (auto i = 0; i < 20; ++i) {
    const auto made = a.administer(oauth::create_client{metadata(std::to_string(i))});
    ASSERT_TRUE(made.answer);
    ASSERT_TRUE(b.administer(oauth::show_client{id_of(made)}).answer);
    ASSERT_TRUE(b.administer(oauth::remove_client{id_of(made)}).answer);
    ASSERT_TRUE(a.administer(oauth::show_client{id_of(made)}).error);
  }
}

TEST_F(two_nodes, answer_a_change_when_the_other_node_has_published_it) {
  database.make_deaf(1, true);
  auto made = administer(oauth::create_client{metadata("one")});
  while (clients_at(a) == 0) std::this_thread::sleep_for(1ms);
  EXPECT_TRUE(is_open(made));
  database.make_deaf(1, false);
  const auto outcome = made.get();
  ASSERT_TRUE(outcome.answer);
  EXPECT_TRUE(b.administer(oauth::show_client{id_of(outcome)}).answer);
}

TEST_F(two_nodes, tell_the_caller_when_the_other_node_stays_silent) {
  database.make_deaf(1, true);
  auto made = administer(oauth::create_client{metadata("one")});
  while (clients_at(a) == 0) std::this_thread::sleep_for(1ms);
  a.clock.advance(actors::confirmation_patience);
  const auto outcome = made.get();
  ASSERT_TRUE(outcome.error);
  EXPECT_EQ(outcome.error->code, oauth::errc::temporarily_unavailable);
  database.make_deaf(1, false);
  while (clients_at(b) == 0) std::this_thread::sleep_for(1ms);
}

TEST_F(two_nodes, judge_again_what_the_other_was_faster_with) {
  constexpr auto each = 30;
  // The first writes of both meet: each has read the same revision.
  auto arrived = std::atomic<int>{0};
  database.before_write = [&] {
    if (arrived.fetch_add(1) >= 2) return;
    while (arrived.load() < 2) std::this_thread::yield();
  };
  const auto make = [](world& w) {
    for (auto i = 0; i < each; ++i) {
      // One that was overtaken three times is 503; its caller repeats.
      while (!w.administer(oauth::create_client{metadata("x")}).answer) {
      }
    }
  };
  auto other = std::thread{[&] { make(b); }};
  make(a);
  other.join();
  EXPECT_EQ(clients_at(a), 2U * each);
  EXPECT_EQ(clients_at(b), 2U * each);
  EXPECT_GT(database.refused(), 0);
}

TEST_F(two_nodes, sign_with_a_key_when_both_publish_it) {  // IDT-03
  a.add_client();
  const auto before = kid_of(a.redeem(a.mint(1).front()));
  database.make_deaf(1, true);
  auto rotated = administer(oauth::rotate_keys{.now = true});
  const auto count = [](world& w) {
    return test::parse_object(w.jwks()).at("keys").as_array().size();
  };
  while (count(a) < 2) std::this_thread::sleep_for(1ms);
  for (auto i = 0; i < 5; ++i) {
    const auto answer = a.redeem(a.mint(1).front());
    ASSERT_TRUE(answer.granted);
    EXPECT_EQ(kid_of(answer), before);
    EXPECT_TRUE(test::is_signed_by(
        test::read_jwt(test::text_of(test::parse_object(answer.body), "access_token")),
        test::parse_object(b.jwks())));
  }
  EXPECT_TRUE(is_open(rotated));
  database.make_deaf(1, false);
  ASSERT_TRUE(rotated.get().answer);
  EXPECT_EQ(count(b), 2U);
  const auto after = a.redeem(a.mint(1).front());
  ASSERT_TRUE(after.granted);
  EXPECT_NE(kid_of(after), before);
}

TEST_F(two_nodes, wait_for_a_node_that_cannot_read_its_keys) {  // IDT-03
  database.fail_keys(1, true);
  auto rotated = administer(oauth::rotate_keys{.now = true});
  const auto count = [](world& w) {
    return test::parse_object(w.jwks()).at("keys").as_array().size();
  };
  while (count(a) < 2) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(rotated.wait_for(200ms), std::future_status::timeout);
  database.fail_keys(1, false);
  ASSERT_TRUE(rotated.get().answer);
  EXPECT_EQ(count(b), 2U);
}

TEST_F(two_nodes, stop_to_use_a_removed_key_at_once) {  // JWS-06
  a.add_client();
  const auto leaked = kid_of(a.redeem(a.mint(1).front()));
  database.make_deaf(1, true);
  auto removed = administer(oauth::remove_key{leaked});
  while (a.jwks().find(leaked) != std::string::npos) std::this_thread::sleep_for(1ms);
  // Until the other node publishes the new key, signers keep their work.
  const auto codes = a.mint(2);
  auto answer = std::async(std::launch::async, [&] { return a.redeem(codes[0]); });
  EXPECT_TRUE(is_open(removed));
  EXPECT_EQ(answer.wait_for(100ms), std::future_status::timeout);
  database.make_deaf(1, false);
  ASSERT_TRUE(removed.get().answer);
  for (const auto& given : {answer.get(), a.redeem(codes[1])}) {
    ASSERT_TRUE(given.granted) << given.reason;
    EXPECT_NE(kid_of(given), leaked);
  }
}

TEST_F(two_nodes, answer_nothing_while_their_view_is_old) {
  a.add_client();
  const auto code = a.mint(1).front();
  database.set_fresh(0, false);
  EXPECT_FALSE(a.is_ready());
  EXPECT_FALSE(a.redeem(code).granted);
  EXPECT_EQ(a.mint(1).front(), "");
  EXPECT_FALSE(a.administer(oauth::list_clients{}).answer);
  EXPECT_TRUE(b.is_ready());
  database.set_fresh(0, true);
  EXPECT_TRUE(a.redeem(code).granted);
}

TEST_F(two_nodes, mint_codes_in_slots_that_are_served) {
  a.add_client();
  database.serve_from(oauth::slots_count / 2);
  auto hash = crypto::sha256_hasher{};
  for (const auto& code : a.mint(100))
    EXPECT_GE(oauth::find_code(code, hash)->where.value, oauth::slots_count / 2);
}

}  // namespace
}  // namespace mintage::sim
