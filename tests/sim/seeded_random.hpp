/// @file
/// The source of all decisions of a simulated run, so that its seed repeats the run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

namespace mintage::sim {

class seeded_random {
 public:
  explicit seeded_random(std::uint64_t seed) : engine_{seed} {}
  /// 0..n-1. @pre n > 0
  [[nodiscard]] std::size_t below(std::size_t n) { return engine_() % n; }
  [[nodiscard]] bool percent(std::size_t p) { return below(100) < p; }

 private:
  std::mt19937_64 engine_;
};

/// During its lifetime OpenSSL's generator is determined by a seed, so codes, slots and attempt ids
/// repeat. For one thread; one at a time.
class repeatable_openssl {
 public:
  explicit repeatable_openssl(std::uint64_t seed);
  repeatable_openssl(const repeatable_openssl&) = delete;
  repeatable_openssl& operator=(const repeatable_openssl&) = delete;
  ~repeatable_openssl();
};

}  // namespace mintage::sim
