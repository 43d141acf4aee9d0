/// @file
/// Fuzzes the PROXY header: a result for some octets stays the same when more follow.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "net/proxy_header.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using outcome = mintage::net::proxy_header::outcome;
  const auto text = std::string_view{reinterpret_cast<const char*>(data), size};
  const auto whole = mintage::net::read_proxy_header(text);
  if (whole.how == outcome::complete && whole.size > size) __builtin_trap();
  for (auto n = std::size_t{0}; n < size; ++n) {
    const auto part = mintage::net::read_proxy_header(text.substr(0, n));
    if (part.how == outcome::broken && whole.how != outcome::broken) __builtin_trap();
    if (part.how == outcome::complete && (whole.how != part.how || whole.size != part.size))
      __builtin_trap();
    if (part.size != 0 && part.size != whole.size && whole.how != outcome::broken) __builtin_trap();
  }
  return 0;
}
