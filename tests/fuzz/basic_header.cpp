/// @file
/// Fuzzes the Authorization value of a client: the views are readable, and the user is never empty.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "oauth/request/basic.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto octets = std::string{reinterpret_cast<const char*>(data), size};
  auto who = mintage::oauth::presented_credentials{};
  auto decoded = std::unique_ptr<std::string>{};
  if (!mintage::oauth::read_basic(octets, who, decoded)) return 0;
  auto sum = std::size_t{0};
  for (const auto view : {who.id, who.secret, who.raw_id, who.raw_secret})
    for (const auto c : view) sum += static_cast<unsigned char>(c);
  [[maybe_unused]] volatile auto read = sum;
  if (who.id.empty() || who.secret.empty()) __builtin_trap();  // CAU-04
  return 0;
}
