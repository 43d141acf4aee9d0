#include "crypto/process_random.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/compact_jws.hpp"

namespace mintage::crypto {
namespace {

std::string draw(std::size_t size) {
  auto out = std::string(size, '\0');
  EXPECT_EQ(RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(size)), 1);
  return out;
}

/// The method applies to the whole process: later tests of this program use it as well.
class process_random : public testing::Test {
 protected:
  static void SetUpTestSuite() { buffer_process_random(); }
};

TEST_F(process_random, gives_no_octets_twice_on_any_thread) {
  auto seen = std::set<std::string>{};
  auto drawn = std::array<std::vector<std::string>, 4>{};
  auto threads = std::vector<std::thread>{};
  for (auto& some : drawn)
    threads.emplace_back([&some] {
      for (auto i = 0; i < 1000; ++i) some.push_back(draw(16 + static_cast<std::size_t>(i % 100)));
    });
  for (auto& t : threads) t.join();
  for (const auto& some : drawn)
    for (const auto& octets : some)
      for (auto at = std::size_t{0}; at + 16 <= octets.size(); at += 16)
        EXPECT_TRUE(seen.insert(octets.substr(at, 16)).second);
}

TEST_F(process_random, fills_requests_of_any_size_whole) {
  EXPECT_TRUE(draw(0).empty());
  for (const auto size : {1U, 15U, 1023U, 1024U, 1025U, 4096U, 4097U, 70'000U, 200'000U}) {
    auto octets = draw(size);
    // Zeros at an end would be octets that were not written: 32 of them do not occur by chance.
    const auto end = std::min<std::size_t>(size, 32);
    if (size >= 32) {
      EXPECT_NE(octets.substr(0, end), std::string(end, '\0')) << size;
      EXPECT_NE(octets.substr(size - end), std::string(end, '\0')) << size;
    }
  }
}

TEST_F(process_random, a_child_process_draws_others_than_its_parent) {
  static_cast<void>(draw(16));  // the buffer is filled before the fork
  auto ends = std::array<int, 2>{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const auto child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto octets = std::array<unsigned char, 16>{};
    const auto drawn = RAND_bytes(octets.data(), octets.size()) == 1;
    const auto told = drawn && ::write(ends[1], octets.data(), octets.size()) == 16;
    ::_exit(told ? 0 : 1);
  }
  const auto own = draw(16);
  auto childs = std::string(16, '\0');
  EXPECT_EQ(::read(ends[0], childs.data(), childs.size()), 16);
  auto status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_NE(own, childs);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_F(process_random, signs_what_verifies_with_a_nonce_of_its_own_each_time) {
  auto signer = jws_signer{signing_key::generate(jws_alg::es256)};
  auto seen = std::set<std::string>{};
  for (auto i = 0; i < 200; ++i) {
    auto token = std::string{};
    signer.append_compact(token, "e30", "{}");
    EXPECT_TRUE(test::verify_compact(signer.key(), token)) << token;
    // r, the first half of the signature, identifies the nonce.
    EXPECT_TRUE(seen.insert(token.substr(token.rfind('.') + 1, 42)).second);
  }
}

}  // namespace
}  // namespace mintage::crypto
