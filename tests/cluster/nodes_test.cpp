// What nodes share while all is well. (NEG-207, NEG-208, NEG-209, NEG-211)
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/cluster/cluster.hpp"
#include "tests/support/jwt_check.hpp"

namespace mintage::test {
namespace {

/// Windows that are long enough on any machine (COD-07, RFT-06).
const settings long_windows{{"tokens.code_dup_window", toml_string("10s")},
                            {"tokens.refresh_grace", toml_string("60s")},
                            {"registration.mode", toml_string("token")}};

/// Three nodes that all tests of the suite share.
class nodes : public testing::Test {
 protected:
  static void SetUpTestSuite() { shared = std::make_unique<cluster>(3, long_windows); }
  static void TearDownTestSuite() { shared.reset(); }

  static cluster& all() { return *shared; }
  static party rotating_party() {
    auto admin = all().at(0).admin();
    return make_party(admin, {{"token_endpoint_auth_method", "none"}, {"require_pkce", true}});
  }
  static std::vector<connection> connect() {
    auto out = std::vector<connection>{};
    for (auto i = std::size_t{0}; i < all().size(); ++i)
      out.emplace_back(all().at(i).server().port());
    return out;
  }
  /// One request to each node; all complete at one moment.
  static std::vector<http_answer> race(std::vector<connection>& wires, const token_call& call) {
    const auto request = call.render();
    for (auto& wire : wires) wire.send(std::string_view{request}.substr(0, request.size() - 1));
    for (auto& wire : wires) wire.send(std::string_view{request}.substr(request.size() - 1));
    auto out = std::vector<http_answer>{};
    for (auto& wire : wires) out.push_back(wire.receive());
    return out;
  }
  static boost::json::object jwks_of(std::size_t node) {
    auto wire = connection{all().at(node).server().port()};
    wire.send("GET /jwks HTTP/1.1\r\nHost: x\r\n\r\n");
    return parse_object(wire.receive().body);
  }
  static bool is_active(std::size_t node, const party& who, std::string_view token) {
    const auto got = question("/introspect", who, token).send_to(all().at(node).server().port());
    EXPECT_EQ(got.status, 200U) << got.octets;
    return parse_object(got.body).at("active").as_bool();
  }

  static std::unique_ptr<cluster> shared;
};
std::unique_ptr<cluster> nodes::shared;

TEST_F(nodes, NEG_207_let_one_of_them_redeem_a_code_and_keep_its_family) {
  auto wires = connect();
  for (auto round = std::size_t{0}; round < 60; ++round) {
    const auto call = redemption(all().client(), all().mint(round % all().size()));
    auto winner = std::string{};
    for (const auto& got : race(wires, call)) {
      if (got.status == 200) {
        ASSERT_EQ(winner, "") << "redeemed twice";
        winner = tokens_in(got).access;
      } else {
        check_answer(got, call, invalid_grant);
      }
    }
    ASSERT_NE(winner, "");
    EXPECT_TRUE(is_active(round % all().size(), all().client(), winner));
  }
}

TEST_F(nodes, NEG_208_give_the_same_successor_for_one_refresh_token) {
  const auto who = rotating_party();
  auto wires = connect();
  auto current = all().log_in(0, who).refresh;
  for (auto round = 0; round < 20; ++round) {
    auto successors = std::set<std::string>{};
    const auto call = refresh(who, current);
    for (const auto& got : race(wires, call)) {
      check_answer(got, call, success);
      if (got.status == 200) successors.insert(tokens_in(got).refresh);
    }
    ASSERT_EQ(successors.size(), 1U);
    EXPECT_NE(*successors.begin(), current);
    current = *successors.begin();
  }
}

TEST_F(nodes, NEG_211_accept_no_token_of_a_family_whose_revocation_was_answered) {
  const auto& who = all().client();
  for (auto round = 0; round < 15; ++round) {
    const auto first = all().log_in(0, who);
    auto is_revoked = std::atomic<bool>{false};
    auto renewed = std::vector<std::string>{};
    auto refreshing = std::async(std::launch::async, [&] {
      while (!is_revoked) {
        const auto got = refresh(who, first.refresh).send_to(all().at(1).server().port());
        if (got.status == 200) renewed.push_back(tokens_in(got).access);
      }
    });
    const auto call = question("/revoke", who, first.refresh);
    EXPECT_EQ(all().at(2).status_of(call), 200U);
    for (auto i = std::size_t{0}; i < all().size(); ++i) {
      EXPECT_EQ(all().at(i).status_of(refresh(who, first.refresh)), 400U);
    }
    is_revoked = true;
    refreshing.get();
    for (const auto& token : renewed) {
      for (auto i = std::size_t{0}; i < all().size(); ++i) EXPECT_FALSE(is_active(i, who, token));
    }
  }
}

TEST_F(nodes, void_codes_of_a_person_everywhere_when_the_revocation_is_answered) {
  for (auto round = 0; round < 5; ++round) {
    const auto code = all().mint(0);
    ASSERT_EQ(all().at(1).admin().call("POST", "/admin/subjects/alice/revoke").status, 204U);
    EXPECT_EQ(all().redeem(2, code), 400U);
  }
}

TEST_F(nodes, know_a_change_of_a_client_when_it_is_answered) {
  for (auto round = std::size_t{0}; round < 5; ++round) {
    const auto changed_at = round % all().size();
    auto admin = all().at(changed_at).admin();
    const auto made = make_party(admin);
    auto calls = std::vector<token_call>{};
    for (auto i = std::size_t{0}; i < all().size(); ++i) {
      const auto call = redemption(made, all().mint(i, made));
      EXPECT_EQ(all().at((i + 1) % all().size()).status_of(call), 200U);
    }
    admin.remove(made.id);
    for (auto i = std::size_t{0}; i < all().size(); ++i) {
      EXPECT_EQ(all().at(i).status_of(refresh(made, "x")), 401U) << "node " << i;
    }
  }
}

TEST_F(nodes, DCR_01_know_initial_tokens_and_registered_clients_when_they_are_answered) {
  for (auto round = std::size_t{0}; round < 3; ++round) {
    const auto here = round % all().size();
    const auto there = (round + 1) % all().size();
    const auto made = all().at(here).admin().call("POST", "/admin/registration_tokens");
    ASSERT_EQ(made.status, 201U) << made.octets;
    auto registering = token_call{};
    registering.target = "/register";
    registering.header("Content-Type", "application/json")
        .header("Authorization", "Bearer " + text_of(parse_object(made.body), "token"));
    registering.body = R"({"redirect_uris":["https://client.example/cb"]})";
    const auto got = registering.send_to(all().at(there).server().port());
    ASSERT_EQ(got.status, 201U) << got.octets;
    const auto client = parse_object(got.body);
    auto asking = token_call{};
    asking.method = "GET";
    asking.target = text_of(client, "registration_client_uri").substr(issuer.size());
    asking.drop_header("Content-Type")
        .header("Authorization", "Bearer " + text_of(client, "registration_access_token"));
    asking.body = "";
    asking.with_length = false;
    for (auto i = std::size_t{0}; i < all().size(); ++i) {
      EXPECT_EQ(all().at(i).status_of(asking), 200U) << "node " << i;
      EXPECT_EQ(all().at(i).status_of(registering), 401U) << "the token was for one client";
    }
  }
}

TEST_F(nodes, NEG_209_sign_with_no_key_that_another_one_does_not_publish) {
  auto is_over = std::atomic<bool>{false};
  auto checked = std::atomic<int>{};
  auto threads = std::vector<std::jthread>{};
  for (auto i = std::size_t{0}; i < all().size(); ++i) {
    threads.emplace_back([&, i] {
      while (!is_over) {
        const auto got =
            redemption(all().client(), all().mint(i)).send_to(all().at(i).server().port());
        EXPECT_EQ(got.status, 200U) << got.octets;
        if (got.status != 200) continue;
        for (auto other = std::size_t{0}; other < all().size(); ++other) {
          EXPECT_TRUE(is_signed_by(read_jwt(tokens_in(got).access), jwks_of(other)))
              << "signed at node " << i << ", not in the key set of node " << other;
        }
        ++checked;
      }
    });
  }
  for (auto round = std::size_t{0}; round < 4; ++round) {
    const auto got = all()
                         .at(round % all().size())
                         .admin()
                         .call("POST", "/admin/keys/rotate", R"({"alg":"ES256","now":true})");
    EXPECT_EQ(got.status, 200U) << got.octets;
  }
  is_over = true;
  threads.clear();
  EXPECT_GT(checked, 0);
}

}  // namespace
}  // namespace mintage::test
