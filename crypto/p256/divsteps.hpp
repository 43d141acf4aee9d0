/// @file
/// Inverses modulo an odd 256-bit number by division steps, in constant time.
/// @see D. J. Bernstein, B.-Y. Yang, "Fast constant-time gcd computation and modular inversion"
///      (2019); P. Wuille, "Bounds on divsteps iterations in safegcd" (2020), for a counter that
///      starts at 1/2: 590 steps are enough for 256 bits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "crypto/p256/number256.hpp"

namespace mintage::crypto {

/// A division step maps a counter δ (1/2 at first), an odd f and any g to
///   (1 − δ, g, (g − f) / 2)             when δ > 0 and g is odd,
///   (1 + δ, f, (g + (g mod 2) · f) / 2) otherwise.
/// The greatest common divisor of f and g stays the same. At the end g is 0, and f is that divisor
/// or its negative. 62 steps read the lowest bits only and yield one matrix, which is then
/// multiplied with the long numbers.
template <number256 Modulus>
class divsteps {
 public:
  static_assert(Modulus.words[0] % 2 == 1);

  /// @returns 1 / n mod Modulus; 0 for 0. @pre n is below the modulus and coprime to it.
  [[nodiscard]] static constexpr number256 invert(const number256& n) noexcept {
    // Invariants: d · n = f and e · n = g, modulo the modulus.
    auto f = modulus;
    auto g = split(n);
    auto d = number{};
    auto e = number{1};
    auto counter = std::int64_t{-1};  // -(δ + 1/2), so that its sign bit is "δ > 0"
    for (auto round = 0; round < 10; ++round) {
      const auto by = steps(f[0], g[0], counter);
      multiply_modulo(by, d, e);
      multiply(by, f, g);
    }
    return join(d, f[4] >> 63);
  }

 private:
  static constexpr auto bits = 62;
  static constexpr auto mask = (std::uint64_t{1} << bits) - 1;

  /// A signed number in digits of 62 bits, the least significant first. The last digit has the
  /// sign.
  using number = std::array<std::int64_t, 5>;
  __extension__ using sum = __int128;

  /// The effect of 62 steps, times 2^62: f' = (uf + vg) / 2^62, g' = (qf + rg) / 2^62.
  struct matrix {
    std::int64_t u, v, q, r;
  };

  static constexpr number split(const number256& n) noexcept {
    const auto& w = n.words;
    const auto digit = [](std::uint64_t x) { return static_cast<std::int64_t>(x & mask); };
    return {digit(w[0]), digit(w[0] >> 62 | w[1] << 2), digit(w[1] >> 60 | w[2] << 4),
            digit(w[2] >> 58 | w[3] << 6), static_cast<std::int64_t>(w[3] >> 56)};
  }

  static constexpr matrix steps(std::int64_t f_digit, std::int64_t g_digit,
                                std::int64_t& counter) noexcept {
    // Unsigned: bits lost at the top do not affect those below, and the entries are cast to signed
    // at the end.
    auto f = static_cast<std::uint64_t>(f_digit);
    auto g = static_cast<std::uint64_t>(g_digit);
    auto u = std::uint64_t{1};
    auto v = std::uint64_t{0};
    auto q = std::uint64_t{0};
    auto r = std::uint64_t{1};
    for (auto step = 0; step < bits; ++step) {
      auto positive = static_cast<std::uint64_t>(counter >> 63);  // all ones or none
      const auto odd = 0 - (g & 1);
      // Adds −f where δ is positive, f otherwise.
      g += ((f ^ positive) - positive) & odd;
      q += ((u ^ positive) - positive) & odd;
      r += ((v ^ positive) - positive) & odd;
      positive &= odd;
      counter = (counter ^ static_cast<std::int64_t>(positive)) - 1;
      f += g & positive;  // f + (g − f)
      u += q & positive;
      v += r & positive;
      g >>= 1;
      u <<= 1;
      v <<= 1;
    }
    return {static_cast<std::int64_t>(u), static_cast<std::int64_t>(v),
            static_cast<std::int64_t>(q), static_cast<std::int64_t>(r)};
  }

  /// Multiplies (f, g) by the matrix and divides by 2^62, which leaves no remainder.
  static constexpr void multiply(const matrix& by, number& f, number& g) noexcept {
    auto cf = sum{by.u} * f[0] + sum{by.v} * g[0];
    auto cg = sum{by.q} * f[0] + sum{by.r} * g[0];
    cf >>= bits;
    cg >>= bits;
    for (auto i = std::size_t{1}; i < 5; ++i) {
      cf += sum{by.u} * f[i] + sum{by.v} * g[i];
      cg += sum{by.q} * f[i] + sum{by.r} * g[i];
      f[i - 1] = take_digit(cf);
      g[i - 1] = take_digit(cg);
    }
    f[4] = static_cast<std::int64_t>(cf);
    g[4] = static_cast<std::int64_t>(cg);
  }

  /// Does the same to (d, e) modulo the modulus, multiples of which are added to make the results
  /// divisible by 2^62. The results stay between −2 and 1 times the modulus.
  static constexpr void multiply_modulo(const matrix& by, number& d, number& e) noexcept {
    const auto d_sign = d[4] >> 63;
    const auto e_sign = e[4] >> 63;
    auto cd = sum{by.u} * d[0] + sum{by.v} * e[0];
    auto ce = sum{by.q} * d[0] + sum{by.r} * e[0];
    // For a negative number the modulus is added; then the lowest digit is cleared.
    auto d_times = (by.u & d_sign) + (by.v & e_sign);
    auto e_times = (by.q & d_sign) + (by.r & e_sign);
    d_times -= clearing(cd, d_times);
    e_times -= clearing(ce, e_times);
    cd += sum{modulus[0]} * d_times;
    ce += sum{modulus[0]} * e_times;
    cd >>= bits;
    ce >>= bits;
    for (auto i = std::size_t{1}; i < 5; ++i) {
      cd += sum{by.u} * d[i] + sum{by.v} * e[i] + sum{modulus[i]} * d_times;
      ce += sum{by.q} * d[i] + sum{by.r} * e[i] + sum{modulus[i]} * e_times;
      d[i - 1] = take_digit(cd);
      e[i - 1] = take_digit(ce);
    }
    d[4] = static_cast<std::int64_t>(cd);
    e[4] = static_cast<std::int64_t>(ce);
  }

  /// @returns the t, 0 ≤ t < 2^62, for which 2^62 divides c + modulus · (times − t).
  static constexpr std::int64_t clearing(sum c, std::int64_t times) noexcept {
    return static_cast<std::int64_t>(
        (inverse * static_cast<std::uint64_t>(c) + static_cast<std::uint64_t>(times)) & mask);
  }

  static constexpr std::int64_t take_digit(sum& c) noexcept {
    const auto digit = static_cast<std::int64_t>(static_cast<std::uint64_t>(c) & mask);
    c >>= bits;
    return digit;
  }

  /// @returns ±d between 0 and the modulus. @param negative all ones to negate, else 0.
  static constexpr number256 join(number d, std::int64_t negative) noexcept {
    add_modulus(d, d[4] >> 63);
    for (auto& digit : d) digit = (digit ^ negative) - negative;
    carry(d);
    add_modulus(d, d[4] >> 63);
    const auto digit = [&d](std::size_t i) { return static_cast<std::uint64_t>(d[i]); };
    return {{digit(0) | digit(1) << 62, digit(1) >> 2 | digit(2) << 60,
             digit(2) >> 4 | digit(3) << 58, digit(3) >> 6 | digit(4) << 56}};
  }
  static constexpr void add_modulus(number& n, std::int64_t if_ones) noexcept {
    for (auto i = std::size_t{0}; i < 5; ++i) n[i] += modulus[i] & if_ones;
    carry(n);
  }
  static constexpr void carry(number& n) noexcept {
    for (auto i = std::size_t{0}; i < 4; ++i) {
      n[i + 1] += n[i] >> bits;
      n[i] &= static_cast<std::int64_t>(mask);
    }
  }

  static constexpr auto modulus = split(Modulus);

  /// 1 / Modulus mod 2^62.
  static constexpr auto inverse = inverse_of_word(Modulus.words[0]) & mask;
};

}  // namespace mintage::crypto
