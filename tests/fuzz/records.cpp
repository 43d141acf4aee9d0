/// @file
/// Fuzzes the record codecs: octets that decode are encoded to octets that decode to the same
/// value.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "storage/codec.hpp"

namespace {

template <class Record>
void round_trip(const std::optional<Record>& first,
                std::optional<Record> (*decode)(std::string_view)) {
  if (!first) return;
  const auto octets = mintage::storage::encode(*first);
  const auto second = decode(octets);
  if (!second || mintage::storage::encode(*second) != octets) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mintage::storage;
  if (size == 0) return 0;
  const auto octets = std::string_view{reinterpret_cast<const char*>(data) + 1, size - 1};
  switch (data[0] % 6) {
    case 0:
      round_trip(decode_code(octets), decode_code);
      break;
    case 1:
      round_trip(decode_grant(octets), decode_grant);
      break;
    case 2:
      round_trip(decode_client(octets), decode_client);
      break;
    case 3:
      round_trip(decode_key(octets), decode_key);
      break;
    case 4:
      round_trip(decode_access_token(octets), decode_access_token);
      break;
    case 5:
      round_trip(decode_resource(octets), decode_resource);
      break;
  }
  return 0;
}
