// Rotation of keys while requests are answered. (IDT-03)
#include <gtest/gtest.h>

#include <set>

#include "tests/support/jwt_check.hpp"
#include "tests/support/test_clients.hpp"

namespace mintage::test {

namespace {

TEST(a_rotation_under_load, NEG_209_leaves_alg_kid_and_at_hash_of_each_answer_in_agreement) {
  auto s = stage{};
  const auto who = make_party(s.admin, {{"id_token_signed_response_alg", "ES256"}});
  auto kids = std::set<std::string>{};
  constexpr auto rounds = 10;
  for (auto round = 0; round < rounds; ++round) {
    auto wires = std::vector<connection>{};
    for (auto i = 0; i < 20; ++i) {
      wires.emplace_back(s.server.port());
      wires.back().send(redemption(who, s.mint(who)).render());
    }
    ASSERT_EQ(s.admin.call("POST", "/admin/keys/rotate", R"({"alg":"ES256","now":true})").status,
              200U);
    auto wire = connection{s.server.port()};
    wire.send("GET /jwks HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto set = parse_object(wire.receive().body);
    for (auto& each : wires) {
      const auto got = each.receive();
      ASSERT_EQ(got.status, 200U) << got.octets;
      const auto body = parse_object(got.body);
      const auto access = text_of(body, "access_token");
      const auto id = read_jwt(text_of(body, "id_token"));
      EXPECT_TRUE(is_signed_by(id, set));
      EXPECT_TRUE(is_signed_by(read_jwt(access), set));
      EXPECT_EQ(text_of(id.claims, "at_hash"), left_half_hash(access));
      EXPECT_EQ(text_of(id.header, "kid"), text_of(read_jwt(access).header, "kid"));
      kids.insert(text_of(id.header, "kid"));
    }
  }
  EXPECT_GE(kids.size(), 2U) << "no rotation fell between two answers";
}

}  // namespace

}  // namespace mintage::test
