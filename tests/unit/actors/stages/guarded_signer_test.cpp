#include "actors/stages/guarded_signer.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <thread>

#include "actors/stages/token_signer.hpp"
#include "crypto/base64.hpp"
#include "loopback/deaf_journal.hpp"
#include "metrics/work_cost.hpp"
#include "oauth/token/claims.hpp"
#include "tests/unit/actors/stages/exchanges.hpp"

namespace mintage::actors {
namespace {

using crypto::backend_kind;

/// What makes right signatures, on every machine; the preferred backend of these tests is played by
/// it.
const auto by_openssl = make_backends_of({});

/// A backend whose faults are turned on and off.
struct faulty_crypto {
  bool preferred_is_wrong = false;
  bool openssl_is_wrong = false;
  bool preferred_fails_its_self_test = false;
  bool preferred_finds_its_fault = false;
  /// What the backend says of its use of lanes.
  crypto::lane_use use;
  /// Signs nothing, so that many are quick: they count as right.
  std::uint64_t made = 0;

  make_signing_backend maker() {
    return [this](const crypto::signing_key& key, backend_kind with) -> signing_backend {
      if (with == backend_kind::crypto_mb && preferred_fails_its_self_test)
        throw std::runtime_error{"self test"};
      return [this, with, right = by_openssl(key, backend_kind::openssl)](
                 std::span<const crypto::jws_draft> drafts) {
        static_cast<void>(right(drafts));
        made += drafts.size();
        if (with == backend_kind::crypto_mb ? preferred_is_wrong : openssl_is_wrong)
          for (const auto& d : drafts) spoil(*d.out);
        if (with == backend_kind::crypto_mb && preferred_finds_its_fault)
          throw crypto::wrong_signature{"found"};
        return use;
      };
    };
  }
  /// As a wrong result of an addition would: the text is well formed, the signature is another.
  static void spoil(std::string& jws) {
    auto& c = jws[jws.size() - 10];
    c = c == 'A' ? 'B' : 'A';
  }
};

class hearing_journal final : public loopback::deaf_journal {
 public:
  void signature_failed(const crypto::signing_key& key,
                        std::string_view arithmetic) noexcept override {
    heard.push_back(key.kid() + ' ' + std::string{arithmetic});
  }
  std::vector<std::string> heard;
};

/// Two signers of one server.
class wrong_signatures : public testing::Test {
 protected:
  void SetUp() override { publish(); }
  void publish() {
    auto ring = std::make_shared<oauth::key_ring>();
    ring->keys.push_back({es256, oauth::key_state::active, clock.now()});
    ring->keys.push_back({eddsa, oauth::key_state::active, clock.now()});
    signer.publish(ring);
    other.publish(ring);
  }

  service::token_handle make(const std::string& scope) {
    auto x = test::make_redemption("", "client", clock.now());
    x->grant = oauth::grant{};
    x->grant->who.client_id = "client";
    x->grant->who.scope = scope;
    return x;
  }
  /// @returns the exchanges of one batch, signed.
  std::vector<service::token_handle> sign(token_signer& by, std::initializer_list<const char*> of) {
    auto batch = std::vector<service::token_handle>{};
    for (const auto* scope : of) batch.push_back(make(scope));
    by.sign(batch);
    return batch;
  }
  bool is_right(const service::token_exchange& x) const {
    const auto first = x.body.find("ey");
    return crypto::verify_compact(es256.public_part(),
                                  x.body.substr(first, x.body.find('"', first) - first));
  }
  std::uint64_t counted() {
    return meters[0].signature_faults.get() + meters[1].signature_faults.get();
  }

  test::manual_clock clock;
  oauth::options rules;
  std::vector<signer_meters> meters{2};
  faulty_crypto crypto_;
  hearing_journal journal;
  signer_setup setup{
      crypto::sha256("key"),
      rules,
      clock,
      meters,
      {.preferred = backend_kind::crypto_mb, .make = crypto_.maker(), .journal = &journal}};
  crypto::signing_key es256 = crypto::signing_key::generate(crypto::jws_alg::es256);
  crypto::signing_key eddsa = crypto::signing_key::generate(crypto::jws_alg::eddsa);
  token_signer signer{setup, 0};
  token_signer other{setup, 1};
};

TEST_F(wrong_signatures, of_a_first_batch_never_leave) {
  crypto_.preferred_is_wrong = true;
  for (const auto& x : sign(signer, {"read", "openid", "read"})) EXPECT_FALSE(x->is_answered());
  EXPECT_EQ(journal.heard, std::vector{es256.kid() + " crypto_mb"});
  EXPECT_EQ(counted(), 1U);
  for (const auto& x : sign(signer, {"read", "openid", "read"})) EXPECT_TRUE(is_right(*x));
  for (const auto& x : sign(other, {"read"})) EXPECT_TRUE(is_right(*x)) << "the other followed";
  EXPECT_EQ(journal.heard.size(), 1U);
}

TEST_F(wrong_signatures, of_a_fault_after_the_start_are_found_among_some_hundred) {
  for (const auto& x : sign(signer, {"read"})) EXPECT_TRUE(is_right(*x));
  crypto_.preferred_is_wrong = true;
  auto left = 0;
  auto batches = 0;
  // One in 256 is verified: that 10,000 pass has a chance of 1e-17.
  while (journal.heard.empty() && ++batches < 10'000)
    for (const auto& x : sign(signer, {"read"})) left += x->is_answered();
  EXPECT_EQ(journal.heard.size(), 1U);
  EXPECT_EQ(left, batches - 1) << "the one that was found out did not leave";
  for (auto i = 0; i < 50; ++i)
    for (const auto& x : sign(signer, {"read"})) EXPECT_TRUE(is_right(*x));
}

TEST_F(wrong_signatures, withhold_the_right_ones_of_their_batch) {
  // The access tokens are right; then the ID token, in its own step, is not.
  auto steps = 0;
  setup.watch.make = [&](const crypto::signing_key& key, backend_kind) -> signing_backend {
    return [&steps, right = by_openssl(key, backend_kind::openssl)](
               std::span<const crypto::jws_draft> drafts) {
      const auto use = right(drafts);
      if (++steps == 2)
        for (const auto& d : drafts) faulty_crypto::spoil(*d.out);
      return use;
    };
  };
  publish();
  // Until a fault is looked at, which is by chance once the first step has verified.
  for (auto tries = 0; journal.heard.empty() && tries < 10'000; ++tries) {
    steps = 0;
    const auto batch = sign(signer, {"read", "openid"});
    if (journal.heard.empty()) continue;
    EXPECT_FALSE(batch[0]->is_answered()) << "its access token was in the batch";
    EXPECT_FALSE(batch[1]->is_answered());
  }
  EXPECT_EQ(journal.heard.size(), 1U);
}

TEST_F(wrong_signatures, end_the_signer_when_openssl_cannot_take_over) {
  setup.watch.make = [](const crypto::signing_key& key, backend_kind with) -> signing_backend {
    if (with == backend_kind::openssl) throw std::bad_alloc{};
    return [right =
                by_openssl(key, backend_kind::openssl)](std::span<const crypto::jws_draft> drafts) {
      const auto use = right(drafts);
      for (const auto& d : drafts) faulty_crypto::spoil(*d.out);
      return use;
    };
  };
  publish();
  EXPECT_THROW(static_cast<void>(sign(signer, {"read"})), signature_error);
}

TEST_F(wrong_signatures, spare_the_keys_of_other_algorithms) {
  crypto_.preferred_is_wrong = true;
  static_cast<void>(sign(signer, {"read"}));
  EXPECT_TRUE(setup.watch.distrusted->has(es256.kid()));
  EXPECT_FALSE(setup.watch.distrusted->has(eddsa.kid()));
}

TEST_F(wrong_signatures, of_openssl_too_end_the_signer) {
  crypto_.preferred_is_wrong = crypto_.openssl_is_wrong = true;
  for (const auto& x : sign(signer, {"read"})) EXPECT_FALSE(x->is_answered());
  EXPECT_THROW(sign(signer, {"read"}), signature_error);
  EXPECT_EQ(journal.heard.back(), es256.kid() + " openssl");
  // So does the one that takes its place.
  auto next = token_signer{setup, 0};
  auto ring = std::make_shared<oauth::key_ring>();
  ring->keys.push_back({es256, oauth::key_state::active, clock.now()});
  next.publish(ring);
  EXPECT_THROW(sign(next, {"read"}), signature_error);
}

TEST_F(wrong_signatures, are_not_made_by_what_fails_its_self_test) {
  crypto_.preferred_fails_its_self_test = true;
  publish();
  EXPECT_EQ(journal.heard.size(), 2U) << "once for each key";
  for (const auto& x : sign(signer, {"read", "openid"})) EXPECT_TRUE(is_right(*x));
}

TEST_F(wrong_signatures, that_the_backend_finds_itself_do_not_leave) {
  for (const auto& x : sign(signer, {"read"})) EXPECT_TRUE(is_right(*x));
  crypto_.preferred_finds_its_fault = true;
  for (const auto& x : sign(signer, {"read", "openid"})) EXPECT_FALSE(x->is_answered());
  EXPECT_EQ(journal.heard, std::vector{es256.kid() + " crypto_mb"});
  EXPECT_EQ(counted(), 1U);
  for (const auto& x : sign(signer, {"read"})) EXPECT_TRUE(is_right(*x)) << "by OpenSSL";
  for (const auto& x : sign(other, {"read"})) EXPECT_TRUE(is_right(*x)) << "the other followed";
}

TEST_F(wrong_signatures, in_answers_to_questions_do_not_leave) {
  crypto_.preferred_is_wrong = true;
  auto batch = std::vector<service::query_handle>{};
  for (auto i = 0; i < 3; ++i) {
    batch.push_back(service::query_handle{
        new service::query_exchange{std::make_shared<test::nobody>(), {}, clock.now()}});
    batch.back()->claims = R"({"a":1})";
    batch.back()->alg = crypto::jws_alg::es256;
  }
  signer.sign(batch);
  for (const auto& x : batch) {
    EXPECT_FALSE(x->done);
    EXPECT_EQ(x->body, "");
  }
  signer.sign(batch);
  for (const auto& x : batch) {
    EXPECT_TRUE(x->done);
    EXPECT_TRUE(crypto::verify_compact(es256.public_part(), x->body));
  }
}

TEST_F(wrong_signatures, are_paid_for_by_the_thread_that_signs) {
  std::thread{[&] {
    metrics::keep_work_cost();
    crypto_.use = {.calls = 1, .lanes = 3};
    sign(signer, {"read", "read", "read"});
    sign(signer, {"read"});  // another number than the lanes: made by other means
    metrics::end_work_period();
    const auto sums = metrics::work_cost_here()->sums();
    const auto& es256_sums = sums.signatures[static_cast<std::size_t>(crypto::jws_alg::es256)];
    EXPECT_EQ(es256_sums.made, 4U);
    EXPECT_EQ(es256_sums.room, 8U);
    EXPECT_GT(es256_sums.room_ns, 0U);
    EXPECT_GT(es256_sums.ns, es256_sums.room_ns);
    EXPECT_EQ(es256_sums.ns, sums.signing_ns);
  }}.join();
}

}  // namespace
}  // namespace mintage::actors
