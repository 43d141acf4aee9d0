/// @file
/// A random source with known octets for tests: 0, 1, 2, …
#pragma once

#include "crypto/random.hpp"

namespace mintage::oauth::test {

class counting_random final : public crypto::random_source {
 public:
  explicit counting_random(std::uint8_t first = 0) : next_{first} {}
  void fill(std::span<std::uint8_t> out) override {
    for (auto& octet : out) octet = next_++;
  }

 private:
  std::uint8_t next_;
};

}  // namespace mintage::oauth::test
