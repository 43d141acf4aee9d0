/// @file
/// The backends that this machine can run, and what their tests share.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "crypto/signatures/crypto_mb.hpp"
#include "crypto/signatures/openssl_backend.hpp"
#include "tests/unit/crypto/hex.hpp"

namespace mintage::crypto {

/// The library, or why there is none: then the test is skipped with that reason.
inline const auto& crypto_mb_of_this_machine() {
  static const auto found = crypto_mb::load();
  return found;
}

class needs_crypto_mb : public testing::Test {
 protected:
  void SetUp() override {
    if (!crypto_mb_of_this_machine()) GTEST_SKIP() << crypto_mb_of_this_machine().error();
    library = *crypto_mb_of_this_machine();
  }
  std::shared_ptr<const crypto_mb> library;
};

/// How many random cases each function gets; the environment's MINTAGE_CASES sets another number.
inline std::size_t cases_count() {
  const auto* given = std::getenv("MINTAGE_CASES");
  return given == nullptr ? std::size_t{4'000} : std::stoul(given);
}

/// A key of P-256 with a known private number of 64 hexadecimal digits.
inline signing_key key_of(const std::string& d) {
  // SEC 1 App. C.4 within PKCS #8, without the public part, which OpenSSL computes.
  const auto der = from_hex(
      "3041 0201 00 3013 0607 2a8648ce3d0201 0608 2a8648ce3d030107 0427 3025 0201 01 0420" + d);
  return signing_key::load(jws_alg::es256, der).value();
}

inline std::string digits_of(const number256& n) {
  auto octets = bytes<32>{};
  write_big_endian(n, octets);
  return hex(octets);
}

inline number256 order_minus(std::uint64_t less) {
  auto n = p256_order;
  n.words[0] -= less;
  return n;
}

/// Numbers below 2^256 at the ends of ranges, and random ones; half of those have words that are
/// all zeros or all ones.
class numbers {
 public:
  number256 draw() {
    static const auto ends =
        std::array{number256{{1}}, number256{{2}},          order_minus(1),
                   order_minus(2), number256{{0, 0, 0, 1}}, number256{{~std::uint64_t{0}}}};
    if (random_() % 8 == 0) return ends[random_() % ends.size()];
    auto n = number256{};
    for (auto& w : n.words) {
      const auto kind = random_() % 6;
      w = kind == 0 ? 0 : kind == 1 ? ~std::uint64_t{0} : random_();
    }
    return n;
  }
  number256 draw_scalar() {
    for (;;)
      if (const auto n = draw(); is_p256_scalar(n)) return n;
  }
  digest draw_digest() {
    auto out = digest{};
    write_big_endian(draw(), out);
    return out;
  }
  std::size_t below(std::size_t limit) { return random_() % limit; }

 private:
  std::mt19937_64 random_{20261129};
};

}  // namespace mintage::crypto
