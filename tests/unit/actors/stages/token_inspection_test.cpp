#include <gmock/gmock.h>

#include "oauth/token/claims.hpp"
#include "tests/unit/actors/stages/stage_fixture.hpp"

namespace mintage::actors {
namespace {

using oauth::errc;
using oauth::query_purpose;
using testing::HasSubstr;
using namespace std::chrono_literals;

constexpr auto inactive = R"({"active":false})";

class questions : public test::shard_rules {
 protected:
  void SetUp() override { register_clients(); }

  void register_clients(std::uint64_t incarnation = 7) {
    auto client = test::make_client("client");
    client.incarnation = incarnation;
    auto all =
        std::vector<oauth::client>{client, test::make_client("other"), test::make_client("api")};
    all.back().incarnation = 7;
    auto r = oauth::resource{};
    r.as.identifier = "https://api.example.com";
    r.resource_servers = {"api"};
    stages.publish(std::make_shared<const oauth::client_registry>(std::move(all),
                                                                  std::vector<oauth::resource>{r}));
  }

  /// The content of the JWT access token of the last exchange.
  oauth::access_token jwt() {
    auto token = oauth::describe(*last->grant, last->out, clock.now(), rules);
    token.jti = oauth::make_jti(*last->grant, random);
    token.incarnation = 0;
    return token;
  }
  oauth::access_token own_jwt() {
    auto token = oauth::access_token{};
    token.client_id = token.sub = "client";
    token.scope = "read";
    token.issued = clock.now();
    token.expires = clock.now() + rules.access_ttl;
    token.jti = "AA" + std::string(32, 'B');
    return token;
  }

  service::query_handle ask(query_purpose purpose, oauth::asked_token token,
                            std::string_view caller = "client", bool wants_jwt = false) {
    auto x = service::query_handle{
        new service::query_exchange{std::make_shared<test::nobody>(), {}, clock.now()}};
    x->request.purpose = purpose;
    x->request.wants_jwt = wants_jwt;
    x->client.id = caller;
    x->client.incarnation = 7;
    x->client.id_token_alg = crypto::jws_alg::es256;
    x->asked = std::move(token);
    stages.questions.query(one(std::move(x)));
    return std::move(last_query);
  }
  std::string introspect(oauth::asked_token token, std::string_view caller = "client") {
    const auto x = ask(query_purpose::introspect, std::move(token), caller);
    EXPECT_TRUE(x->done);
    return x->body;
  }
  static oauth::asked_token refresh_token(const std::string& text) {
    return *oauth::parse_refresh_token(text);
  }
  void revoke_by(std::string_view caller, oauth::asked_token token) {
    const auto x = ask(query_purpose::revoke, std::move(token), caller);
    EXPECT_TRUE(x->done);
    EXPECT_TRUE(x->body.empty());
  }
  oauth::opaque_token begin_opaque_family() {
    static_cast<void>(
        begin_family("openid offline_access", oauth::rt_mode::static_, [](oauth::login& who) {
          who.targets = {
              {"https://api.example.com", oauth::token_format::opaque, crypto::jws_alg::es256}};
        }));
    return {*oauth::find_opaque_token(last->out.opaque.reveal(), hash)};
  }
};

TEST_F(questions, about_dead_tokens_say_only_that_they_are_inactive) {  // NEG-185, INT-02
  const auto refresh = begin_family();
  const auto access = jwt();
  auto wrong_mac = refresh;
  wrong_mac[40] = wrong_mac[40] == 'A' ? 'B' : 'A';
  EXPECT_EQ(introspect(refresh_token(wrong_mac)), inactive);
  auto foreign_family = access;
  foreign_family.family->front() ^= 1;
  EXPECT_EQ(introspect(foreign_family), inactive);
  EXPECT_EQ(introspect(oauth::opaque_token{{oauth::slot{3}, crypto::sha256("x")}}), inactive);
  EXPECT_EQ(introspect(refresh_token(refresh), "other"), inactive) << "another client's";
  EXPECT_EQ(introspect(access, "other"), inactive);
  clock.at += rules.access_ttl;
  EXPECT_EQ(introspect(access), inactive) << "expired";
  clock.at += rules.refresh_absolute;
  EXPECT_EQ(introspect(refresh_token(refresh)), inactive);
}

TEST_F(questions, about_live_tokens_are_answered) {  // INT-02
  const auto refresh = begin_family();
  const auto access = jwt();
  EXPECT_THAT(introspect(access), HasSubstr(R"("active":true)"));
  EXPECT_THAT(introspect(access), HasSubstr(R"("jti":")" + access.jti));
  EXPECT_THAT(introspect(refresh_token(refresh)), HasSubstr(R"("sub":"248289761001")"));
  EXPECT_THAT(introspect(own_jwt()), HasSubstr(R"("sub":"client")"));
  const auto opaque = begin_opaque_family();
  EXPECT_THAT(introspect(opaque), HasSubstr(R"("aud":"https://api.example.com")"));
  EXPECT_THAT(introspect(opaque, "api"), HasSubstr(R"("active":true)")) << "a server of the aud";
}

TEST_F(questions, are_answered_by_a_signer_when_a_jwt_is_wanted) {  // INT-03
  static_cast<void>(begin_family());
  const auto x = ask(query_purpose::introspect, jwt(), "client", true);
  EXPECT_TRUE(to_sign);
  EXPECT_FALSE(x->done);
  EXPECT_THAT(x->claims, HasSubstr(R"("token_introspection":{"active":true)"));
}

TEST_F(questions, see_a_superseded_refresh_token_as_inactive) {
  const auto first = begin_family();
  last = refresh(first);
  EXPECT_EQ(introspect(refresh_token(first)), inactive);
  EXPECT_NE(introspect(refresh_token(current_token())), inactive);
}

TEST_F(questions, know_a_client_that_was_removed_and_made_again) {
  const auto refresh = begin_family();
  const auto access = jwt();
  register_clients(8);
  EXPECT_EQ(introspect(access), inactive);
  EXPECT_EQ(introspect(refresh_token(refresh)), inactive);
}

TEST_F(questions, know_of_cutoffs) {  // RFT-11
  const auto refresh = begin_family();
  const auto access = jwt();
  clock.at += 1s;
  engine->cutoffs().put(oauth::cutoff_key(oauth::cutoff_kind::subject, "248289761001", hash),
                        clock.now(), clock.now() + 24h);
  EXPECT_EQ(introspect(access), inactive);
  EXPECT_EQ(introspect(refresh_token(refresh)), inactive);
  EXPECT_EQ(ask(query_purpose::userinfo, access)->denied->code, errc::invalid_token);
}

TEST_F(questions, know_of_the_epoch) {  // NEG-212
  const auto refresh = begin_family();
  const auto access = jwt();
  const auto own = own_jwt();
  const auto opaque = begin_opaque_family();
  clock.at += 1s;
  engine->raise_void_before(clock.now());
  EXPECT_EQ(introspect(access), inactive);
  EXPECT_EQ(introspect(own), inactive) << "its revocation may be lost";
  EXPECT_EQ(introspect(opaque), inactive);
  EXPECT_EQ(introspect(refresh_token(refresh)), inactive);
  EXPECT_EQ(ask(query_purpose::userinfo, access)->denied->code, errc::invalid_token);
  clock.at += 1s;
  EXPECT_NE(introspect(refresh_token(begin_family())), inactive);
}

TEST_F(questions, by_revocation_end_the_family_of_a_refresh_token) {  // NEG-189, REV-02
  const auto token = begin_family();
  const auto access = jwt();
  const auto opaque = begin_opaque_family();
  const auto of_opaque = current_token();
  revoke_by("client", refresh_token(token));
  EXPECT_EQ(refresh(token)->denied->code, errc::invalid_grant);
  EXPECT_EQ(introspect(access), inactive);
  EXPECT_NE(introspect(opaque), inactive) << "another family lives on";
  revoke_by("client", refresh_token(of_opaque));
  EXPECT_EQ(introspect(opaque), inactive);
}

TEST_F(questions, by_revocation_end_an_access_token_alone) {  // REV-02
  const auto token = begin_family("openid offline_access", oauth::rt_mode::static_);
  const auto access = jwt();
  const auto sibling = jwt();
  revoke_by("client", access);
  EXPECT_EQ(introspect(access), inactive);
  EXPECT_NE(introspect(sibling), inactive);
  EXPECT_FALSE(refresh(token)->denied);
  const auto opaque = begin_opaque_family();
  revoke_by("client", opaque);
  EXPECT_EQ(introspect(opaque), inactive);
  const auto own = own_jwt();
  revoke_by("client", own);
  EXPECT_EQ(introspect(own), inactive);
}

TEST_F(questions, by_revocation_know_nothing_of_unknown_tokens) {  // NEG-187, REV-01
  auto wrong_mac = begin_family();
  wrong_mac[40] = wrong_mac[40] == 'A' ? 'B' : 'A';
  revoke_by("client", refresh_token(wrong_mac));
  revoke_by("client", oauth::opaque_token{{oauth::slot{3}, crypto::sha256("x")}});
  EXPECT_EQ(read_grant(family).what, storage::verdict::ok);
}

TEST_F(questions, by_revocation_spare_the_tokens_of_others) {  // NEG-188
  const auto token = begin_family();
  const auto access = jwt();
  const auto opaque = begin_opaque_family();
  for (const auto& t :
       {refresh_token(token), oauth::asked_token{access}, oauth::asked_token{opaque}}) {
    const auto x = ask(query_purpose::revoke, t, "other");
    ASSERT_TRUE(x->denied);
    EXPECT_EQ(x->denied->code, errc::invalid_grant);
    EXPECT_NE(introspect(t), inactive);
  }
}

TEST_F(questions, by_revocation_wait_for_the_disk) {
  const auto token = begin_family();
  moments.loses_revocations = true;
  EXPECT_EQ(ask(query_purpose::revoke, refresh_token(token)), nullptr) << "answered too early";
  moments.refuses_insertions = true;
  EXPECT_EQ(ask(query_purpose::revoke, own_jwt())->denied->code, errc::temporarily_unavailable);
}

TEST_F(questions, at_userinfo_want_a_live_token_with_openid) {  // NEG-192, UIN-01
  const auto refresh = begin_family("openid offline_access");
  EXPECT_EQ(ask(query_purpose::userinfo, refresh_token(refresh), "")->denied->code,
            errc::invalid_token);
  const auto told = ask(query_purpose::userinfo, jwt(), "");
  ASSERT_TRUE(told->done);
  EXPECT_EQ(told->body, R"({"sub":"248289761001"})");
  EXPECT_FALSE(told->is_jwt);
  EXPECT_EQ(ask(query_purpose::userinfo, own_jwt(), "")->denied->code, errc::insufficient_scope);
  static_cast<void>(begin_family("read"));
  EXPECT_EQ(ask(query_purpose::userinfo, jwt(), "")->denied->code, errc::insufficient_scope);
}

}  // namespace
}  // namespace mintage::actors
