/// @file
/// Fuzzes a JWK set, as it is registered and as it is fetched. The first line is a `kid`.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "oauth/client/key_set.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mintage;
  const auto text = std::string_view{reinterpret_cast<const char*>(data), size};
  const auto end = std::min(text.find('\n'), text.size());
  const auto kid = text.substr(0, end);
  const auto jwks = text.substr(std::min(end + 1, text.size()));
  const auto registered = oauth::key_set::read(jwks);
  const auto fetched = oauth::key_set::read(jwks, oauth::key_set::origin::fetched);
  // What may be registered may be fetched.
  if (registered && (!fetched || fetched->size() != registered->size())) __builtin_trap();
  if (!fetched) return 0;
  if (fetched->size() + fetched->left_out() > oauth::most_keys) __builtin_trap();
  for (const auto& row : crypto::verified_algs) {
    const auto found = fetched->candidates(row.id, kid);
    if (!found.empty() && !fetched->has_kid(kid)) __builtin_trap();
    if (found.size() > fetched->candidates(row.id, std::nullopt).size()) __builtin_trap();
    for (const auto* key : found)
      if (key->alg() != row.id) __builtin_trap();
  }
  return 0;
}
