#include "oauth/dpop/nonce.hpp"

#include <gtest/gtest.h>

#include <set>

#include "crypto/base64.hpp"
#include "tests/support/rotated_ring.hpp"

namespace mintage::oauth {
namespace {

using namespace std::chrono_literals;
using age = dpop_nonces::age;

constexpr auto key = crypto::digest{1, 2, 3};
/// The begin of a time slot.
constexpr auto begin = instant{60s * 28'333'333};

TEST(dpop_nonces, are_slot_and_mac) {  // DPO-11
  auto nonces = dpop_nonces{key};
  const auto nonce = nonces.current(begin + 59'999ms);
  const auto octets = crypto::base64url_decode(nonce).value();
  EXPECT_EQ(nonce.size(), 32U);
  const auto number = std::string{"\0\0\0\0\1\xb0\x55\x15", 8};  // 28333333 = 0x1b05515
  EXPECT_EQ(octets.substr(0, 8), number);
  const auto mac = crypto::hmac_sha256{crypto::bytes_view{key}}(number);
  EXPECT_EQ(octets.substr(8), crypto::as_chars(mac).substr(0, 16));
}

TEST(dpop_nonces, agree_on_all_nodes) {  // DPO-11
  auto one = dpop_nonces{key};
  auto other = dpop_nonces{key};
  EXPECT_EQ(one.current(begin), other.current(begin + 59s));
  const auto former = std::string{one.current(begin)};
  EXPECT_NE(one.current(begin + 60s), former);
  EXPECT_EQ(other.age_of(std::string{one.current(begin)}, begin + 1s), age::fresh);
  auto stranger = dpop_nonces{crypto::digest{9}};
  EXPECT_EQ(stranger.age_of(one.current(begin), begin), age::stale);
}

TEST(dpop_nonces, are_accepted_in_two_slots) {  // DPO-11
  auto nonces = dpop_nonces{key};
  const auto nonce = std::string{nonces.current(begin)};
  struct row {
    milliseconds later;
    age expected;
  };
  for (const auto& r : {row{0ms, age::fresh}, row{59'999ms, age::fresh}, row{60s, age::older},
                        row{119'999ms, age::older}, row{120s, age::stale}, row{1h, age::stale},
                        row{-1ms, age::fresh}, row{-30s, age::fresh},  // another node's clock
                        row{-31s, age::stale}, row{-1h, age::stale}}) {
    EXPECT_EQ(nonces.age_of(nonce, begin + r.later), r.expected) << r.later.count();
  }
  EXPECT_EQ(dpop_nonces::life_of(nonce).from, begin);
  EXPECT_EQ(dpop_nonces::life_of(nonce).until, begin + 120s);
}

TEST(dpop_nonces, cannot_be_altered) {
  auto nonces = dpop_nonces{key};
  const auto good = std::string{nonces.current(begin)};
  for (auto i = std::size_t{0}; i < good.size(); ++i) {
    auto bad = good;
    bad[i] = bad[i] == 'x' ? 'y' : 'x';
    EXPECT_EQ(nonces.age_of(bad, begin), age::stale) << i;
  }
  for (const auto& bad : {std::string{}, good + "A", good.substr(1), good + "=",
                          std::string(32, 'A'), std::string(32, '_'), std::string(32, ' ')}) {
    EXPECT_EQ(nonces.age_of(bad, begin), age::stale) << bad;
  }
}

TEST(dpop_nonces, of_a_former_root_are_accepted) {  // DPO-11
  auto ring = crypto::root_ring{crypto::sha256("first")};
  auto nonces = dpop_nonces{crypto::subkeys{ring, "mintage/dpop_nonce/1"}};
  const auto old = nonces.current(begin);
  test::rotate(ring, "second");
  const auto fresh = nonces.current(begin);
  EXPECT_NE(fresh, old);
  EXPECT_EQ(nonces.age_of(old, begin), age::fresh);
  EXPECT_EQ(nonces.age_of(fresh, begin), age::fresh);
  EXPECT_EQ(nonces.age_of(old, begin + dpop_nonces::slot_length), age::older);
  EXPECT_EQ(nonces.age_of(old, begin + 2 * dpop_nonces::slot_length), age::stale);
  auto stranger = dpop_nonces{crypto::sha256("another")};
  EXPECT_EQ(nonces.age_of(stranger.current(begin), begin), age::stale);
}

}  // namespace
}  // namespace mintage::oauth
