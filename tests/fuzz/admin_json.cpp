/// @file
/// Fuzzes the JSON of the admin interface. What the parser accepts also passes through the rules.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "net/admin/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static auto json = mintage::net::admin_json{};
  static const auto clients = mintage::oauth::client_registry{};
  const auto text = std::string_view{reinterpret_cast<const char*>(data), size};
  auto random = mintage::crypto::buffered_random{};
  if (auto mint = json.read_mint(text))
    (void)mintage::oauth::check_mint(clients, std::move(*mint), {}, {}, {});
  if (const auto metadata = json.read_client(text))
    (void)mintage::oauth::make_client(*metadata, {}, random);
  if (const auto request = json.read_registration(text))
    (void)mintage::oauth::register_client(*request, {}, {}, random);
  if (const auto wanted = json.read_registration_token(text))
    (void)mintage::oauth::make_registration_token(*wanted, {}, random);
  return 0;
}
