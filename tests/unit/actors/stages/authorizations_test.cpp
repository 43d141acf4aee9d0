// What a validator does with authorization requests: in batches, with signatures to verify and keys
// to fetch first. (AUZ-01, PAR-01, JAR-01, CAU-07)
#include <gtest/gtest.h>

#include <deque>
#include <span>
#include <string>
#include <vector>

#include "actors/stages/token_validator.hpp"
#include "crypto/base64.hpp"
#include "crypto/jws.hpp"
#include "tests/support/signed_assertion.hpp"
#include "tests/unit/actors/stages/exchanges.hpp"

namespace mintage::actors {
namespace {

using next = token_validator::next;
using oauth::authorization_purpose;
using oauth::errc;

constexpr auto parameters = std::string_view{
    "response_type=code&scope=openid&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcb"
    "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"};

class authorizations : public testing::Test {
 protected:
  authorizations() {
    for (const auto* id : {"by-value", "by-url"}) {
      auto c = test::make_client(id);
      mintage::test::give_keys(c, {&key});
      c.redirect_uris = {"https://app.example.com/cb"};
      c.grant_types = {oauth::grant_type::authorization_code};
      if (c.id == "by-url") {
        c.jwks.clear();
        c.keys = nullptr;
        c.jwks_uri = url;
      }
      clients.push_back(std::move(c));
    }
    work.publish(std::make_shared<const oauth::client_registry>(clients));
    work.publish(std::make_shared<const oauth::key_ring>());
  }

  static oauth::options make_rules() {
    auto o = oauth::options{};
    o.issuer = "https://idp.example.com";
    o.login_url = "https://login.example.com/?a=b";
    return o;
  }

  /// A request object with the parameters above.
  std::string object_of(std::string_view client) {
    const auto claims =
        R"({"iss":")" + std::string{client} + R"(","client_id":")" + std::string{client} +
        R"(","aud":")" + rules.issuer + R"(","exp":)" +
        std::to_string(oauth::numeric_date(clock.now()) + 60) +
        R"(,"response_type":"code","scope":"openid","redirect_uri":"https://app.example.com/cb",)"
        R"("code_challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",)"
        R"("code_challenge_method":"S256"})";
    auto out = std::string{};
    crypto::jws_signer{key}.append_compact(out, crypto::jose_header(key, "oauth-authz-req+jwt"),
                                           claims);
    return out;
  }
  service::authorization_handle ask(authorization_purpose p, std::string_view client,
                                    std::string query) {
    auto& text = texts.emplace_back("client_id=" + std::string{client} + "&" + std::move(query));
    auto x = service::authorization_handle{
        new service::authorization_exchange{std::make_shared<test::nobody>(), {}, clock.now()}};
    x->purpose = p;
    x->request.sent = oauth::read_authorization_query(text).value();
    x->request.who.id = x->request.sent[oauth::authorization_parameter::client_id];
    return x;
  }
  service::authorization_handle begin(std::string_view client, std::string query) {
    return ask(authorization_purpose::begin, client, std::move(query));
  }
  service::authorization_handle push(std::string_view client, std::string query,
                                     const std::string& jti) {
    auto x = ask(authorization_purpose::push, client, std::move(query));
    texts.push_back(mintage::test::sign_assertion(key, {client, rules.issuer, jti, clock.now()}));
    x->request.who.presented = oauth::presentation::assertion;
    x->request.who.assertion = texts.back();
    return x;
  }
  next check(const service::authorization_handle& x) {
    return work.check(std::span{&x, 1}).front();
  }

  static constexpr auto url = "https://keys.example.com/jwks";
  test::manual_clock clock;
  oauth::options rules = make_rules();
  oauth::auth_keys secrets{crypto::sha256("pepper"), crypto::sha256("process"),
                           crypto::sha256("seal")};
  hash_permits permits{1, 1};
  std::vector<validator_meters> meters{1};
  validator_setup setup{secrets, rules, clock, permits, meters};
  token_validator work{setup};
  crypto::signing_key key = crypto::signing_key::generate(crypto::jws_alg::es256);
  std::vector<oauth::client> clients;
  std::deque<std::string> texts;
};

TEST_F(authorizations, of_one_batch_are_each_decided_for_themselves) {
  auto batch = std::vector<service::authorization_handle>{};
  const auto with_object = [&] { return "request=" + object_of("by-value"); };
  batch.push_back(begin("by-value", with_object()));
  batch.push_back(begin("by-value", std::string{parameters}));
  batch.push_back(push("by-value", std::string{parameters}, "one"));
  batch.push_back(begin("nobody", std::string{parameters}));
  batch.push_back(push("by-value", with_object(), "two"));
  batch.push_back(
      begin("by-value", "request=" + mintage::test::with_wrong_signature(object_of("by-value"))));
  const auto ways = work.check(std::span<const service::authorization_handle>{batch});
  const auto want =
      std::vector{next::reply, next::reply, next::record, next::reply, next::record, next::reply};
  EXPECT_EQ((std::vector<next>{ways.begin(), ways.end()}), want);
  for (const auto i : {0U, 1U}) {
    EXPECT_FALSE(batch[i]->denied) << i;
    EXPECT_TRUE(
        batch[i]->to_browser.location.starts_with("https://login.example.com/?a=b&request=h."))
        << batch[i]->to_browser.location;
    EXPECT_TRUE(batch[i]->to_browser.cookie.starts_with("__Host-mintage_browser="));
  }
  for (const auto i : {2U, 4U}) {
    EXPECT_FALSE(batch[i]->denied) << i;
    EXPECT_EQ(batch[i]->after, next::reply);
    EXPECT_NE(batch[i]->body.find("urn:ietf:params:oauth:request_uri:h."), std::string::npos);
  }
  EXPECT_EQ(batch[3]->denied->code, errc::invalid_request);
  EXPECT_TRUE(batch[3]->to_browser.empty());
  EXPECT_EQ(batch[5]->denied->code, errc::invalid_request_object);
  EXPECT_TRUE(batch[5]->to_browser.location.starts_with("https://app.example.com/cb?error="));
}

TEST_F(authorizations, wait_for_the_keys_of_their_client) {  // CAU-10
  auto x = begin("by-url", "request=" + object_of("by-url"));
  EXPECT_EQ(check(x), next::fetch);
  ASSERT_TRUE(x->wanted_keys);
  EXPECT_EQ(x->wanted_keys->url, url);
  auto known = std::make_shared<oauth::remote_key_set>();
  known->keys = std::make_shared<const oauth::key_set>(
      oauth::key_set::read("{\"keys\":[" + key.public_part().jwk() + "]}",
                           oauth::key_set::origin::fetched)
          .value());
  known->until = clock.now() + oauth::seconds{60};
  work.publish(oauth::remote_keys{}.with(url, std::move(known)));
  x->keys_awaited = true;
  EXPECT_EQ(check(x), next::reply);
  EXPECT_FALSE(x->denied);
  EXPECT_FALSE(x->to_browser.location.empty());

  auto lost = begin("by-url", "request=" + object_of("by-url"));
  work.publish(std::make_shared<const oauth::remote_keys>());
  lost->keys_awaited = true;
  EXPECT_EQ(check(lost), next::reply);  // tried once
  EXPECT_EQ(lost->denied->code, errc::invalid_request_object);
}

TEST_F(authorizations, are_kept_first_when_they_are_too_long_for_a_handle) {  // PAR-03
  const auto query = std::string{parameters} + "&state=" + std::string(3000, 's');
  auto x = begin("by-value", query);
  EXPECT_EQ(check(x), next::keep);
  ASSERT_TRUE(x->record);
  EXPECT_FALSE(x->is_answered());  // the redirect must not leave before that
  auto pushed = push("by-value", query, "one");
  EXPECT_EQ(check(pushed), next::record);
  EXPECT_EQ(pushed->after, next::keep);

  auto shown = service::authorization_handle{
      new service::authorization_exchange{std::make_shared<test::nobody>(), {}, clock.now()}};
  shown->purpose = authorization_purpose::show;
  const auto& location = x->to_browser.location;
  shown->handle = location.substr(location.rfind('=') + 1);
  EXPECT_EQ(check(shown), next::find);
  EXPECT_EQ(shown->record->key.hash, x->record->key.hash);
  shown->record->sealed = x->record->sealed;
  shown->was_sought = true;
  EXPECT_EQ(check(shown), next::reply);
  EXPECT_NE(shown->body.find("\"client_id\":\"by-value\""), std::string::npos);
}

TEST_F(authorizations, of_one_source_are_stored_so_many_times) {
  auto stored = oauth::failure_limits{3, oauth::seconds{60}};
  setup.stored_limits = &stored;
  const auto begin_from = [this](std::uint8_t source, const std::string& state) {
    auto x = begin("by-value", std::string{parameters} + "&state=" + state);
    x->source = crypto::bytes<16>{source};
    return x;
  };
  const auto long_state = std::string(3000, 's');
  for (auto i = 0; i < 3; ++i) EXPECT_EQ(check(begin_from(1, long_state)), next::keep);
  auto refused = begin_from(1, long_state);
  EXPECT_EQ(check(refused), next::reply);
  EXPECT_EQ(refused->denied->code, errc::slow_down);
  EXPECT_TRUE(refused->to_browser.empty());  // a page: it goes nowhere, and gets no cookie
  EXPECT_EQ(refused->to_browser.cookie, "");
  EXPECT_FALSE(refused->record);
  const auto short_one = begin_from(1, "s");
  EXPECT_EQ(check(short_one), next::reply);
  EXPECT_FALSE(short_one->denied);
  EXPECT_EQ(check(begin_from(2, long_state)), next::keep);
  auto proven = push("by-value", std::string{parameters} + "&state=" + long_state, "one");
  proven->source = crypto::bytes<16>{1};
  EXPECT_EQ(check(proven), next::record);
  EXPECT_EQ(proven->after, next::keep);
}

TEST_F(authorizations, of_one_source_are_limited) {
  auto limits = oauth::failure_limits{2, oauth::seconds{60}};
  setup.authorization_limits = &limits;
  const auto begin_once = [this] {
    auto x = begin("by-value", std::string{parameters});
    x->source = crypto::bytes<16>{1};
    EXPECT_EQ(check(x), next::reply);
    return x;
  };
  EXPECT_FALSE(begin_once()->denied);
  EXPECT_FALSE(begin_once()->denied);
  EXPECT_EQ(begin_once()->denied->code, errc::slow_down);
  auto from_nowhere = begin("by-value", std::string{parameters});
  EXPECT_EQ(check(from_nowhere), next::reply);
  EXPECT_FALSE(from_nowhere->denied);
}

// JRM-01: no handle is spent on an answer that cannot be signed. A page tells it, as it does other
// refusals that cannot be signed.
TEST_F(authorizations, are_refused_when_their_answer_could_not_be_signed) {
  for (const auto* const also : {"", "&prompt=none+login"}) {
    auto x = begin("by-value", std::string{parameters} + "&response_mode=jwt" + also);
    EXPECT_EQ(check(x), next::reply);
    EXPECT_EQ(x->denied->code, errc::invalid_request);
    EXPECT_TRUE(x->to_browser.empty());
    EXPECT_EQ(x->to_sign, nullptr);
  }
  auto ring = std::make_shared<oauth::key_ring>();
  ring->keys.push_back({.key = crypto::signing_key::generate(crypto::jws_alg::rs256),
                        .created = clock.now(),
                        .activate = clock.now()});
  work.publish(ring);
  auto x = begin("by-value", std::string{parameters} + "&response_mode=jwt");
  EXPECT_EQ(check(x), next::reply);
  EXPECT_FALSE(x->denied);
}

TEST_F(authorizations, keep_the_cookie_of_a_browser_that_posts_without_it) {
  auto x = begin("by-value", std::string{parameters});
  x->is_posted = true;
  EXPECT_EQ(check(x), next::reply);
  EXPECT_TRUE(x->to_browser.cookie.starts_with("__Host-mintage_browser_posted="));
  auto again = begin("by-value", std::string{parameters});
  again->is_posted = true;
  const auto& cookie = x->to_browser.cookie;
  again->posting_browser = oauth::browser_id::parse(
      std::string_view{cookie}.substr(cookie.find('=') + 1, oauth::browser_id::size));
  ASSERT_TRUE(again->posting_browser);
  EXPECT_EQ(check(again), next::reply);
  EXPECT_EQ(again->to_browser.cookie, "");
}

TEST_F(authorizations, are_answered_by_one_record_and_one_code) {  // MINT-01
  auto x = begin("by-value", std::string{parameters});
  ASSERT_EQ(check(x), next::reply);
  const auto& location = x->to_browser.location;
  auto accepted = service::authorization_handle{
      new service::authorization_exchange{std::make_shared<test::nobody>(), {}, clock.now()}};
  accepted->purpose = authorization_purpose::accept;
  accepted->handle = location.substr(location.rfind('=') + 1);
  accepted->accepted.sub = "alice";
  accepted->accepted.auth_time = oauth::numeric_date(clock.now());
  EXPECT_EQ(check(accepted), next::record);
  EXPECT_EQ(accepted->after, next::put);
  EXPECT_EQ(accepted->replay_ids.front().where, accepted->where.where);  // of one shard
  EXPECT_EQ(accepted->replay_ids.front().when_known.code, errc::already_answered);
  EXPECT_FALSE(accepted->is_answered());  // its code is not stored yet
  accepted->minted = true;
  EXPECT_TRUE(accepted->is_answered());

  clock.at += rules.request_ttl + oauth::seconds{1};
  auto late = service::authorization_handle{
      new service::authorization_exchange{std::make_shared<test::nobody>(), {}, clock.now()}};
  late->purpose = authorization_purpose::deny;
  late->handle = accepted->handle;
  EXPECT_EQ(check(late), next::reply);
  EXPECT_EQ(late->denied->code, errc::unknown_request);
}

}  // namespace
}  // namespace mintage::actors
