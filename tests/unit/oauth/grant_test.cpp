#include "oauth/grant.hpp"

#include <gtest/gtest.h>

#include <set>

#include "crypto/base64.hpp"
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

birth_draw drawn() {
  auto random = test::counting_random{};
  return birth_draw::draw(random);
}

TEST(birth_draw, draws_every_part_anew) {  // COM-01
  const auto draw = drawn();
  EXPECT_EQ(draw.attempt[0], 0);
  EXPECT_EQ(draw.family[0], 16);
  EXPECT_EQ(draw.seed[0], 32);
  EXPECT_EQ(draw.seed[31], 63);
}

TEST(bear_grant, issues_a_refresh_token_only_where_it_may) {  // COD-11
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
    const auto g = bear_grant(login_with_scope(r.scope), {}, client, drawn(), now, {});
    EXPECT_EQ(g.refreshable, r.refreshable) << r.scope << r.may_refresh << r.rt_without_offline;
  }
}

TEST(bear_grant, keeps_login_draw_and_lifetimes) {  // RFT-10
  auto o = options{};
  o.refresh_idle = seconds{100};
  o.refresh_absolute = seconds{1000};
  auto client = client_facts{};
  client.refresh_mode = rt_mode::rotating;
  const auto g = bear_grant(login_with_scope("openid"), slot{77}, client, drawn(), now, o);
  EXPECT_EQ(g.who.sub, "alice");
  EXPECT_EQ(g.where, slot{77});
  EXPECT_EQ(g.family, drawn().family);
  EXPECT_EQ(g.seed, drawn().seed);
  EXPECT_EQ(g.mode, rt_mode::rotating);
  EXPECT_EQ(g.generation, 0u);
  EXPECT_EQ(g.created, now);
  EXPECT_EQ(g.idle_expiry, now + seconds{100});
  EXPECT_EQ(g.absolute_expiry, now + seconds{1000});
  EXPECT_FALSE(g.revoked_at);
}

TEST(forget_at, waits_for_the_last_token) {  // COD-11, RFT-10
  auto o = options{};
  o.access_ttl = seconds{50};
  auto g = grant{};
  g.created = now;
  g.idle_expiry = now + seconds{100};
  g.absolute_expiry = now + seconds{1000};
  EXPECT_EQ(forget_at(g, o), now + seconds{80});
  g.refreshable = true;
  EXPECT_EQ(forget_at(g, o), now + seconds{100});
  g.idle_expiry = now + seconds{2000};
  EXPECT_EQ(forget_at(g, o), now + seconds{1000});
}

grant family_of(std::uint16_t where) {
  auto g = grant{};
  g.where = slot{where};
  g.family = drawn().family;
  g.seed = drawn().seed;
  g.generation = 0x01020304;
  return g;
}

std::string token_of(const grant& g) {
  auto mac = crypto::hmac_sha256{crypto::as_bytes("0123456789abcdef0123456789abcdef")};
  return make_refresh_token(g, mac);
}

TEST(refresh_token, is_spelled_as_said) {  // RFT-06
  const auto g = family_of(65);
  const auto token = token_of(g);
  ASSERT_EQ(token.size(), 76u);
  EXPECT_EQ(token.substr(0, 6), "mrt_BB");
  const auto octets = crypto::base64url_decode(std::string_view{token}.substr(6));
  ASSERT_TRUE(octets);
  ASSERT_EQ(octets->size(), 52u);
  EXPECT_EQ(octets->substr(0, 16), crypto::as_chars(g.family));
  EXPECT_EQ(octets->substr(16, 4), "\x01\x02\x03\x04");

  auto covered = std::string{"mintage refresh token 1"};
  covered += std::string{"\x00\x41", 2};
  covered += crypto::as_chars(g.family);
  covered += "\x01\x02\x03\x04";
  covered += crypto::as_chars(g.seed);
  auto mac = crypto::hmac_sha256{crypto::as_bytes("0123456789abcdef0123456789abcdef")};
  EXPECT_EQ(octets->substr(20), crypto::as_chars(mac(covered)));
}

TEST(refresh_token, mac_changes_with_each_part_and_with_the_key) {  // RFT-06
  const auto g = family_of(65);
  auto macs = std::set<std::string>{};
  const auto remember = [&](const std::string& token) {
    macs.insert(crypto::base64url_decode(std::string_view{token}.substr(6)).value().substr(20));
  };
  remember(token_of(g));
  remember(token_of(g));  // the same value again, without anything stored
  auto changed = g;
  changed.where = slot{66};
  remember(token_of(changed));
  changed = g;
  changed.family[15] ^= 1;
  remember(token_of(changed));
  changed = g;
  changed.generation += 1;
  remember(token_of(changed));
  changed = g;
  changed.seed[31] ^= 1;
  remember(token_of(changed));
  auto other_key = crypto::hmac_sha256{crypto::as_bytes("other 6789abcdef0123456789abcdef")};
  remember(make_refresh_token(g, other_key));
  EXPECT_EQ(macs.size(), 6u);
}

}  // namespace
}  // namespace mintage::oauth
