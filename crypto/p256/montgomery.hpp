/// @file
/// Arithmetic modulo a 256-bit prime in constant time: no branch and no address depends on a
/// number.
/// @see P. Montgomery, "Modular multiplication without trial division" (1985)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "crypto/p256/divsteps.hpp"

namespace mintage::crypto {

/// Steps of long arithmetic on one word.
namespace word {

using carry = unsigned char;  // 0 or 1; the type that the intrinsics take
__extension__ using pair = unsigned __int128;

constexpr std::uint64_t low(pair p) noexcept {
  return static_cast<std::uint64_t>(p);
}
constexpr std::uint64_t high(pair p) noexcept {
  return static_cast<std::uint64_t>(p >> 64);
}

/// Sets `sum` to a + b + in. @returns the carry out.
constexpr carry add(carry in, std::uint64_t a, std::uint64_t b, std::uint64_t& sum) noexcept {
#if defined(__x86_64__)
  // GCC 12 emits a chain of additions with carry for these intrinsics only.
  if (!std::is_constant_evaluated()) {
    unsigned long long out = 0;
    const auto carried = _addcarry_u64(in, a, b, &out);
    sum = out;
    return carried;
  }
#endif
  const auto whole = pair{a} + b + in;
  sum = low(whole);
  return static_cast<carry>(high(whole));
}

/// Sets `difference` to a − b − in. @returns the borrow out.
constexpr carry subtract(carry in, std::uint64_t a, std::uint64_t b,
                         std::uint64_t& difference) noexcept {
#if defined(__x86_64__)
  if (!std::is_constant_evaluated()) {
    unsigned long long out = 0;
    const auto borrowed = _subborrow_u64(in, a, b, &out);
    difference = out;
    return borrowed;
  }
#endif
  const auto whole = pair{a} - b - in;
  difference = low(whole);
  return static_cast<carry>(high(whole) & 1);
}

}  // namespace word

/// Arithmetic modulo a prime above 2^255. The Montgomery form of `x` is x · 2^256 mod Modulus;
/// `enter` and `leave` convert. Results are below the modulus.
template <number256 Modulus>
class montgomery {
 public:
  static_assert(Modulus.words[3] >> 63 == 1 && Modulus.words[0] % 2 == 1);

  /// a · b / 2^256. With both in Montgomery form this is their product in that form; with one of
  /// them plain, the plain product.
  /// @pre one of them is below the modulus.
  [[nodiscard, gnu::always_inline]] static constexpr number256 multiply(
      const number256& a, const number256& b) noexcept {
    auto sum = accumulator{};
    sum.step(b.words[0], a);
    sum.step(b.words[1], a);
    sum.step(b.words[2], a);
    sum.step(b.words[3], a);
    return less_modulus({{sum.w0, sum.w1, sum.w2, sum.w3}}, sum.w4);
  }

  /// @param a any 256-bit number.
  [[nodiscard]] static constexpr number256 enter(const number256& a) noexcept {
    return multiply(a, squared_radix);
  }
  [[nodiscard]] static constexpr number256 leave(const number256& a) noexcept {
    return multiply(a, number256{{1}});
  }

  /// @pre both are below the modulus.
  [[nodiscard]] static constexpr number256 add(const number256& a, const number256& b) noexcept {
    auto sum = number256{};
    auto c = word::carry{0};
    for (auto i = std::size_t{0}; i < 4; ++i)
      c = word::add(c, a.words[i], b.words[i], sum.words[i]);
    return less_modulus(sum, c);
  }

  /// @returns a mod Modulus. @param a any 256-bit number.
  [[nodiscard]] static constexpr number256 reduce(const number256& a) noexcept {
    return less_modulus(a, 0);
  }

  /// The inverse of a number in Montgomery form, in that form; 0 for 0. Costs about 90 products.
  [[nodiscard]] static constexpr number256 inverse(const number256& a) noexcept {
    return multiply(divsteps<Modulus>::invert(a), cubed_radix);
  }

  /// Inverts all numbers, in Montgomery form, with one inversion and three products each.
  /// @param room at least as many numbers. It reveals them afterwards: the caller wipes it when
  ///        they are secret.
  /// @pre all are below the modulus and not zero. A single zero makes every result zero.
  static constexpr void invert(std::span<number256> all, std::span<number256> room) noexcept {
    if (all.empty()) return;
    room[0] = all[0];
    for (auto i = std::size_t{1}; i < all.size(); ++i) room[i] = multiply(room[i - 1], all[i]);
    auto rest = inverse(room[all.size() - 1]);  // of the product of all up to i
    for (auto i = all.size() - 1; i > 0; --i) {
      const auto inverted = multiply(rest, room[i - 1]);
      rest = multiply(rest, all[i]);
      all[i] = inverted;
    }
    all[0] = rest;
  }

 private:
  /// A sum of products: four words, the word above them, and its carry. Written out because GCC at
  /// -O2 does not unroll loops and keeps the words in memory.
  struct accumulator {
    std::uint64_t w0 = 0, w1 = 0, w2 = 0, w3 = 0, w4 = 0, w5 = 0;

    /// Adds digit · n and the multiple of the modulus that makes the lowest word zero, then drops
    /// that word.
    [[gnu::always_inline]] constexpr void step(std::uint64_t digit, const number256& n) noexcept {
      add_product(digit, n);
      add_product(w0 * negative_inverse, Modulus);
      w0 = w1;
      w1 = w2;
      w2 = w3;
      w3 = w4;
      w4 = w5;
      w5 = 0;
    }
    [[gnu::always_inline]] constexpr void add_product(std::uint64_t digit,
                                                      const number256& n) noexcept {
      const auto p0 = word::pair{digit} * n.words[0];
      const auto p1 = word::pair{digit} * n.words[1];
      const auto p2 = word::pair{digit} * n.words[2];
      const auto p3 = word::pair{digit} * n.words[3];
      auto c = word::add(0, w0, word::low(p0), w0);
      c = word::add(c, w1, word::low(p1), w1);
      c = word::add(c, w2, word::low(p2), w2);
      c = word::add(c, w3, word::low(p3), w3);
      c = word::add(c, w4, 0, w4);
      w5 += c;
      c = word::add(0, w1, word::high(p0), w1);
      c = word::add(c, w2, word::high(p1), w2);
      c = word::add(c, w3, word::high(p2), w3);
      c = word::add(c, w4, word::high(p3), w4);
      w5 += c;
    }
  };

  /// @param top the word above the four. @pre the whole number is below twice the modulus.
  [[nodiscard]] static constexpr number256 less_modulus(const number256& n,
                                                        std::uint64_t top) noexcept {
    auto less = number256{};
    auto b = word::subtract(0, n.words[0], Modulus.words[0], less.words[0]);
    b = word::subtract(b, n.words[1], Modulus.words[1], less.words[1]);
    b = word::subtract(b, n.words[2], Modulus.words[2], less.words[2]);
    b = word::subtract(b, n.words[3], Modulus.words[3], less.words[3]);
    auto keep = std::uint64_t{0};  // all ones where the subtraction borrowed
    word::subtract(b, top, 0, keep);
    const auto choose = [keep](std::uint64_t kept, std::uint64_t other) {
      return (kept & keep) | (other & ~keep);
    };
    return {{choose(n.words[0], less.words[0]), choose(n.words[1], less.words[1]),
             choose(n.words[2], less.words[2]), choose(n.words[3], less.words[3])}};
  }

  static constexpr auto negative_inverse = 0 - inverse_of_word(Modulus.words[0]);

  /// 2^exponent mod Modulus.
  static constexpr number256 power_of_two(int exponent) noexcept {
    auto out = number256{{1}};
    for (auto bit = 0; bit < exponent; ++bit) out = add(out, out);
    return out;
  }
  static constexpr auto squared_radix = power_of_two(512);
  static constexpr auto cubed_radix = power_of_two(768);
};

}  // namespace mintage::crypto
