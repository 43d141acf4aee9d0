/// @file
/// The arithmetic of a signature under valgrind with its secrets declared undefined. Memcheck then
/// reports each branch and each address in the compiled code that depends on a secret.
/// `secret_arithmetic branch` contains such a branch, to show that it is reported.

#include <valgrind/memcheck.h>

#include <cstdio>
#include <string_view>

#include "crypto/p256/signer.hpp"

namespace mintage::crypto {
namespace {

using field = montgomery<p256_prime>;
using scalars = montgomery<p256_order>;

template <class T>
void hide(T& secret) {
  VALGRIND_MAKE_MEM_UNDEFINED(&secret, sizeof(secret));
}
template <class T>
void publish(T& result) {
  VALGRIND_MAKE_MEM_DEFINED(&result, sizeof(result));
}

/// A large number derived from `seed`; odd and even ones occur.
number256 number(std::uint64_t seed) {
  auto out = number256{};
  for (auto& w : out.words) w = seed = seed * 6364136223846793005U + 1442695040888963407U;
  return out;
}

/// The computation of p256_signer on its secrets; `r`, `e` and the result are public.
number256 sign_twice() {
  auto hash = bytes<32>{1, 2, 3};
  hide(hash);
  auto nonces = std::array{scalars::add(scalars::enter(from_big_endian(hash)), scalars::enter({})),
                           scalars::reduce(number(1))};
  auto zs = std::array{field::enter(number(2)), field::reduce(number(3))};
  auto xs = std::array{field::enter(number(4)), field::reduce(number(5))};
  auto key = scalars::enter(number(6));
  auto room = std::array<number256, 2>{};
  hide(nonces);
  hide(zs);
  hide(xs);
  hide(key);
  auto octets = bytes<32>{};
  write_big_endian(scalars::leave(nonces[0]), octets);
  field::invert(zs, room);
  scalars::invert(nonces, room);
  auto all = number256{};
  for (auto i = std::size_t{0}; i < nonces.size(); ++i) {
    const auto x = field::leave(field::multiply(xs[i], field::multiply(zs[i], zs[i])));
    const auto sum =
        scalars::add(scalars::reduce(number(7)), scalars::multiply(scalars::reduce(x), key));
    all = scalars::add(scalars::multiply(nonces[i], sum), all);
  }
  return all;
}

}  // namespace
}  // namespace mintage::crypto

int main(int argc, char** argv) {
  using namespace mintage::crypto;
  if (RUNNING_ON_VALGRIND == 0) return std::puts("runs under valgrind only"), 2;
  auto result = sign_twice();
  if (argc > 1 && std::string_view{argv[1]} == "branch" && result.words[0] % 2 == 1)
    std::puts("odd");
  publish(result);
  std::printf("%llx\n", static_cast<unsigned long long>(result.words[0]));
}
