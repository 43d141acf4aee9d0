// Part G: refresh.
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <thread>

#include "tests/http/negative/row.hpp"
#include "tests/support/jwt_check.hpp"

namespace mintage::test {

namespace {

using namespace std::chrono_literals;

http_answer send(const stage& s, const token_call& call) {
  return call.send_to(s.server.port());
}

/// Refreshes and expects success.
tokens renewed(const stage& s, const party& who, std::string_view token) {
  const auto call = refresh(who, token);
  const auto got = send(s, call);
  check_answer(got, call, success);
  return got.status == 200 ? tokens_in(got) : tokens{};
}

void expect_refused(const stage& s, const party& who, std::string_view token,
                    const expected& want = invalid_grant) {
  const auto call = refresh(who, token);
  check_answer(send(s, call), call, want);
}

/// One changed refresh with a live token, which is live afterwards.
row bent_refresh(std::string id, std::string variant, const expected& want,
                 std::function<void(world&, token_call&)> bend, party_of who = &world::c1) {
  auto run = [=](world& w) {
    const auto before = w.log_in_offline(w.*who);
    auto call = refresh(w.*who, before.refresh);
    call.markers.push_back(before.refresh);
    bend(w, call);
    check_answer(send(w, call), call, want);
    EXPECT_FALSE(renewed(w, w.*who, before.refresh).access.empty());
  };
  return {std::move(id), std::move(variant), std::move(run)};
}

row altered(std::string variant, std::size_t at) {
  return bent_refresh("NEG-133", std::move(variant), invalid_grant, [at](world&, token_call& c) {
    auto text = c.parameter("refresh_token");
    text.at(at) = text.at(at) == 'x' ? 'y' : 'x';
    c.set("refresh_token", text);
  });
}

void narrowed_then_full(world& w) {
  const auto before = w.log_in_offline(w.c1);
  auto call = refresh(w.c1, before.refresh).add("scope", "profile openid profile");
  const auto narrowed = send(w, call);
  check_answer(narrowed, call, success);
  EXPECT_EQ(tokens_in(narrowed).scope, "profile openid");
  EXPECT_EQ(renewed(w, w.c1, before.refresh).scope, "openid profile offline_access");
}

void without_openid(world& w) {
  const auto before = w.log_in_offline(w.c1);
  auto call = refresh(w.c1, before.refresh).add("scope", "profile");
  const auto got = send(w, call);
  check_answer(got, call, success);
  EXPECT_EQ(tokens_in(got).id, "");
  EXPECT_EQ(read_jwt(tokens_in(got).access).claims.at("scope"), "profile");
}

/// A grace period that is long enough on any machine (RFT-06).
const settings long_grace{{"tokens.refresh_grace", toml_string("60s")}};
const settings short_grace{{"tokens.refresh_grace", toml_string("1s")}};

party rotating_party(stage& s) {
  return make_party(s.admin, {{"token_endpoint_auth_method", "none"}, {"require_pkce", true}});
}

void same_successor_within_grace(world&) {
  auto own = stage{long_grace};
  const auto who = rotating_party(own);
  const auto first = own.log_in_offline(who);
  const auto second = renewed(own, who, first.refresh);
  EXPECT_NE(second.refresh, first.refresh);
  const auto again = renewed(own, who, first.refresh);
  EXPECT_EQ(again.refresh, second.refresh);
  EXPECT_NE(again.access, second.access);
  EXPECT_FALSE(renewed(own, who, second.refresh).refresh.empty());
}

void reuse_after_grace(world&) {
  auto own = stage{short_grace};
  const auto who = rotating_party(own);
  const auto first = own.log_in_offline(who);
  const auto second = renewed(own, who, first.refresh);
  std::this_thread::sleep_for(1200ms);
  expect_refused(own, who, first.refresh);
  expect_refused(own, who, second.refresh);
  const auto dead = userinfo(second.access);
  EXPECT_EQ(send(own, dead).status, 401U);
}

void reuse_after_the_successor_was_used(world&) {
  auto own = stage{long_grace};
  const auto who = rotating_party(own);
  const auto first = own.log_in_offline(who);
  const auto second = renewed(own, who, first.refresh);
  const auto third = renewed(own, who, second.refresh);
  expect_refused(own, who, first.refresh);
  expect_refused(own, who, third.refresh);
}

void twenty_at_once(world&) {
  auto own = stage{long_grace};
  const auto who = rotating_party(own);
  const auto first = own.log_in_offline(who);
  const auto call = refresh(who, first.refresh);
  auto wires = std::vector<connection>{};
  for (auto i = 0; i < 20; ++i) wires.emplace_back(own.server.port());
  for (auto& wire : wires) wire.send(call.render());
  auto successors = std::set<std::string>{};
  for (auto& wire : wires) {
    const auto got = wire.receive();
    check_answer(got, call, success);
    if (got.status == 200) successors.insert(tokens_in(got).refresh);
  }
  ASSERT_EQ(successors.size(), 1U);
  EXPECT_FALSE(renewed(own, who, *successors.begin()).access.empty());
}

void superseded_token_of_another_client(world&) {
  auto own = stage{short_grace};
  const auto who = rotating_party(own);
  const auto thief = rotating_party(own);
  const auto first = own.log_in_offline(who);
  const auto second = renewed(own, who, first.refresh);
  std::this_thread::sleep_for(1200ms);
  expect_refused(own, thief, first.refresh);
  EXPECT_FALSE(renewed(own, who, second.refresh).access.empty());
}

void life_is_over(world&, std::string_view idle, std::string_view absolute) {
  auto own = stage{{{"tokens.refresh_idle", toml_string(idle)},
                    {"tokens.refresh_absolute", toml_string(absolute)}}};
  const auto first = own.log_in_offline(own.c1);
  EXPECT_EQ(renewed(own, own.c1, first.refresh).refresh, first.refresh);
  std::this_thread::sleep_for(2500ms);
  expect_refused(own, own.c1, first.refresh);
}

/// A token that is used more often than its idle life stays valid.
void idle_end_is_pushed_on(world&) {
  auto own = stage{{{"tokens.refresh_idle", toml_string("2s")}}};
  const auto first = own.log_in_offline(own.c1);
  for (auto i = 0; i < 4; ++i) {
    std::this_thread::sleep_for(800ms);
    EXPECT_EQ(renewed(own, own.c1, first.refresh).refresh, first.refresh);
  }
}

void after_logout(world& w, bool offline) {
  const auto who = make_party(w.admin, {{"rt_without_offline", true}});
  const auto sid = std::string{offline ? "sid-offline" : "sid-online"};
  const auto scope = std::string{offline ? "openid offline_access" : "openid"};
  const auto before = w.log_in(who, {{"sid", sid}, {"scope", scope}});
  EXPECT_EQ(w.admin.call("POST", "/admin/sessions/" + sid + "/end").status, 204U);
  if (offline) {
    EXPECT_FALSE(renewed(w, who, before.refresh).access.empty());
  } else {
    expect_refused(w, who, before.refresh);
    EXPECT_EQ(send(w, userinfo(before.access)).status, 401U);
  }
  std::this_thread::sleep_for(2ms);  // the cutoff also voids what is minted in its own millisecond
  const auto later = w.log_in(who, {{"sid", sid}, {"scope", scope}});
  EXPECT_FALSE(renewed(w, who, later.refresh).access.empty()) << "a new login is no matter";
}

/// RFT-09.
void refreshed_id_token(world& w) {
  auto login = mint_body(w.c1);
  login["scope"] = "openid offline_access";
  login["nonce"] = "nonce-of-the-request";
  login["auth_time"] = login.at("auth_time").to_number<std::int64_t>() - 100;
  const auto first = w.log_in(w.c1, login);
  const auto second = renewed(w, w.c1, first.refresh);
  const auto before = read_jwt(first.id).claims;
  const auto after = read_jwt(second.id).claims;
  EXPECT_EQ(text_of(before, "nonce"), "nonce-of-the-request");
  EXPECT_FALSE(after.contains("nonce"));
  for (const auto* same : {"iss", "sub", "aud", "auth_time"}) {
    EXPECT_EQ(after.at(same), before.at(same)) << same;
  }
  EXPECT_GE(after.at("iat").as_int64(), before.at("iat").as_int64());
  EXPECT_EQ(text_of(after, "at_hash"), left_half_hash(second.access));
}

}  // namespace

std::vector<row> rows_of_refresh() {
  return {
      bent_refresh("NEG-132", "", invalid_request,
                   [](world&, token_call& c) { c.drop("refresh_token"); }),
      bent_refresh("NEG-132", "empty", invalid_request,
                   [](world&, token_call& c) { c.set("refresh_token", ""); }),
      bent_refresh(
          "NEG-133", "", invalid_grant,
          [](world&, token_call& c) { c.set("refresh_token", "mrt_" + std::string(72, 'A')); }),
      bent_refresh("NEG-133", "truncated", invalid_grant,
                   [](world&, token_call& c) {
                     const auto text = c.parameter("refresh_token");
                     c.set("refresh_token", text.substr(0, text.size() - 1));
                   }),
      altered("slot", 4),
      altered("family", 8),
      altered("generation", 29),
      altered("mac", 40),
      bent_refresh("NEG-134", "", invalid_grant,
                   [](world& w, token_call& c) { c.basic(w.c2.id, w.c2.secret); }),
      bent_refresh("NEG-135", "", invalid_client_401,
                   [](world& w, token_call& c) { c.basic(w.c1.id, "wrong-secret-marker"); }),
      bent_refresh("NEG-136", "", invalid_scope,
                   [](world&, token_call& c) { c.add("scope", "openid admin"); }),
      bent_refresh("NEG-136", "malformed", invalid_scope,
                   [](world&, token_call& c) { c.add("scope", "openid\tprofile"); }),
      {"NEG-137", "", narrowed_then_full},
      {"NEG-138", "", without_openid},
      {"NEG-139", "", same_successor_within_grace},
      {"NEG-140", "", reuse_after_grace},
      {"NEG-141", "", reuse_after_the_successor_was_used},
      {"NEG-142", "", twenty_at_once},
      {"NEG-143", "", superseded_token_of_another_client},
      {"NEG-144", "idle", [](world& w) { life_is_over(w, "2s", "1h"); }},
      {"NEG-144", "absolute", [](world& w) { life_is_over(w, "2s", "2s"); }},
      {"NEG-144", "pushed_on", idle_end_is_pushed_on},
      {"NEG-145", "without_offline", [](world& w) { after_logout(w, false); }},
      {"NEG-145", "with_offline", [](world& w) { after_logout(w, true); }},
      {"NEG-149", "", refreshed_id_token},
      bent_refresh(
          "NEG-150", "", invalid_grant,
          [](world& w, token_call& c) { c.set("refresh_token", w.log_in_offline(w.c1).access); }),
  };
}

}  // namespace mintage::test
