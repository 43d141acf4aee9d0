// Guesses that cost the server slow comparisons: whom they hold up. (CAU-12, CAU-16)
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/support/test_clients.hpp"

namespace mintage::test {

namespace {

using namespace std::string_literals;

constexpr auto invalid_client = 401U;

/// A server behind a proxy that tells who asks.
const settings behind_a_proxy{{"http.trusted_proxies", R"(["127.0.0.1"])"},
                              {"http.proxy_protocol", "true"}};

/// A PROXY header of version 2 for TCP over IPv6 from 2001:db8:0:`network`::`host`.
std::string proxy_header(char network, char host) {
  const auto address = [](char n, char h) {
    return "\x20\x01\x0d\xb8\0\0\0"s + n + "\0\0\0\0\0\0\0"s + h;
  };
  return "\r\n\r\n\0\r\nQUIT\n\x21\x21\0\x24"s + address(network, host) + address(0, 1) +
         "\x9c\x40\x01\xbb"s;
}

/// Clients with chosen secrets; none was right yet.
std::vector<party> import_clients(stage& s, const std::string& name, std::size_t count) {
  auto all = std::vector<party>{};
  for (auto i = std::size_t{0}; i < count; ++i)
    all.push_back(make_party(s.admin, {{"client_id", name + std::to_string(i)},
                                       {"client_secret", "a secret of old times"}}));
  return all;
}

/// How long the hashers have worked.
double busy_seconds(stage& s) {
  const auto page = s.admin.call("GET", "/metrics").body;
  const auto name = R"(mintage_pool_busy_seconds_total{pool="hasher"} )"s;
  const auto at = page.find(name);
  return at == std::string::npos ? -1 : std::stod(page.substr(at + name.size()));
}

/// Sends each call on a connection of its own, all at once.
std::vector<connection> send_all(const stage& s, const std::vector<std::string>& octets) {
  auto wires = std::vector<connection>{};
  for (const auto& o : octets) {
    wires.emplace_back(s.server.port());
    wires.back().send(o);
  }
  return wires;
}

token_call guess(const party& who) {
  return client_credentials(who).basic(who.id, "wrong-secret-marker");
}

TEST(made_up_ids, hold_up_no_client_whose_secret_must_be_compared) {
  auto s = stage{{{"http.failures_per_minute", "0"}}};
  const auto real = import_clients(s, "shop-", 12);
  auto guesses = std::vector<std::string>{};
  for (auto i = 0; i < 70; ++i) {
    auto nobody = real[0];
    nobody.id = "made-up-" + std::to_string(i);
    guesses.push_back(guess(nobody).render());
  }
  auto attackers = send_all(s, guesses);
  auto logins = std::vector<std::string>{};
  for (const auto& who : real) logins.push_back(redemption(who, s.mint(who)).render());
  auto clients = send_all(s, logins);
  for (auto& c : clients) EXPECT_EQ(c.receive().status, 200U);
  for (auto& a : attackers) EXPECT_EQ(a.receive().status, invalid_client);

  const auto after_all = busy_seconds(s);
  for (auto i = std::size_t{0}; i < attackers.size(); ++i) attackers[i].send(guesses[i]);
  for (auto& a : attackers) EXPECT_EQ(a.receive().status, invalid_client);
  EXPECT_EQ(busy_seconds(s), after_all) << "a made-up id costs a comparison";
}

TEST(guesses_from_one_network, hold_up_no_other_source) {
  auto with = behind_a_proxy;
  with["http.failures_per_minute"] = "0";
  auto s = stage{with};
  const auto attacked = import_clients(s, "shop-", 70);
  const auto real = import_clients(s, "cafe-", 12);
  auto guesses = std::vector<std::string>{};
  for (auto i = std::size_t{0}; i < attacked.size(); ++i)
    guesses.push_back(proxy_header(1, static_cast<char>(i)) + guess(attacked[i]).render());
  auto attackers = send_all(s, guesses);
  auto logins = std::vector<std::string>{};
  for (auto i = std::size_t{0}; i < real.size(); ++i)
    logins.push_back(proxy_header(2, static_cast<char>(i)) +
                     redemption(real[i], s.mint(real[i])).render());
  auto clients = send_all(s, logins);
  for (auto& c : clients) EXPECT_EQ(c.receive().status, 200U);
  auto refused = 0;
  for (auto& a : attackers) refused += a.receive().status == 503U ? 1 : 0;
  EXPECT_GT(refused, 0) << "the /64 has more than its places";
}

TEST(guesses_beyond_the_limit, cost_no_comparison) {
  auto s = stage{{{"http.failures_per_minute", "3"}}};
  const auto who = import_clients(s, "shop-", 1)[0];
  const auto call = guess(who);
  for (auto i = 0; i < 3; ++i) EXPECT_EQ(call.send_to(s.server.port()).status, invalid_client);
  const auto before = busy_seconds(s);
  for (auto i = 0; i < 20; ++i) EXPECT_EQ(call.send_to(s.server.port()).status, 429U);
  EXPECT_EQ(busy_seconds(s), before);
}

TEST(a_proven_secret, is_served_beyond_the_limit) {
  auto s = stage{{{"http.failures_per_minute", "3"}}};
  const auto who = import_clients(s, "shop-", 1)[0];
  EXPECT_EQ(s.redeem(who, s.mint(who)).status, 200U);
  const auto call = guess(who);
  for (auto i = 0; i < 5; ++i) static_cast<void>(call.send_to(s.server.port()));
  EXPECT_EQ(call.send_to(s.server.port()).status, 429U);
  EXPECT_EQ(s.redeem(who, s.mint(who)).status, 200U);
}

TEST(a_proven_secret, is_proven_after_a_restart) {
  auto s = stage{};
  const auto all = import_clients(s, "shop-", 4);
  for (const auto& who : all) EXPECT_EQ(s.redeem(who, s.mint(who)).status, 200U);
  EXPECT_GT(busy_seconds(s), 0);
  ASSERT_EQ(s.server.stop(), 0);
  s.server.start();
  s.reconnect();
  for (const auto& who : all) EXPECT_EQ(s.redeem(who, s.mint(who)).status, 200U);
  EXPECT_EQ(busy_seconds(s), 0);
}

TEST(a_hash_of_another_server, is_replaced_at_the_first_success) {
  // "correct horse" with each scheme, by other programs.
  const auto hashes = std::vector<std::pair<std::string, std::string>>{
      {"argon2id",
       "$argon2id$v=19$m=4096,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg$EeJZ9GNjs+"
       "S4RA90JMN8tvsRX7fHWvWXNFPtuDnFUT0"},
      {"argon2i",
       "$argon2i$v=19$m=4096,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg$"
       "PZpkw7G0n0jp0T8wtMwrP2qXF3WoJ99wndp49Oe8dxI"},
      {"bcrypt-2a", "$2a$06$abcdefghijklmnopqrstuud/5IuQmqhVO0kfNEbHJM.fJkPiliBzC"},
      {"bcrypt-2b", "$2b$06$abcdefghijklmnopqrstuud/5IuQmqhVO0kfNEbHJM.fJkPiliBzC"},
      {"bcrypt-2y", "$2y$06$abcdefghijklmnopqrstuud/5IuQmqhVO0kfNEbHJM.fJkPiliBzC"},
      {"pbkdf2-sha256",
       "$pbkdf2-sha256$i=10000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$"
       "TI2grtvV1HW5nz2rBY4tctlrmOj5bZs0dw9j8NHpRRc"},
      {"pbkdf2-sha512",
       "$pbkdf2-sha512$i=10000$MDEyMzQ1Njc4OWFiY2RlZg$Ku2kkJn6DxC9USh74Agbkv4vbBI4ZhZ8d47MX26bL/"
       "eRW8hekiZ5S9cnh202r0tlRpHPMeEkni4bLxrm9+9Cvw"},
      {"passlib-sha256",
       "$pbkdf2-sha256$10000$MDEyMzQ1Njc4OWFiY2RlZg$TI2grtvV1HW5nz2rBY4tctlrmOj5bZs0dw9j8NHpRRc"},
  };
  auto s = stage{{{"http.failures_per_minute", "0"}}};
  auto all = std::vector<party>{};
  for (const auto& [scheme, hash] : hashes) {
    all.push_back(
        make_party(s.admin, {{"client_id", "old-" + scheme}, {"client_secret_hash", hash}}));
    EXPECT_EQ(guess(all.back()).send_to(s.server.port()).status, invalid_client) << scheme;
    all.back().secret = "correct horse";
  }
  const auto log_in = [&](const party& who) {
    EXPECT_EQ(s.redeem(who, s.mint(who)).status, 200U) << who.id;
  };
  for (const auto& who : all) {
    const auto before = busy_seconds(s);
    log_in(who);
    EXPECT_GT(busy_seconds(s), before) << who.id;
  }
  const auto proven = busy_seconds(s);
  for (const auto& who : all) log_in(who);
  EXPECT_EQ(busy_seconds(s), proven);
  ASSERT_EQ(s.server.stop(), 0);
  s.server.start();
  s.reconnect();
  for (const auto& who : all) log_in(who);
  EXPECT_EQ(busy_seconds(s), 0);
  for (const auto& [scheme, hash] : hashes)
    EXPECT_EQ(s.server.log().find(hash), std::string::npos) << scheme;
}

}  // namespace

}  // namespace mintage::test
