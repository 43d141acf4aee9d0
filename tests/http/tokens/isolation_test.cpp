// Two clients cannot read or use each other's grants: random calls over all endpoints. (COD-01,
// RFT-01, INT-02, REV-02)
#include <gtest/gtest.h>

#include <random>

#include "loopback/environment.hpp"
#include "tests/support/test_clients.hpp"

namespace mintage::test {

namespace {

constexpr auto attempts = 400;

/// The code and tokens of one client.
struct holdings {
  party who;
  std::string code;
  tokens held;
};

class isolation {
 public:
  explicit isolation(std::uint32_t seed) : random_{seed} {
    for (auto i = 0; i < 3; ++i) {
      add({});
      add({{"token_endpoint_auth_method", "client_secret_post"}});
      add({{"token_endpoint_auth_method", "none"}, {"require_pkce", true}});
    }
  }

  /// One client tries something with another's code or tokens; every attempt must fail.
  void attempt() {
    const auto& thief = any();
    auto& victim = any();
    if (thief.who.id == victim.who.id) return;
    switch (pick(6)) {
      case 0:
        return expect_refused(redemption(thief.who, victim.code));
      case 1:
        return expect_refused(refresh(thief.who, victim.held.refresh));
      case 2:
        return expect_refused(question("/revoke", thief.who, any_token(victim)));
      case 3:
        return expect_unseen(thief.who, any_token(victim));
      case 4:
        return expect_refused(redemption(thief.who, victim.held.refresh));
      default:
        return expect_refused(refresh(thief.who, victim.code));
    }
  }

  /// The owner can still use all that it has.
  void owner_goes_on() {
    auto& owner = any();
    const auto refreshed = refresh(owner.who, owner.held.refresh).send_to(stage_.server.port());
    ASSERT_EQ(refreshed.status, 200U) << refreshed.octets;
    owner.held = tokens_in(refreshed);
    if (owner.who.how != party::way::none) {
      EXPECT_TRUE(stage_.introspect(owner.who, owner.held.access).at("active").as_bool());
    }
    // Ten failures revoke a code (COD-05): it is exchanged before that and replaced.
    stage_.expect_live(owner.who, owner.code);
    owner.code = stage_.mint(owner.who);
  }

  void renew_codes() {
    for (auto& each : all_) each.code = stage_.mint(each.who);
  }

 private:
  void add(const boost::json::object& metadata) {
    auto who = make_party(stage_.admin, metadata);
    all_.push_back({who, stage_.mint(who), stage_.log_in_offline(who)});
  }
  std::size_t pick(std::size_t n) { return random_() % n; }
  holdings& any() { return all_[pick(all_.size())]; }
  std::string any_token(const holdings& h) { return pick(2) == 0 ? h.held.access : h.held.refresh; }

  void expect_refused(const token_call& call) const {
    check_answer(call.send_to(stage_.server.port()), call, invalid_grant);
  }
  void expect_unseen(const party& thief, const std::string& token) const {
    const auto got = question("/introspect", thief, token).send_to(stage_.server.port());
    if (thief.how == party::way::none) {
      EXPECT_EQ(got.status, 401U) << got.octets;
    } else {
      EXPECT_EQ(got.body, R"({"active":false})") << got.octets;
    }
  }

  stage stage_;
  std::mt19937 random_;
  std::vector<holdings> all_;
};

TEST(grants, are_out_of_reach_for_every_other_client) {
  const auto seed = static_cast<std::uint32_t>(
      loopback::number_from("MINTAGE_ISOLATION_SEED").value_or(std::random_device{}()));
  SCOPED_TRACE("MINTAGE_ISOLATION_SEED=" + std::to_string(seed));
  auto test = isolation{seed};
  for (auto i = 0; i < attempts && !testing::Test::HasFailure(); ++i) {
    test.attempt();
    if (i % 16 == 15) test.owner_goes_on();
    if (i % 32 == 31) test.renew_codes();
  }
}

}  // namespace

}  // namespace mintage::test
