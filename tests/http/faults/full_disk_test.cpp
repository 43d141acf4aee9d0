// A disk without space, while the server runs and when it starts. (TOK-19, COM-02)
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "tests/support/refused_start.hpp"
#include "tests/support/small_disk.hpp"
#include "tests/support/test_clients.hpp"

namespace mintage::test {

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

const settings small_buffers{{"storage.rocksdb.memtable_mb", "1"}};

/// A server that has run on a small disk and stopped.
class a_disk : public testing::Test {
 protected:
  void SetUp() override {
    if (!disk_.obstacle().empty()) GTEST_SKIP() << disk_.obstacle();
    server_.start();
    connect();
    who_ = make_party(*admin_);
    signer_ = make_signing_party(*admin_, std::make_shared<client_key>(crypto::jws_alg::es256),
                                 {{"grant_types", {"authorization_code", "client_credentials"}},
                                  {"scope", "openid profile read"}});
  }
  void connect() { admin_.emplace(server_.admin_port(), server_.admin_token()); }
  http_answer redeem(const std::string& code) const {
    return redemption(who_, code).send_to(server_.port());
  }
  std::string metrics() { return admin_->call("GET", "/metrics").body; }
  unsigned readiness() { return admin_->call("GET", "/readyz").status; }
  boost::json::object long_lived() const {
    auto out = mint_body(who_);
    out["ttl"] = 600;
    return out;
  }
  /// Checks the 503 that a client gets.
  static void expect_retry(const http_answer& got) {
    EXPECT_EQ(got.status, 503U) << got.octets;
    EXPECT_EQ(text_of(parse_object(got.body), "error"), "temporarily_unavailable") << got.octets;
  }

  server_process server_{small_buffers};
  small_disk disk_{server_.file("db"), 48};
  std::optional<admin_client> admin_;
  party who_;
  party signer_;  ///< private_key_jwt
};

TEST_F(a_disk, that_fills_up_means_503_and_not_ready_until_there_is_space_again) {
  auto const consumed = admin_->mint_many(long_lived(), 20);
  for (auto& code : consumed) ASSERT_EQ(redeem(code).status, 200U);
  auto const live = admin_->mint_many(long_lived(), 50);
  disk_.fill();
  // First the space is used that the log had reserved.
  auto minted = std::vector<std::string>{};
  auto refused = http_answer{};
  for (auto i = 0; i < 100'000 && refused.status == 0; ++i) {
    auto got = admin_->call("POST", "/admin/codes", boost::json::serialize(long_lived()));
    if (got.status == 201) {
      minted.push_back(text_of(parse_object(got.body), "code"));
    } else {
      refused = got;
    }
  }
  expect_retry(refused);
  EXPECT_EQ(readiness(), 503U);
  EXPECT_EQ(admin_->call("GET", "/livez").status, 200U);
  EXPECT_THAT(metrics(), HasSubstr("\nmintage_store_writable 0\n"));
  EXPECT_THAT(metrics(), Not(HasSubstr("\nmintage_store_write_failures_total 0\n")));
  for (auto& code : live) {
    auto got = redeem(code);
    expect_retry(got);
    EXPECT_GE(std::stoi("0" + got.field("Retry-After")), 1) << got.octets;
  }
  expect_retry(admin_->call("POST", "/admin/codes", boost::json::serialize(long_lived())));
  EXPECT_EQ(readiness(), 503U);

  disk_.make_room();
  for (auto end = std::chrono::steady_clock::now() + 30s;
       readiness() != 200 && std::chrono::steady_clock::now() < end;) {
    std::this_thread::sleep_for(20ms);
  }
  ASSERT_EQ(readiness(), 200U) << server_.log();
  EXPECT_THAT(metrics(), HasSubstr("\nmintage_store_writable 1\n"));
  for (auto& code : consumed) EXPECT_EQ(redeem(code).status, 400U) << "a consumed code is live";
  for (auto* codes : {&live, &std::as_const(minted)}) {
    for (auto& code : *codes) {
      EXPECT_EQ(redeem(code).status, 200U) << "an acknowledged code is lost";
      EXPECT_EQ(redeem(code).status, 400U) << "redeemed twice";
    }
  }
  EXPECT_EQ(redeem(admin_->mint(long_lived())).status, 200U);
  EXPECT_EQ(server_.stop(), 0);
}

TEST_F(a_disk, that_is_full_lets_no_assertion_pass_unrecorded) {  // NEG-205, CAU-07
  const auto ask = [&] {
    auto call = client_credentials(signer_);
    call.add("scope", "read");
    return call;
  };
  ASSERT_EQ(ask().send_to(server_.port()).status, 200U);
  auto login = mint_body(signer_);
  login["ttl"] = 600;
  const auto code = admin_->mint(login);
  disk_.fill();
  auto refused = http_answer{};
  for (auto i = 0; i < 100'000 && refused.status == 0; ++i) {
    auto got = ask().send_to(server_.port());
    if (got.status != 200) refused = got;
  }
  expect_retry(refused);
  expect_retry(redemption(signer_, code).send_to(server_.port()));
  // Also where nothing else needs the store.
  expect_retry(question("/introspect", signer_, "unknown").send_to(server_.port()));

  disk_.make_room();
  for (auto end = std::chrono::steady_clock::now() + 30s;
       readiness() != 200 && std::chrono::steady_clock::now() < end;) {
    std::this_thread::sleep_for(20ms);
  }
  ASSERT_EQ(readiness(), 200U) << server_.log();
  auto call = redemption(signer_, code);
  EXPECT_EQ(call.send_to(server_.port()).status, 200U) << "the code should be live";
  const auto replayed = call.send_to(server_.port());
  EXPECT_EQ(text_of(parse_object(replayed.body), "error"), "invalid_client") << replayed.octets;
  EXPECT_EQ(server_.stop(), 0);
}

TEST_F(a_disk, that_is_full_at_start_is_named_and_nothing_is_damaged) {
  auto const consumed = admin_->mint(long_lived());
  auto const live = admin_->mint(long_lived());
  ASSERT_EQ(redeem(consumed).status, 200U);
  ASSERT_EQ(server_.stop(), 0);
  disk_.fill();
  expect_refused_start(server_, {server_.file("db").string(), "no space"});
  disk_.make_room();
  server_.start();
  connect();
  EXPECT_EQ(redeem(consumed).status, 400U);
  EXPECT_EQ(redeem(live).status, 200U);
  EXPECT_EQ(server_.stop(), 0);
}

TEST_F(a_disk, that_is_read_only_is_named_and_nothing_is_damaged) {
  ASSERT_EQ(server_.stop(), 0);
  disk_.make_read_only();
  expect_refused_start(server_, {server_.file("db").string(), "rights"});
}

}  // namespace

}  // namespace mintage::test
