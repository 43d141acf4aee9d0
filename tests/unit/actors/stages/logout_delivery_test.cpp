#include "actors/stages/logout_delivery.hpp"

#include <gmock/gmock.h>

#include <set>

#include "loopback/deaf_journal.hpp"
#include "storage/codec.hpp"
#include "storage/memory/engine.hpp"
#include "tests/unit/actors/stages/stage_fixture.hpp"

namespace mintage::actors {
namespace {

using oauth::seconds;
using service::fetch_failure;
using testing::ElementsAre;

struct told {
  std::string jti;
  unsigned tries;
  std::string failure;
};

class listening_journal final : public loopback::deaf_journal {
 public:
  void logout_told(const oauth::logout_notice& n, std::uint32_t tries,
                   std::string_view failure) noexcept override {
    all.push_back({n.jti, tries, std::string{failure}});
  }
  std::vector<told> all;
};

/// Takes no order: the tests say what becomes of them.
class no_sender final : public service::document_fetcher {
 public:
  void get(std::string, std::string, handler) override {}
  void post(std::string, std::string, handler) override {}
  void stop() override {}
};

class logout_deliveries : public test::shard_rules {
 protected:
  logout_deliveries() {
    ring->keys.push_back({.key = key, .created = clock.now(), .activate = clock.now()});
    work.publish(ring);
    publish({client_of("a"), client_of("b"), test::make_client("silent")});
    stages.publish(clients);
  }

  static oauth::client client_of(const std::string& id) {
    auto c = test::make_client(id);
    c.backchannel_logout_uri = "https://" + id + ".example.com/logout";
    return c;
  }
  void publish(std::vector<oauth::client> all) {
    clients = std::make_shared<const oauth::client_registry>(std::move(all));
    work.publish(clients);
  }
  /// A code of a client in a session, as a validator makes it.
  void log_in(const std::string& client, const std::string& sid) {
    auto some = std::vector<service::mint_handle>{};
    auto& x = some.emplace_back(
        new service::mint_exchange{std::make_shared<test::nobody>(), {}, clock.now()});
    x->code = oauth::authorization_code{};
    x->code->who.client_id = client;
    x->code->who.sub = "alice";
    x->code->who.sid = sid;
    x->code->expires = clock.now() + rules.code_ttl;
    x->session = oauth::mark_session(sid, client, clock.now(), rules, hash);
    x->text = oauth::make_code(x->session->name.where, random);
    x->where = *oauth::find_code(x->text.reveal(), hash);
    stages.codes.put(std::move(some));
    EXPECT_TRUE(last_mint->minted);
  }
  /// POST /admin/sessions/{sid}/end, after the cutoff. @returns the call.
  service::admin_handle end(const std::string& sid) {
    auto x = service::admin_handle{
        new service::admin_exchange{std::make_shared<test::nobody>(), {}, clock.now()}};
    x->call = oauth::cut_off{oauth::cutoff_kind::session, sid};
    auto search = work.begin(x);
    if (search == nullptr) return x;
    auto some = std::vector<session_search_handle>{};
    some.push_back(std::move(search));
    stages.sessions.find(std::move(some));
    work.queue(*found_session);
    return std::move(found_session->asked);
  }
  void answer_all(const std::vector<logout_order>& orders, const service::fetch_outcome& outcome) {
    for (const auto& o : orders) work.conclude(o.id, outcome);
    work.settle();
  }
  static service::fetch_outcome failure(fetch_failure why = fetch_failure::bad_status) {
    return service::fetch_outcome{tl::unexpect, why};
  }
  /// The claims of an order's token, whose signature and header are checked.
  oauth::json_object claims_of(const logout_order& o) {
    EXPECT_TRUE(o.form.starts_with("logout_token="));
    auto jwt = oauth::read_jwt(*ring, std::string_view{o.form}.substr(13), "logout+jwt");
    EXPECT_TRUE(jwt && crypto::verify_signature(*jwt->key, jwt->signed_text, jwt->signature));
    return std::move(*oauth::read_claims(*jwt));
  }
  std::string jti_of(const logout_order& o) { return std::string{*claims_of(o).string("jti")}; }

  crypto::signing_key key = crypto::signing_key::generate(crypto::jws_alg::es256);
  std::shared_ptr<oauth::key_ring> ring = std::make_shared<oauth::key_ring>();
  oauth::registry_snapshot clients;
  listening_journal journal;
  no_sender sender;
  logout_meters meter;
  logout_setup with{engine->logouts(), &sender, rules, clock, journal, meter};
  logout_delivery work{with};
};

// LGO-03, LGO-05: each client of the session, once.
TEST_F(logout_deliveries, tell_the_clients_of_a_session) {
  log_in("a", "s1");
  log_in("a", "s1");
  log_in("b", "s1");
  log_in("b", "s2");
  const auto x = end("s1");
  EXPECT_TRUE(x->answer);
  const auto orders = work.take_due();
  ASSERT_EQ(orders.size(), 2U);
  auto urls = std::set<std::string>{};
  auto jtis = std::set<std::string>{};
  for (const auto& o : orders) {
    urls.insert(o.url);
    jtis.insert(jti_of(o));
    EXPECT_EQ(claims_of(o).string("sid"), "s1");
    EXPECT_EQ(claims_of(o).string("sub"), "alice");
  }
  EXPECT_THAT(urls, ElementsAre("https://a.example.com/logout", "https://b.example.com/logout"));
  EXPECT_EQ(jtis.size(), 2U);
  EXPECT_TRUE(work.take_due().empty());
  answer_all(orders, service::fetched_document{});
  EXPECT_EQ(engine->logouts().size(), 0U);
  ASSERT_EQ(journal.all.size(), 2U);
  EXPECT_EQ(journal.all[0].tries, 1U);
  EXPECT_EQ(journal.all[0].failure, "");
}

TEST_F(logout_deliveries, find_a_session_that_is_two_months_old) {
  rules.refresh_absolute = seconds{90 * 86400};
  log_in("a", "old");
  clock.at += seconds{60 * 86400};
  static_cast<void>(end("old"));
  EXPECT_EQ(work.take_due().size(), 1U);
}

TEST_F(logout_deliveries, answer_at_once_when_nobody_is_told) {
  EXPECT_TRUE(end("unknown")->answer);
  publish({test::make_client("silent")});
  EXPECT_TRUE(end("s1")->answer);
  EXPECT_TRUE(work.take_due().empty());
}

// LGO-04: three tries at 0, 2 and 10 s, with one jti.
TEST_F(logout_deliveries, are_tried_three_times) {
  log_in("a", "s1");
  static_cast<void>(end("s1"));
  auto orders = work.take_due();
  ASSERT_EQ(orders.size(), 1U);
  const auto jti = jti_of(orders[0]);
  for (const auto pause : {seconds{2}, seconds{10}}) {
    answer_all(orders, failure());
    clock.at += pause - oauth::milliseconds{1};
    EXPECT_TRUE(work.take_due().empty());
    clock.at += oauth::milliseconds{1};
    orders = work.take_due();
    ASSERT_EQ(orders.size(), 1U);
    EXPECT_EQ(jti_of(orders[0]), jti);
    EXPECT_TRUE(journal.all.empty());
  }
  answer_all(orders, failure(fetch_failure::late));
  EXPECT_EQ(engine->logouts().size(), 0U);
  ASSERT_EQ(journal.all.size(), 1U);
  EXPECT_EQ(journal.all[0].tries, 3U);
  EXPECT_EQ(journal.all[0].jti, jti);
  EXPECT_EQ(journal.all[0].failure, "late");
}

// NEG-261
TEST_F(logout_deliveries, end_with_the_first_success) {
  log_in("a", "s1");
  static_cast<void>(end("s1"));
  for (const auto pause : {seconds{2}, seconds{10}}) {
    answer_all(work.take_due(), failure());
    clock.at += pause;
  }
  answer_all(work.take_due(), service::fetched_document{});
  ASSERT_EQ(journal.all.size(), 1U);
  EXPECT_EQ(journal.all[0].tries, 3U);
  EXPECT_EQ(journal.all[0].failure, "");
}

TEST_F(logout_deliveries, do_not_count_what_the_server_had_no_room_for) {
  log_in("a", "s1");
  static_cast<void>(end("s1"));
  for (auto i = 0; i < 5; ++i) {
    const auto orders = work.take_due();
    ASSERT_EQ(orders.size(), 1U);
    answer_all(orders, failure(fetch_failure::no_room));
    clock.at += seconds{2};
  }
  answer_all(work.take_due(), service::fetched_document{});
  EXPECT_EQ(journal.all.front().tries, 1U);
}

// One that never answers does not hold up others.
TEST_F(logout_deliveries, of_one_client_leave_room_for_others) {
  for (auto i = 0; i < 200; ++i) {
    log_in("a", "s" + std::to_string(i));
    static_cast<void>(end("s" + std::to_string(i)));
  }
  EXPECT_EQ(work.take_due().size(), logout_delivery::most_of_one_client);
  log_in("b", "other");
  static_cast<void>(end("other"));
  const auto next = work.take_due();
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next[0].url, "https://b.example.com/logout");
}

// One at a time while it fails: its timeouts leave the places of others alone.
TEST_F(logout_deliveries, try_one_that_fails_with_one_at_a_time) {
  for (auto i = 0; i < 40; ++i) {
    log_in("a", "s" + std::to_string(i));
    static_cast<void>(end("s" + std::to_string(i)));
  }
  answer_all(work.take_due(), failure(fetch_failure::late));
  clock.at += seconds{2};
  EXPECT_EQ(work.take_due().size(), 1U);
  work.settle();
  log_in("b", "other");
  static_cast<void>(end("other"));
  const auto next = work.take_due();
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next[0].url, "https://b.example.com/logout");
}

TEST_F(logout_deliveries, try_one_that_answers_again_with_many) {
  for (auto i = 0; i < 40; ++i) {
    log_in("a", "s" + std::to_string(i));
    static_cast<void>(end("s" + std::to_string(i)));
  }
  answer_all(work.take_due(), failure());
  clock.at += seconds{2};
  answer_all(work.take_due(), service::fetched_document{});
  clock.at += seconds{2};
  EXPECT_EQ(work.take_due().size(), logout_delivery::most_of_one_client);
}

/// Takes none for one receiver.
class full_for_one final : public storage::outbox {
 public:
  explicit full_for_one(storage::outbox& inner) : inner_{inner} {}
  std::vector<storage::outbox_id> add(const std::vector<storage::outbox_entry>& entries) override {
    auto refused = std::vector<storage::outbox_id>{};
    for (const auto& e : entries) {
      const auto r = storage::receiver_of(e.id);
      if (storage::decode_logout_notice(e.value)->client_id == "a")
        refused.push_back(e.id);
      else if (receivers.insert(r).second)
        static_cast<void>(inner_.add({e}));
    }
    return refused;
  }
  std::vector<storage::outbox_entry> claim(std::size_t most,
                                           std::span<const storage::outbox_receiver> passed_over,
                                           oauth::instant now, oauth::instant until) override {
    return inner_.claim(most, passed_over, now, until);
  }
  void settle(const std::vector<storage::outbox_outcome>& all) override { inner_.settle(all); }
  std::size_t size() override { return inner_.size(); }
  std::set<storage::outbox_receiver> receivers;

 private:
  storage::outbox& inner_;
};

// The session ends all the same, and an audit line tells of it.
TEST_F(logout_deliveries, leave_out_a_client_for_which_too_many_wait) {
  auto full = full_for_one{engine->logouts()};
  const auto around = logout_setup{full, &sender, rules, clock, journal, meter};
  auto narrow = logout_delivery{around};
  narrow.publish(ring);
  narrow.publish(clients);
  log_in("a", "s1");
  log_in("b", "s1");
  auto x = service::admin_handle{
      new service::admin_exchange{std::make_shared<test::nobody>(), {}, clock.now()}};
  x->call = oauth::cut_off{oauth::cutoff_kind::session, "s1"};
  auto some = std::vector<session_search_handle>{};
  some.push_back(narrow.begin(x));
  stages.sessions.find(std::move(some));
  narrow.queue(*found_session);
  EXPECT_TRUE(found_session->asked->answer);
  ASSERT_EQ(journal.all.size(), 1U);
  EXPECT_EQ(journal.all[0].failure, "no_room");
  const auto orders = narrow.take_due();
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(orders[0].url, "https://b.example.com/logout");
}

TEST_F(logout_deliveries, of_one_client_have_one_receiver) {
  auto seen = full_for_one{engine->logouts()};
  const auto around = logout_setup{seen, &sender, rules, clock, journal, meter};
  auto watched = logout_delivery{around};
  watched.publish(ring);
  watched.publish(clients);
  for (const auto* const sid : {"s1", "s2"}) {
    log_in("b", sid);
    auto x = service::admin_handle{
        new service::admin_exchange{std::make_shared<test::nobody>(), {}, clock.now()}};
    x->call = oauth::cut_off{oauth::cutoff_kind::session, sid};
    auto some = std::vector<session_search_handle>{};
    some.push_back(watched.begin(x));
    stages.sessions.find(std::move(some));
    watched.queue(*found_session);
  }
  EXPECT_EQ(seen.receivers.size(), 1U);
}

TEST_F(logout_deliveries, are_dropped_when_the_client_has_gone) {
  log_in("a", "s1");
  static_cast<void>(end("s1"));
  publish({client_of("b")});
  EXPECT_TRUE(work.take_due().empty());
  work.settle();
  EXPECT_EQ(engine->logouts().size(), 0U);
  ASSERT_EQ(journal.all.size(), 1U);
  EXPECT_EQ(journal.all[0].failure, "client_gone");
}

TEST_F(logout_deliveries, are_dropped_when_they_are_too_old) {
  log_in("a", "s1");
  static_cast<void>(end("s1"));
  clock.at += logout_delivery::longest_wait + seconds{1};
  EXPECT_TRUE(work.take_due().empty());
  ASSERT_EQ(journal.all.size(), 1U);
  EXPECT_EQ(journal.all[0].failure, "too_old");
}

// What was under way when a node ended is tried by the next one, with the same jti.
TEST_F(logout_deliveries, are_taken_over) {
  log_in("a", "s1");
  static_cast<void>(end("s1"));
  const auto jti = jti_of(work.take_due().at(0));
  auto next_node = logout_delivery{with};
  next_node.publish(clients);
  next_node.publish(ring);
  EXPECT_TRUE(next_node.take_due().empty());
  clock.at += logout_delivery::lease;
  const auto orders = next_node.take_due();
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(jti_of(orders[0]), jti);
}

// The caller repeats the call: 503.
TEST_F(logout_deliveries, do_not_answer_what_they_could_not_find_out) {
  log_in("a", "s1");
  auto x = service::admin_handle{
      new service::admin_exchange{std::make_shared<test::nobody>(), {}, clock.now()}};
  x->call = oauth::cut_off{oauth::cutoff_kind::session, "s1"};
  auto search = work.begin(x);
  search->found.resize(search->keys.size());  // unknown
  work.queue(*search);
  EXPECT_FALSE(search->asked->answer);
  EXPECT_TRUE(work.take_due().empty());
}

}  // namespace
}  // namespace mintage::actors
