#include "crypto/signatures/backend.hpp"

#include <set>

#include "crypto/signatures/choice.hpp"
#include "crypto/signatures/crypto_mb_backend.hpp"
#include "tests/unit/crypto/signatures/backends.hpp"

namespace mintage::crypto {
namespace {

/// Every test runs with each backend that this machine has.
class each_backend : public testing::TestWithParam<backend_kind> {
 protected:
  void SetUp() override {
    if (GetParam() == backend_kind::crypto_mb && !crypto_mb_of_this_machine())
      GTEST_SKIP() << crypto_mb_of_this_machine().error();
    const auto wish =
        GetParam() == backend_kind::crypto_mb ? backend_wish::crypto_mb : backend_wish::openssl;
    backend = signature_backends::choose(wish)->make();
  }

  struct signer {
    signing_key key;
    std::unique_ptr<prepared_key> prepared;
  };
  signer make_signer(jws_alg alg) {
    auto key = signing_key::generate(alg);
    auto prepared = backend->prepare(key);
    return {std::move(key), std::move(prepared)};
  }
  /// Some signatures by several keys in one batch.
  struct batch {
    explicit batch(std::size_t count) : messages(count), signatures(count) {}
    void add(const signer& by) {
      const auto i = jobs.size();
      keys.push_back(&by.key.public_part());
      const auto octets = size_of(hash_of(by.key.alg()));
      for (auto at = std::size_t{0}; at < octets; ++at)
        messages[i].push_back(static_cast<std::uint8_t>(i * 37 + at));
      signatures[i].resize(signature_size(by.key.public_part()));
      jobs.push_back({by.prepared.get(), messages[i], signatures[i]});
    }
    std::vector<verify_job> to_verify() const {
      auto all = std::vector<verify_job>{};
      for (auto i = std::size_t{0}; i < jobs.size(); ++i)
        all.push_back({keys[i], messages[i], signatures[i]});
      return all;
    }
    std::vector<std::vector<std::uint8_t>> messages;
    std::vector<std::vector<std::uint8_t>> signatures;
    std::vector<const public_key*> keys;
    std::vector<sign_job> jobs;
  };

  std::unique_ptr<signature_backend> backend;
};
INSTANTIATE_TEST_SUITE_P(all, each_backend,
                         testing::Values(backend_kind::openssl, backend_kind::crypto_mb),
                         [](const auto& kind) { return std::string{to_string(kind.param)}; });

TEST_P(each_backend, signs_batches_of_every_size) {
  for (const auto alg : {jws_alg::es256, jws_alg::rs256}) {
    const auto by = make_signer(alg);
    for (auto count = std::size_t{0}; count <= 19; ++count) {
      auto some = batch{count};
      for (auto i = std::size_t{0}; i < count; ++i) some.add(by);
      backend->sign(some.jobs);
      for (auto i = std::size_t{0}; i < count; ++i)
        ASSERT_TRUE(verify_by_openssl(by.key.public_part(), some.messages[i], some.signatures[i]))
            << i << " of " << count;
    }
  }
}

TEST_P(each_backend, takes_keys_of_all_algorithms_in_one_batch) {
  auto by = std::vector<signer>{};
  for (const auto& row : verified_algs) {
    by.push_back(make_signer(row.id));
    by.push_back(make_signer(row.id));
  }
  auto some = batch{60};
  for (auto i = std::size_t{0}; i < 60; ++i) some.add(by[i * 7 % by.size()]);
  backend->sign(some.jobs);
  for (auto i = std::size_t{0}; i < 60; ++i)
    EXPECT_TRUE(verify_by_openssl(*some.keys[i], some.messages[i], some.signatures[i])) << i;

  auto all = some.to_verify();
  backend->verify(all);
  for (const auto& job : all) EXPECT_TRUE(job.is_valid);
}

TEST_P(each_backend, finds_the_invalid_ones_of_a_batch) {
  auto by = std::vector<signer>{};
  for (const auto& row : verified_algs) by.push_back(make_signer(row.id));
  auto some = batch{60};
  for (auto i = std::size_t{0}; i < 60; ++i) some.add(by[i % by.size()]);
  backend->sign(some.jobs);
  const auto is_spoiled = [](std::size_t i) { return i % 4 == 1; };
  for (auto i = std::size_t{0}; i < 60; ++i)
    if (is_spoiled(i)) some.signatures[i].back() ^= 1;
  auto all = some.to_verify();
  all[12].signature = all[12].signature.first(all[12].signature.size() - 1);
  all[20].signature = {};
  all[24].key = all[25].key;
  for (auto& job : all) job.is_valid = true;
  backend->verify(all);
  for (auto i = std::size_t{0}; i < 60; ++i)
    EXPECT_EQ(all[i].is_valid, !is_spoiled(i) && i != 12 && i != 20 && i != 24) << i;
}

TEST_P(each_backend, verifies_batches_of_every_size) {
  for (const auto alg : {jws_alg::es256, jws_alg::rs256}) {
    const auto by = make_signer(alg);
    auto some = batch{19};
    for (auto i = std::size_t{0}; i < 19; ++i) some.add(by);
    backend->sign(some.jobs);
    some.signatures[2].back() ^= 1;
    for (auto count = std::size_t{0}; count <= 19; ++count) {
      auto all = some.to_verify();
      all.resize(count);
      backend->verify(all);
      for (auto i = std::size_t{0}; i < count; ++i)
        ASSERT_EQ(all[i].is_valid, i != 2) << i << " of " << count;
    }
  }
}

TEST_P(each_backend, takes_digests_and_signatures_at_the_ends_of_their_ranges) {
  const auto by = make_signer(jws_alg::es256);
  const auto digest_of = [](const number256& n) {
    auto out = digest{};
    write_big_endian(n, out);
    return out;
  };
  constexpr auto ones = ~std::uint64_t{0};
  const auto digests = std::array{digest_of({}), digest_of(p256_order), digest_of(order_minus(1)),
                                  digest_of({{1}}), digest_of({{ones, ones, ones, ones}})};
  auto some = batch{15};
  for (auto i = std::size_t{0}; i < 15; ++i) {
    some.add(by);
    std::ranges::copy(digests[i % digests.size()], some.messages[i].begin());
  }
  backend->sign(some.jobs);
  for (auto i = std::size_t{0}; i < 15; ++i)
    EXPECT_TRUE(verify_by_openssl(by.key.public_part(), some.messages[i], some.signatures[i])) << i;
  auto all = some.to_verify();
  backend->verify(all);
  for (const auto& job : all) EXPECT_TRUE(job.is_valid);

  // R and S outside 1 to n-1 (JWS-03).
  for (const auto& bad :
       {digest_of({}), digest_of(p256_order), digest_of({{ones, ones, ones, ones}})})
    for (const auto half : {0, 32}) {
      auto changed = some;
      all = changed.to_verify();
      for (auto i = std::size_t{0}; i < 15; ++i) {
        std::ranges::copy(bad, changed.signatures[i].begin() + half);
        all[i].signature = changed.signatures[i];
      }
      backend->verify(all);
      for (const auto& job : all) EXPECT_FALSE(job.is_valid);
    }
}

TEST_P(each_backend, never_uses_a_nonce_twice) {
  const auto by = make_signer(jws_alg::es256);
  auto seen = std::set<std::string>{};
  for (auto round = 0; round < 3; ++round) {
    auto some = batch{100};
    for (auto i = std::size_t{0}; i < 100; ++i) {
      some.add(by);
      std::ranges::copy(some.messages[0], some.messages[i].begin());
    }
    backend->sign(some.jobs);
    for (const auto& s : some.signatures)  // R is determined by the nonce
      EXPECT_TRUE(seen.insert(hex(std::span{s}.first(32))).second);
  }
}

class crypto_mb_batches : public needs_crypto_mb {};

TEST_F(crypto_mb_batches, fill_lanes_in_eights_and_leave_few_to_openssl) {
  auto backend = crypto_mb_backend{library};
  const auto hashed = bytes<32>{1};
  auto room = std::vector<std::uint8_t>(32 * 256);
  struct row {
    jws_alg alg;
    std::size_t count, calls, lanes;
  };
  constexpr auto es256 = jws_alg::es256;
  constexpr auto rs256 = jws_alg::rs256;
  for (const auto& r :
       {row{es256, 0, 0, 0}, row{es256, 1, 0, 0}, row{es256, 2, 0, 0}, row{es256, 3, 1, 3},
        row{es256, 8, 1, 8}, row{es256, 10, 1, 8}, row{es256, 11, 2, 11}, row{es256, 32, 4, 32},
        row{rs256, 3, 0, 0}, row{rs256, 4, 1, 4}, row{rs256, 11, 1, 8}, row{rs256, 12, 2, 12}}) {
    const auto key = signing_key::generate(r.alg);
    const auto prepared = backend.prepare(key);
    const auto octets = signature_size(key.public_part());
    auto jobs = std::vector<sign_job>{};
    for (auto i = std::size_t{0}; i < r.count; ++i)
      jobs.push_back({prepared.get(), hashed, std::span{room}.subspan(i * octets, octets)});
    const auto use = backend.sign(jobs);
    EXPECT_EQ(use.calls, r.calls) << r.count;
    EXPECT_EQ(use.lanes, r.lanes) << r.count;
  }
}

TEST_F(crypto_mb_batches, leave_nothing_behind_when_the_library_refuses) {
  auto is_wrong = false;
  auto backend = crypto_mb_backend{library, [&](const bytes<32>&, const digest&, number256& nonce) {
                                     nonce = is_wrong ? number256{}
                                                      : number256{{7}};  // the library refuses zero
                                   }};
  const auto prepared = backend.prepare(signing_key::generate(jws_alg::es256));
  is_wrong = true;
  auto room = std::array<bytes<64>, lanes_count>{};
  auto jobs = std::vector<sign_job>{};
  const auto hashed = bytes<32>{1};
  for (auto& r : room) {
    r.fill(0xaa);
    jobs.push_back({prepared.get(), hashed, r});
  }
  EXPECT_THROW(backend.sign(jobs), wrong_signature);
  for (const auto& r : room) EXPECT_EQ(r, bytes<64>{});
}

}  // namespace
}  // namespace mintage::crypto
