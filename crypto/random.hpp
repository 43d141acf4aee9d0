/// @file
/// Sources of random octets.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "crypto/bytes.hpp"

namespace mintage::crypto {

/// A source of unpredictable octets. Rules of oauth/ take it as an argument; tests pass a seeded
/// one.
class random_source {
 public:
  virtual ~random_source() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;

  template <std::size_t N>
  [[nodiscard]] bytes<N> take() {
    auto out = bytes<N>{};
    fill(out);
    return out;
  }
};

/// OpenSSL's generator behind a 4 KiB buffer. Octets are wiped from the buffer when taken. Not
/// thread-safe: one per actor. Aborts the process when the generator fails: no operation may
/// continue without random octets.
class buffered_random final : public random_source {
 public:
  buffered_random();
  /// Not copyable: a copy would return the same octets again.
  buffered_random(const buffered_random&) = delete;
  buffered_random& operator=(const buffered_random&) = delete;
  ~buffered_random() override;
  void fill(std::span<std::uint8_t> out) override;

 private:
  std::vector<std::uint8_t> buffer_;
  std::size_t used_;
};

}  // namespace mintage::crypto
