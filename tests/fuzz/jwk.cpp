/// @file
/// Fuzzes a JWK, and what is made of one that is accepted.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "crypto/jwk.hpp"
#include "crypto/jws.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mintage::crypto;
  const auto read = jwk::read({reinterpret_cast<const char*>(data), size});
  if (!read) return read.error().empty() ? (__builtin_trap(), 0) : 0;
  for (const auto& row : verified_algs) {
    const auto key = read->key_for(row.id);
    if (!key) continue;
    // A key that was found sound is one for OpenSSL, too.
    if (key->native() == nullptr || key->alg() != row.id) __builtin_trap();
    auto signature = std::string(key->signature_size(), '\1');
    if (row.scheme != jws_scheme::ed25519 && verify_signature(*key, "text", signature))
      __builtin_trap();
    // The members of the thumbprint are the same key.
    const auto again = jwk::read(key->jwk());
    if (!again || again->thumbprint() != read->thumbprint()) __builtin_trap();
  }
  return 0;
}
