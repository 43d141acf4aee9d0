/// @file
/// The arithmetic on nonces under valgrind with its secrets declared undefined. Memcheck then
/// reports each branch and each address in the compiled code that depends on a secret. The rest of
/// a signature is computed by libraries. `secret_arithmetic branch` contains such a branch, to show
/// that it is reported.

#include <valgrind/memcheck.h>

#include <array>
#include <cstdio>
#include <string_view>

#include "crypto/bytes.hpp"
#include "crypto/signatures/p256_scalar.hpp"

namespace mintage::crypto {
namespace {

template <class T>
void hide(T& secret) {
  VALGRIND_MAKE_MEM_UNDEFINED(&secret, sizeof(secret));
}
template <class T>
void publish(T& result) {
  VALGRIND_MAKE_MEM_DEFINED(&result, sizeof(result));
}

/// What hedged_nonces and crypto_mb_backend do with a hash and a private key. Whether a number is
/// below the order is public: a number that is not is thrown away.
number256 draw_nonce(bytes<32> hash) {
  hide(hash);
  const auto nonce = from_big_endian(hash);
  auto is_scalar = is_p256_scalar(nonce);
  publish(is_scalar);
  if (!is_scalar) std::puts("not below the order");
  auto octets = bytes<32>{};
  write_big_endian(nonce, octets);
  return from_big_endian(octets);
}

}  // namespace
}  // namespace mintage::crypto

int main(int argc, char** argv) {
  using namespace mintage::crypto;
  if (RUNNING_ON_VALGRIND == 0) return std::puts("runs under valgrind only"), 2;
  auto order = bytes<32>{};
  write_big_endian(p256_order, order);
  auto result = draw_nonce(bytes<32>{1, 2, 3});
  auto other = draw_nonce(order);
  if (argc > 1 && std::string_view{argv[1]} == "branch" && result.words[0] % 2 == 1)
    std::puts("odd");
  publish(result);
  publish(other);
  std::printf("%llx\n", static_cast<unsigned long long>(result.words[0] ^ other.words[0]));
}
