#include <gtest/gtest.h>

#include "actors/stages/client_administration.hpp"
#include "oauth/client/authentication.hpp"
#include "oauth/client/sealed_secret.hpp"
#include "oauth/client/secrets.hpp"
#include "storage/memory/engine.hpp"
#include "tests/support/rotated_ring.hpp"
#include "tests/unit/actors/stages/exchanges.hpp"
#include "tests/unit/crypto/example_jwks.hpp"

namespace mintage::actors {
namespace {

using oauth::errc;

/// The registry's work over the memory engine; the test does the hasher's part.
class client_administration_rules : public testing::Test {
 protected:
  service::admin_handle ask(oauth::admin_call call) {
    auto x = service::admin_handle{
        new service::admin_exchange{std::make_shared<test::nobody>(), {}, clock.now()}};
    x->call = std::move(call);
    return x;
  }
  /// A call that needs no hash.
  service::admin_handle answer(oauth::admin_call call) {
    auto x = ask(std::move(call));
    EXPECT_EQ(book.handle(x), nullptr);
    return x;
  }
  /// Does the hasher's work on a job, and passes it back.
  service::admin_handle finish(const hash_request& job) {
    job->stored.hash = "PHC of " + std::string{job->secret.reveal()};
    book.store_hashed(*job);
    return std::move(job->asked);
  }
  oauth::client make(const char* method = "client_secret_basic") {
    auto m = oauth::client_metadata{};
    m.redirect_uris = {std::string{test::redirect_uri}};
    m.id_token_signed_response_alg = "ES256";
    m.token_endpoint_auth_method = method;
    return std::get<oauth::created_client>(*answer(oauth::create_client{m})->answer).made;
  }
  static oauth::secret_request chosen(std::string text) {
    auto r = oauth::secret_request{};
    r.client_secret = crypto::secret_string{std::move(text)};
    return r;
  }
  [[nodiscard]] const oauth::client* stored(const std::string& id) const {
    return book.clients()->find(id);
  }

  test::manual_clock clock;
  std::unique_ptr<storage::engine> engine = storage::open_memory_engine(5);
  oauth::options rules;
  registry_setup setup{engine->records(),        engine->cutoffs(),       rules, clock,
                       crypto::sha256("pepper"), {crypto::jws_alg::es256}};
  client_administration book{setup};
};

TEST_F(client_administration_rules, keep_the_hmac_of_a_proven_secret) {  // CAU-12
  const auto made = make();
  auto job = ask(oauth::add_secret{made.id, chosen("an old secret")});
  finish(book.handle(job));
  const auto before = *stored(made.id);
  ASSERT_EQ(before.secrets.size(), 2U);
  const auto mac = crypto::sha256("its HMAC");
  book.keep_proven({"nobody", before.incarnation, before.secrets[1].hash, mac});
  book.keep_proven({made.id, before.incarnation, "another hash", mac});
  EXPECT_EQ(stored(made.id)->secrets[1].how, oauth::stored_secret::kind::argon2id);
  book.keep_proven({made.id, before.incarnation, before.secrets[1].hash, mac});
  const auto durable = client_administration{setup};
  for (const auto* after : {stored(made.id), durable.clients()->find(made.id)}) {
    EXPECT_EQ(after->version, before.version);
    EXPECT_EQ(after->secrets[1].how, oauth::stored_secret::kind::hmac);
    EXPECT_EQ(after->secrets[1].hash, crypto::as_chars(mac));
    EXPECT_EQ(after->secrets[1].number, before.secrets[1].number);
    EXPECT_EQ(after->secrets[0].hash, before.secrets[0].hash);
  }
}

TEST_F(client_administration_rules, know_no_secrets_of_unknown_clients) {
  EXPECT_EQ(answer(oauth::add_secret{"nobody", {}})->error->code, errc::not_found);
  EXPECT_EQ(answer(oauth::end_secret{"nobody", 1})->error->code, errc::not_found);
}

TEST_F(client_administration_rules, give_no_secret_to_a_public_client) {
  const auto made = make("none");
  EXPECT_EQ(answer(oauth::add_secret{made.id, {}})->error->code, errc::invalid_request);
  EXPECT_EQ(answer(oauth::add_secret{made.id, chosen("12345678")})->error->code,
            errc::invalid_request);
  EXPECT_TRUE(stored(made.id)->secrets.empty());
}

TEST_F(client_administration_rules, keep_two_live_secrets_at_most_and_one_at_least) {
  const auto made = make();
  EXPECT_EQ(answer(oauth::end_secret{made.id, 1})->error->code, errc::conflict);
  const auto added = answer(oauth::add_secret{made.id, {}});
  ASSERT_TRUE(added->answer);
  EXPECT_EQ(answer(oauth::add_secret{made.id, {}})->error->code, errc::conflict);
  EXPECT_EQ(answer(oauth::end_secret{made.id, 77})->error->code, errc::not_found);
  ASSERT_TRUE(answer(oauth::end_secret{made.id, 1})->answer);
  const auto left = stored(made.id)->secrets;
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(answer(oauth::end_secret{made.id, left.front().number})->error->code, errc::conflict);
}

TEST_F(client_administration_rules, show_a_generated_secret_and_store_its_hmac) {  // CAU-12
  const auto made = make();
  const auto x = answer(oauth::add_secret{made.id, {}});
  const auto& added = std::get<oauth::added_secret>(*x->answer);
  auto pepper = crypto::hmac_sha256{setup.pepper};
  const auto& kept = stored(made.id)->secrets.back();
  EXPECT_EQ(kept.how, oauth::stored_secret::kind::hmac);
  EXPECT_EQ(kept.hash, crypto::as_chars(oauth::pepper_secret(pepper, added.secret.reveal())));
  EXPECT_EQ(added.changed.version, made.version + 1);
  // Durable, not only in the snapshot.
  EXPECT_EQ(engine->records().changes(0).clients.front().secrets.size(), 2U);
}

TEST_F(client_administration_rules, seal_the_secrets_whose_text_is_needed) {  // CAU-10
  // Registered here as no call can before the method is served.
  auto c = make();
  c.method = oauth::auth_method::client_secret_jwt;
  c.secrets.clear();
  engine->records().put_client(c, book.seen());
  auto second = client_administration{setup};
  const auto answer = [&](oauth::admin_call call) {
    auto x = ask(std::move(call));
    EXPECT_EQ(second.handle(x), nullptr);
    return x;
  };
  const auto text = std::string(48, 's');
  const auto kept = [&](std::size_t which) {
    return second.clients()->find(c.id)->secrets.at(which);
  };
  const auto unsealed = [&](std::size_t which) {
    return oauth::unseal_secret(c, kept(which), setup.secret_keys);
  };

  const auto generated = answer(oauth::add_secret{c.id, {}});
  const auto& shown = std::get<oauth::added_secret>(*generated->answer);
  EXPECT_EQ(unsealed(0)->reveal(), shown.secret.reveal());
  EXPECT_EQ(shown.warnings.size(), 1U);
  // No hasher: it could not give the text back.
  const auto imported = answer(oauth::add_secret{c.id, chosen(text)});
  EXPECT_TRUE(std::get<oauth::added_secret>(*imported->answer).secret.empty());
  EXPECT_EQ(unsealed(1)->reveal(), text);

  ASSERT_TRUE(answer(oauth::end_secret{c.id, kept(0).number})->answer);
  EXPECT_EQ(answer(oauth::add_secret{c.id, chosen(std::string(31, 's'))})->error->description,
            "client_secret must be at least 32 octets for client_secret_jwt");
  auto hash = oauth::secret_request{};
  hash.client_secret_hash = crypto::secret_string{"$2b$04$"};
  EXPECT_EQ(answer(oauth::add_secret{c.id, hash})->error->description, oauth::hash_for_text_method);
}

TEST_F(client_administration_rules, send_a_chosen_secret_through_the_hasher) {  // CAU-12
  const auto made = make();
  auto x = ask(oauth::add_secret{made.id, chosen("chosen secret")});
  const auto job = book.handle(x);
  ASSERT_NE(job, nullptr);
  EXPECT_EQ(x, nullptr) << "the call waits with its job";
  EXPECT_EQ(stored(made.id)->secrets.size(), 1U) << "nothing is kept before it is hashed";
  const auto done = finish(job);
  ASSERT_TRUE(done->answer);
  EXPECT_TRUE(std::get<oauth::added_secret>(*done->answer).secret.empty());
  const auto& kept = stored(made.id)->secrets.back();
  EXPECT_EQ(kept.how, oauth::stored_secret::kind::argon2id);
  EXPECT_EQ(kept.hash, "PHC of chosen secret");
}

TEST_F(client_administration_rules, store_a_foreign_hash_as_it_is) {  // CAU-12
  constexpr auto hash = "$2b$10$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
  auto m = oauth::client_metadata{};
  m.redirect_uris = {std::string{test::redirect_uri}};
  m.id_token_signed_response_alg = "ES256";
  m.client_id = "old-shop";
  m.client_secret_hash = crypto::secret_string{hash};
  m.client_secret_expires_at = 1'900'000'000;
  const auto made = answer(oauth::create_client{m});
  ASSERT_TRUE(made->answer);
  EXPECT_TRUE(std::get<oauth::created_client>(*made->answer).secret.empty());
  auto more = oauth::secret_request{};
  more.client_secret_hash = crypto::secret_string{hash};
  const auto added = answer(oauth::add_secret{"old-shop", more});
  ASSERT_TRUE(added->answer);
  EXPECT_TRUE(std::get<oauth::added_secret>(*added->answer).secret.empty());
  const auto durable = client_administration{setup};
  const auto& kept = durable.clients()->find("old-shop")->secrets;
  ASSERT_EQ(kept.size(), 2U);
  for (const auto& s : kept) {
    EXPECT_EQ(s.how, oauth::secret_kind::bcrypt);
    EXPECT_EQ(s.hash, hash);
  }
  EXPECT_EQ(kept[0].expires, oauth::instant{oauth::seconds{1'900'000'000}});
  EXPECT_NE(kept[0].number, kept[1].number);
  EXPECT_EQ(answer(oauth::create_client{m})->error->code, errc::conflict);
}

TEST_F(client_administration_rules, judge_a_hashed_secret_by_the_clients_of_then) {
  const auto made = make();
  auto first = ask(oauth::add_secret{made.id, chosen("first secret")});
  auto second = ask(oauth::add_secret{made.id, chosen("second secret")});
  auto third = ask(oauth::add_secret{made.id, chosen("third secret")});
  const auto first_job = book.handle(first);
  const auto second_job = book.handle(second);
  const auto third_job = book.handle(third);
  auto suspend = oauth::client_metadata{};
  suspend.status = "suspended";
  ASSERT_TRUE(answer(oauth::patch_client{made.id, suspend})->answer);

  EXPECT_TRUE(finish(first_job)->answer);
  EXPECT_EQ(stored(made.id)->status, oauth::client_status::suspended) << "the change is not lost";
  EXPECT_EQ(finish(second_job)->error->code, errc::conflict) << "two are live by now";
  ASSERT_TRUE(answer(oauth::remove_client{made.id})->answer);
  EXPECT_EQ(finish(third_job)->error->code, errc::not_found);
}

TEST_F(client_administration_rules, give_no_secret_to_another_client_of_the_same_id) {
  auto m = oauth::client_metadata{};
  m.client_id = "imported";
  m.client_secret = crypto::secret_string{"the old secret"};
  m.redirect_uris = {std::string{test::redirect_uri}};
  m.id_token_signed_response_alg = "ES256";
  const auto import = [&] {
    auto x = ask(oauth::create_client{m});
    return finish(book.handle(x));
  };
  ASSERT_TRUE(import()->answer);
  auto x = ask(oauth::add_secret{"imported", chosen("a late secret")});
  const auto late = book.handle(x);
  ASSERT_TRUE(answer(oauth::remove_client{"imported"})->answer);
  ASSERT_TRUE(import()->answer);
  EXPECT_EQ(finish(late)->error->code, errc::not_found);
  EXPECT_EQ(stored("imported")->secrets.size(), 1U);
}

TEST_F(client_administration_rules, keep_the_expiry_that_was_asked_for) {
  const auto made = make();
  auto wanted = chosen("chosen secret");
  wanted.client_secret_expires_at = 2'000'000'000;
  auto x = ask(oauth::add_secret{made.id, wanted});
  ASSERT_TRUE(finish(book.handle(x))->answer);
  EXPECT_EQ(stored(made.id)->secrets.back().expires, oauth::instant{oauth::seconds{2'000'000'000}});
}

TEST_F(client_administration_rules, keep_resources_over_a_restart) {
  auto r = oauth::resource{};
  r.as.identifier = "https://api.example.com";
  r.scopes = {"read"};
  EXPECT_EQ(std::get<oauth::resource>(*answer(oauth::put_resource{r})->answer).as, r.as);
  EXPECT_NE(book.clients()->find_resource(r.as.identifier), nullptr);
  const auto again = client_administration{setup};
  ASSERT_NE(again.clients()->find_resource(r.as.identifier), nullptr);
  EXPECT_EQ(again.clients()->resource_of_scope("read")->as, r.as);
  EXPECT_EQ(std::get<oauth::resource_list>(*answer(oauth::list_resources{})->answer)
                .known->resources()
                .size(),
            1U);
  EXPECT_TRUE(std::holds_alternative<oauth::removed>(
      *answer(oauth::remove_resource{r.as.identifier})->answer));
  EXPECT_EQ(book.clients()->find_resource(r.as.identifier), nullptr);
  EXPECT_EQ(answer(oauth::remove_resource{r.as.identifier})->error->code, errc::not_found);
}

TEST_F(client_administration_rules, refuse_resources_that_cannot_be) {  // ATK-02, ATK-03
  auto r = oauth::resource{};
  r.as.identifier = "https://api.example.com#fragment";
  EXPECT_TRUE(answer(oauth::put_resource{r})->error);
  r.as.identifier = "https://api.example.com";
  r.as.alg = crypto::jws_alg::rs256;
  EXPECT_TRUE(answer(oauth::put_resource{r})->error) << "no key of that algorithm";
  r.as.format = oauth::token_format::opaque;
  EXPECT_FALSE(answer(oauth::put_resource{r})->error);
}

TEST_F(client_administration_rules, hold_clients_to_the_profile_of_the_server) {  // FAP-01, FAP-09
  const auto before = make();
  rules.profile = oauth::client_profile::fapi2;
  auto strict = client_administration{setup};
  const auto answer_of = [&](oauth::admin_call call) {
    auto x = ask(std::move(call));
    EXPECT_EQ(strict.handle(x), nullptr);
    return x;
  };
  auto m = oauth::client_metadata{};
  m.redirect_uris = {std::string{test::redirect_uri}};
  m.id_token_signed_response_alg = "ES256";
  const auto refused = answer_of(oauth::create_client{m});
  ASSERT_TRUE(refused->error);
  EXPECT_EQ(refused->error->description,
            "profile fapi2 needs a token_endpoint_auth_method with a private key or a certificate, "
            "which this server holds all clients to");
  m.token_endpoint_auth_method = "private_key_jwt";
  m.jwks = R"({"keys":[)" + std::string{crypto::jwk_p256} + "]}";
  const auto made = std::get<oauth::created_client>(*answer_of(oauth::create_client{m})->answer);
  EXPECT_EQ(made.made.profile, oauth::client_profile::fapi2);

  // One that was there before can be suspended, and not resumed.
  auto change = oauth::client_metadata{};
  change.status = "suspended";
  EXPECT_TRUE(answer_of(oauth::patch_client{before.id, change})->answer);
  change.status = "active";
  EXPECT_TRUE(answer_of(oauth::patch_client{before.id, change})->error);

  auto r = oauth::resource{};
  r.as.identifier = "https://api.example.com";
  r.as.alg = crypto::jws_alg::rs256;
  EXPECT_TRUE(answer_of(oauth::put_resource{r})->error->description.starts_with("alg must be"));
  r.as.alg = crypto::jws_alg::es256;
  EXPECT_TRUE(answer_of(oauth::put_resource{r})->answer);

  // The profile of the server is not stored.
  rules.profile = oauth::client_profile::standard;
  const auto usual = client_administration{setup};
  EXPECT_EQ(usual.clients()->find(made.made.id)->profile, oauth::client_profile::standard);
}

TEST_F(client_administration_rules, cut_off_before_they_answer) {  // RFT-11
  auto hash = crypto::sha256_hasher{};
  const auto key = oauth::cutoff_key(oauth::cutoff_kind::session, "s1", hash);
  EXPECT_FALSE(engine->cutoffs().find(key));
  EXPECT_TRUE(std::holds_alternative<oauth::removed>(
      *answer(oauth::cut_off{oauth::cutoff_kind::session, "s1"})->answer));
  EXPECT_EQ(engine->cutoffs().find(key), clock.now());
}

TEST_F(client_administration_rules, seal_anew_what_a_former_root_sealed) {
  auto ring = crypto::root_ring{crypto::sha256("first")};
  auto progress = seal_progress{};
  setup.secret_keys = {ring, "mintage/client-secret/1"};
  setup.progress = &progress;
  auto c = make();
  c.method = oauth::auth_method::client_secret_jwt;
  c.secrets = {oauth::seal_secret(c, crypto::secret_string{std::string(48, 's')}, {},
                                  setup.secret_keys.newest())};
  engine->records().put_client(c, book.seen());
  auto second = client_administration{setup};
  const auto left = [&] { return progress.left(sealed_records::secrets, ring.changes()); };
  const auto opens_with_newest = [&] {
    const auto stored = engine->records().changes(0).clients;
    const auto found =
        std::find_if(stored.begin(), stored.end(), [&](const auto& s) { return s.id == c.id; });
    const auto newest = ring.derive("mintage/client-secret/1").front();
    return oauth::unseal_secret(c, found->secrets.front(), newest).has_value();
  };
  EXPECT_EQ(left(), 0U);
  mintage::test::rotate(ring, "second");
  EXPECT_EQ(left(), std::nullopt);
  EXPECT_FALSE(opens_with_newest());
  second.seal_anew();
  EXPECT_EQ(left(), 0U);
  EXPECT_TRUE(opens_with_newest());
  EXPECT_EQ(second.clients()->find(c.id)->version, c.version) << "proven secrets stay proven";

  mintage::test::rotate(ring, "third");
  setup.secret_keys = {ring, "mintage/client-secret/1"};
  auto after_restart = client_administration{setup};
  EXPECT_EQ(left(), 1U);
  after_restart.seal_anew();
  EXPECT_EQ(left(), 0U);
  EXPECT_TRUE(opens_with_newest());
}

}  // namespace
}  // namespace mintage::actors
