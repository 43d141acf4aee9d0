// One code over many connections: exactly one success. (COD-04, NEG-115)
#include <gtest/gtest.h>

#include <memory>

#include "tests/support/database.hpp"
#include "tests/support/test_clients.hpp"

namespace mintage::test {

namespace {

constexpr auto rounds = 200;
constexpr auto wires_count = std::size_t{50};

/// A window that is long enough on any machine: duplicates are double submits (COD-07).
const settings long_window{{"tokens.code_dup_window", toml_string("10s")}};

std::vector<connection> connect_all(std::uint16_t port) {
  auto out = std::vector<connection>{};
  for (auto i = std::size_t{0}; i < wires_count; ++i) out.emplace_back(port);
  return out;
}

/// The answers of one round of simultaneous requests.
struct tally {
  std::vector<http_answer> successes;
  std::size_t invalid_grants = 0;
  std::string others;
};

void count(const http_answer& got, tally& out) {
  if (got.status == 200) {
    out.successes.push_back(got);
  } else if (got.status == 400 && text_of(parse_object(got.body), "error") == "invalid_grant") {
    ++out.invalid_grants;
  } else {
    out.others += got.octets;
  }
}

/// Sends everything but the last octet first, so that all requests complete at one moment.
tally race(std::vector<connection>& wires, const std::string& request) {
  for (auto& wire : wires) wire.send(std::string_view{request}.substr(0, request.size() - 1));
  for (auto& wire : wires) wire.send(std::string_view{request}.substr(request.size() - 1));
  auto out = tally{};
  for (auto& wire : wires) count(wire.receive(), out);
  return out;
}

TEST(one_code, is_redeemed_once_from_50_connections_200_times_over_and_its_family_is_kept) {
  auto s = stage{long_window};
  auto wires = connect_all(s.server.port());
  auto tokens = std::vector<std::string>{};
  for (auto round = 0; round < rounds; ++round) {
    auto seen = race(wires, redemption(s.c1, s.mint(s.c1)).render());
    ASSERT_EQ(seen.others, "") << "round " << round;
    ASSERT_EQ(seen.successes.size(), 1U) << "round " << round;
    ASSERT_EQ(seen.invalid_grants, wires_count - 1) << "round " << round;
    tokens.push_back(text_of(parse_object(seen.successes[0].body), "access_token"));
  }
  wires.clear();
  EXPECT_EQ(s.server.stop(), 0);
  auto store = database{s.server.file("db")};
  for (auto& token : tokens) EXPECT_EQ(store.grant_of(token), storage::verdict::ok);
}

TEST(one_code, is_redeemed_once_when_every_connection_pipelines_it) {
  auto s = stage{long_window};
  auto wires = connect_all(s.server.port());
  auto request = redemption(s.c1, s.mint(s.c1)).render();
  for (auto& wire : wires) wire.send(request + request + request + request);
  auto seen = tally{};
  for (auto& wire : wires) {
    for (auto i = 0; i < 4; ++i) count(wire.receive(), seen);
  }
  EXPECT_EQ(seen.others, "");
  EXPECT_EQ(seen.successes.size(), 1U);
  EXPECT_EQ(seen.invalid_grants, 4 * wires_count - 1);
}

/// The code with slot `value` in place of its own.
std::string respelled(const std::string& code, std::size_t value) {
  constexpr auto alphabet =
      std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"};
  auto out = code;
  out.at(4) = alphabet[value >> 6];
  out.at(5) = alphabet[value & 63];
  return out;
}

TEST(one_code, respelled_with_every_other_slot_beside_the_true_one_succeeds_once) {
  auto s = stage{long_window};
  auto code = s.mint(s.c1);
  auto wires = connect_all(s.server.port());
  auto expected_per_wire = std::vector<std::size_t>(wires.size());
  for (auto value = std::size_t{0}; value < 4096; ++value) {
    // The right spelling is one of them.
    auto at = value % wires.size();
    wires[at].send(redemption(s.c1, respelled(code, value)).render());
    ++expected_per_wire[at];
  }
  auto seen = tally{};
  for (auto i = std::size_t{0}; i < wires.size(); ++i) {
    for (auto n = std::size_t{0}; n < expected_per_wire[i]; ++n) count(wires[i].receive(), seen);
  }
  EXPECT_EQ(seen.others, "");
  EXPECT_EQ(seen.successes.size(), 1U);
  EXPECT_EQ(seen.invalid_grants, 4095U);
}

TEST(one_code, respelled_with_every_other_slot_stays_live_for_its_true_spelling) {
  auto s = stage{};
  auto code = s.mint(s.c1);
  auto wire = connection{s.server.port()};
  for (auto first = std::size_t{0}; first < 4096; first += 64) {
    auto burst = std::string{};
    auto sent = 0;
    for (auto value = first; value < first + 64; ++value) {
      if (respelled(code, value) == code) continue;
      burst += redemption(s.c1, respelled(code, value)).render();
      ++sent;
    }
    wire.send(burst);
    for (auto i = 0; i < sent; ++i) ASSERT_EQ(wire.receive().status, 400U);
  }
  // Presentations with another slot find no record, so they do not count as failures (COD-05).
  s.expect_live(s.c1, code);
}

TEST(two_clients, that_race_for_one_code_leave_it_to_its_owner) {
  auto s = stage{long_window};
  auto thief = make_party(s.admin);
  auto wires = connect_all(s.server.port());
  for (auto round = 0; round < 20; ++round) {
    auto code = s.mint(s.c1);
    auto own = redemption(s.c1, code).render();
    auto foreign = redemption(thief, code).render();
    // Fewer failures than the limit before the owner's request is complete.
    for (auto i = std::size_t{0}; i < 8; ++i) wires[i].send(i == 5 ? own : foreign);
    for (auto i = std::size_t{0}; i < 8; ++i) {
      EXPECT_EQ(wires[i].receive().status, i == 5 ? 200U : 400U) << "round " << round;
    }
  }
}

}  // namespace

}  // namespace mintage::test
