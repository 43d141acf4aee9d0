/// @file
/// Fuzzes a compact JWS. An input is refused as it is, because its author does not have the key.
/// After a first line "sign", the second line is a JOSE header and the rest are claims, which are
/// signed before the check.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/base64.hpp"
#include "crypto/jws.hpp"
#include "tests/support/verify_jwt.hpp"
#include "tests/unit/crypto/example_key.hpp"

namespace {

using mintage::crypto::jws_alg;
using mintage::crypto::signing_key;

const mintage::oauth::key_ring& ring() {
  static const auto one = [] {
    auto made = mintage::oauth::key_ring{};
    made.keys.push_back(
        {signing_key::load(jws_alg::es256, mintage::crypto::example_der()).value()});
    return made;
  }();
  return one;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr auto mark = std::string_view{"sign\n"};
  auto text = std::string_view{reinterpret_cast<const char*>(data), size};
  if (!text.starts_with(mark)) {
    if (mintage::test::verify_jwt(ring(), text, "at+jwt")) __builtin_trap();
    return 0;
  }
  text.remove_prefix(mark.size());
  const auto end = std::min(text.find('\n'), text.size());
  const auto claims = text.substr(std::min(end + 1, text.size()));
  static auto signer = mintage::crypto::jws_signer{ring().keys.front().key};
  auto compact = std::string{};
  signer.append_compact(compact, mintage::crypto::base64url(text.substr(0, end)), claims);
  const auto read = mintage::test::verify_jwt(ring(), compact, "at+jwt");
  // What was accepted is one object, with its first and last octet.
  if (read && (claims.find('{') == claims.npos || read->string("sub").value_or("").size() > size))
    __builtin_trap();
  return 0;
}
