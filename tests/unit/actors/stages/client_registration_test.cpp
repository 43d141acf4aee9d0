// Clients that register themselves, in the registry. (DCR-*)
#include <gtest/gtest.h>

#include "actors/stages/client_administration.hpp"
#include "loopback/deaf_journal.hpp"
#include "storage/memory/engine.hpp"
#include "tests/unit/actors/stages/exchanges.hpp"
#include "tests/unit/actors/stages/failing_catalog.hpp"

namespace mintage::actors {
namespace {

using namespace std::chrono_literals;
using oauth::errc;

/// A clock that can be in doubt.
class doubtful_clock final : public oauth::clock {
 public:
  [[nodiscard]] oauth::instant now() const noexcept override { return at; }
  [[nodiscard]] bool is_confirmed() const noexcept override { return sure; }
  oauth::instant at{oauth::milliseconds{1'800'000'000'000}};
  bool sure = true;
};

class listening_journal final : public loopback::deaf_journal {
 public:
  void client_forgotten(const oauth::client& c) noexcept override { forgotten.push_back(c.id); }
  std::vector<std::string> forgotten;
};

oauth::options open_rules() {
  auto o = oauth::options{};
  o.registration.mode = oauth::registration_mode::open;
  o.registration.per_source_per_hour = 3;
  o.registration.max_clients = 8;
  return o;
}

class client_registration : public testing::Test {
 protected:
  service::admin_handle call(oauth::admin_call what, client_administration& with) {
    auto x = service::admin_handle{
        new service::admin_exchange{std::make_shared<test::nobody>(), {}, clock.now()}};
    x->call = std::move(what);
    x->source = source;
    EXPECT_EQ(with.handle(x), nullptr);
    return x;
  }
  service::admin_handle call(oauth::admin_call what) { return call(std::move(what), book); }
  static oauth::registration_request request() {
    auto r = oauth::registration_request{};
    r.metadata.redirect_uris = {std::string{test::redirect_uri}};
    r.metadata.id_token_signed_response_alg = "ES256";
    return r;
  }
  service::admin_handle ask_to_register(std::string_view token = {}) {
    return call(oauth::register_client_call{request(), crypto::secret_string{std::string{token}}});
  }
  oauth::registered_client join(std::string_view token = {}) {
    auto x = ask_to_register(token);
    EXPECT_TRUE(x->answer) << x->error->description;
    return x->answer ? std::get<oauth::registered_client>(*x->answer) : oauth::registered_client{};
  }
  /// A registered client changes its redirect URI.
  service::admin_handle change(const oauth::registered_client& who,
                               std::optional<std::string> secret = {}) {
    auto r = request();
    r.metadata.client_id = who.made.id;
    r.metadata.redirect_uris = {"https://app.example.com/new"};
    if (secret) r.metadata.client_secret = crypto::secret_string{std::move(*secret)};
    return call(oauth::update_registered_call{who.made.id, who.token, std::move(r)});
  }
  oauth::added_registration_token make_token(oauth::registration_token_request wanted = {}) {
    return std::get<oauth::added_registration_token>(
        *call(oauth::add_registration_token{std::move(wanted)})->answer);
  }
  static errc error_of(const service::admin_handle& x) {
    return x->error ? x->error->code : errc::server_error;
  }

  doubtful_clock clock;
  listening_journal journal;
  registry_meters meters;
  std::optional<crypto::bytes<16>> source;
  std::unique_ptr<storage::engine> engine = storage::open_memory_engine(5);
  oauth::options rules = open_rules();
  registry_setup setup{.records = engine->records(),
                       .cutoffs = engine->cutoffs(),
                       .rules = rules,
                       .clock = clock,
                       .pepper = crypto::sha256("pepper"),
                       .algorithms = {crypto::jws_alg::es256},
                       .meters = &meters,
                       .journal = &journal};
  client_administration book{setup};
};

TEST_F(client_registration, DCR_02_gives_secret_and_token_once) {
  const auto made = join();
  EXPECT_FALSE(made.secret.empty());
  EXPECT_TRUE(made.token.reveal().starts_with("mrg_"));
  const auto again = client_administration{setup};
  const auto* const stored = again.clients()->find(made.made.id);
  ASSERT_NE(stored, nullptr);
  ASSERT_TRUE(stored->registered);
  EXPECT_TRUE(stored->registered->is_open());
  EXPECT_EQ(stored->secrets.size(), 1U);
  EXPECT_EQ(meters.registered.get(), 1U);
  EXPECT_EQ(meters.registrations.get(), 1U);
  const auto shown = call(oauth::show_registered{made.made.id, made.token});
  const auto& seen = std::get<oauth::registered_client>(*shown->answer);
  EXPECT_TRUE(seen.secret.empty());
  EXPECT_EQ(seen.token.reveal(), made.token.reveal());
}

// Whoever registers without a token leaves places to those with one.
TEST_F(client_registration, has_places_for_those_with_a_token) {
  rules.registration.max_clients = 4;
  for (auto i = 0; i < 3; ++i) static_cast<void>(join());
  source = crypto::bytes<16>{2};  // another network
  EXPECT_EQ(error_of(ask_to_register()), errc::slow_down);
  const auto token = make_token();
  static_cast<void>(join(token.text.reveal()));
  EXPECT_EQ(book.clients()->registered_size(), 4U);
  EXPECT_EQ(book.clients()->open_size(), 3U);
}

TEST_F(client_registration, has_room_for_a_token_in_place_of_an_expired_one) {
  auto wanted = oauth::registration_token_request{};
  wanted.expires_in = 60;
  static_cast<void>(make_token(wanted));
  wanted.expires_in = 0;
  for (auto i = std::size_t{1}; i < oauth::most_registration_tokens; ++i)
    static_cast<void>(make_token(wanted));
  EXPECT_EQ(error_of(call(oauth::add_registration_token{wanted})), errc::conflict);
  clock.at += 61s;
  const auto last = make_token(wanted);
  const auto all = call(oauth::list_registration_tokens{});
  const auto& list = std::get<oauth::registration_token_list>(*all->answer).tokens;
  EXPECT_EQ(list.size(), oauth::most_registration_tokens);
  EXPECT_EQ(list.back().id, last.made.id);
  EXPECT_EQ(error_of(call(oauth::add_registration_token{wanted})), errc::conflict);
}

TEST_F(client_registration, DCR_01_needs_a_token_in_the_mode_token) {
  rules.registration.mode = oauth::registration_mode::token;
  EXPECT_EQ(error_of(ask_to_register()), errc::invalid_token);
  EXPECT_EQ(error_of(ask_to_register("mit_wrong")), errc::invalid_token);
  const auto token = make_token();
  const auto made = join(token.text.reveal());
  EXPECT_EQ(made.made.registered->initial_token, token.made.id);
  EXPECT_EQ(error_of(ask_to_register(token.text.reveal())), errc::invalid_token)
      << "it was for one client";
}

TEST_F(client_registration, DCR_01_refuses_a_wrong_token_in_the_mode_open_too) {
  EXPECT_EQ(error_of(ask_to_register("mit_wrong")), errc::invalid_token);
}

TEST_F(client_registration, DCR_01_takes_no_token_that_has_expired_or_was_removed) {
  const auto token = make_token({.limit = 0});
  join(token.text.reveal());
  join(token.text.reveal());
  clock.at += 24h;
  EXPECT_EQ(error_of(ask_to_register(token.text.reveal())), errc::invalid_token);
  const auto other = make_token();
  EXPECT_TRUE(call(oauth::remove_registration_token{other.made.id})->answer);
  EXPECT_EQ(error_of(ask_to_register(other.text.reveal())), errc::invalid_token);
  EXPECT_EQ(error_of(call(oauth::remove_registration_token{other.made.id})), errc::not_found);
  const auto list = call(oauth::list_registration_tokens{});
  EXPECT_EQ(std::get<oauth::registration_token_list>(*list->answer).tokens.size(), 1U);
}

TEST_F(client_registration, DCR_01_remembers_the_uses_of_a_token) {
  const auto token = make_token({.limit = 1});
  join(token.text.reveal());
  auto again = client_administration{setup};
  EXPECT_EQ(error_of(call(oauth::register_client_call{request(), token.text}, again)),
            errc::invalid_token);
}

TEST_F(client_registration, DCR_01_limits_each_network) {
  source = crypto::bytes<16>{1};
  for (auto i = 0; i < 3; ++i) join();
  EXPECT_EQ(error_of(ask_to_register()), errc::slow_down);
  (*source)[15] = 9;  // the same /64
  EXPECT_EQ(error_of(ask_to_register()), errc::slow_down);
  source = crypto::bytes<16>{2};
  join();
  clock.at += 1h;
  source = crypto::bytes<16>{1};
  join();
}

TEST_F(client_registration, DCR_07_has_a_bound) {
  rules.registration.per_source_per_hour = 0;
  auto last = oauth::registered_client{};
  for (auto i = 0; i < 6; ++i) last = join();
  EXPECT_EQ(error_of(ask_to_register()), errc::slow_down);
  EXPECT_TRUE(call(oauth::remove_registered{last.made.id, last.token})->answer);
  join();
}

TEST_F(client_registration, DCR_06_changes_a_client_and_its_token) {
  const auto made = join();
  const auto changed = change(made, std::string{made.secret.reveal()});
  ASSERT_TRUE(changed->answer) << changed->error->description;
  const auto& after = std::get<oauth::registered_client>(*changed->answer);
  EXPECT_EQ(after.made.redirect_uris.front(), "https://app.example.com/new");
  EXPECT_EQ(after.secret.reveal(), made.secret.reveal());
  EXPECT_NE(after.token.reveal(), made.token.reveal());
  EXPECT_EQ(error_of(change(made)), errc::invalid_token);
  EXPECT_TRUE(change(after)->answer);
}

TEST_F(client_registration, DCR_06_keeps_the_token_where_the_operator_says_so) {
  rules.registration.rotate_tokens = false;
  const auto made = join();
  EXPECT_TRUE(change(made)->answer);
  EXPECT_TRUE(change(made)->answer);
}

TEST_F(client_registration, NEG_259_refuses_a_wrong_secret_and_the_token_of_another) {
  const auto made = join();
  const auto other = join();
  EXPECT_EQ(error_of(change(made, "mcs_wrong")), errc::invalid_client_metadata);
  EXPECT_EQ(error_of(call(oauth::show_registered{made.made.id, other.token})), errc::invalid_token);
  EXPECT_EQ(error_of(call(oauth::remove_registered{made.made.id, other.token})),
            errc::invalid_token);
  EXPECT_EQ(error_of(call(oauth::show_registered{made.made.id, {}})), errc::invalid_token);
  EXPECT_NE(book.clients()->find(made.made.id), nullptr);
}

TEST_F(client_registration, DCR_06_knows_no_client_that_is_gone_or_of_the_operator) {
  const auto made = join();
  EXPECT_TRUE(call(oauth::remove_registered{made.made.id, made.token})->answer);
  EXPECT_EQ(error_of(call(oauth::show_registered{made.made.id, made.token})), errc::invalid_token);
  auto m = oauth::client_metadata{};
  m.redirect_uris = {std::string{test::redirect_uri}};
  m.id_token_signed_response_alg = "ES256";
  const auto x = call(oauth::create_client{m});
  const auto& own = std::get<oauth::created_client>(*x->answer).made;
  EXPECT_EQ(error_of(call(oauth::show_registered{own.id, made.token})), errc::invalid_token);
}

TEST_F(client_registration, DCR_06_lets_no_suspended_client_manage_itself) {
  const auto made = join();
  auto m = oauth::client_metadata{};
  m.status = "suspended";
  ASSERT_TRUE(call(oauth::patch_client{made.made.id, m})->answer);
  EXPECT_EQ(error_of(call(oauth::show_registered{made.made.id, made.token})), errc::access_denied);
  EXPECT_EQ(error_of(change(made)), errc::access_denied);
}

TEST_F(client_registration, DCR_03_gives_no_algorithm_without_a_key) {
  auto r = request();
  r.metadata.id_token_signed_response_alg.reset();  // RS256, as OpenID Connect has it
  EXPECT_EQ(error_of(call(oauth::register_client_call{r, {}})), errc::invalid_client_metadata);
}

// On each node of a cluster some use is noted: a client that is used must not look idle.
TEST_F(client_registration, DCR_07_notes_a_use_also_when_another_node_was_faster) {
  const auto used = join();
  auto catalog = test::failing_catalog{engine->records()};
  const auto shared = registry_setup{.records = catalog,
                                     .cutoffs = engine->cutoffs(),
                                     .rules = rules,
                                     .clock = clock,
                                     .pepper = crypto::sha256("pepper"),
                                     .algorithms = {crypto::jws_alg::es256}};
  auto node = client_administration{shared};
  static_cast<void>(node.take_keys_changed());
  catalog.moves = catalog.moved_keys = true;
  node.note_use(used.made.id);
  // Or the key keeper would never hear of them: what is read next begins after them.
  EXPECT_TRUE(node.take_keys_changed());
  EXPECT_FALSE(node.take_keys_changed());
  const auto again = client_administration{setup};
  EXPECT_TRUE(again.clients()->find(used.made.id)->registered->last_used);
}

TEST_F(client_registration, DCR_07_forgets_what_is_not_used) {
  const auto used = join();
  const auto unused = join();
  book.note_use(used.made.id);
  book.note_use("nobody");
  const auto version = book.clients()->find(used.made.id)->version;
  EXPECT_EQ(version, used.made.version) << "proven secrets stay known";
  clock.at += 24h;
  clock.sure = false;
  EXPECT_FALSE(book.forget_unused());
  EXPECT_TRUE(journal.forgotten.empty()) << "the clock may be wrong";
  clock.sure = true;
  EXPECT_FALSE(book.forget_unused());
  EXPECT_EQ(journal.forgotten, std::vector{unused.made.id});
  EXPECT_EQ(meters.forgotten.get(), 1U);
  EXPECT_EQ(meters.registered.get(), 1U);
  const auto again = client_administration{setup};
  EXPECT_EQ(again.clients()->find(unused.made.id), nullptr);
  EXPECT_NE(again.clients()->find(used.made.id), nullptr);
}

}  // namespace
}  // namespace mintage::actors
